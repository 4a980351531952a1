package table

import (
	"cmp"
	"container/heap"
	"context"
	"sync"
	"time"

	"github.com/wirepost/wirepost/rvp"
)

// A calendar knows which nodes are due when.
type calendar struct {
	mu   sync.Mutex
	heap []*entry // by appointment.at
}

// An appointment is the place of an entry in the calendar.
type appointment struct {
	at    int64 // Unix time in ns; 0 is none
	index int   // in the heap
}

// set makes, moves or cancels the entry's appointment.
func (c *calendar) set(e *entry, next time.Time) {
	var at int64
	if !next.IsZero() {
		at = next.UnixNano()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	had := e.due.at != 0
	if at == 0 && had {
		heap.Remove(c, e.due.index)
	}
	e.due.at = at
	switch {
	case at != 0 && had:
		heap.Fix(c, e.due.index)
	case at != 0:
		heap.Push(c, e)
	}
}

// maxWait is what Due returns at most.
const maxWait = time.Minute

// Due implements rvp.NodeStore.
func (t *Table) Due(_ context.Context, limit int) ([]rvp.Node, time.Duration, error) {
	now := time.Now().UnixNano()
	c := &t.due
	c.mu.Lock()
	defer c.mu.Unlock()
	// The heap stays as it is: its earliest are found by walking down from the
	// top, the next one always the earliest of those whose parents were taken.
	var nodes []rvp.Node
	edge := frontier{c: c}
	edge.add(0)
	for len(nodes) < limit && edge.Len() > 0 {
		i := edge.at[0]
		if c.heap[i].due.at > now {
			return nodes, min(time.Duration(c.heap[i].due.at-now), maxWait), nil
		}
		nodes = append(nodes, c.heap[i].node)
		heap.Pop(&edge)
		edge.add(2*i + 1)
		edge.add(2*i + 2)
	}
	if edge.Len() > 0 {
		return nodes, 0, nil
	}
	return nodes, maxWait, nil
}

// A frontier has places of the calendar's heap that may be next.
type frontier struct {
	c  *calendar
	at []int
}

func (f *frontier) add(i int) {
	if i < len(f.c.heap) {
		heap.Push(f, i)
	}
}

func (f *frontier) Len() int           { return len(f.at) }
func (f *frontier) Less(i, j int) bool { return f.c.Less(f.at[i], f.at[j]) }
func (f *frontier) Swap(i, j int)      { f.at[i], f.at[j] = f.at[j], f.at[i] }
func (f *frontier) Push(x any)         { f.at = append(f.at, x.(int)) }

func (f *frontier) Pop() any {
	last := f.at[len(f.at)-1]
	f.at = f.at[:len(f.at)-1]
	return last
}

func (c *calendar) Len() int           { return len(c.heap) }
func (c *calendar) Less(i, j int) bool { return cmp.Less(c.heap[i].due.at, c.heap[j].due.at) }

func (c *calendar) Swap(i, j int) {
	c.heap[i], c.heap[j] = c.heap[j], c.heap[i]
	c.heap[i].due.index, c.heap[j].due.index = i, j
}

func (c *calendar) Push(x any) {
	e := x.(*entry)
	e.due.index = len(c.heap)
	c.heap = append(c.heap, e)
}

func (c *calendar) Pop() any {
	last := len(c.heap) - 1
	e := c.heap[last]
	c.heap[last] = nil
	c.heap = c.heap[:last]
	return e
}
