package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
)

func watch(watcher, of rvp.Node) rvp.Subscription {
	return rvp.Subscription{Node: of, Type: rvp.PropChange, CallBack: watcher.URL(), Principal: watcher.Principal()}
}

func logon(n rvp.Node, port string) rvp.Subscription {
	return rvp.Subscription{Node: n, Type: rvp.PragmaNotify, CallBack: "http://192.0.2.1:" + port, Principal: n.Principal()}
}

func subscribe(t *testing.T, s rvp.NodeStore, sub rvp.Subscription, lifetime time.Duration) rvp.Subscription {
	t.Helper()
	got, err := s.Subscribe(t.Context(), sub, lifetime, 0)
	require.NoError(t, err)
	require.Positive(t, got.ID)
	require.WithinDuration(t, time.Now().Add(lifetime), got.Until, time.Second)
	want := sub
	want.ID, want.Until = got.ID, got.Until
	require.Equal(t, want, got)
	return got
}

// live returns the IDs of a node's subscriptions, in the order in which they come.
func live(t *testing.T, s rvp.NodeStore, n rvp.Node, kind rvp.NotificationType) []uint64 {
	t.Helper()
	var ids []uint64
	now, subs := s.Subscriptions(t.Context(), n, kind)
	for sub, err := range subs {
		require.NoError(t, err)
		require.Equal(t, n, sub.Node)
		require.Equal(t, kind, sub.Type)
		require.NotEmpty(t, sub.CallBack)
		require.NotEmpty(t, sub.Principal)
		require.True(t, sub.Until.After(now))
		ids = append(ids, sub.ID)
	}
	require.WithinDuration(t, time.Now(), now, time.Second, "the clock")
	return ids
}

func subscriptionIDs(t *testing.T, s rvp.NodeStore) {
	a := subscribe(t, s, watch(ben, anna), time.Hour)
	b := subscribe(t, s, watch(ben, anna), time.Hour) // RVP-046
	c := subscribe(t, s, watch(anna, ben), time.Hour)
	require.NotEqual(t, a.ID, b.ID)
	require.NotEqual(t, b.ID, c.ID)
	require.NotEqual(t, a.ID, c.ID)
	require.ElementsMatch(t, []uint64{a.ID, b.ID}, live(t, s, anna, rvp.PropChange))
	require.IsIncreasing(t, live(t, s, anna, rvp.PropChange))
	require.Equal(t, []uint64{c.ID}, live(t, s, ben, rvp.PropChange))
	got, err := s.Subscription(t.Context(), anna, b.ID)
	require.NoError(t, err)
	require.True(t, b.Until.Equal(got.Until))
	got.Until = b.Until
	require.Equal(t, b, got)
}

func gone(t *testing.T, s rvp.NodeStore, n rvp.Node, id uint64) {
	t.Helper()
	_, err := s.Subscription(t.Context(), n, id)
	require.ErrorIs(t, err, rvp.ErrNoSubscription)
	_, err = s.Renew(t.Context(), n, id, time.Hour)
	require.ErrorIs(t, err, rvp.ErrNoSubscription)
	_, err = s.Unsubscribe(t.Context(), n, id)
	require.ErrorIs(t, err, rvp.ErrNoSubscription)
}

func subscriptionEnds(t *testing.T, s rvp.NodeStore) { // RVP-043
	short := subscribe(t, s, watch(ben, anna), time.Minute)
	long := subscribe(t, s, watch(ben, anna), time.Hour)
	time.Sleep(time.Minute - time.Second)
	require.Equal(t, []uint64{short.ID, long.ID}, live(t, s, anna, rvp.PropChange))
	time.Sleep(time.Second)
	require.Equal(t, []uint64{long.ID}, live(t, s, anna, rvp.PropChange))
	gone(t, s, anna, short.ID)
}

