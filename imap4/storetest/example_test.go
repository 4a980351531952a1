package storetest_test

import (
	"testing"

	"github.com/wirepost/wirepost/imap4/memory"
	"github.com/wirepost/wirepost/imap4/storetest"
)

// The author of a store says how to open a new one.
func ExampleRun() {
	_ = func(t *testing.T) { // TestStore, in the store's own package
		storetest.Run(t, func(testing.TB) storetest.Accounts {
			return new(memory.Store).Account
		})
	}
	// Output:
}
