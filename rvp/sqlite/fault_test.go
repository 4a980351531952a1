package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
)

// TestFailingDisk has the database refuse writes for a while.
func TestFailingDisk(t *testing.T) {
	for _, changes := range []int{10, 200} {
		t.Run(fmt.Sprint(changes), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, dir := context.Background(), t.TempDir()
				o := Options{Logger: slog.New(slog.DiscardHandler)}
				s, err := open(ctx, dir, o)
				require.NoError(t, err)
				s.journal.limit = 100
				n := rvp.Node{Host: "im.example.test", Name: "anna"}
				subscribe := func() rvp.Subscription {
					sub, err := s.Subscribe(ctx, rvp.Subscription{Node: n, Type: rvp.PropChange, CallBack: "c", Principal: "p"}, time.Hour, 0)
					require.NoError(t, err)
					return sub
				}
				first := subscribe()
				time.Sleep(2500 * time.Millisecond)
				require.NoError(t, s.conn.Script("PRAGMA query_only = ON"))
				for range changes {
					subscribe()
				}
				_, err = s.Unsubscribe(ctx, n, first.ID)
				require.NoError(t, err)
				time.Sleep(2 * time.Second)
				s.journal.mu.Lock()
				waiting := s.journal.len() > 0 || s.journal.all
				s.journal.mu.Unlock()
				require.True(t, waiting)
				last := subscribe()
				require.NoError(t, s.conn.Script("PRAGMA query_only = OFF"))
				time.Sleep(2 * time.Second)
				require.NoError(t, s.Close())

				s, err = open(ctx, dir, o)
				require.NoError(t, err)
				defer s.Close()
				_, err = s.Subscription(ctx, n, first.ID)
				require.ErrorIs(t, err, rvp.ErrNoSubscription)
				_, err = s.Subscription(ctx, n, last.ID)
				require.NoError(t, err)
				_, subs := s.Subscriptions(ctx, n, rvp.PropChange)
				count := 0
				for range subs {
					count++
				}
				require.Equal(t, changes+1, count)
			})
		})
	}
}

// pass has time pass, and the writer do what it has to by then.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// TestOpenOnFullDisk: a database that can be read and not written opens, gives out no ID
// twice, and is written once there is room.
func TestOpenOnFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, dir := context.Background(), t.TempDir()
		var log bytes.Buffer
		n := rvp.Node{Host: "im.example.test", Name: "anna"}
		given := make(map[uint64]bool)
		var s *store
		start := func() rvp.Subscription {
			var err error
			s, err = open(ctx, dir, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			require.NoError(t, err)
			sub, err := s.Subscribe(ctx, rvp.Subscription{Node: n, Type: rvp.PropChange, CallBack: "c", Principal: "p"}, time.Hour, 0)
			require.NoError(t, err)
			require.False(t, given[sub.ID], "ID %d was given out before", sub.ID)
			given[sub.ID] = true
			return sub
		}
		first := start()
		pass(1500 * time.Millisecond)
		require.NoError(t, s.conn.Script("CREATE TRIGGER full BEFORE UPDATE ON sequence BEGIN SELECT RAISE(FAIL, 'no room'); END"))
		require.NoError(t, s.Close())

		start()
		_, err := s.Subscription(ctx, n, first.ID)
		require.NoError(t, err)
		require.ErrorContains(t, s.Close(), "no room")
		require.Equal(t, 1, strings.Count(log.String(), "not written down"))

		last := start()
		synctest.Wait()
		require.NoError(t, s.conn.Script("DROP TRIGGER full"))
		pass(2 * time.Second)
		require.Equal(t, 1, strings.Count(log.String(), "written down again"), log.String())
		require.NoError(t, s.Close())
		start()
		_, err = s.Subscription(ctx, n, last.ID)
		require.NoError(t, err)
		require.NoError(t, s.Close())
	})
}

// TestSweepDatabase: what has ended goes from the database when the store is swept, and not
// with each write, which would read all of it.
func TestSweepDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		s, err := open(ctx, t.TempDir(), Options{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		defer s.Close()
		n := rvp.Node{Host: "im.example.test", Name: "anna"}
		rows := func() (count int) {
			require.NoError(t, s.conn.Row("SELECT count(*) FROM subscription").Scan(&count))
			return count
		}
		for _, lifetime := range []time.Duration{time.Minute, time.Hour} {
			_, err := s.Subscribe(ctx, rvp.Subscription{Node: n, Type: rvp.PropChange, CallBack: "c", Principal: "p"}, lifetime, 0)
			require.NoError(t, err)
		}
		pass(2*time.Minute + time.Second/2)
		require.Equal(t, 2, rows())
		require.NoError(t, s.Sweep(ctx))
		pass(2 * time.Second)
		require.Equal(t, 1, rows())
	})
}
