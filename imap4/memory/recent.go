package memory

import (
	"context"
	"fmt"

	"github.com/wirepost/wirepost/imap4"
)

// recents are a layer.
type recents struct {
	layer
	a *account
}

// ClaimRecent implements imap4.RecentStore.
func (l recents) ClaimRecent(ctx context.Context, box imap4.MailboxID) (imap4.UID, error) {
	if err := l.a.enter(ctx, "ClaimRecent", box); err != nil {
		return 0, err
	}
	l.a.store.mu.Lock()
	defer l.a.store.mu.Unlock()
	m, err := l.a.box(box)
	if err != nil {
		return 0, fmt.Errorf("memory: %w", err)
	}
	from := max(m.recent, 1)
	m.recent = m.state.UIDNext
	return from, nil
}