func renew(t *testing.T, s rvp.NodeStore) {
	sub := subscribe(t, s, logon(anna, "34567"), time.Minute)
	time.Sleep(50 * time.Second)
	got, err := s.Renew(t.Context(), anna, sub.ID, 2*time.Minute)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(2*time.Minute), got.Until, time.Second)
	require.Equal(t, sub.CallBack, got.CallBack)
	require.Equal(t, sub.Type, got.Type)
	time.Sleep(110 * time.Second)
	require.Equal(t, []uint64{sub.ID}, live(t, s, anna, rvp.PragmaNotify))
	_, err = s.Renew(t.Context(), anna, sub.ID, time.Second) // may be shorter, too
	require.NoError(t, err)
	time.Sleep(2 * time.Second)
	require.Empty(t, live(t, s, anna, rvp.PragmaNotify))
	gone(t, s, anna, sub.ID)
}

func unsubscribe(t *testing.T, s rvp.NodeStore) {
	var ids []uint64
	for range 10 {
		ids = append(ids, subscribe(t, s, watch(ben, anna), time.Hour).ID)
	}
	for i, id := range ids {
		got, err := s.Unsubscribe(t.Context(), anna, id)
		require.NoError(t, err)
		require.Equal(t, id, got.ID)
		require.Equal(t, ben.Principal(), got.Principal)
		require.Equal(t, ids[i+1:], append([]uint64{}, live(t, s, anna, rvp.PropChange)...))
		gone(t, s, anna, id)
	}
	again := subscribe(t, s, watch(ben, anna), time.Hour)
	require.NotContains(t, ids, again.ID, "an ID is not used again")
}

func otherNode(t *testing.T, s rvp.NodeStore) {
	sub := subscribe(t, s, watch(ben, anna), time.Hour)
	gone(t, s, ben, sub.ID)
	require.Equal(t, []uint64{sub.ID}, live(t, s, anna, rvp.PropChange))
}

func types(t *testing.T, s rvp.NodeStore) {
	w, l := subscribe(t, s, watch(ben, anna), time.Hour), subscribe(t, s, logon(anna, "34567"), time.Hour)
	other := logon(anna, "34568")
	other.Type = "x/else"
	x := subscribe(t, s, other, time.Hour)
	require.Equal(t, []uint64{w.ID}, live(t, s, anna, rvp.PropChange))
	require.Equal(t, []uint64{l.ID}, live(t, s, anna, rvp.PragmaNotify))
	require.Equal(t, []uint64{x.ID}, live(t, s, anna, "x/else"))
	_, err := s.Unsubscribe(t.Context(), anna, l.ID)
	require.NoError(t, err)
	require.Equal(t, []uint64{w.ID}, live(t, s, anna, rvp.PropChange))
	require.Empty(t, live(t, s, anna, rvp.PragmaNotify))
}

func subscriptionLimit(t *testing.T, s rvp.NodeStore) {
	add := func(sub rvp.Subscription, lifetime time.Duration) (rvp.Subscription, error) {
		return s.Subscribe(t.Context(), sub, lifetime, 3)
	}
	for _, d := range []time.Duration{time.Hour, time.Hour, time.Minute} {
		_, err := add(watch(ben, anna), d)
		require.NoError(t, err)
	}
	_, err := add(watch(ben, anna), time.Hour)
	require.ErrorIs(t, err, rvp.ErrTooMany)
	_, err = add(logon(anna, "34567"), time.Hour)
	require.NoError(t, err, "another type")
	_, err = add(watch(anna, ben), time.Hour)
	require.NoError(t, err, "another node")
	time.Sleep(2 * time.Minute)
	sub, err := add(watch(ben, anna), time.Hour)
	require.NoError(t, err, "one of them has ended")
	_, err = add(watch(ben, anna), time.Hour)
	require.ErrorIs(t, err, rvp.ErrTooMany)
	_, err = s.Unsubscribe(t.Context(), anna, sub.ID)
	require.NoError(t, err)
	_, err = add(watch(ben, anna), time.Hour)
	require.NoError(t, err)
}

