package relay_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue/relay"
)

// TestMemory: what is silent comes last, until it answers or its time is over, and what is remembered is bounded.
func TestMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := relay.NewMemory(time.Minute)
		m.Note("b", false)
		m.Note("a", false)
		require.Equal(t, []string{"c", "d", "b", "a"}, m.Order("b", "c", "a", "d"))
		m.Note("a", true)
		require.Equal(t, []string{"c", "a", "b"}, m.Order("b", "c", "a"))
		time.Sleep(time.Minute)
		require.Equal(t, []string{"b", "c"}, m.Order("b", "c"))
		require.Zero(t, m.Len(), "what is over is forgotten")
		for i := range relay.MaxSilent + 100 {
			m.Note(strconv.Itoa(i), false)
		}
		require.Equal(t, relay.MaxSilent, m.Len())
		never := relay.NewMemory(-1)
		never.Note("a", false)
		require.Equal(t, []string{"a", "b"}, never.Order("a", "b"))
	})
}
