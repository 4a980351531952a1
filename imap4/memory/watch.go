package memory

import (
	"context"
	"fmt"
	"maps"

	"github.com/wirepost/wirepost/imap4"
)

// A watcher is one call of Watch.
type watcher struct {
	wake    chan struct{} // has one if there is something pending
	pending map[imap4.MailboxID]bool
}

// Watch implements imap4.Account. It tells of all mailboxes, also those that this
// user does not see: it is a hint.
func (a *account) Watch(ctx context.Context, changed func(imap4.MailboxID)) error {
	if err := a.enter(ctx, "Watch", 0); err != nil {
		return err
	}
	s := a.store
	w := &watcher{wake: make(chan struct{}, 1), pending: make(map[imap4.MailboxID]bool)}
	s.mu.Lock()
	s.watchers[w] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.watchers, w)
		s.mu.Unlock()
	}()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("memory: %w", ctx.Err())
		case <-w.wake:
		}
		s.mu.Lock()
		pending := w.pending
		w.pending = make(map[imap4.MailboxID]bool)
		s.mu.Unlock()
		for id := range maps.Keys(pending) {
			changed(id)
		}
	}
}

// wake tells all watchers that a mailbox has changed, 0 for the list of them.
// Nobody is waited for. The caller has the lock.
func (s *Store) wake(id imap4.MailboxID) {
	for w := range s.watchers {
		w.pending[id] = true
		select {
		case w.wake <- struct{}{}:
		default: // it has been woken already
		}
	}
}
