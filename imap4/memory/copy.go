package memory

import (
	"context"
	"fmt"

	"github.com/wirepost/wirepost/imap4"
)

// Copy implements imap4.Account.
func (a *account) Copy(ctx context.Context, c imap4.CopyRequest) (imap4.Copied, error) {
	if err := a.enter(ctx, "Copy", c.From); err != nil {
		return imap4.Copied{}, err
	}
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	done, err := a.copy(c)
	if err != nil {
		return imap4.Copied{}, fmt.Errorf("memory: copy: %w", err)
	}
	return done, nil
}

// copy does what Copy does. The caller has the lock.
func (a *account) copy(c imap4.CopyRequest) (imap4.Copied, error) {
	from, err := a.box(c.From)
	if err != nil {
		return imap4.Copied{}, err
	}
	to, err := a.box(c.To)
	if err != nil {
		return imap4.Copied{}, err
	}
	var list []*message
	var n need
	for at := range from.within(c.UIDs) {
		list = append(list, from.messages[at])
		n.messages++
		n.octets += from.messages[at].Size
	}
	if !c.Move || from.owner != to.owner { // else it takes no more room than before
		if err := a.store.room(to.owner, n); err != nil {
			return imap4.Copied{}, err
		}
	}
	done := imap4.Copied{UIDValidity: to.state.UIDValidity}
	if list == nil {
		return done, nil
	}
	mod, now := to.next(), a.store.now()
	for _, msg := range list {
		meta := msg.Meta
		meta.Saved = now
		done.From = append(done.From, msg.UID)
		done.To = append(done.To, to.put(meta, msg.blob, mod).UID)
	}
	a.store.wake(to.id)
	if c.Move {
		a.store.expunge(from, imap4.NewUIDSet(done.From...))
	}
	return done, nil
}
