package memory_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
)

// BenchmarkAddClaimSettle is one message, from its body to its end, while 100 others wait.
func BenchmarkAddClaimSettle(b *testing.B) {
	s := memory.New(nil)
	text := strings.Repeat("x", 4096)
	add := func(id, route string, due time.Time) {
		body, err := s.PutBody(b.Context(), strings.NewReader(text), -1)
		require.NoError(b, err)
		require.NoError(b, s.Add(b.Context(), queue.Entry{
			Message: queue.Message{ID: id, Body: body},
			Items:   []queue.Item{{ID: id + ".0", Message: id, Route: route, Due: due, To: make([]queue.Recipient, 1)}},
		}))
	}
	for i := range 100 {
		add(fmt.Sprint("later", i), fmt.Sprint("r", i), time.Now().Add(time.Hour))
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	n := 0
	for b.Loop() {
		n++
		add(fmt.Sprint("m", n), "r", time.Now())
		leases, err := s.Claim(b.Context(), queue.ClaimRequest{Max: 1, Lease: time.Hour})
		require.NoError(b, err)
		require.Len(b, leases, 1)
		require.NoError(b, s.Settle(b.Context(), queue.Settlement{Lease: &leases[0]})[0])
	}
}
