package sqlite

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/queuetest"
)

func TestStore(t *testing.T) {
	queuetest.TestStore(t, queuetest.Subject{
		Open: func(tb testing.TB, dir string, now func() time.Time) queue.Store {
			s, err := Open(tb.Context(), Options{Dir: dir, Now: now})
			require.NoError(tb, err)
			return s
		},
		Sweep: func(tb testing.TB, s queue.Store) { require.NoError(tb, s.(*Store).sweep(tb.Context())) },
	})
}
