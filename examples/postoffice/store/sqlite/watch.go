package sqlite

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A hub wakes those who watch. It remembers for each which folders have changed since it last
// looked: that is at most as many as its owner has, however slow it is.
type hub struct {
	listing atomic.Uint64 // rises whenever folder 0 is touched

	mu       sync.Mutex
	watchers map[store.AccountID]map[*watcher]bool
}

type watcher struct {
	wake    chan struct{} // holds one, when pending is not empty
	pending map[store.FolderID]bool
}

func (h *hub) add(owner store.AccountID) *watcher {
	w := &watcher{wake: make(chan struct{}, 1), pending: make(map[store.FolderID]bool)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers == nil {
		h.watchers = make(map[store.AccountID]map[*watcher]bool)
	}
	if h.watchers[owner] == nil {
		h.watchers[owner] = make(map[*watcher]bool)
	}
	h.watchers[owner][w] = true
	return w
}

func (h *hub) remove(owner store.AccountID, w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.watchers[owner], w)
	if len(h.watchers[owner]) == 0 {
		delete(h.watchers, owner)
	}
}

// wake tells of changes that were committed.
func (h *hub) wake(touched []touch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range touched {
		if t.folder == 0 {
			h.listing.Add(1)
		}
		for w := range h.watchers[t.owner] {
			w.pending[t.folder] = true
			select {
			case w.wake <- struct{}{}:
			default:
			}
		}
	}
}

// take returns what has changed since the last call, in order.
func (h *hub) take(w *watcher) []store.FolderID {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := slices.Sorted(maps.Keys(w.pending))
	clear(w.pending)
	return ids
}

// Watch implements store.Store.
func (s *Store) Watch(ctx context.Context, owner store.AccountID, changed func(store.FolderID)) error {
	w := s.hub.add(owner)
	defer s.hub.remove(owner, w)
	for {
		select {
		case <-ctx.Done():
			return fail(ctx.Err())
		case <-s.closing:
			return fail(store.ErrClosed)
		case <-w.wake:
			for _, id := range s.hub.take(w) {
				changed(id)
			}
		}
	}
}
