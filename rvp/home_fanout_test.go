package rvp

import (
	"context"
	"encoding/xml"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// newFanout returns one without workers, which tells nobody.
func newFanout() *fanout {
	f := &fanout{workers: maxWorkers}
	f.start(&HomeServer{ctx: context.Background(), limits: Limits{}.filled()})
	return f
}

func (f *fanout) changed(n Node, revision uint64, s State) {
	f.end(n, &notice{revision: revision, effect: effect{before: Offline, after: s}})
}

// TestFanoutOrder: changes of one user are told one at a time, in the order of their
// revisions, and one that comes too late is known to be late (RVP-103).
func TestFanoutOrder(t *testing.T) {
	f, anna, ben := newFanout(), Node{"im.example.test", "anna"}, Node{"im.example.test", "ben"}
	for range 4 {
		f.begin(anna)
	}
	f.begin(ben)
	f.changed(anna, 3, Busy)
	f.changed(anna, 1, Online)
	f.changed(ben, 7, Away)
	take := func(n Node, revision uint64, late bool) {
		t.Helper()
		got, c, ok := f.take()
		require.True(t, ok)
		require.Equal(t, n, got)
		require.Equal(t, revision, c.revision)
		require.Equal(t, late, c.late)
	}
	take(anna, 1, false)
	require.EqualValues(t, 2, f.waiting.Load())
	take(ben, 7, false) // nobody is at anna twice
	f.release(anna)
	take(anna, 3, false)
	f.release(anna)
	f.changed(anna, 2, Away) // overtaken
	take(anna, 2, true)
	f.release(anna)
	f.release(ben)
	require.Zero(t, f.waiting.Load())
	require.Len(t, f.nodes, 1, "one change is still being made")
	f.end(anna, &notice{})
	require.Empty(t, f.nodes)
	_, _, ok := f.take()
	require.False(t, ok)
}

// TestFanoutBound: where too many changes of one user wait, the last ones become one.
func TestFanoutBound(t *testing.T) {
	f, anna := newFanout(), Node{"im.example.test", "anna"}
	for i := range uint64(100) {
		f.begin(anna)
		c := notice{revision: i + 1, effect: effect{before: Online, after: Busy}}
		c.values = []Property{{Name: xml.Name{Local: "x"}, Inner: fmt.Sprint(i)}}
		f.end(anna, &c)
	}
	waiting := f.nodes[anna].waiting
	require.Len(t, waiting, maxNotices)
	last := waiting[maxNotices-1]
	require.EqualValues(t, 100, last.revision)
	require.Equal(t, []Property{{Name: xml.Name{Local: "x"}, Inner: "99"}}, last.values)
	require.False(t, f.full())
	f.home.limits.DeliveryQueue = 1
	require.True(t, f.full())
}

// TestLateNotice: what comes too late tells what is true now.
func TestLateNotice(t *testing.T) {
	c := notice{effect: effect{before: Offline, after: Busy, values: []Property{{Name: PropEmail, Inner: "old"}}}}
	r := Record{Values: []Value{{Property: Property{Name: PropEmail, Inner: "new"}}}}
	c.refresh(&r, noon)
	require.Equal(t, Offline, c.after)
	require.Equal(t, "new", c.values[0].Inner)
}
