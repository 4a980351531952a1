package table

import (
	"iter"
	"time"
	"unique"

	"github.com/wirepost/wirepost/rvp"
)

// A Change is what became of a node's record, or of one of its subscriptions.
type Change struct {
	Node   rvp.Node
	Record *rvp.Record // the new one, not to be changed; nil has become zero

	// Subscription is what was made, renewed or Ended, if its ID is not 0;
	// then Record says nothing. Those that end by themselves are not told.
	Subscription rvp.Subscription
	Ended        bool
}

// LastID returns the highest ID that was given.
func (t *Table) LastID() uint64 { return t.lastID.Load() }

// Restore fills a Table that is not in use yet: lastID is the highest ID that
// may have been given, 0 if none was, and subscriptions come in the order of their
// IDs. Changes are not told of.
func (t *Table) Restore(lastID uint64, changes iter.Seq2[Change, error]) error {
	if lastID > 0 {
		t.lastID.Store(lastID)
	}
	for c, err := range changes {
		if err != nil {
			return err
		}
		e := t.shard(c.Node).entry(c.Node)
		if c.Subscription.ID == 0 {
			t.put(e, c.Record)
			continue
		}
		l := e.list(c.Subscription.Type)
		l.room(time.Now().UnixNano(), 0)
		l.subs = append(l.subs, sub{
			id: c.Subscription.ID, until: c.Subscription.Until.UnixNano(),
			callBack: unique.Make(c.Subscription.CallBack), principal: unique.Make(c.Subscription.Principal),
		})
	}
	return nil
}

// All yields everything that there is, node by node. Changes made meanwhile are
// seen or not.
func (t *Table) All() iter.Seq[Change] {
	return func(yield func(Change) bool) {
		for i := range t.shards {
			for _, c := range t.shards[i].all() {
				if !yield(c) {
					return
				}
			}
		}
	}
}

func (h *shard) all() []Change {
	h.mu.Lock()
	defer h.mu.Unlock()
	now, changes := time.Now().UnixNano(), []Change(nil)
	for n, e := range h.nodes {
		if e.record != nil {
			changes = append(changes, Change{Node: n, Record: e.record})
		}
		for _, l := range e.subs {
			for _, u := range l.subs {
				if u.live(now) {
					changes = append(changes, Change{Node: n, Subscription: u.full(n, l.kind)})
				}
			}
		}
	}
	return changes
}
