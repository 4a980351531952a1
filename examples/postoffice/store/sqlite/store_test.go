package sqlite_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
	"github.com/wirepost/wirepost/examples/postoffice/store/storetest"
)

// A clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// checked is a store that counts again before it closes.
type checked struct {
	*sqlite.Store
	tb   testing.TB
	once sync.Once
}

func (c *checked) Close() error {
	c.once.Do(func() {
		problems, err := c.Check(context.WithoutCancel(c.tb.Context())) // which ends before the test's cleanups run
		require.NoError(c.tb, err)
		require.Empty(c.tb, problems)
	})
	return c.Store.Close()
}

func TestStore(t *testing.T) {
	c := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	storetest.Run(t, storetest.Subject{
		Open: func(tb testing.TB, dir string) store.Store {
			s, err := sqlite.Open(tb.Context(), dir, sqlite.Options{Now: c.Now})
			require.NoError(tb, err)
			return &checked{Store: s, tb: tb}
		},
		Advance: c.Advance,
	})
}
