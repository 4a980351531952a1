package rvp

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A change is tried again after 2, 4, 8 and 16 s, less up to a quarter; a message
// is not (RVP-102).
func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDeliveryNet()
		c := newTestCourier(t, d, courierConfig{})
		change, message := newOutcomes(), newOutcomes()
		require.NoError(t, c.post(parcel{to: annaCallBack, client: true, retry: true, done: change.done}))
		require.NoError(t, c.post(parcel{to: "http://192.0.2.2:34567", client: true, done: message.done}))
		synctest.Wait()
		require.Len(t, message.all(), 1)
		require.ErrorIs(t, message.all()[0].err, errUnreachable)
		require.Equal(t, 1, message.all()[0].unreachable)
		for i, at := range []time.Duration{0, 2, 6, 14, 30} {
			time.Sleep(at*time.Second - time.Since(change.from))
			synctest.Wait()
			require.Equal(t, i+1, d.attempts("192.0.2.1:34567"))
		}
		require.Len(t, change.all(), 1)
		require.Equal(t, 5, change.all()[0].unreachable)
		require.Greater(t, change.at[0], 22*time.Second)
		time.Sleep(time.Hour)
		require.Equal(t, 5, d.attempts("192.0.2.1:34567"))
		require.Equal(t, 1, d.attempts("192.0.2.2:34567"))
	})
}

// What waits to be tried again occupies no room, keeps its place before the
// changes after it, and lets messages pass.
func TestRetryOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{}
		c := newTestCourier(t, d, courierConfig{limits: Limits{Deliveries: 1}})
		post := func(body string, retry bool) {
			require.NoError(t, c.post(parcel{to: annaCallBack, client: true, retry: retry, body: []byte(body)}))
		}
		post("change 1", true)
		synctest.Wait()
		require.Zero(t, c.all.running)
		d.set("192.0.2.1:34567", s.serve)
		post("change 2", true)
		post("message 1", false)
		post("change 3", true)
		post("message 2", false)
		synctest.Wait()
		require.Equal(t, []string{"message 1", "message 2"}, s.got())
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Equal(t, []string{"message 1", "message 2", "change 1", "change 2", "change 3"}, s.got())
	})
}

// Any answer of a client means that it has the change (RVP-101), but for 503.
func TestRetryByStatus(t *testing.T) {
	for _, test := range []struct {
		status, attempts int
	}{{200, 1}, {302, 1}, {400, 1}, {401, 1}, {412, 1}, {500, 1}, {501, 1}, {502, 1}, {504, 1}, {503, 5}} {
		t.Run(fmt.Sprint(test.status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, s := newDeliveryNet(), &callBackSink{answer: fmt.Sprintf("HTTP/1.1 %d \r\nLocation: http://192.0.2.9:3000/\r\n\r\n", test.status)}
				d.set("192.0.2.1:34567", s.serve)
				c := newTestCourier(t, d, courierConfig{})
				out := newOutcomes()
				require.NoError(t, c.post(parcel{to: annaCallBack, client: true, retry: true, done: out.done}))
				time.Sleep(time.Minute)
				require.Equal(t, []outcome{{status: test.status}}, out.all())
				require.Equal(t, test.attempts, d.attempts("192.0.2.1:34567"))
				require.Zero(t, d.attempts("192.0.2.9:3000"), "redirections of clients are not followed")
			})
		})
	}
}

// What nobody wants any more is not sent, though it waited (RVP-054).
func TestUnwanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{wait: time.Second}
		c := newTestCourier(t, d, courierConfig{})
		var live atomic.Bool
		live.Store(true)
		out := newOutcomes()
		post := func(body string) {
			require.NoError(t, c.post(parcel{to: annaCallBack, client: true, retry: true, body: []byte(body), wanted: live.Load, done: out.done}))
		}
		post("not there")
		synctest.Wait()
		d.set("192.0.2.1:34567", s.serve)
		post("behind it")
		live.Store(false)
		require.NoError(t, c.post(parcel{to: annaCallBack, client: true, retry: true, body: []byte("another's"), done: out.done}))
		time.Sleep(4 * time.Second)
		require.Equal(t, []string{"another's"}, s.got())
		require.Equal(t, []outcome{{err: errUnwanted}, {err: errUnwanted}, {status: 200}}, out.all())
	})
}

// Failures in a row are counted over parcels, and until somebody is there again (RVP-052).
func TestUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{}
		c := newTestCourier(t, d, courierConfig{})
		out := newOutcomes()
		post := func() outcome {
			require.NoError(t, c.post(parcel{to: annaCallBack, client: true, done: out.done}))
			time.Sleep(11 * time.Second)
			return out.all()[len(out.all())-1]
		}
		require.Equal(t, 1, post().unreachable)
		d.setDead("192.0.2.1:34567")
		require.Equal(t, 2, post().unreachable)
		d.mu.Lock()
		delete(d.dead, "192.0.2.1:34567")
		d.mu.Unlock()
		s.wait = time.Minute
		d.set("192.0.2.1:34567", s.serve)
		o := post()
		require.Error(t, o.err)
		require.NotErrorIs(t, o.err, errUnreachable)
		require.Equal(t, 2, o.unreachable, "no answer is no failure to connect")
		s.mu.Lock()
		s.wait = 0
		s.mu.Unlock()
		require.Equal(t, outcome{status: 200}, post())
		d.set("192.0.2.1:34567", nil)
		require.Equal(t, 1, post().unreachable)
		time.Sleep(failureLife)
		require.Equal(t, 1, post().unreachable, "long ago")
	})
}

func TestFailuresAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTestCourier(t, newDeliveryNet(), courierConfig{limits: Limits{DeliveryQueue: 10}})
		for i := range 100 {
			require.NoError(t, c.post(parcel{to: fmt.Sprintf("%s/%d", annaCallBack, i), client: true}))
			synctest.Wait()
		}
		require.Len(t, c.failed.entries, 10)
		require.Equal(t, 10, c.failed.order.Len())
	})
}

// Close delivers what waits, and tries what had failed one last time.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{wait: time.Second}
		d.set("192.0.2.1:34567", s.serve)
		c := newTestCourier(t, d, courierConfig{limits: Limits{Deliveries: 1}})
		out, failing := newOutcomes(), newOutcomes()
		require.NoError(t, c.post(parcel{to: "http://192.0.2.2:34567", client: true, retry: true, done: failing.done}))
		synctest.Wait()
		require.NoError(t, c.post(parcel{to: annaCallBack, client: true, done: out.done}))
		require.NoError(t, c.post(parcel{to: annaCallBack + "/2", client: true, done: out.done}))
		require.NoError(t, c.close(t.Context()))
		require.Equal(t, 2*time.Second, time.Since(out.from), "no pause is waited for")
		require.Equal(t, []outcome{{status: 200}, {status: 200}}, out.all())
		require.Len(t, failing.all(), 1)
		require.ErrorIs(t, failing.all()[0].err, errUnreachable)
		require.Equal(t, 2, d.attempts("192.0.2.2:34567"))
		require.ErrorIs(t, c.post(parcel{to: annaCallBack, client: true}), errStopped)
		require.NoError(t, c.close(t.Context()), "twice")
	})
}

func TestCloseInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{wait: 9 * time.Second}
		d.set("192.0.2.1:34567", s.serve)
		d.setDead("192.0.2.2:34567")
		// The third hangs in the look-up.
		d.hosts["192.0.2.3:80"] = httpHost(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(9 * time.Second) }))
		c := newTestCourier(t, d, courierConfig{locator: &Locator{Addrs: anywhere()}})
		out := newOutcomes()
		for range 10 {
			require.NoError(t, c.post(parcel{to: annaCallBack, client: true, retry: true, done: out.done}))
			require.NoError(t, c.post(parcel{to: "http://192.0.2.2:34567", client: true, done: out.done}))
			require.NoError(t, c.post(parcel{to: "http://192.0.2.3/instmsg/aliases/ben", done: out.done}))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, c.close(ctx), context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(out.from))
		require.Len(t, out.all(), 30)
		for _, o := range out.all() {
			require.Error(t, o.err)
		}
		time.Sleep(time.Minute)
	})
}

func TestBackOff(t *testing.T) {
	for attempts, most := range map[int]time.Duration{1: 2, 2: 4, 4: 16, 8: 256, 9: 256, 1000: 256} {
		for range 100 {
			d := backOff(attempts, true)
			require.LessOrEqual(t, d, most*time.Second)
			require.Greater(t, d, most*time.Second*3/4-1)
			require.Greater(t, backOff(attempts, false), most*time.Second*3-1)
		}
	}
}

// Whatever comes in whatever order, each parcel is done once, changes arrive in
// order among themselves, and so do messages.
func TestCourierModel(t *testing.T) {
	for round := range 20 {
		synctest.Test(t, func(t *testing.T) {
			d := newDeliveryNet()
			c := newTestCourier(t, d, courierConfig{limits: Limits{Deliveries: 1 + round, CallBackQueue: 20}})
			random := rand.New(rand.NewPCG(1, uint64(round)))
			sinks := make([]*callBackSink, 10)
			for i := range sinks {
				sinks[i] = &callBackSink{wait: time.Duration(random.IntN(3)) * time.Second}
			}
			done := map[string]int{}
			posted := 0
			out := newOutcomes()
			for i := range 400 {
				n := random.IntN(len(sinks))
				address := fmt.Sprintf("192.0.2.%d:34567", n)
				if random.IntN(2) == 0 {
					d.set(address, sinks[n].serve)
				} else if random.IntN(2) == 0 {
					d.set(address, nil)
				}
				kind := []string{"change", "message"}[random.IntN(2)]
				body := fmt.Sprintf("%s %03d", kind, i)
				err := c.post(parcel{to: "http://" + address, client: true, retry: kind == "change", body: []byte(body), done: func(o outcome) {
					out.done(o)
					out.mu.Lock()
					defer out.mu.Unlock()
					done[body]++
				}})
				if err == nil {
					posted++
				}
				time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
			}
			require.NoError(t, c.close(t.Context()))
			require.Len(t, out.all(), posted)
			require.Len(t, done, posted)
			for _, s := range sinks {
				last := map[string]string{}
				for _, body := range s.got() {
					kind, _, _ := strings.Cut(body, " ")
					require.Greater(t, body, last[kind])
					last[kind] = body
				}
			}
		})
	}
}

// Many post at once, to the same and to different Call-Backs.
func TestPostConcurrently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{}
		d.set("192.0.2.1:34567", s.serve)
		c := newTestCourier(t, d, courierConfig{limits: Limits{Deliveries: 8}})
		out := newOutcomes()
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for j := range 500 {
					body := fmt.Sprintf("%d %03d", i, j)
					to := fmt.Sprintf("%s/%d", annaCallBack, j%50)
					for c.post(parcel{to: to, client: true, body: []byte(body), done: out.done}) != nil {
						time.Sleep(time.Millisecond)
					}
				}
			})
		}
		wg.Wait()
		synctest.Wait()
		require.Len(t, out.all(), 4000)
		require.Len(t, s.got(), 4000)
		require.LessOrEqual(t, d.most, 8)
	})
}
