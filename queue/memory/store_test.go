package memory_test

import (
	"testing"
	"time"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/queue/queuetest"
)

// TestStore has what shares a directory share a store.
func TestStore(t *testing.T) {
	stores := make(map[string]queue.Store)
	queuetest.TestStore(t, queuetest.Subject{
		Open: func(_ testing.TB, dir string, now func() time.Time) queue.Store {
			s, ok := stores[dir]
			if !ok {
				s = memory.New(now)
				stores[dir] = s
			}
			return s
		},
		Shared:  true,
		Forgets: true,
	})
}
