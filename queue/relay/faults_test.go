package relay_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp/smtptest"
)

// TestBadReplies: whatever a host says at whatever point, the Relay comes to an end, and takes nothing for delivered that
// the host has not had; deliver checks the results, too.
func TestBadReplies(t *testing.T) {
	for _, verb := range []string{"", "EHLO", "STARTTLS", "MAIL", "RCPT", "DATA", "BDAT", smtptest.EndOfMessage} {
		for name, fault := range smtptest.BadReplies(verb) {
			t.Run(verb+"/"+name, func(t *testing.T) {
				in(t, twoHosts, func(t *testing.T, w *world) {
					srv := w.fault("203.0.113.1:25", fault)
					got, _ := w.deliver(delivery("x"))
					if strings.HasPrefix(got[0], "2") {
						require.Contains(t, srv.Heard(), smtptest.EndOfMessage)
					}
					first := got[0]
					second := w.fault("203.0.113.3:25", smtptest.Fault{})
					got, _ = w.deliver(delivery("x"))
					if strings.HasPrefix(first, "4") && !strings.Contains(first, "ambiguous") {
						require.Contains(t, got[0], "by b.example.org")
					} else {
						require.NotContains(t, second.Heard(), smtptest.EndOfMessage)
					}
				})
			})
		}
	}
}

// TestTogether: many deliveries at once share one Relay.
func TestTogether(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		srv := w.host("203.0.113.3:25", nil)
		w.Planner.Rand = nil // which is for one goroutine
		w.Pool.PerDestination = 3
		var wg sync.WaitGroup
		results := make([]string, 30)
		for i := range results {
			wg.Go(func() {
				got, err := w.Deliver(t.Context(), delivery("x"))
				if err == nil {
					results[i] = told(got[0])
				}
			})
		}
		wg.Wait()
		require.Equal(t, slices.Repeat([]string{"250 2.0.0 by b.example.org relayed"}, len(results)), results)
		require.Len(t, srv.Messages(), len(results))
		seconds := slices.DeleteFunc(w.asked(), func(s string) bool { return s != "203.0.113.3:25" })
		require.LessOrEqual(t, len(seconds), 3)
	})
}
