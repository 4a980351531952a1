package sqlite_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/sqlite"
	"github.com/wirepost/wirepost/rvp/storetest"
)

func open(tb testing.TB, dir string) rvp.NodeStore {
	tb.Helper()
	s, err := sqlite.Open(context.Background(), dir, sqlite.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(tb, err)
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) rvp.NodeStore { return open(t, t.TempDir()) })
}

func user(i int) rvp.Node { return rvp.Node{Host: "im.example.test", Name: fmt.Sprintf("user%05d", i)} }

func logOn(tb testing.TB, s rvp.NodeStore, n rvp.Node, lifetime time.Duration) rvp.Subscription {
	tb.Helper()
	sub, err := s.Subscribe(context.Background(), rvp.Subscription{
		Node: n, Type: rvp.PragmaNotify, Principal: n.Principal(), CallBack: "http://192.0.2.1:34567",
	}, lifetime, 16)
	require.NoError(tb, err)
	require.NoError(tb, s.Update(context.Background(), n, func(r *rvp.Record, now time.Time) error {
		r.LastView, r.Next = 1, now.Add(20*time.Minute)
		r.Views = []rvp.View{{ID: 1, State: rvp.Busy, Default: rvp.Offline, Until: r.Next, Set: now}}
		r.ACL = &rvp.ACL{Entries: []rvp.ACE{{Credentials: rvp.ByAny, Grant: rvp.RightRead}}}
		return nil
	}))
	return sub
}

// subs returns the subscriptions of a node.
func subs(tb testing.TB, s rvp.NodeStore, n rvp.Node) (all []rvp.Subscription) {
	_, seq := s.Subscriptions(context.Background(), n, rvp.PragmaNotify)
	for sub, err := range seq {
		require.NoError(tb, err)
		all = append(all, sub)
	}
	return all
}

func TestReopen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir)
		kept, ended := logOn(t, s, user(1), time.Hour), logOn(t, s, user(2), time.Hour)
		logOn(t, s, user(3), time.Minute)
		_, err := s.Unsubscribe(t.Context(), user(2), ended.ID)
		require.NoError(t, err)
		time.Sleep(3 * time.Second) // written once
		renewed, err := s.Renew(t.Context(), user(1), kept.ID, 2*time.Hour)
		require.NoError(t, err)
		require.NoError(t, s.Update(t.Context(), user(2), func(r *rvp.Record, _ time.Time) error {
			*r = rvp.Record{}
			return nil
		}))
		before, _, err := s.Record(t.Context(), user(1))
		require.NoError(t, err)
		require.NoError(t, s.Close())
		require.NoError(t, s.Close(), "again")

		time.Sleep(10 * time.Minute)
		s = open(t, dir)
		defer s.Close()
		require.Equal(t, []rvp.Subscription{renewed}, subs(t, s, user(1)))
		require.Empty(t, subs(t, s, user(2)))
		require.Empty(t, subs(t, s, user(3)), "it has ended meanwhile")
		after, _, err := s.Record(t.Context(), user(1))
		require.NoError(t, err)
		require.True(t, before.Next.Equal(after.Next))
		require.Equal(t, before.ACL, after.ACL)
		require.Equal(t, before.Views[0].State, after.Views[0].State)
		gone, _, err := s.Record(t.Context(), user(2))
		require.NoError(t, err)
		require.Zero(t, gone)
		require.Greater(t, logOn(t, s, user(1), time.Hour).ID, renewed.ID)

		time.Sleep(20 * time.Minute)
		nodes, _, err := s.Due(t.Context(), 10)
		require.NoError(t, err)
		require.ElementsMatch(t, []rvp.Node{user(1), user(3)}, nodes, "leases are still ended")
	})
}

// TestCrash copies the database as a power cut would leave it.
func TestCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, after := t.TempDir(), t.TempDir()
		s := open(t, dir)
		defer s.Close()
		kept := logOn(t, s, user(1), time.Hour)
		time.Sleep(2500 * time.Millisecond)
		lost := logOn(t, s, user(2), time.Hour)
		for _, name := range []string{"nodes.db", "nodes.db-wal"} {
			data, err := os.ReadFile(filepath.Join(dir, name))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(after, name), data, 0o600))
		}
		s = open(t, after)
		defer s.Close()
		require.Equal(t, kept.ID, subs(t, s, user(1))[0].ID)
		_, err := s.Renew(t.Context(), user(2), lost.ID, time.Hour)
		require.ErrorIs(t, err, rvp.ErrNoSubscription)
		require.Greater(t, logOn(t, s, user(2), time.Hour).ID, lost.ID, "the ID of a lost one is not given again")
	})
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := sqlite.Open(t.Context(), dir, sqlite.Options{})
	require.ErrorIs(t, err, sqlite.ErrLocked)
	require.NoError(t, s.Close())
	require.NoError(t, open(t, dir).Close())
}

// BenchmarkLogOn has users log on, with the time that it takes to write it down.
func BenchmarkLogOn(b *testing.B) {
	s := open(b, b.TempDir())
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		logOn(b, s, user(i), time.Hour)
		i++
	}
	require.NoError(b, s.Close())
}

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "im")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(context.Background(), filepath.Join(dir, "im"), sqlite.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println(store.Close())
	// Output: <nil>
}
