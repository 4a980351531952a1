package memory

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/wirepost/wirepost/nntp"
)

// Arrivals implements nntp.Store.
func (s *Store) Arrivals(ctx context.Context, since time.Time) iter.Seq2[nntp.Arrival, error] {
	return func(yield func(nntp.Arrival, error) bool) {
		// The log only grows while it is a snapshot: compact makes a new one.
		s.mu.RLock()
		log := s.log[:len(s.log):len(s.log)]
		s.mu.RUnlock()
		for len(log) > 0 {
			n := min(len(log), step)
			for _, a := range s.present(log[:n], since) {
				if !yield(nntp.Arrival{MessageID: a.id, Groups: a.groups, Arrived: a.entry.Arrived}, nil) {
					return
				}
			}
			log = log[n:]
			if err := ctx.Err(); err != nil {
				yield(nntp.Arrival{}, err)
				return
			}
		}
	}
}

// present returns those of log that are still there and came at since or later.
func (s *Store) present(log []*article, since time.Time) []*article {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var some []*article
	for _, a := range log {
		if a.filings > 0 && !a.entry.Arrived.Before(since) {
			some = append(some, a)
		}
	}
	return some
}

// Remove implements nntp.Store.
func (s *Store) Remove(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.history[id]
	if known == nil {
		s.history[id] = &memory{since: time.Now()}
		return nil
	}
	a := known.article
	if a == nil {
		return nil
	}
	for _, p := range a.entry.Places {
		g := s.groups[p.Group]
		if g == nil {
			continue
		}
		if i, found := g.find(p.Number); found && g.filed[i].article == a {
			g.filed = slices.Delete(g.filed, i, i+1)
			s.drop(a)
		}
	}
	return nil
}

// Unfile implements nntp.Store.
func (s *Store) Unfile(_ context.Context, name string, numbers []nntp.Number) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups[name]
	if g == nil {
		return nntp.ErrNoGroup
	}
	out := make(map[nntp.Number]bool, len(numbers))
	for _, n := range numbers {
		out[n] = true
	}
	g.filed = slices.DeleteFunc(g.filed, func(f filed) bool {
		if !out[f.number] {
			return false
		}
		s.drop(f.article)
		return true
	})
	return nil
}

// drop counts off one place of a. The caller has removed it, and holds s.mu.
func (s *Store) drop(a *article) {
	if a.filings--; a.filings > 0 {
		return
	}
	s.history[a.id].article = nil
	if s.removed++; s.removed > len(s.log)/2 {
		s.log = slices.Collect(func(yield func(*article) bool) {
			for _, a := range s.log {
				if a.filings > 0 && !yield(a) {
					return
				}
			}
		})
		s.removed = 0
	}
}

// Forget implements nntp.Store.
func (s *Store) Forget(_ context.Context, before time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, known := range s.history {
		if known.article == nil && known.since.Before(before) {
			delete(s.history, id)
		}
	}
	return nil
}
