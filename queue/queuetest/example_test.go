package queuetest_test

import (
	"testing"
	"time"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/queue/queuetest"
)

// In a test of the package that has the store.
func ExampleTestStore() {
	_ = func(t *testing.T) { // func TestStore(t *testing.T)
		queuetest.TestStore(t, queuetest.Subject{
			Open: func(_ testing.TB, _ string, now func() time.Time) queue.Store {
				return memory.New(now)
			},
			Forgets: true,
		})
	}
}
