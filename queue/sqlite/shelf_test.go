package sqlite

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/diskfile"
	"github.com/wirepost/wirepost/queue"
)

// supplied opens a store that has had its first body, which brings the numbers for more.
func supplied(t *testing.T, o Options) *Store {
	t.Helper()
	s := opened(t, o, diskfile.OS{})
	_, err := put(t.Context(), s, "first")
	require.NoError(t, err)
	return s
}

// rowOf tells whether a body is in the database, and whether it is on the shelf.
func rowOf(t *testing.T, s *Store, name string) (row, shelf bool) {
	t.Helper()
	n, ok := bodyNumber(name)
	require.True(t, ok)
	require.NoError(t, s.read(t.Context(), func(c *conn) (err error) {
		row, err = c.Has("SELECT 1 FROM body WHERE n = ?", n)
		return err
	}))
	_, shelf = s.shelf.get(n)
	return row, shelf
}

func text(t *testing.T, s *Store, name string) string {
	t.Helper()
	b, err := s.OpenBody(t.Context(), name)
	require.NoError(t, err)
	got, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	require.NoError(t, err)
	require.NoError(t, b.Close())
	return string(got)
}

// where checks where a body is.
func where(t *testing.T, s *Store, name string, row, shelf bool) {
	t.Helper()
	isRow, isShelf := rowOf(t, s, name)
	require.Equal(t, row, isRow, "in the database")
	require.Equal(t, shelf, isShelf, "on the shelf")
}

// TestShelf follows short bodies to the database: with the first Add or Settle that names them, and not with one that fails.
func TestShelf(t *testing.T) {
	s := supplied(t, Options{})
	for _, body := range []string{"", "short", strings.Repeat("x", inlineLimit)} {
		id := fmt.Sprint("m", len(body))
		name, err := put(t.Context(), s, body)
		require.NoError(t, err)
		where(t, s, name, false, true)
		bad := entry(name, id, "r", "s", time.Now())
		bad.Items = append(bad.Items, bad.Items[0])
		bad.Items[1].ID = "taken.0"
		taken := entry(name, "taken", "r", "s", time.Now())
		if len(body) > 0 { // it is there already
			require.ErrorIs(t, s.Add(t.Context(), bad), errItem)
			where(t, s, name, false, true)
		}
		err = s.Add(t.Context(), entry(name, id, "r", "s", time.Now()))
		require.NoError(t, err)
		where(t, s, name, true, false)
		require.Equal(t, body, text(t, s, name))
		if len(body) == 0 {
			require.NoError(t, s.Add(t.Context(), taken))
		}
	}
	leases, err := s.Claim(t.Context(), queue.ClaimRequest{Max: 1, Lease: time.Hour})
	require.NoError(t, err)
	report, err := put(t.Context(), s, "report")
	require.NoError(t, err)
	settlement := queue.Settlement{Lease: &leases[0], Add: []queue.Entry{entry(report, "report", "r", "s", time.Now())}}
	require.NoError(t, s.Settle(t.Context(), settlement)[0])
	where(t, s, report, true, false)
	require.ErrorIs(t, s.Settle(t.Context(), settlement)[0], queue.ErrLeaseLost)
	long, err := put(t.Context(), s, large)
	require.NoError(t, err)
	where(t, s, long, true, false)
	require.Zero(t, s.shelf.weight)
	require.Empty(t, s.shelf.bodies)
}

// TestShelfLimit checks that the shelf is bounded, by octets as by number, that PutBody then writes, and that there is room
// again when what was there is named.
func TestShelfLimit(t *testing.T) {
	s := supplied(t, Options{})
	var entries []queue.Entry
	body := strings.Repeat("x", inlineLimit)
	for s.shelf.weight+inlineLimit+shelfCost <= shelfLimit {
		name, err := put(t.Context(), s, body)
		require.NoError(t, err)
		entries = append(entries, entry(name, queue.NewID(), "r", "s", time.Now()))
		require.Equal(t, len(entries)*(inlineLimit+shelfCost), s.shelf.weight)
	}
	require.Greater(t, len(entries), 1000)
	name, err := put(t.Context(), s, body)
	require.NoError(t, err)
	where(t, s, name, true, false)
	require.Equal(t, body, text(t, s, name))
	require.NoError(t, s.Add(t.Context(), entries[:10]...))
	name, err = put(t.Context(), s, body)
	require.NoError(t, err)
	where(t, s, name, false, true)
	require.NoError(t, s.Add(t.Context(), entries[10:]...))
	require.Equal(t, inlineLimit+shelfCost, s.shelf.weight)

	var empty shelf
	empty.bodies = make(map[int64]shelved)
	empty.supply(numbers{0, 1 << 40})
	kept := 0
	for ; kept < shelfLimit; kept++ {
		if _, ok := empty.put(shelved{}); !ok {
			break
		}
	}
	require.Equal(t, shelfLimit/shelfCost, kept, "bodies without octets")
}

// TestShelfSweep checks that bodies leave the shelf for the database when they have waited long, and stay for as long as
// all others.
func TestShelfSweep(t *testing.T) {
	now := time.Now()
	s := supplied(t, Options{Now: func() time.Time { return now }})
	var old []string
	for i := range 2*shelfBatch + 1 {
		name, err := put(t.Context(), s, fmt.Sprint("old", i))
		require.NoError(t, err)
		old = append(old, name)
	}
	now = now.Add(shelfAge)
	young, err := put(t.Context(), s, "young")
	require.NoError(t, err)
	require.NoError(t, s.sweep(t.Context()))
	where(t, s, old[0], false, true)
	now = now.Add(time.Second)
	require.NoError(t, s.sweep(t.Context()))
	for i, name := range old {
		where(t, s, name, true, false)
		require.Equal(t, fmt.Sprint("old", i), text(t, s, name))
	}
	where(t, s, young, false, true)
	require.NoError(t, s.Add(t.Context(), entry(old[1], "m", "r", "s", now)))
	now = now.Add(orphanAge - shelfAge)
	require.NoError(t, s.sweep(t.Context()))
	where(t, s, old[0], false, false)
	where(t, s, old[1], true, false)
	where(t, s, young, true, false)
	now = now.Add(shelfAge)
	require.NoError(t, s.sweep(t.Context()))
	where(t, s, young, false, false)
}

