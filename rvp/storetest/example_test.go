package storetest_test

import (
	"fmt"
	"testing"

	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/memory"
	"github.com/wirepost/wirepost/rvp/storetest"
)

// A store's tests are one function.
func ExampleRun() {
	test := func(t *testing.T) {
		storetest.Run(t, func(*testing.T) rvp.NodeStore { return memory.New() })
	}
	fmt.Printf("%T\n", test)
	// Output: func(*testing.T)
}
