package storetest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
	"github.com/wirepost/wirepost/examples/postoffice/store/storetest"
)

// The author of a store gives the suite a way to open it.
func ExampleRun() {
	_ = func(t *testing.T) { // TestStore, in the implementation's own package
		storetest.Run(t, storetest.Subject{
			Open: func(tb testing.TB, dir string) store.Store {
				s, err := sqlite.Open(tb.Context(), dir, sqlite.Options{})
				require.NoError(tb, err)
				return s
			},
		})
	}
	// Output:
}
