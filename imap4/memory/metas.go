package memory

import (
	"context"
	"fmt"
	"iter"

	"github.com/wirepost/wirepost/imap4"
)

// metas are a layer.
type metas struct {
	layer
	a *account
}

// Metas implements imap4.MetaReader. What is yielded is of one moment.
func (l metas) Metas(ctx context.Context, box imap4.MailboxID, uids imap4.UIDSet) iter.Seq2[imap4.Meta, error] {
	return func(yield func(imap4.Meta, error) bool) {
		err := l.a.enter(ctx, "Metas", box)
		var found []*message
		if err == nil {
			found, err = l.a.messages(box, uids)
		}
		if err != nil {
			yield(imap4.Meta{}, err)
			return
		}
		each(ctx, found, func(msg *message) imap4.Meta { return msg.Meta })(yield)
	}
}

// messages returns the messages of a set.
func (a *account) messages(box imap4.MailboxID, uids imap4.UIDSet) ([]*message, error) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.box(box)
	if err != nil {
		return nil, fmt.Errorf("memory: %w", err)
	}
	var found []*message
	for at := range m.within(uids) {
		found = append(found, m.messages[at])
	}
	return found, nil
}
