package litedb_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/litedb"
)

// A snapshot is of one moment, whatever is written meanwhile.
func TestSnapshot(t *testing.T) {
	dir := t.TempDir()
	db, err := litedb.Open(filepath.Join(dir, "a.db"))
	require.NoError(t, err)
	defer db.Close()
	c, err := litedb.Connect(t.Context(), db, "")
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.Script("PRAGMA user_version = 7; CREATE TABLE a (n TEXT); INSERT INTO a VALUES ('one'), ('two'); BEGIN; INSERT INTO a VALUES ('open')"))
	to := filepath.Join(dir, "b.db")
	require.NoError(t, litedb.Snapshot(t.Context(), db, to), "while a transaction is open")
	require.NoError(t, c.Script("COMMIT"))
	require.ErrorIs(t, litedb.SnapshotFile(t.Context(), filepath.Join(dir, "a.db"), to), os.ErrExist)
	info, err := os.Stat(to)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	var got []string
	add := func(s string) error {
		got = append(got, s)
		return nil
	}
	require.NoError(t, litedb.Strings(t.Context(), to, add, "SELECT n FROM a ORDER BY n"))
	require.NoError(t, litedb.Strings(t.Context(), to, add, "SELECT user_version || '' FROM pragma_user_version"))
	require.Equal(t, []string{"one", "two", "7"}, got)
	require.Error(t, litedb.SnapshotFile(t.Context(), filepath.Join(dir, "none", "a.db"), filepath.Join(dir, "c.db")))
	require.NoFileExists(t, filepath.Join(dir, "c.db"))
}

func TestLink(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	require.NoError(t, os.WriteFile(from, []byte("content"), 0o600))
	require.NoError(t, litedb.Link(from, to))
	content, err := os.ReadFile(to)
	require.NoError(t, err)
	require.Equal(t, "content", string(content))
	require.ErrorIs(t, litedb.Link(from, to), os.ErrExist)
	require.ErrorIs(t, litedb.Link(filepath.Join(dir, "none"), filepath.Join(dir, "c")), os.ErrNotExist)
}

// What is held back comes out once, when the last one ends.
func TestGuard(t *testing.T) {
	var g litedb.Guard
	require.Equal(t, []string{"a"}, g.Pass([]string{"a"}))
	first, second := g.Hold(), g.Hold()
	require.Empty(t, g.Pass([]string{"b"}))
	require.Empty(t, first())
	require.Empty(t, first(), "again")
	require.Empty(t, g.Pass([]string{"c"}))
	require.Equal(t, []string{"b", "c"}, second())
	require.Equal(t, []string{"d"}, g.Pass([]string{"d"}))
}
