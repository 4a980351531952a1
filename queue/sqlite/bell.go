package sqlite

import (
	"context"
	"sync"
	"time"
)

// A bell wakes those who wait for something to do. It stays rung until somebody has looked, so that what comes between a
// claim and the wait after it is not missed.
type bell struct {
	mu      sync.Mutex
	rung    bool
	ringing chan struct{} // closed by the next ring
	at      int64         // when something is due by itself
}

func newBell() bell { return bell{rung: true, ringing: make(chan struct{}), at: never} }

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rung = true
	close(b.ringing)
	b.ringing = make(chan struct{})
}

// heard says that somebody is going to look, and then tells when to look again.
func (b *bell) heard() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rung, b.at = false, never
}

// expect says when something is due.
func (b *bell) expect(at int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = min(b.at, at)
}

// take tells whether there is something to do, else when and what to wait for. It tells once: who waits again without a
// claim does not want to know.
func (b *bell) take(now int64) (todo bool, at int64, ringing <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	todo = b.rung
	b.rung = false
	if b.at <= now { // since somebody has looked
		todo, b.at = true, never
	}
	return todo, b.at, b.ringing
}

// Wait implements queue.Store.
func (s *Store) Wait(ctx context.Context, until time.Time) error {
	if err := s.usable(ctx); err != nil {
		return fail(err)
	}
	now := s.now()
	todo, at, ringing := s.bell.take(stamp(now))
	if todo {
		return nil
	}
	if at < stamp(until) {
		until = unstamp(at)
	}
	t := time.NewTimer(until.Sub(now))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ringing:
	case <-s.closing:
		return fail(errClosed)
	case <-ctx.Done():
		return fail(ctx.Err())
	}
	return nil
}
