package queue_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/smtp"
)

// What the queue itself costs, from Add to the end of a message of 1 KiB with one recipient, with a Store in memory and a
// Transport that takes everything.
func BenchmarkDelivery(b *testing.B) {
	for _, n := range []int{1, 1000} {
		b.Run(fmt.Sprintf("destinations=%d", n), func(b *testing.B) {
			var served atomic.Int64
			all := make(chan struct{})
			total := int64(0)
			q := &queue.Queue{
				Store: memory.New(nil),
				Transport: queue.TransportFunc(func(_ context.Context, d *queue.Delivery) ([]queue.Result, error) {
					if served.Add(1) == total {
						close(all)
					}
					return []queue.Result{ok}, nil
				}),
			}
			body := "Subject: x\r\n\r\n" + strings.Repeat("x", 1024)
			env := make([]*smtp.Envelope, n)
			for i := range env {
				var err error
				env[i], err = smtp.NewEnvelope("a@a.example", fmt.Sprintf("b@d%d.example", i))
				require.NoError(b, err)
			}
			total = int64(b.N)
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan error, 1)
			go func() { ended <- q.Run(ctx, time.Minute) }()
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			b.ResetTimer()
			for i := range b.N {
				for int64(i)-served.Load() > 1000 { // as much as waits in a queue that keeps up
					<-time.After(10 * time.Microsecond)
				}
				_, err := q.Add(b.Context(), queue.Submission{Envelope: env[i%n], Body: strings.NewReader(body), Size: int64(len(body))})
				require.NoError(b, err)
			}
			<-all
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
			cancel()
			require.NoError(b, <-ended)
		})
	}
}

// What it costs to find a way, among many that lead elsewhere.
func BenchmarkRoute(b *testing.B) {
	for _, n := range []int{10, 10000} {
		b.Run(fmt.Sprintf("spaces=%d", n), func(b *testing.B) {
			list := []queue.Connector{{Name: "internet"}}
			for i := range n {
				list = append(list, queue.Connector{
					Name: fmt.Sprint("c", i), Next: []string{"relay.example"},
					Spaces: []queue.AddressSpace{{Pattern: fmt.Sprintf("*.d%d.example", i)}},
				})
			}
			c, err := queue.NewConnectors(list...)
			require.NoError(b, err)
			to := smtp.Path{Local: "x", Domain: "mail.d7.example"}
			b.ReportAllocs()
			for b.Loop() {
				r, err := c.Route(b.Context(), to, nil)
				if err != nil || r.Name != "c7" {
					b.Fatal(r, err)
				}
			}
		})
	}
}
