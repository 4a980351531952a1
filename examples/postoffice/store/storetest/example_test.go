package storetest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
	"github.com/wirepost/wirepost/examples/postoffice/store/storetest"
)

// The author of a store calls Run from a test of the store's own, with a way to open it and, if it
// has a clock that can be moved, a way to move that.
func ExampleRun() {
	now := time.Now()
	test := func(t *testing.T) {
		storetest.Run(t, storetest.Subject{
			Open: func(tb testing.TB, dir string) store.Store {
				s, err := sqlite.Open(tb.Context(), dir, sqlite.Options{Now: func() time.Time { return now }})
				require.NoError(tb, err)
				return s
			},
			Advance: func(d time.Duration) { now = now.Add(d) },
		})
	}
	_ = test
	// Output:
}
