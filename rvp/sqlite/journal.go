package sqlite

import (
	"sync"

	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/internal/table"
)

// journalLimit is how many changes wait for a disk that does not take them.
// Beyond it everything is written anew once it does.
const journalLimit = 1 << 20

// A journal has what is to be written: of each record and each subscription the
// last that became of it.
type journal struct {
	limit int
	mu    sync.Mutex
	changes
}

// changes are to be written together.
type changes struct {
	records map[rvp.Node]*rvp.Record
	subs    map[uint64]table.Change
	all     bool // there were too many: everything is to be written
	ended   bool // subscriptions that have ended are to go
}

func (c *changes) len() int { return len(c.records) + len(c.subs) }

func (c *changes) isNothing() bool { return c.len() == 0 && !c.all && !c.ended }

// add notes a change.
func (j *journal) add(c table.Change) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.put(c)
}

func (j *journal) put(c table.Change) {
	if j.all {
		return
	}
	if j.records == nil {
		j.records, j.subs = make(map[rvp.Node]*rvp.Record), make(map[uint64]table.Change)
	}
	if id := c.Subscription.ID; id != 0 {
		j.subs[id] = c
	} else {
		j.records[c.Node] = c.Record
	}
	if j.len() > j.limit {
		j.changes = changes{all: true, ended: j.ended}
	}
}

// sweep has subscriptions that have ended removed.
func (j *journal) sweep() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended = true
}

// take returns what is to be written, and forgets it.
func (j *journal) take() changes {
	j.mu.Lock()
	defer j.mu.Unlock()
	c := j.changes
	j.changes = changes{}
	return c
}

// giveBack takes back what could not be written. Later changes go before it.
func (j *journal) giveBack(c changes) {
	j.mu.Lock()
	defer j.mu.Unlock()
	later := j.changes
	c.ended = c.ended || later.ended
	j.changes = c
	if later.all {
		j.changes = changes{all: true, ended: c.ended}
		return
	}
	for n, r := range later.records {
		j.put(table.Change{Node: n, Record: r})
	}
	for _, s := range later.subs {
		j.put(s)
	}
}
