package sqlite

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/diskfile"
	"github.com/wirepost/wirepost/internal/litedb"
	"github.com/wirepost/wirepost/queue"
)

// large is a body that becomes a file.
var large = strings.Repeat("large\r\n", 20_000)

func put(ctx context.Context, s *Store, body string) (string, error) {
	return s.PutBody(ctx, strings.NewReader(body), int64(len(body)))
}

// files lists the large bodies.
func files(t *testing.T, s *Store) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(s.filePath(""))
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

var quiet = slog.New(slog.DiscardHandler)

// TestBodyFaults lets each operation of a large body fail in turn: it is refused, with the right error, and leaves neither a
// file nor a row.
func TestBodyFaults(t *testing.T) {
	fs := new(diskfile.Faulty)
	s := opened(t, Options{Logger: quiet}, fs)
	fs.Arm(0, nil)
	_, err := put(t.Context(), s, large)
	require.NoError(t, err)
	steps := fs.Ops()
	require.Equal(t, []string{"create", "write", "write", "sync", "close", "syncDir"}, steps, "durable before its row")
	for with, want := range map[error]error{
		syscall.ENOSPC: queue.ErrFull, syscall.EDQUOT: queue.ErrFull, syscall.EFBIG: queue.ErrFull, syscall.EIO: syscall.EIO,
	} {
		for i, step := range steps {
			fs.Arm(i+1, with)
			_, err := put(t.Context(), s, large)
			require.ErrorIs(t, err, want, step)
			require.ErrorIs(t, err, with, step)
			require.Equal(t, 1, strings.Count(err.Error(), "sqlite:"), err)
			require.Len(t, files(t, s), 1, step)
		}
	}
	_, err = put(t.Context(), s, "small")
	require.NoError(t, err)
}

// TestFull checks that a full disk refuses what does not fit, loses nothing, and that all goes on when there is room.
func TestFull(t *testing.T) {
	s := opened(t, Options{}, diskfile.OS{})
	now := time.Now()
	body, err := put(t.Context(), s, "body")
	require.NoError(t, err)
	require.NoError(t, s.Add(t.Context(), entry(body, "first", "r", "s", now)))
	pages := func(n int) {
		require.NoError(t, s.write(t.Context(), 0, func(t *tx) error {
			var got int
			return t.Row("PRAGMA max_page_count = " + litedb.Limit(n)[len(" LIMIT "):]).Scan(&got)
		}))
	}
	pages(1) // it becomes as many as there are
	added := []string{"first.0"}
	refused := 0
	for i := range 2000 {
		id := queue.NewID()
		switch err := s.Add(t.Context(), entry(body, id, "r", "s", now)); {
		case err == nil:
			added = append(added, id+".0")
		default:
			require.ErrorIs(t, err, queue.ErrFull)
			refused++
		}
		if refused > 20 {
			break
		}
		require.Less(t, i, 1999, "it never was full")
	}
	large := strings.Repeat("x", 60_000)
	waits, err := put(t.Context(), s, large)
	require.NoError(t, err, "it is not the disk's yet")
	for range 3 {
		require.ErrorIs(t, s.Add(t.Context(), entry(waits, "large", "r", "s", now)), queue.ErrFull)
		require.Equal(t, large, text(t, s, waits))
	}
	leases, err := s.Claim(t.Context(), queue.ClaimRequest{Max: len(added) + refused, Lease: time.Hour})
	if err != nil {
		require.ErrorIs(t, err, queue.ErrFull)
	}
	pages(1 << 30)
	require.NoError(t, s.Add(t.Context(), entry(waits, "large", "r", "s", now)))
	added = append(added, "large.0")
	require.Equal(t, large, text(t, s, waits))
	more, err := s.Claim(t.Context(), queue.ClaimRequest{Max: len(added) + refused, Lease: time.Hour})
	require.NoError(t, err)
	var claimed []string
	for _, l := range append(leases, more...) {
		claimed = append(claimed, l.Item.ID)
		require.NoError(t, s.Settle(t.Context(), queue.Settlement{Lease: &l})[0])
	}
	require.ElementsMatch(t, added, claimed, "what was refused is not there, what was taken is")
}

// TestMissingFile checks that a body whose file is gone or cut is told apart from one that never was.
func TestMissingFile(t *testing.T) {
	s := opened(t, Options{Logger: quiet}, diskfile.OS{})
	name, err := put(t.Context(), s, large)
	require.NoError(t, err)
	path := s.filePath(files(t, s)[0])
	require.NoError(t, os.Truncate(path, 10))
	_, err = s.OpenBody(t.Context(), name)
	require.ErrorContains(t, err, "restore it")
	require.NoError(t, os.Remove(path))
	_, err = s.OpenBody(t.Context(), name)
	require.ErrorIs(t, err, queue.ErrNotFound)
}