// manySubscriptions has more of them than are read at a time.
func manySubscriptions(t *testing.T, s rvp.NodeStore) {
	var ids []uint64
	for range 700 {
		ids = append(ids, subscribe(t, s, watch(ben, anna), time.Hour).ID)
	}
	require.Equal(t, ids, live(t, s, anna, rvp.PropChange))

	var some []uint64
	_, subs := s.Subscriptions(t.Context(), anna, rvp.PropChange)
	for sub, err := range subs {
		require.NoError(t, err)
		// The store is free while it is read from.
		_, err = s.Unsubscribe(t.Context(), anna, sub.ID)
		require.NoError(t, err)
		if some = append(some, sub.ID); len(some) == 300 {
			break
		}
	}
	require.Equal(t, ids[:300], some)
	require.Equal(t, ids[300:], live(t, s, anna, rvp.PropChange))
}

func sweep(t *testing.T, s rvp.NodeStore) {
	kept := subscribe(t, s, watch(ben, anna), 2*time.Hour)
	for range 5 {
		subscribe(t, s, watch(ben, anna), time.Minute)
		subscribe(t, s, logon(ben, "34567"), time.Minute)
	}
	put(t, s, anna, rvp.Record{LastView: 4})
	time.Sleep(time.Hour)
	require.NoError(t, s.Sweep(t.Context()))
	require.Equal(t, []uint64{kept.ID}, live(t, s, anna, rvp.PropChange))
	require.Empty(t, live(t, s, ben, rvp.PragmaNotify))
	require.EqualValues(t, 4, get(t, s, anna).LastView)
	require.Greater(t, subscribe(t, s, logon(ben, "34567"), time.Minute).ID, kept.ID)
}

func subscribeConcurrent(t *testing.T, s rvp.NodeStore) {
	const watchers, times = 8, 24
	var all sync.WaitGroup
	for range watchers {
		all.Go(func() {
			for i := range times {
				sub, err := s.Subscribe(t.Context(), watch(ben, anna), time.Hour, 0)
				if err != nil {
					t.Error(err)
					continue
				}
				if _, err := s.Renew(t.Context(), anna, sub.ID, 2*time.Hour); err != nil {
					t.Error(err)
				}
				if i%2 == 1 {
					if _, err := s.Unsubscribe(t.Context(), anna, sub.ID); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	ids := live(t, s, anna, rvp.PropChange)
	require.IsIncreasing(t, ids)
	require.Len(t, ids, watchers*times/2)
}

func counts(t *testing.T, s rvp.NodeStore) {
	want := func(want rvp.Counts) {
		t.Helper()
		got, err := s.Counts(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	want(rvp.Counts{})
	subscribe(t, s, watch(ben, anna), time.Hour)
	gone := subscribe(t, s, watch(ben, anna), time.Hour)
	subscribe(t, s, watch(anna, ben), time.Minute)
	subscribe(t, s, logon(anna, "3000"), time.Minute)
	for n, states := range map[rvp.Node][]rvp.State{anna: {rvp.Busy, rvp.Idle}, ben: {rvp.Offline}} {
		require.NoError(t, s.Update(t.Context(), n, func(r *rvp.Record, now time.Time) error {
			for i, state := range states {
				r.Views = append(r.Views, rvp.View{ID: uint64(i + 1), State: state, Until: now.Add(time.Minute)})
			}
			return nil
		}))
	}
	want(rvp.Counts{Online: 1, Logons: 1, Watchers: 3})
	_, err := s.Unsubscribe(t.Context(), anna, gone.ID)
	require.NoError(t, err)
	want(rvp.Counts{Online: 1, Logons: 1, Watchers: 2})
	time.Sleep(time.Minute)
	want(rvp.Counts{Watchers: 1})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Counts(ctx)
	require.ErrorIs(t, err, context.Canceled)
}
