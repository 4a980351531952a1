package table

import (
	"context"
	"hash/maphash"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/rvp"
)

// A Table is an rvp.NodeStore; see New.
type Table struct {
	seed    maphash.Seed
	shards  [shards]shard
	lastID  atomic.Uint64
	due     calendar
	changed func(Change) // nil is nobody
}

var _ rvp.NodeStore = (*Table)(nil)

// shards is how many locks nodes are spread over.
const shards = 64

// A shard has some of the nodes.
type shard struct {
	mu    sync.Mutex
	nodes map[rvp.Node]*entry
}

// An entry is a node of which something is known. The lock of its shard guards
// it, except for its place in the calendar.
type entry struct {
	node   rvp.Node
	record *rvp.Record // never changed, only replaced; nil is the zero Record
	subs   []list      // by type
	due    appointment
}

// New returns an empty Table. changed, if it is not nil, is told of each change,
// of one node in the order in which they happen. It is called under a lock and
// must not call the Table.
func New(changed func(Change)) *Table {
	t := &Table{seed: maphash.MakeSeed(), changed: changed}
	// Clients that come back after a restart must not take a new subscription for
	// theirs, as they would if IDs began with 1 each time. There are clients that
	// keep them in 31 bits.
	t.lastID.Store(uint64(rand.Uint32N(1 << 30)))
	for i := range t.shards {
		t.shards[i].nodes = make(map[rvp.Node]*entry)
	}
	return t
}

func (t *Table) shard(n rvp.Node) *shard {
	return &t.shards[maphash.Comparable(t.seed, n)%shards]
}

// entry returns that of a node, and makes it if there is none.
func (h *shard) entry(n rvp.Node) *entry {
	e := h.nodes[n]
	if e == nil {
		e = &entry{node: n}
		h.nodes[n] = e
	}
	return e
}

// tidy forgets the entry if it says nothing.
func (h *shard) tidy(e *entry) {
	if e.record == nil && len(e.subs) == 0 {
		delete(h.nodes, e.node)
	}
}

// Record implements rvp.NodeStore.
func (t *Table) Record(_ context.Context, n rvp.Node) (rvp.Record, time.Time, error) {
	h := t.shard(n)
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	if e := h.nodes[n]; e != nil && e.record != nil {
		return *e.record, now, nil
	}
	return rvp.Record{}, now, nil
}

// Update implements rvp.NodeStore.
func (t *Table) Update(_ context.Context, n rvp.Node, change func(*rvp.Record, time.Time) error) error {
	h := t.shard(n)
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.entry(n)
	defer h.tidy(e)
	r := new(rvp.Record)
	if e.record != nil {
		*r = clone(e.record)
	}
	if err := change(r, time.Now()); err != nil {
		return err
	}
	if isZero(r) {
		r = nil
	}
	t.put(e, r)
	t.tell(Change{Node: n, Record: r})
	return nil
}

// put has the entry keep r, which may be nil.
func (t *Table) put(e *entry, r *rvp.Record) {
	e.record = r
	var next time.Time
	if r != nil {
		next = r.Next
	}
	t.due.set(e, next)
}

func (t *Table) tell(c Change) {
	if t.changed != nil {
		t.changed(c)
	}
}

// clone copies what a change function may alter in place.
func clone(r *rvp.Record) rvp.Record {
	c := *r
	c.Views, c.Values = slices.Clone(r.Views), slices.Clone(r.Values)
	if r.ACL != nil {
		c.ACL = &rvp.ACL{Inheritance: r.ACL.Inheritance, Entries: slices.Clone(r.ACL.Entries)}
	}
	return c
}

func isZero(r *rvp.Record) bool {
	return len(r.Views) == 0 && len(r.Values) == 0 && r.ACL == nil && r.LastView == 0 && r.Revision == 0 && r.Next.IsZero()
}

// Close implements rvp.NodeStore. It does nothing.
func (t *Table) Close() error { return nil }
