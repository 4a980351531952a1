package memory

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/wirepost/wirepost/imap4"
)

// Scan implements imap4.Account. The State and what is yielded are of one moment.
func (a *account) Scan(ctx context.Context, box imap4.MailboxID, since imap4.ModSeq) (imap4.State, iter.Seq2[imap4.Meta, error], error) {
	if err := a.enter(ctx, "Scan", box); err != nil {
		return imap4.State{}, nil, err
	}
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.box(box)
	if err == nil && since > 0 && since < m.forgotten {
		err = imap4.ErrHistoryGone
	}
	if err != nil {
		return imap4.State{}, nil, fmt.Errorf("memory: %w", err)
	}
	if since > 0 {
		return m.state, each(ctx, m.since(since), func(meta imap4.Meta) imap4.Meta { return meta }), nil
	}
	return m.state, each(ctx, slices.Clone(m.messages), func(msg *message) imap4.Meta { return msg.Meta }), nil
}

// each yields what is made of a slice's items, until ctx ends.
func each[T, V any](ctx context.Context, list []T, of func(T) V) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for _, item := range list {
			if err := ctx.Err(); err != nil {
				var zero V
				yield(zero, fmt.Errorf("memory: %w", err))
				return
			}
			if !yield(of(item), nil) {
				return
			}
		}
	}
}
