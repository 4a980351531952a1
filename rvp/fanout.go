package rvp

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// maxWorkers is how many users' watchers are told at a time, and maxNotices how
// many changes of one user wait before they become one.
const (
	maxWorkers = 16
	maxNotices = 16
)

// A notice is a change that watchers have to be told of.
type notice struct {
	revision uint64
	effect
}

// A fanout tells watchers, behind the backs of those who make changes (RVP-082):
// the changes of one user one after the other, in the order of their revisions.
// Goroutines are there only while there is something to tell.
type fanout struct {
	home *HomeServer

	mu      sync.Mutex
	nodes   map[Node][]notice // those that wait, or are being told; in order
	ready   []Node            // those that no worker is at
	workers int
	idle    chan struct{} // closed when there is nothing left after stop
	stopped bool

	waiting atomic.Int64 // nodes
}

func (f *fanout) start(h *HomeServer) {
	f.home, f.nodes, f.idle = h, make(map[Node][]notice), make(chan struct{})
}

// full reports whether so many users have something to tell that no more may
// come (503). It is asked under the lock of a store.
func (f *fanout) full() bool { return f.waiting.Load() >= int64(f.home.limits.DeliveryQueue) }

// add has watchers told.
func (f *fanout) add(n Node, c notice) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopped {
		return
	}
	list, busy := f.nodes[n]
	at, _ := slices.BinarySearchFunc(list, c.revision, func(c notice, r uint64) int { return int(int64(c.revision - r)) })
	if list = slices.Insert(list, at, c); len(list) > maxNotices {
		list[len(list)-2].follow(list[len(list)-1].effect)
		list[len(list)-2].revision = list[len(list)-1].revision
		list = slices.Delete(list, len(list)-1, len(list))
	}
	f.nodes[n] = list
	if busy {
		return
	}
	f.waiting.Add(1)
	f.ready = append(f.ready, n)
	if f.workers < maxWorkers {
		f.workers++
		go f.run()
	}
}

func (f *fanout) run() {
	for n, c, ok := f.take(); ok; n, c, ok = f.take() {
		f.home.tell(n, c)
		f.release(n)
	}
}

// take returns what is to be told next. Without it the worker is no more.
func (f *fanout) take() (Node, notice, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.ready) == 0 || f.home.ctx.Err() != nil {
		if f.workers--; f.workers == 0 && f.stopped {
			close(f.idle)
		}
		return Node{}, notice{}, false
	}
	n := f.ready[0]
	f.ready[0] = Node{}
	f.ready = f.ready[1:]
	c := f.nodes[n][0]
	f.nodes[n] = f.nodes[n][1:]
	return n, c, true
}

// release lets the next change of a node be told, if there is one.
func (f *fanout) release(n Node) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.nodes[n]) > 0 {
		f.ready = append(f.ready, n)
		return
	}
	delete(f.nodes, n)
	f.waiting.Add(-1)
}

// last reports whether nothing waits behind the change that is being told.
func (f *fanout) last(n Node) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.nodes[n]) == 0
}

// stop takes no more and waits until all is told, or ctx ends.
func (f *fanout) stop(ctx context.Context) error {
	f.mu.Lock()
	if !f.stopped {
		f.stopped = true
		if f.workers == 0 {
			close(f.idle)
		}
	}
	f.mu.Unlock()
	select {
	case <-f.idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// change alters a record and sees to what follows from that. It returns the
// error of f, or errBusy, and then nothing has changed.
func (h *HomeServer) change(ctx context.Context, n Node, f func(*Record, time.Time) (effect, error)) (effect, error) {
	var c notice
	left := time.Duration(-1)
	err := h.Store.Update(ctx, n, func(r *Record, now time.Time) (err error) {
		if c.effect, err = f(r, now); err != nil {
			return err
		}
		if !c.isNothing() && h.fanout.full() {
			return errBusy
		}
		if c.revision, left = r.Revision, -1; !r.Next.IsZero() {
			left = r.Next.Sub(now)
		}
		return nil
	})
	if err != nil {
		return effect{}, err
	}
	if left >= 0 {
		h.calendar.wakeIn(left)
	}
	if !c.isNothing() {
		h.fanout.add(n, c)
	}
	if c.before.shown() != c.after.shown() {
		h.trace(Event{Kind: StateChanged, Node: n, State: c.after.shown()})
	}
	return c.effect, nil
}
