package storetest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
)

var (
	anna = rvp.Node{Host: "im.example.test", Name: "anna"}
	ben  = rvp.Node{Host: "im.example.test", Name: "ben"}
)

func recordUnknown(t *testing.T, s rvp.NodeStore) {
	r, now, err := s.Record(t.Context(), anna)
	require.NoError(t, err)
	require.Zero(t, r)
	require.WithinDuration(t, time.Now(), now, time.Second, "the clock")
}

// full is a record in which nothing is zero.
func full(now time.Time) rvp.Record {
	now = now.UTC().Round(0)
	return rvp.Record{
		Views: []rvp.View{
			{ID: 1, Logon: "ntlm 7", State: rvp.Busy, Default: rvp.Offline, Until: now.Add(time.Minute), Set: now},
			{ID: 2, State: "gone-fishing", Default: rvp.Away, Until: now.Add(time.Hour), Set: now.Add(-time.Second)},
		},
		Values: []rvp.Value{
			{Property: rvp.Property{Name: rvp.PropMobileState, Inner: "1"}},
			{
				Property: rvp.Property{Name: xml.Name{Space: "http://a.test/ ü", Local: "mood"}, Inner: "<r:x>\u00e4 &lt;\n</r:x>"},
				Default:  "none", Until: now.Add(2 * time.Minute),
			},
		},
		ACL: &rvp.ACL{Inheritance: "none", Entries: []rvp.ACE{
			{Principal: ben.Principal(), Credentials: rvp.ByNTLM | rvp.ByAssertion, Grant: rvp.RightRead, Deny: rvp.RightSendTo | rvp.RightPresence},
			{Credentials: rvp.ByAny, Grant: rvp.RightsAll},
		}},
		LastView: 2,
		Revision: 1 << 62,
		Next:     now.Add(time.Minute),
	}
}

func put(t *testing.T, s rvp.NodeStore, n rvp.Node, r rvp.Record) {
	t.Helper()
	require.NoError(t, s.Update(t.Context(), n, func(old *rvp.Record, _ time.Time) error {
		*old = r
		return nil
	}))
}

// get returns the record of a node, with its times in UTC.
func get(t *testing.T, s rvp.NodeStore, n rvp.Node) rvp.Record {
	t.Helper()
	r, _, err := s.Record(t.Context(), n)
	require.NoError(t, err)
	// What a Record has is the caller's to read only.
	c := r
	c.Views, c.Values = nil, nil
	for _, v := range r.Views {
		v.Until, v.Set = v.Until.UTC(), v.Set.UTC()
		c.Views = append(c.Views, v)
	}
	for _, v := range r.Values {
		v.Until = v.Until.UTC()
		c.Values = append(c.Values, v)
	}
	c.Next = r.Next.UTC()
	return c
}

func updateKeeps(t *testing.T, s rvp.NodeStore) {
	want := full(time.Now())
	put(t, s, anna, want)
	require.Equal(t, want, get(t, s, anna))
	require.Zero(t, get(t, s, ben), "another node")

	require.NoError(t, s.Update(t.Context(), anna, func(r *rvp.Record, now time.Time) error {
		require.WithinDuration(t, time.Now(), now, time.Second, "the clock")
		require.Len(t, r.Views, 2)
		r.Views = r.Views[1:]
		r.Values[0].Inner = "0"
		r.ACL = nil
		return nil
	}))
	want.Views, want.Values[0].Inner, want.ACL = want.Views[1:], "0", nil
	require.Equal(t, want, get(t, s, anna))
}

func updateFails(t *testing.T, s rvp.NodeStore) {
	want := full(time.Now())
	put(t, s, anna, want)
	failure := errors.New("no")
	err := s.Update(t.Context(), anna, func(r *rvp.Record, _ time.Time) error {
		r.Views[0].State, r.Values, r.ACL.Entries[0].Grant = rvp.Online, nil, rvp.RightsAll
		return failure
	})
	require.ErrorIs(t, err, failure)
	require.Equal(t, want, get(t, s, anna), "nothing of it is kept")
	require.ErrorIs(t, s.Update(t.Context(), ben, func(r *rvp.Record, _ time.Time) error {
		r.LastView = 9
		return failure
	}), failure)
	require.Zero(t, get(t, s, ben))
}

