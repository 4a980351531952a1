package table

import (
	"context"
	"slices"
	"time"
)

// Sweep implements rvp.NodeStore. It holds up one shard at a time.
func (t *Table) Sweep(ctx context.Context) error {
	for i := range t.shards {
		if err := ctx.Err(); err != nil {
			return err
		}
		h := &t.shards[i]
		h.mu.Lock()
		now := time.Now()
		for _, e := range h.nodes {
			e.compact(now)
			h.tidy(e)
		}
		h.mu.Unlock()
	}
	return nil
}

// compact forgets the subscriptions of a node that have ended.
func (e *entry) compact(now time.Time) {
	for i := range e.subs {
		e.subs[i].compact(now.UnixNano())
	}
	e.subs = slices.DeleteFunc(e.subs, func(l list) bool { return len(l.subs) == 0 })
}
