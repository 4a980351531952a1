package rvp

import (
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	supersedeAnna = Node{"im.example.test", "anna"}
	supersedeBen  = Node{"im.example.test", "ben"}
)

// told is a change of a user's properties that the server tells somebody of.
func told(user Node, body string, names ...string) parcel {
	p := parcel{
		to: annaCallBack, client: true, retry: true, from: "im.example.test",
		node: user, watcher: supersedeAnna, body: []byte(body), change: []Property{},
	}
	for _, name := range names {
		p.change = append(p.change, TextProperty(xml.Name{Space: "x:", Local: name}, body))
	}
	return p
}

// Of changes that wait for a client that fails, the latest is kept, at its place among
// all that was posted. What was tried stays, and so do messages and other changes.
func TestSupersedeWhilePaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{}
		var mu sync.Mutex
		kinds := map[EventKind]int{}
		c := newTestCourier(t, d, courierConfig{trace: func(e Event) {
			mu.Lock()
			defer mu.Unlock()
			kinds[e.Kind]++
		}})
		out := newOutcomes()
		post := func(p parcel) {
			p.done = out.done
			require.NoError(t, c.post(p))
		}
		post(told(supersedeBen, "ben 1, tried", "state"))
		synctest.Wait()
		post(told(supersedeBen, "ben 2", "state"))
		post(told(supersedeAnna, "anna 1", "state"))
		post(parcel{to: annaCallBack, client: true, retry: true, body: []byte("another server's")})
		other := told(supersedeBen, "for another watcher", "state")
		other.watcher = supersedeBen
		post(other)
		post(told(supersedeBen, "ben 3 with mood", "state", "mood"))
		post(told(supersedeBen, "ben 4", "state"))
		post(told(supersedeBen, "ben 5", "state"))
		post(told(supersedeBen, "ben 6 with mood", "mood", "state"))
		require.Len(t, out.all(), 4)
		for _, o := range out.all() {
			require.ErrorIs(t, o.err, errSuperseded)
		}
		require.Equal(t, 5, c.posted)
		d.set("192.0.2.1:34567", s.serve)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Equal(t, []string{"ben 1, tried", "anna 1", "another server's", "for another watcher", "ben 6 with mood"}, s.got())
		require.Len(t, out.all(), 9)
		require.Equal(t, map[EventKind]int{DeliverySuperseded: 4, DeliveryDone: 5}, kinds)
	})
}

// As long as there is room, and nothing has failed, each change makes a NOTIFY (RVP-085).
func TestSupersedeNothingInTheFlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{wait: time.Second}
		d.set("192.0.2.1:34567", s.serve)
		c := newTestCourier(t, d, courierConfig{})
		var want []string
		for i := range 5 {
			want = append(want, fmt.Sprint(i))
			require.NoError(t, c.post(told(supersedeBen, want[i], "state")))
		}
		time.Sleep(6 * time.Second)
		require.Equal(t, want, s.got())
	})
}

// A client whose queue is full, or any where that of all is, loses no change: the latest takes the place of
// an older one. There is no place for anything else.
func TestSupersedeWhenFull(t *testing.T) {
	for name, limits := range map[string]Limits{"of one": {CallBackQueue: 3}, "of all": {DeliveryQueue: 3}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, s := newDeliveryNet(), &callBackSink{wait: time.Second}
				d.set("192.0.2.1:34567", s.serve)
				var dropped []Event
				c := newTestCourier(t, d, courierConfig{limits: limits, trace: func(e Event) {
					if e.Kind == DeliveryDropped {
						dropped = append(dropped, e)
					}
				}})
				message := parcel{to: annaCallBack, client: true, node: supersedeBen, watcher: supersedeAnna, from: "im.example.test", body: []byte("message")}
				require.NoError(t, c.post(told(supersedeBen, "under way", "state")))
				synctest.Wait()
				require.NoError(t, c.post(message))
				require.NoError(t, c.post(told(supersedeBen, "busy", "state")))
				require.ErrorIs(t, c.post(message), errBusy, "messages take the place of nothing")
				require.ErrorIs(t, c.post(told(supersedeAnna, "other", "state")), errBusy)
				require.ErrorIs(t, c.post(told(supersedeBen, "other", "mood")), errBusy)
				require.NoError(t, c.post(told(supersedeBen, "away", "state")))
				require.NoError(t, c.post(told(supersedeBen, "online", "state")))
				large := told(supersedeBen, "", "state")
				large.body = make([]byte, maxLaneOctets)
				require.ErrorIs(t, c.post(large), errBusy, "what does not fit drops nothing")
				time.Sleep(4 * time.Second)
				require.Equal(t, []string{"under way", "message", "online"}, s.got())
				require.Len(t, dropped, 4)
			})
		})
	}
}

// Whatever fails and whenever: the last change of each user that was taken is the last
// one that arrives, changes arrive in the order in which they were posted, and
// each parcel is done once.
func TestSupersedeModel(t *testing.T) {
	for round := range 20 {
		synctest.Test(t, func(t *testing.T) {
			d, s := newDeliveryNet(), &callBackSink{wait: 200 * time.Millisecond}
			c := newTestCourier(t, d, courierConfig{limits: Limits{CallBackQueue: 6 + round%4}})
			random := rand.New(rand.NewPCG(2, uint64(round)))
			out, posted, there := newOutcomes(), 0, false
			taken := map[string]string{}
			for i := range 300 {
				if i%40 == 0 { // shorter than it takes to give up
					if there = !there || i > 240; there {
						d.set("192.0.2.1:34567", s.serve)
					} else {
						d.set("192.0.2.1:34567", nil)
					}
				}
				user := fmt.Sprintf("user%d", random.IntN(4))
				p := told(Node{"im.example.test", user}, fmt.Sprintf("%s %03d", user, i), "state")
				p.done = out.done
				if random.IntN(5) == 0 {
					p.change, p.retry = nil, false
					p.body = fmt.Appendf(nil, "message %03d", i)
				}
				if c.post(p) == nil {
					posted++
					if p.retry {
						taken[user] = string(p.body)
					}
				}
				time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
			}
			time.Sleep(time.Minute)
			require.NoError(t, c.close(t.Context()))
			require.Len(t, out.all(), posted)
			last, order := map[string]string{}, ""
			for _, body := range s.got() {
				user, number, _ := strings.Cut(body, " ")
				if user == "message" {
					continue // overtakes
				}
				last[user] = body
				require.Greater(t, number, order)
				order = number
			}
			require.Equal(t, taken, last)
		})
	}
}
