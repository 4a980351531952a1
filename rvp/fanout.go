package rvp

import (
	"cmp"
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
	late     bool // a later one was told already
	effect
}

// A fanout tells watchers, behind the backs of those who make changes (RVP-082):
// the changes of one user one after the other, in the order of their revisions.
// Goroutines are there only while there is something to tell.
type fanout struct {
	home *HomeServer

	mu      sync.Mutex
	nodes   map[Node]changes
	ready   []Node // those with notices that no worker is at
	workers int
	idle    chan struct{} // closed when there is nothing left after stop
	stopped bool

	waiting atomic.Int64 // nodes with notices, or of which one is being told
}

// changes are those of one user. They are remembered as long as one is being
// made: it may have been overtaken on the way from the store to here.
type changes struct {
	making  int      // calls of HomeServer.change
	waiting []notice // in order
	busy    bool     // in ready, or a worker is at it
	told    uint64   // the highest revision that was, or is being, told
}

func (f *fanout) start(h *HomeServer) {
	f.home, f.nodes, f.idle = h, make(map[Node]changes), make(chan struct{})
}

// full reports whether so many users have something to tell that no more may
// come (503). It is asked under the lock of a store.
func (f *fanout) full() bool { return f.waiting.Load() >= int64(f.home.limits.DeliveryQueue) }

// begin says that a change is about to be made.
func (f *fanout) begin(n Node) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.nodes[n]
	l.making++
	f.nodes[n] = l
}

// end says that it was made, and has watchers told if there is something to tell.
func (f *fanout) end(n Node, c *notice) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.nodes[n]
	l.making--
	if c.isNothing() || f.stopped {
		f.put(n, l)
		return
	}
	at, _ := slices.BinarySearchFunc(l.waiting, c.revision, func(c notice, r uint64) int { return cmp.Compare(c.revision, r) })
	l.waiting = slices.Insert(l.waiting, at, *c)
	if last := len(l.waiting) - 1; last == maxNotices {
		l.waiting[last-1].follow(l.waiting[last].effect)
		l.waiting[last-1].revision = l.waiting[last].revision
		l.waiting = l.waiting[:last]
	}
	if !l.busy {
		l.busy = true
		f.waiting.Add(1)
		f.ready = append(f.ready, n)
		if f.workers < maxWorkers {
			f.workers++
			go f.run()
		}
	}
	f.put(n, l)
}

// put keeps what has changed of the changes of a node. The lock is held.
func (f *fanout) put(n Node, l changes) {
	if l.making == 0 && !l.busy {
		delete(f.nodes, n)
		return
	}
	f.nodes[n] = l
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
	l := f.nodes[n]
	c := l.waiting[0]
	l.waiting = l.waiting[1:]
	c.late = c.revision < l.told
	l.told = max(l.told, c.revision)
	f.put(n, l)
	return n, c, true
}

// release lets the next change of a node be told, if there is one.
func (f *fanout) release(n Node) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.nodes[n]
	if len(l.waiting) > 0 {
		f.ready = append(f.ready, n)
		return
	}
	l.busy = false
	f.waiting.Add(-1)
	f.put(n, l)
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
// store's error, or that of f, or errBusy, and then nothing has changed.
func (h *HomeServer) change(ctx context.Context, n Node, f func(*Record, time.Time) (effect, error)) error {
	var c notice
	h.fanout.begin(n)
	defer func() { h.fanout.end(n, &c) }()
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
		c = notice{}
		return err
	}
	if left >= 0 {
		h.calendar.wakeIn(left)
	}
	if c.before.shown() != c.after.shown() {
		h.trace(Event{Kind: StateChanged, Node: n, State: c.after.shown()})
	}
	return nil
}
