package feed

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// An entry is an Item that is in a queue, or in the hands of a worker.
type entry struct {
	Item
	tries int       // how often the peer has put it off
	due   time.Time // when it may be offered, while it is in later
}

// A queue is what is to be offered to one peer: ready to be, put off for later,
// or in the hands of a worker, who gives it back or settles it.
type queue struct {
	max int

	mu      sync.Mutex
	ready   []*entry // the oldest first
	later   dueHeap
	known   map[string]*entry // all of them
	changed chan struct{}     // closed when there is something new, and replaced
	stats   Stats
}

func newQueue(name string, most int) *queue {
	return &queue{max: most, known: make(map[string]*entry), changed: make(chan struct{}), stats: Stats{Peer: name}}
}

// add puts an item in, and returns the identifiers that had to go for it. It is
// false if the item is there already.
func (q *queue) add(item Item) (dropped []string, added bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.known[item.MessageID] != nil {
		return nil, false
	}
	for len(q.known) >= q.max {
		id, ok := q.drop()
		if !ok {
			break // all of them are in the hands of workers
		}
		dropped = append(dropped, id)
	}
	e := &entry{Item: item}
	q.known[item.MessageID] = e
	q.ready = append(q.ready, e)
	q.wake()
	return dropped, true
}

// drop drops the oldest that nobody has in hand. The caller holds q.mu.
func (q *queue) drop() (id string, ok bool) {
	var e *entry
	switch {
	case len(q.ready) > 0:
		e = q.pop()
	case len(q.later) > 0:
		e = heap.Pop(&q.later).(*entry)
	default:
		return "", false
	}
	delete(q.known, e.MessageID)
	q.stats.Dropped++
	return e.MessageID, true
}

// pop takes the first of those that are ready. The caller holds q.mu.
func (q *queue) pop() *entry {
	e := q.ready[0]
	q.ready[0] = nil
	q.ready = q.ready[1:]
	return e
}

// take hands out the next one that is due.
func (q *queue) take(now time.Time) *entry {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ripen(now)
	if len(q.ready) == 0 {
		return nil
	}
	return q.pop()
}

// ripen moves what is due to where it is ready. The caller holds q.mu.
func (q *queue) ripen(now time.Time) {
	for len(q.later) > 0 && !q.later[0].due.After(now) {
		q.ready = append(q.ready, heap.Pop(&q.later).(*entry))
	}
}

// giveBack puts entries back where they were, in front.
func (q *queue) giveBack(entries []*entry) {
	if len(entries) == 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ready = append(entries[:len(entries):len(entries)], q.ready...)
	q.wake()
}

// putOff keeps an entry until due.
func (q *queue) putOff(e *entry, due time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	e.due = due
	heap.Push(&q.later, e)
	q.stats.Deferred++
	q.wake()
}

// settle forgets an entry, and counts what became of it.
func (q *queue) settle(e *entry, count func(*Stats)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.known, e.MessageID)
	count(&q.stats)
}

// note changes the statistics.
func (q *queue) note(count func(*Stats)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	count(&q.stats)
}

// wake tells those who wait. The caller holds q.mu.
func (q *queue) wake() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// await waits until at least so many are ready, and reports whether they are:
// not if ctx ends, or patience does, if it is not 0.
func (q *queue) await(ctx context.Context, n int, patience time.Duration) bool {
	var over <-chan time.Time
	if patience > 0 {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		over = timer.C
	}
	for {
		enough, changed, next := q.look(n)
		if enough {
			return true
		}
		if !pause(ctx, changed, over, next) {
			return false
		}
	}
}

// pause waits until something has changed or next has come, and reports whether
// that was before the end of ctx and over. What it takes it gives back: a worker
// may wait for days, and be woken for each article of another.
func pause(ctx context.Context, changed <-chan struct{}, over <-chan time.Time, next time.Time) bool {
	var ripe <-chan time.Time
	if !next.IsZero() {
		timer := time.NewTimer(time.Until(next))
		defer timer.Stop()
		ripe = timer.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-over:
		return false
	case <-changed:
	case <-ripe:
	}
	return true
}

func (q *queue) look(n int) (enough bool, changed <-chan struct{}, next time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ripen(time.Now())
	if len(q.later) > 0 {
		next = q.later[0].due
	}
	return len(q.ready) >= n, q.changed, next
}

// A dueHeap has the entry that is due first at its top.
type dueHeap []*entry

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *dueHeap) Push(e any) { *h = append(*h, e.(*entry)) }

// Pop implements heap.Interface.
func (h *dueHeap) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return e
}
