package litedb_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/litedb"
)

var errNewer = errors.New("newer")

func TestMigrate(t *testing.T) {
	s := litedb.Schema{File: "a.db", Application: 7, Newer: errNewer, Migrations: []string{"CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (1)"}}
	c := connect(t, "")
	sum := func() (n int) {
		require.NoError(t, c.Row("SELECT sum(n) FROM a").Scan(&n))
		return n
	}
	require.NoError(t, s.Migrate(c))
	require.NoError(t, s.Migrate(c), "nothing is left to do")
	require.Equal(t, 1, sum())

	s.Migrations = append(s.Migrations, "UPDATE a SET n = 2", "UPDATE a SET n = 3; UPDATE none SET n = 4")
	require.ErrorContains(t, s.Migrate(c), "migration to schema 3: ")
	require.Equal(t, 2, sum(), "a step is made whole or not at all")
	s.Migrations[2] = "UPDATE a SET n = 3"
	require.NoError(t, s.Migrate(c))
	require.Equal(t, 3, sum())

	s.Migrations = s.Migrations[:2]
	err := s.Migrate(c)
	require.ErrorIs(t, err, errNewer)
	require.EqualError(t, err, "schema 3, this program knows up to 2: newer")
	s.Application++
	require.EqualError(t, s.Migrate(c), "a.db is another program's database: choose another directory")
}

// TestMigrateForeign checks that tables of nobody's that says so are another program's too.
func TestMigrateForeign(t *testing.T) {
	c := connect(t, "")
	require.NoError(t, c.Script("CREATE TABLE a (n INTEGER)"))
	s := litedb.Schema{File: "a.db", Application: 7, Migrations: []string{"CREATE TABLE b (n INTEGER)"}}
	require.ErrorContains(t, s.Migrate(c), "another program's database")
}

func TestLend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, closing, closed := make(chan int, 1), make(chan struct{}), errors.New("closed")
		lend := func(ctx context.Context) (got int, err error) {
			return got, litedb.Lend(ctx, pool, closing, closed, func(n int) error {
				got = n
				require.Empty(t, pool)
				return errNewer
			})
		}
		pool <- 5
		for range 2 {
			got, err := lend(t.Context())
			require.Equal(t, 5, got)
			require.Equal(t, errNewer, err)
		}
		over, cancel := context.WithCancel(t.Context())
		cancel()
		for range 100 { // whichever is chosen
			got, err := lend(over)
			require.Zero(t, got)
			require.Equal(t, context.Canceled, err)
		}
		<-pool
		_, err := lend(over)
		require.Equal(t, context.Canceled, err)
		close(closing)
		_, err = lend(t.Context())
		require.Equal(t, closed, err)
	})
}
