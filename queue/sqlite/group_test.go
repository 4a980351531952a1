package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/diskfile"
	"github.com/wirepost/wirepost/queue"
)

var errTest = errors.New("on purpose")

// hold keeps the writer busy until the returned function is called.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	entered, leave, left := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		left <- s.write(t.Context(), 0, func(*tx) error { close(entered); <-leave; return nil })
	}()
	<-entered
	return func() { close(leave); require.NoError(t, <-left) }
}

// TestGroup makes a group of changes in which some are refused and some fail halfway, with or without taking the whole
// transaction along: each gets its own answer, and those that succeed are committed, once.
func TestGroup(t *testing.T) {
	for _, fails := range []string{"", "INSERT INTO lane VALUES (1, 'x', 'x')", "INSERT INTO lane VALUES (1, 'x', 'x'); ROLLBACK"} {
		synctest.Test(t, func(t *testing.T) { testGroup(t, fails) })
	}
}

func testGroup(t *testing.T, failing string) {
	s := opened(t, Options{}, diskfile.OS{})
	body, err := put(t.Context(), s, "body")
	require.NoError(t, err)
	require.NoError(t, s.Add(t.Context(), entry(body, "known", "r", "s", time.Now())))
	shared, err := put(t.Context(), s, "shared")
	require.NoError(t, err)
	alone, err := put(t.Context(), s, "alone") // those that fail halfway name it, and nobody else
	require.NoError(t, err)
	number, _ := bodyNumber(alone)
	where(t, s, shared, false, true)
	release := hold(t, s)
	const n = 40
	results := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			switch {
			case i%10 == 3:
				results[i] = s.Add(t.Context(), entry(body, "known", "r", "s", time.Now()))
			case i%10 == 7 && failing != "":
				results[i] = s.write(t.Context(), 0, func(t *tx) error {
					t.dirty = true
					t.lanes.touched = true
					_, err := t.unshelve(number)
					return errors.Join(err, t.Script(failing), errTest)
				})
			case i%10 == 9:
				_, results[i] = s.Claim(t.Context(), queue.ClaimRequest{Max: 1, PerRoute: 1, Lease: time.Hour})
			default:
				id := fmt.Sprint("m", i)
				results[i] = s.Add(t.Context(), entry(shared, id, "r-"+id, "s", time.Now()))
			}
		})
	}
	synctest.Wait() // until all wait for the writer
	release()
	wg.Wait()
	added := 1
	for i, err := range results {
		switch {
		case i%10 == 3:
			require.ErrorIs(t, err, queue.ErrExists)
		case i%10 == 7 && failing != "":
			require.ErrorIs(t, err, errTest)
		case i%10 == 9:
			require.NoError(t, err)
		default:
			require.NoError(t, err)
			added++
		}
	}
	where(t, s, shared, true, false)
	require.Equal(t, "shared", text(t, s, shared))
	where(t, s, alone, false, true)
	found, _, err := s.Find(t.Context(), queue.Filter{}, "", 100)
	require.NoError(t, err)
	require.Len(t, found, added)
	leased := 0
	for _, l := range found {
		if l.Item.State == queue.Leased {
			leased++
		}
	}
	for {
		more, err := s.Claim(t.Context(), queue.ClaimRequest{Max: 7, PerRoute: 1, Lease: time.Hour})
		require.NoError(t, err)
		if len(more) == 0 {
			break
		}
		leased += len(more)
	}
	require.Equal(t, added, leased, "none is forgotten, none is leased twice")
}

// TestWaitingEnds checks that a call which waits for the writer can give up, and has then done nothing.
func TestWaitingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := opened(t, Options{}, diskfile.OS{})
		release := hold(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			_, err := put(ctx, s, large)
			done <- err
		}()
		synctest.Wait()
		require.Len(t, files(t, s), 1)
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)
		require.Empty(t, files(t, s))
		release()
	})
}

// TestNothingClaimed checks that a claim which finds nothing leaves the lanes as they are, and does not read them again.
func TestNothingClaimed(t *testing.T) {
	s := opened(t, Options{}, diskfile.OS{})
	populate(t, s, 10, func(i int) (string, string, time.Time) { return fmt.Sprint("r", i), "s", time.Now().Add(time.Hour) })
	var lanes [2]*lanes
	for i := range lanes {
		leases, err := s.Claim(t.Context(), queue.ClaimRequest{Max: 10, Lease: time.Hour})
		require.NoError(t, err)
		require.Empty(t, leases)
		none := &queue.Lease{Item: queue.Item{ID: "none"}}
		require.ErrorIs(t, s.Settle(t.Context(), queue.Settlement{Lease: none})[0], queue.ErrLeaseLost)
		require.NoError(t, s.write(t.Context(), 0, func(t *tx) error {
			lanes[i] = t.lanes
			return nil
		}))
		require.False(t, lanes[i].stale)
	}
	require.Same(t, lanes[0], lanes[1])
}

// TestManyLanes checks that a store with more lanes than one claim looks at finds what is due in the end, and forgets lanes
// that are empty.
func TestManyLanes(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	o := Options{Dir: dir, Now: func() time.Time { return now }}
	s, err := Open(t.Context(), o)
	require.NoError(t, err)
	const n = maxLooks + 1000
	populate(t, s, n, func(i int) (string, string, time.Time) {
		return fmt.Sprint("r", i), fmt.Sprint("s", i%10), now.Add(time.Hour)
	})
	require.NoError(t, s.Close())
	s = opened(t, o, diskfile.OS{})
	populate(t, s, 1, func(int) (string, string, time.Time) { return "due", "s", now })
	claimed := 0
	for range 3 {
		require.NoError(t, s.Wait(t.Context(), now.Add(1000*time.Hour)), "there is more to look at")
		leases, err := s.Claim(t.Context(), queue.ClaimRequest{Max: 10, Lease: time.Hour})
		require.NoError(t, err)
		for _, l := range leases {
			require.Equal(t, "due", l.Item.Route)
			require.NoError(t, s.Settle(t.Context(), queue.Settlement{Lease: &l})[0])
			claimed++
		}
	}
	require.Equal(t, 1, claimed)
	_, err = s.Update(t.Context(), queue.Filter{}, queue.Change{Remove: true})
	require.NoError(t, err)
	now = now.Add(2 * time.Hour)
	for range 3 {
		leases, err := s.Claim(t.Context(), queue.ClaimRequest{Max: 10, Lease: time.Hour})
		require.NoError(t, err)
		require.Empty(t, leases)
	}
	for _, table := range []string{"lane", "item", "body"} {
		var rows int
		require.NoError(t, s.read(t.Context(), func(c *conn) error { return c.Row("SELECT count(*) FROM " + table).Scan(&rows) }))
		require.Zero(t, rows, table)
	}
}
