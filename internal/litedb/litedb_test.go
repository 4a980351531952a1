package litedb_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/litedb"
)

// connect makes a connection to a new database.
func connect(tb testing.TB, own string) *litedb.Conn {
	tb.Helper()
	db, err := litedb.Open(filepath.Join(tb.TempDir(), "a b?.db"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	c, err := litedb.Connect(tb.Context(), db, own)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, c.Close()) })
	return c
}

func TestConn(t *testing.T) {
	c := connect(t, "PRAGMA cache_size = -1234")
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "wal_autocheckpoint": "8192", "journal_size_limit": "67108864", "cache_size": "-1234",
	} {
		var got string
		require.NoError(t, c.Row("PRAGMA "+pragma).Scan(&got))
		require.Equal(t, want, got, pragma)
	}
	require.NoError(t, c.Script("CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (1), (2), (3)"))
	changed, err := c.Exec("UPDATE a SET n = n + ? WHERE n > ?", 10, 1)
	require.NoError(t, err)
	require.EqualValues(t, 2, changed)
	has, err := c.Has("SELECT 1 FROM a WHERE n = ?", 12)
	require.NoError(t, err)
	require.True(t, has)
	has, err = c.Has("SELECT 1 FROM a WHERE n = ?", 2)
	require.NoError(t, err)
	require.False(t, has)
	require.ErrorIs(t, c.Row("SELECT n FROM a WHERE n = 2").Scan(new(int)), sql.ErrNoRows)

	var got []int
	read := func(r litedb.Scanner) error {
		var n int
		err := r.Scan(&n)
		got = append(got, n)
		return err
	}
	require.NoError(t, c.Each(read, "SELECT n FROM a ORDER BY n"+litedb.Limit(2)))
	require.Equal(t, []int{1, 12}, got)
	stop := errors.New("enough")
	require.ErrorIs(t, c.Each(func(litedb.Scanner) error { return stop }, "SELECT n FROM a"), stop)
}

// An INSERT tells the row that it made, or that it made none.
func TestInsert(t *testing.T) {
	c := connect(t, "")
	require.NoError(t, c.Script("CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER UNIQUE)"))
	const query = "INSERT INTO a (n) VALUES (?) ON CONFLICT (n) DO NOTHING"
	for i, want := range []struct {
		row  int64
		made bool
	}{{1, true}, {2, true}, {0, false}} {
		row, made, err := c.Insert(query, min(i, 1))
		require.NoError(t, err)
		require.Equal(t, want.row, row)
		require.Equal(t, want.made, made)
	}
	_, _, err := c.Insert("INSERT INTO a VALUES (1, 1)")
	require.Error(t, err)
}

// What cannot be asked is an error wherever it is asked.
func TestBadStatements(t *testing.T) {
	c := connect(t, "")
	_, err := c.Exec("nonsense")
	require.Error(t, err)
	_, _, err = c.Insert("nonsense")
	require.Error(t, err)
	require.Error(t, c.Script("nonsense"))
	require.Error(t, c.Row("nonsense").Scan())
	_, err = c.Has("nonsense")
	require.Error(t, err)
	require.Error(t, c.Each(nil, "nonsense"))
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	held := errors.New("held")
	f, err := litedb.Lock(dir, held)
	require.NoError(t, err)
	_, err = litedb.Lock(dir, held)
	require.ErrorIs(t, err, held)
	require.ErrorContains(t, err, dir)
	require.NoError(t, f.Close())
	f, err = litedb.Lock(dir, held)
	require.NoError(t, err, "it goes with the file")
	require.NoError(t, f.Close())
	_, err = litedb.Lock(filepath.Join(dir, "missing"), held)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func ExampleLimit() {
	fmt.Println("SELECT n FROM a" + litedb.Limit(10))
	// Output: SELECT n FROM a LIMIT 10
}

func BenchmarkRow(b *testing.B) {
	c := connect(b, "")
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Row("SELECT ?", 1).Scan(new(int)); err != nil {
			b.Fatal(err)
		}
	}
}
