package relay_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp/smtptest"
)

// TestCut breaks the conversation with the first host at each octet of its replies. Wherever that is, the message comes to
// somebody, or may come once more later, but never to both hosts.
func TestCut(t *testing.T) {
	var octets int
	in(t, twoHosts, func(t *testing.T, w *world) {
		srv := w.fault("203.0.113.1:25", smtptest.Fault{Extensions: []string{"PIPELINING"}})
		_, err := w.deliver(delivery("x"))
		require.NoError(t, err)
		octets = srv.Sent()
	})
	doubts := 0
	for n := 1; n < octets; n++ {
		in(t, twoHosts, func(t *testing.T, w *world) {
			first := w.fault("203.0.113.1:25", smtptest.Fault{Extensions: []string{"PIPELINING"}, SendAtMost: n})
			second := w.fault("203.0.113.3:25", smtptest.Fault{})
			got, err := w.deliver(delivery("x"))
			require.NoError(t, err)
			there := slices.Contains(second.Heard(), smtptest.EndOfMessage)
			if slices.Contains(first.Heard(), smtptest.EndOfMessage) {
				require.False(t, there, "cut at %d", n)
				require.Equal(t, []string{"451 4.4.2 ambiguous by a.example.org"}, got)
				doubts++
				return
			}
			require.True(t, there, "cut at %d", n)
			require.Equal(t, []string{"250 2.0.0 by b.example.org relayed"}, got)
		})
	}
	require.Positive(t, doubts)
}