// TestFilesWithoutRow checks what is removed of files that no row names: all at the start, then those that are old.
func TestFilesWithoutRow(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	body, err := put(t.Context(), s, large)
	require.NoError(t, err)
	named := files(t, s)
	for _, name := range []string{"young", "old"} {
		require.NoError(t, os.WriteFile(s.filePath(name), nil, 0o600))
	}
	yesterday := time.Now().Add(-25 * time.Hour)
	require.NoError(t, os.Chtimes(s.filePath("old"), yesterday, yesterday))
	require.NoError(t, s.sweep(t.Context()))
	require.ElementsMatch(t, append(named, "young"), files(t, s))
	require.NoError(t, s.Close())
	s = opened(t, Options{Dir: dir}, diskfile.OS{})
	require.Equal(t, named, files(t, s))
	_, err = s.OpenBody(t.Context(), body)
	require.NoError(t, err)
}

// TestSweepLoop checks that a sweep is made by itself, every hour.
func TestSweepLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := opened(t, Options{}, diskfile.OS{})
		name, err := put(t.Context(), s, large)
		require.NoError(t, err)
		time.Sleep(orphanAge + sweepEvery + time.Minute)
		synctest.Wait()
		_, err = s.OpenBody(t.Context(), name)
		require.ErrorIs(t, err, queue.ErrNotFound)
		require.Empty(t, files(t, s))
	})
}

// TestForgotten checks that IDs do not stay for ever.
func TestForgotten(t *testing.T) {
	now := time.Now()
	s := opened(t, Options{Now: func() time.Time { return now }}, diskfile.OS{})
	count := func() (n int) {
		require.NoError(t, s.read(t.Context(), func(c *conn) error { return c.Row("SELECT count(*) FROM message").Scan(&n) }))
		return n
	}
	populate(t, s, 3*sweepBatch, func(int) (string, string, time.Time) { return "r", "s", now })
	n, err := s.Update(t.Context(), queue.Filter{}, queue.Change{Remove: true})
	require.NoError(t, err)
	require.Equal(t, 3*sweepBatch, n)
	now = now.Add(knownFor)
	require.NoError(t, s.sweep(t.Context()))
	require.Equal(t, 3*sweepBatch, count())
	now = now.Add(time.Second)
	require.NoError(t, s.sweep(t.Context()))
	require.Zero(t, count())
}

// TestLocked checks that a directory is one Store's, until it is closed.
func TestLocked(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "here")
	s, err := Open(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	_, err = Open(t.Context(), Options{Dir: dir})
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Add(t.Context(), entry("b1", "m", "r", "s", time.Now())), errClosed)
	require.ErrorIs(t, s.Wait(t.Context(), time.Now().Add(time.Hour)), errClosed)
	_, err = s.OpenBody(t.Context(), "b1")
	require.ErrorIs(t, err, errClosed)
	_, err = Open(t.Context(), Options{})
	require.ErrorContains(t, err, "Options.Dir")
	opened(t, Options{Dir: dir}, diskfile.OS{})
	info, err := os.Stat(filepath.Join(dir, databaseName))
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077, "it is nobody else's to read")
}

// TestSchema checks that what other programs and newer versions wrote is refused.
func TestSchema(t *testing.T) {
	for statement, want := range map[string]string{
		"PRAGMA user_version = 99":                              "newer version",
		"PRAGMA application_id = 1":                             "another program",
		"UPDATE item SET data = x'03'":                          "newer version",
		"UPDATE item SET data = x'01'":                          "damaged",
		"UPDATE message SET data = CAST(data || x'00' AS BLOB)": "damaged",
	} {
		dir := t.TempDir()
		s, err := Open(t.Context(), Options{Dir: dir})
		require.NoError(t, err)
		populate(t, s, 1, func(int) (string, string, time.Time) { return "r", "s", time.Now() })
		require.NoError(t, s.write(t.Context(), 0, func(t *tx) error { _, err := t.Exec(statement); return err }))
		require.NoError(t, s.Close())
		s, err = Open(t.Context(), Options{Dir: dir})
		if err == nil {
			_, err = s.Claim(t.Context(), queue.ClaimRequest{Max: 1, Lease: time.Hour})
			require.NoError(t, s.Close())
		}
		require.ErrorContains(t, err, want, statement)
	}
}
