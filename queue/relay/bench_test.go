package relay_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/relay"
	"github.com/wirepost/wirepost/smtp"
)

// BenchmarkDeliver is a delivery over connections that are kept, in memory, to one host after the other.
func BenchmarkDeliver(b *testing.B) {
	for _, hosts := range []int{1, 100} {
		b.Run(fmt.Sprintf("hosts=%d", hosts), func(b *testing.B) {
			l := memnet.Listen()
			srv := &smtp.Server{
				Domains: []string{"*"}, Logger: slog.New(slog.DiscardHandler),
				Limits: smtp.Limits{Conns: -1, ConnsPerAddr: -1, Errors: -1, Refusals: -1},
				Backend: smtp.HandlerFunc(func(_ context.Context, _ *smtp.Conn, _ *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
					_, err := io.Copy(io.Discard, body)
					return smtp.Reply{}, err
				}),
			}
			done := make(chan error, 1)
			go func() { done <- srv.Serve(l) }()
			b.Cleanup(func() {
				srv.Close()
				require.ErrorIs(b, <-done, smtp.ErrServerClosed)
			})
			r := &relay.Relay{Hello: "us.example"}
			r.Pool.Messages = 1 << 30
			r.Options.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { return l.Dial(ctx) }
			b.Cleanup(func() { require.NoError(b, r.Close()) })
			body := bytes.Repeat([]byte("0123456789012345678901234567890123456789012345678901234567890\r\n"), 64)
			var all []*queue.Delivery
			for i := range hosts {
				d := delivery("x")
				d.Route.Next = []string{fmt.Sprintf("192.0.2.%d:25", i+1)}
				d.Body = smtp.BodyFromBytes(body)
				all = append(all, d)
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for n := 0; b.Loop(); n++ {
				results, err := r.Deliver(b.Context(), all[n%hosts])
				if err != nil || results[0].Reply.Code != 250 {
					b.Fatal(results, err)
				}
			}
		})
	}
}