// TestShelfFullDisk checks that bodies which cannot be written stay on the shelf, not longer than others, and that a sweep
// removes what it can all the same.
func TestShelfFullDisk(t *testing.T) {
	now := time.Now()
	s := supplied(t, Options{Now: func() time.Time { return now }})
	pages := func(n int) {
		require.NoError(t, s.write(t.Context(), 0, func(t *tx) error {
			var got int
			return t.Row("PRAGMA max_page_count = " + fmt.Sprint(n)).Scan(&got)
		}))
	}
	var orphans []string
	for range 3 * shelfBatch {
		name, err := put(t.Context(), s, strings.Repeat("x", inlineLimit))
		require.NoError(t, err)
		orphans = append(orphans, name)
	}
	now = now.Add(shelfAge + time.Second)
	pages(1)
	require.ErrorIs(t, fail(s.sweep(t.Context())), queue.ErrFull)
	where(t, s, orphans[0], false, true)
	now = now.Add(orphanAge - shelfAge)
	first, ok := rowOf(t, s, "b1")
	require.True(t, first && !ok)
	require.NoError(t, s.sweep(t.Context()))
	where(t, s, "b1", false, false)
	for _, name := range orphans {
		where(t, s, name, false, false)
	}
	require.Zero(t, s.shelf.weight)
	pages(1 << 30)
}

// TestShelfClosed checks that calls which need no connection end with the store too.
func TestShelfClosed(t *testing.T) {
	s, err := Open(t.Context(), Options{Dir: t.TempDir()})
	require.NoError(t, err)
	var name string
	for range 2 {
		name, err = put(t.Context(), s, "body")
		require.NoError(t, err)
	}
	where(t, s, name, false, true)
	require.NoError(t, s.Close())
	_, err = s.OpenBody(t.Context(), name)
	require.ErrorIs(t, err, errClosed)
	_, err = put(t.Context(), s, "body")
	require.ErrorIs(t, err, errClosed)
}

// TestBodyNumbers checks that no name is given twice, by many at a time, over blocks, failures and restarts, and that names
// grow in time.
func TestBodyNumbers(t *testing.T) {
	dir := t.TempDir()
	seen := make(map[int64]bool)
	highest := int64(0)
	for range 3 {
		s, err := Open(t.Context(), Options{Dir: dir})
		require.NoError(t, err)
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				last := highest
				for i := range bodyBlock / 4 {
					body := "short"
					if i%1000 == 999 {
						body = large
					}
					name, err := put(t.Context(), s, body)
					n, ok := bodyNumber(name)
					if err != nil || !ok || n <= last {
						t.Errorf("%q after %d: %v", name, last, err)
						return
					}
					last = n
					mu.Lock()
					if seen[n] {
						t.Errorf("%q was given twice", name)
					}
					seen[n] = true
					mu.Unlock()
				}
			})
		}
		for range 5 { // takes numbers, reserves more twice, and fails
			require.ErrorIs(t, s.write(t.Context(), 0, func(t *tx) error {
				for range 2*idsReserved/bodyBlock + 1 {
					if _, err := t.block(bodyBlock); err != nil {
						return err
					}
				}
				return errTest
			}), errTest)
			require.NoError(t, s.write(t.Context(), 0, func(t *tx) error {
				n, err := t.next()
				var reserved int64
				err = errors.Join(err, t.Row("SELECT reserved FROM sequence").Scan(&reserved))
				if n > reserved {
					err = fmt.Errorf("%d is in use, %d reserved", n, reserved)
				}
				return err
			}))
		}
		wg.Wait()
		require.NoError(t, s.Close())
		for n := range seen {
			highest = max(highest, n)
		}
	}
	require.Len(t, seen, 3*8*(bodyBlock/4))
}

// TestNumbersReserved checks that the database knows of all numbers before anybody has them, also of those that PutBody takes
// from a block: after a change that had taken one and was undone, and when a block is longer than what is left.
func TestNumbersReserved(t *testing.T) {
	s := opened(t, Options{}, diskfile.OS{})
	next := func() {
		s.shelf.supply(numbers{})
		name, err := put(t.Context(), s, "body")
		require.NoError(t, err)
		n, _ := bodyNumber(name)
		var reserved int64
		require.NoError(t, s.read(t.Context(), func(c *conn) error { return c.Row("SELECT reserved FROM sequence").Scan(&reserved) }))
		require.LessOrEqual(t, n, reserved)
		require.Equal(t, n+bodyBlock-1, s.shelf.numbers.end)
		require.LessOrEqual(t, s.shelf.numbers.end, reserved)
	}
	for _, left := range []int64{10, bodyBlock - 1, bodyBlock, bodyBlock + 1, idsReserved} {
		require.ErrorIs(t, s.write(t.Context(), 0, func(t *tx) error {
			_, err := t.nextBody()
			return errors.Join(err, errTest)
		}), errTest)
		next()
		require.NoError(t, s.write(t.Context(), 0, func(t *tx) error {
			_, err := t.block(t.ids.reserved - t.ids.last)
			if err == nil {
				_, err = t.block(idsReserved - left)
			}
			return err
		}))
		next()
	}
}
