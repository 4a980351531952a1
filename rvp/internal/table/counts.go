package table

import (
	"context"
	"time"

	"github.com/wirepost/wirepost/rvp"
)

// Counts implements rvp.NodeStore. It holds up one shard at a time.
func (t *Table) Counts(ctx context.Context) (c rvp.Counts, err error) {
	for i := range t.shards {
		if err := ctx.Err(); err != nil {
			return rvp.Counts{}, err
		}
		t.shards[i].count(&c)
	}
	return c, nil
}

// count adds what is in a shard.
func (h *shard) count(c *rvp.Counts) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	for _, e := range h.nodes {
		if e.record != nil {
			for range e.record.Live(now) {
				c.Online++
				break
			}
		}
		for i := range e.subs {
			switch l := &e.subs[i]; l.kind {
			case rvp.PragmaNotify:
				c.Logons += l.count(now.UnixNano())
			case rvp.PropChange:
				c.Watchers += l.count(now.UnixNano())
			}
		}
	}
}

// count returns how many are live.
func (l *list) count(now int64) (n int) {
	for i := range l.subs {
		if l.subs[i].live(now) {
			n++
		}
	}
	return n
}
