package wire

import (
	"io"
	"math"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProgress(t *testing.T) {
	const sec = time.Second
	const never = time.Duration(math.MaxInt64)
	for _, tc := range []struct {
		name   string
		p      Progress
		now    time.Duration // since the start
		waited time.Duration
		got    int64
		want   time.Duration // since the start
	}{
		{"no limit", Progress{}, 0, 0, 0, never},
		{"no limit, later", Progress{}, 1000 * sec, 1000 * sec, 1, never},

		{"grace at first", Progress{Rate: 500, Grace: 60 * sec}, 0, 0, 0, 60 * sec},
		{"grace is not renewed", Progress{Rate: 500, Grace: 60 * sec}, 59 * sec, 59 * sec, 0, 60 * sec},
		{"octets earn time", Progress{Rate: 500, Grace: 60 * sec}, 10 * sec, 10 * sec, 5000, 70 * sec},
		{"less than a second of it", Progress{Rate: 500, Grace: 60 * sec}, 10 * sec, 10 * sec, 1, 60*sec + 2*time.Millisecond},
		{"just keeping up", Progress{Rate: 500, Grace: 60 * sec}, 3600 * sec, 3600 * sec, 500 * 3600, 3660 * sec},
		{"too slow", Progress{Rate: 500, Grace: 60 * sec}, 90 * sec, 90 * sec, 5000, 70 * sec},
		{"our own time is not the sender's", Progress{Rate: 500, Grace: 60 * sec}, 3600 * sec, 10 * sec, 0, 3650 * sec},
		{"huge", Progress{Rate: 1, Grace: 60 * sec}, 0, 0, math.MaxInt64, 60*sec + 1e9*sec},
		{"grace alone", Progress{Grace: 60 * sec}, 0, 0, 0, never},
		{"rate alone", Progress{Rate: 500}, 0, 0, 0, never},
		{"negative is none", Progress{-1, -1, -1, -1}, 0, 0, 0, never},

		{"stall", Progress{Stall: 30 * sec}, 0, 0, 0, 30 * sec},
		{"stall is renewed", Progress{Stall: 30 * sec}, 1000 * sec, 1000 * sec, 1, 1030 * sec},
		{"whole", Progress{Whole: 600 * sec}, 0, 0, 0, 600 * sec},
		{"whole is not renewed", Progress{Whole: 600 * sec}, 599 * sec, 0, 1 << 40, 600 * sec},

		{"rate is the first", Progress{500, 60 * sec, 90 * sec, 600 * sec}, 10 * sec, 10 * sec, 0, 60 * sec},
		{"stall is the first", Progress{500, 60 * sec, 30 * sec, 600 * sec}, 20 * sec, 20 * sec, 0, 50 * sec},
		{"whole is the first", Progress{500, 60 * sec, 30 * sec, 45 * sec}, 20 * sec, 20 * sec, 0, 45 * sec},
	} {
		t.Run(tc.name, func(t *testing.T) {
			start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			got := tc.p.deadline(start.Add(tc.now), pace{start, tc.waited}, tc.got)
			if tc.want == never {
				require.Zero(t, got)
				return
			}
			require.Equal(t, tc.want.String(), got.Sub(start).String())
		})
	}
}

var progress = Progress{Rate: 500, Grace: time.Minute, Stall: 30 * time.Second, Whole: time.Hour}

// A habit is how a sender sends: so many octets at a time, so often, so many
// times.
type habit struct {
	size  int
	every time.Duration
	times int
}

func TestBodyTimeouts(t *testing.T) {
	for _, tc := range []struct {
		name   string
		sender habit
		cut    time.Duration // 0 is not at all
	}{
		{"silent", habit{0, time.Hour, 0}, 30 * time.Second},
		{"silent after a while", habit{10_000, time.Second, 10}, 40 * time.Second},
		{"honest and slow", habit{500, time.Second, 3000}, 0},
		{"honest and bursty", habit{14_000, 28 * time.Second, 100}, 0},
		{"honest, slow and short", habit{10, 5 * time.Second, 11}, 0},
		// Six octets are there after the minute of grace; they earn 12 ms.
		{"trickling", habit{1, 10 * time.Second, 100}, time.Minute + 12*time.Millisecond},
		// A fifth of a second is lost each second, until the grace is used up.
		{"a little too slow", habit{400, time.Second, 3000}, 296 * time.Second},
		{"endless", habit{5000, time.Second, 4000}, time.Hour},
	} {
		for _, kind := range []string{"dot", "counted"} {
			t.Run(tc.name+" "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c, peer := inMemory(t, Timeouts{Body: progress})
					var wg sync.WaitGroup
					wg.Go(func() {
						for range tc.sender.times {
							time.Sleep(tc.sender.every)
							if _, err := io.WriteString(peer, strings.Repeat("x", tc.sender.size)); err != nil {
								return // it was cut
							}
						}
						if tc.cut == 0 {
							send(t, peer, "\r\n.\r\n")
						}
					})
					total := int64(tc.sender.size * tc.sender.times)
					start := time.Now()
					if err := drain(c, kind, total); tc.cut == 0 {
						require.NoError(t, err)
					} else {
						require.Equal(t, ErrTooSlow, err)
						require.Equal(t, tc.cut.String(), time.Since(start).String())
					}
					require.NoError(t, c.NetConn().Close())
					wg.Wait()
				})
			})
		}
	}
}

// drain reads a body of n octets and a line end, or more.
func drain(c *Conn, kind string, n int64) error {
	if kind == "dot" {
		_, err := c.DotReader(BodyLimit{}).WriteTo(io.Discard)
		return err
	}
	_, err := c.CountedReader(n + 2).WriteTo(io.Discard)
	return err
}

// TestSlowReceiver checks that the sender is not blamed for the time that we
// take.
func TestSlowReceiver(t *testing.T) {
	for _, kind := range []string{"dot", "counted"} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := inMemory(t, Timeouts{Body: progress})
			const lines = 20
			go func() {
				for range lines {
					send(t, peer, "a line\r\n")
					time.Sleep(time.Second)
				}
				send(t, peer, ".\r\n")
			}()
			var r io.Reader = c.CountedReader(lines * 8)
			if kind == "dot" {
				r = c.DotReader(BodyLimit{})
			}
			for {
				_, err := r.Read(make([]byte, 8))
				if err == io.EOF {
					return
				}
				require.NoError(t, err)
				time.Sleep(2 * time.Minute)
			}
		})
	}
}

// TestStalledReply checks that a peer that does not take our word is not
// called a slow sender.
func TestStalledReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := inMemory(t, Timeouts{Write: time.Minute, Body: progress})
		_, err := c.Write(make([]byte, 300<<10))
		require.NoError(t, err)
		start := time.Now()
		err = c.DotReader(BodyLimit{}).Drain()
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		require.True(t, timeout.Timeout())
		require.NotErrorIs(t, err, ErrTooSlow)
		require.Equal(t, time.Minute, time.Since(start))
	})
}
