package office

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/smtp"
)

// readers are accounts of which those have no mailbox for now that have too much to read already.
func (g *gateway) readers(people accounts) accounts { return readers{people, g} }

type readers struct {
	accounts
	gateway *gateway
}

// Mailbox implements accounts. Its error may be tooMuchUnread.
func (r readers) Mailbox(ctx context.Context, a store.Address) (store.Account, error) {
	account, err := r.accounts.Mailbox(ctx, a)
	if err == nil && !account.Disabled {
		err = r.gateway.room(ctx, &account)
	}
	return account, err
}

// tooMuchUnread is said of a mailbox with too many unread messages. Its owner has to read some first (RFC 3463, 3.3).
var tooMuchUnread = smtp.R(452, smtp.Enhanced{4, 2, 2}, "too many unread messages in the mailbox, try again later")

// room puts mail off for an account that has too much to read.
func (g *gateway) room(ctx context.Context, a *store.Account) error {
	r := g.rules.Load()
	if r.maxUnread == 0 {
		return nil
	}
	now := g.now()
	g.mu.Lock()
	again := g.full[a.ID]
	g.mu.Unlock()
	if now.Before(again) {
		return tooMuchUnread
	}
	inbox, err := g.store.Folder(ctx, a.Inbox)
	if err != nil {
		return fmt.Errorf("unread messages of %s: %w", a.Name, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if inbox.Counts.Unseen < r.maxUnread {
		delete(g.full, a.ID)
		return nil
	}
	g.forget(now)
	g.full[a.ID] = now.Add(r.backOff)
	return tooMuchUnread
}

// maxFull is how many mailboxes are remembered before those are forgotten that are to be looked at again anyway.
const maxFull = 10_000

// forget makes room. The caller has the lock.
func (g *gateway) forget(now time.Time) {
	if len(g.full) >= maxFull {
		maps.DeleteFunc(g.full, func(_ store.AccountID, again time.Time) bool { return !now.Before(again) })
	}
}