func updateCopies(t *testing.T, s rvp.NodeStore) {
	put(t, s, anna, full(time.Now()))
	before, _, err := s.Record(t.Context(), anna)
	require.NoError(t, err)
	require.NoError(t, s.Update(t.Context(), anna, func(r *rvp.Record, _ time.Time) error {
		r.Views[0].State, r.Values[0].Inner, r.ACL.Entries[0].Grant = rvp.Online, "7", 0
		return nil
	}))
	require.Equal(t, rvp.Busy, before.Views[0].State, "what was read before stays as it was")
	require.Equal(t, "1", before.Values[0].Inner)
	require.Equal(t, rvp.RightRead, before.ACL.Entries[0].Grant)
}

func updateConcurrent(t *testing.T, s rvp.NodeStore) {
	const writers, times = 8, 25
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range times {
				if err := s.Update(t.Context(), anna, func(r *rvp.Record, _ time.Time) error {
					r.Revision++
					return nil
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	require.EqualValues(t, writers*times, get(t, s, anna).Revision, "no update is lost")
}

func zeroRecord(t *testing.T, s rvp.NodeStore) {
	put(t, s, anna, full(time.Now()))
	put(t, s, anna, rvp.Record{})
	require.Zero(t, get(t, s, anna))
	time.Sleep(time.Hour)
	require.Empty(t, dueNow(t, s, 10))
}

func dueNow(t *testing.T, s rvp.NodeStore, limit int) []rvp.Node {
	t.Helper()
	nodes, _, err := s.Due(t.Context(), limit)
	require.NoError(t, err)
	return nodes
}

func due(t *testing.T, s rvp.NodeStore) {
	nodes, wait, err := s.Due(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, nodes)
	require.Equal(t, time.Minute, wait, "nothing is due: at most a minute")

	put(t, s, anna, rvp.Record{LastView: 1, Next: time.Now().Add(30 * time.Second)})
	nodes, wait, err = s.Due(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, nodes)
	require.Positive(t, wait)
	require.LessOrEqual(t, wait, 30*time.Second)

	time.Sleep(wait)
	require.Equal(t, []rvp.Node{anna}, dueNow(t, s, 10), "due when wait is over, not later")
	require.Equal(t, []rvp.Node{anna}, dueNow(t, s, 10), "until Update")
	put(t, s, anna, rvp.Record{LastView: 1})
	require.Empty(t, dueNow(t, s, 10))
}

func dueOrder(t *testing.T, s rvp.NodeStore) {
	var want []rvp.Node
	start := time.Now()
	for i := range 40 {
		want = append(want, rvp.Node{Host: "im.example.test", Name: fmt.Sprintf("user%02d", i)})
	}
	for i := range 40 {
		i = i * 17 % 40
		put(t, s, want[i], rvp.Record{LastView: 1, Next: start.Add(time.Duration(i+1) * time.Second)})
	}
	time.Sleep(30*time.Second + time.Nanosecond)
	require.Equal(t, want[:30], dueNow(t, s, 100))
	_, wait, err := s.Due(t.Context(), 100)
	require.NoError(t, err)
	require.LessOrEqual(t, wait, time.Second)
}

func dueLimit(t *testing.T, s rvp.NodeStore) {
	for i := range 10 {
		put(t, s, rvp.Node{Host: "h", Name: fmt.Sprint(i)}, rvp.Record{LastView: 1, Next: time.Now().Add(time.Duration(i) * time.Millisecond)})
	}
	time.Sleep(time.Second)
	require.Len(t, dueNow(t, s, 3), 3)
	_, wait, err := s.Due(t.Context(), 3)
	require.NoError(t, err)
	require.LessOrEqual(t, wait, time.Duration(0), "more are due at once")
}

func dueMoves(t *testing.T, s rvp.NodeStore) {
	at := func(n rvp.Node, d time.Duration) { put(t, s, n, rvp.Record{LastView: 1, Next: time.Now().Add(d)}) }
	at(anna, 10*time.Second)
	at(ben, 20*time.Second)
	at(anna, 30*time.Second)
	time.Sleep(25 * time.Second)
	require.Equal(t, []rvp.Node{ben}, dueNow(t, s, 10))
	at(anna, time.Second)
	time.Sleep(2 * time.Second)
	require.Equal(t, []rvp.Node{ben, anna}, dueNow(t, s, 10))
}
