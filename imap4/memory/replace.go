package memory

import (
	"context"
	"fmt"

	"github.com/wirepost/wirepost/imap4"
)

// A replacer is a layer.
type replacer struct {
	layer
	a *account
}

// Replace implements imap4.Replacer.
func (l replacer) Replace(ctx context.Context, from imap4.MailboxID, uid imap4.UID, to imap4.MailboxID, m imap4.Incoming) (imap4.Appended, error) {
	a := l.a
	if err := a.enter(ctx, "Replace", from); err != nil {
		return imap4.Appended{}, err
	}
	in, err := a.read(ctx, m)
	if err != nil {
		return imap4.Appended{}, err
	}
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	done, err := a.replace(from, uid, to, in)
	if err != nil {
		return imap4.Appended{}, fmt.Errorf("memory: replace: %w", err)
	}
	return done, nil
}

// replace does what Replace does. The caller has the lock.
func (a *account) replace(from imap4.MailboxID, uid imap4.UID, to imap4.MailboxID, in incoming) (imap4.Appended, error) {
	src, err := a.box(from)
	if err != nil {
		return imap4.Appended{}, err
	}
	at, ok := src.find(uid)
	if !ok {
		return imap4.Appended{}, imap4.ErrNotFound
	}
	dst, err := a.box(to)
	if err != nil {
		return imap4.Appended{}, err
	}
	n := need{messages: 1, octets: in.meta.Size}
	if src.owner == dst.owner {
		n = need{octets: in.meta.Size - src.messages[at].Size}
	}
	if err := a.store.room(dst.owner, n); err != nil {
		return imap4.Appended{}, err
	}
	done := a.store.place(dst, []incoming{in})
	a.store.expunge(src, imap4.NewUIDSet(uid))
	return done, nil
}
