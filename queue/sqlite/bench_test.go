package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/diskfile"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// opened opens a store in a directory of the test's own.
func opened(tb testing.TB, o Options, files diskfile.System) *Store {
	tb.Helper()
	if o.Dir == "" {
		o.Dir = tb.TempDir()
	}
	s, err := open(tb.Context(), o, files)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

// entry makes a message of one item.
func entry(body, id, route, source string, due time.Time) queue.Entry {
	return queue.Entry{
		Message: queue.Message{
			ID: id, Body: body, Size: 4096, Arrived: due, Source: source,
			From: smtp.MailParams{Path: smtp.Path{Local: "someone", Domain: "example.org"}, Size: 4096},
		},
		Items: []queue.Item{{
			ID: id + ".0", Message: id, Route: route, Priority: queue.Normal, Due: due, Expires: due.Add(72 * time.Hour),
			To:      []queue.Recipient{{RcptParams: smtp.RcptParams{Path: smtp.Path{Local: "someone.else", Domain: route}}}},
			History: queue.History{First: due},
		}},
	}
}

// spread runs do b.N times, from that many goroutines, and returns how often in a second.
func spread(b *testing.B, writers int, do func(i int) error) float64 {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range writers {
		wg.Go(func() {
			for {
				i := int(next.Add(1))
				if i > b.N {
					return
				}
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(b.N) / time.Since(began).Seconds()
}

// appendLog is what the disk gives the writers at best: one file that they append to, and one fdatasync for all who wait,
// without any index.
func appendLog(b *testing.B, writers int, body []byte) float64 {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "log"))
	require.NoError(b, err)
	defer f.Close()
	queue := make(chan chan error)
	go func() {
		for first := range queue {
			group := []chan error{first}
			_, err := f.Write(body)
		more:
			for {
				select {
				case c := <-queue:
					group = append(group, c)
					if err == nil {
						_, err = f.Write(body)
					}
				default:
					break more
				}
			}
			if err == nil {
				err = fdatasync(f)
			}
			for _, c := range group {
				c <- err
			}
		}
	}()
	defer close(queue)
	return spread(b, writers, func(int) error {
		c := make(chan error, 1)
		queue <- c
		return <-c
	})
}

// BenchmarkAdd is one message of 4 KiB, on disk when it returns: its body and its entry, in one commit, or an entry alone, of
// a body that is there. "of-disk" is the share of what the same writers can append to a file that is as durable.
func BenchmarkAdd(b *testing.B) {
	body := bytes.Repeat([]byte("A line of the message is this long, about as much as people write.\r\n"), 61)[:4096]
	for _, whole := range []bool{true, false} {
		for _, writers := range []int{1, 16, 64, 256} {
			b.Run(fmt.Sprintf("body=%v/writers=%d", whole, writers), func(b *testing.B) {
				disk := appendLog(b, writers, body)
				s := opened(b, Options{}, diskfile.OS{})
				shared, err := s.PutBody(b.Context(), bytes.NewReader(body), -1)
				require.NoError(b, err)
				now := time.Now()
				b.ReportAllocs()
				b.SetBytes(int64(len(body)))
				b.ResetTimer()
				rate := spread(b, writers, func(i int) error {
					name := shared
					if whole {
						var err error // each writer's own
						if name, err = s.PutBody(b.Context(), bytes.NewReader(body), 4096); err != nil {
							return err
						}
					}
					return s.Add(b.Context(), entry(name, queue.NewID(), fmt.Sprintf("r%d.example", i%100), "s", now))
				})
				b.ReportMetric(rate, "msgs/s")
				b.ReportMetric(rate/disk, "of-disk")
			})
		}
	}
}

// populate adds messages that share a body.
func populate(tb testing.TB, s *Store, n int, of func(i int) (route, source string, due time.Time)) {
	tb.Helper()
	body, err := s.PutBody(tb.Context(), bytes.NewReader([]byte("body")), -1)
	require.NoError(tb, err)
	for done := 0; done < n; {
		var all []queue.Entry
		for range min(2000, n-done) {
			route, source, due := of(done)
			all = append(all, entry(body, queue.NewID(), route, source, due))
			done++
		}
		require.NoError(tb, s.Add(tb.Context(), all...))
	}
}

// many names the environment variable that has the benchmarks of a million items run.
const many = "WIREPOST_BENCH_MILLION"

func waiting() []int {
	if os.Getenv(many) != "" {
		return []int{1000, 100_000, 1_000_000}
	}
	return []int{1000, 20_000}
}

// BenchmarkClaimSettle claims 64 items and settles them, while others wait for later: due tomorrow, or due now on a route
// at its limit.
func BenchmarkClaimSettle(b *testing.B) {
	later := time.Now().Add(1000 * time.Hour)
	for _, kind := range []string{"later", "limited"} {
		for _, n := range waiting() {
			b.Run(fmt.Sprintf("%s=%d", kind, n), func(b *testing.B) {
				s := opened(b, Options{}, diskfile.OS{})
				populate(b, s, n, func(i int) (string, string, time.Time) {
					if kind == "limited" {
						return "limited.example", "s" + strconv.Itoa(i%50), time.Now()
					}
					return fmt.Sprintf("r%d.example", i%1000), "s" + strconv.Itoa(i%7), later
				})
				claim := func() []queue.Lease {
					leases, err := s.Claim(b.Context(), queue.ClaimRequest{
						Max: 64, Limits: map[string]int{"limited.example": 2}, Lease: time.Hour,
					})
					require.NoError(b, err)
					return leases
				}
				for range 2 + n/1000 { // until all lanes have been looked at
					claim()
				}
				b.ReportAllocs()
				var claiming, settling time.Duration
				for b.Loop() {
					b.StopTimer()
					populate(b, s, 64, func(i int) (string, string, time.Time) { return fmt.Sprintf("d%d.example", i%20), "s", time.Now() })
					b.StartTimer()
					began := time.Now()
					leases := claim()
					claiming += time.Since(began)
					require.Len(b, leases, 64)
					settlements := make([]queue.Settlement, len(leases))
					for i := range leases {
						settlements[i].Lease = &leases[i]
					}
					began = time.Now()
					for _, err := range s.Settle(b.Context(), settlements...) {
						require.NoError(b, err)
					}
					settling += time.Since(began)
				}
				b.ReportMetric(float64(claiming.Microseconds())/float64(b.N), "us/claim64")
				b.ReportMetric(float64(settling.Microseconds())/float64(b.N), "us/settle64")
			})
		}
	}
}

// BenchmarkOpen opens a store that has items, and makes the first claim.
func BenchmarkOpen(b *testing.B) {
	for _, n := range waiting() {
		b.Run(fmt.Sprintf("waiting=%d", n), func(b *testing.B) {
			dir := b.TempDir()
			s, err := Open(b.Context(), Options{Dir: dir})
			require.NoError(b, err)
			populate(b, s, n, func(i int) (string, string, time.Time) {
				return fmt.Sprintf("r%d.example", i%1000), "s", time.Now().Add(time.Hour)
			})
			require.NoError(b, s.Close())
			b.ReportAllocs()
			for b.Loop() {
				s, err := Open(b.Context(), Options{Dir: dir})
				require.NoError(b, err)
				leases, err := s.Claim(context.Background(), queue.ClaimRequest{Max: 1, Lease: time.Hour})
				require.NoError(b, err)
				require.Empty(b, leases)
				require.NoError(b, s.Close())
			}
		})
	}
}

// BenchmarkRoutes sums up.
func BenchmarkRoutes(b *testing.B) {
	for _, n := range waiting() {
		b.Run(fmt.Sprintf("waiting=%d", n), func(b *testing.B) {
			s := opened(b, Options{}, diskfile.OS{})
			populate(b, s, n, func(i int) (string, string, time.Time) {
				return fmt.Sprintf("r%d.example", i%1000), "s", time.Now().Add(time.Hour)
			})
			b.ReportAllocs()
			for b.Loop() {
				routes, _, err := s.Routes(b.Context(), "", 10_000)
				require.NoError(b, err)
				require.Len(b, routes, 1000)
			}
		})
	}
}

// BenchmarkRecord encodes and decodes what an item and its message have besides columns.
func BenchmarkRecord(b *testing.B) {
	e := entry("b1", "id", "example.org", "s", time.Now())
	b.ReportAllocs()
	b.SetBytes(int64(len(encodeMessage(&e.Message)) + len(encodeItem(&e.Items[0]))))
	for b.Loop() {
		var m queue.Message
		var i queue.Item
		require.NoError(b, decodeMessage(encodeMessage(&e.Message), &m))
		require.NoError(b, decodeItem(encodeItem(&e.Items[0]), &i))
	}
}
