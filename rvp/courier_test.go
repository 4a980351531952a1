package rvp

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const annaCallBack = "http://192.0.2.1:34567"

// A callBackSink is a client that notes what it is sent.
type callBackSink struct {
	mu     sync.Mutex
	bodies []string
	heads  []string
	answer string        // instead of 200
	wait   time.Duration // before it
}

func (s *callBackSink) serve(nc net.Conn) {
	r := bufio.NewReader(nc)
	var head strings.Builder
	length := 0
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if line == "\r\n" {
			break
		}
		head.WriteString(line)
		if n, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			for _, c := range strings.TrimSpace(n) {
				length = length*10 + int(c-'0')
			}
		}
	}
	body := make([]byte, length)
	for n := 0; n < length; {
		m, err := r.Read(body[n:])
		if err != nil {
			return
		}
		n += m
	}
	s.mu.Lock()
	s.bodies = append(s.bodies, string(body))
	s.heads = append(s.heads, head.String())
	answer, wait := s.answer, s.wait
	s.mu.Unlock()
	time.Sleep(wait) // of the bubble
	if answer == "" {
		answer = "HTTP/1.1 200 Successful\r\n\r\n"
	}
	_, _ = nc.Write([]byte(answer))
}

func (s *callBackSink) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.bodies)
}

// The request to a client, octet for octet (RVP-004, RVP-008, RVP-087 to RVP-090,
// RVP-099).
func TestRequestToClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDeliveryNet()
		var got strings.Builder
		d.set("192.0.2.1:34567", func(nc net.Conn) {
			p := make([]byte, 4096)
			n, _ := nc.Read(p) // MIR reads once
			got.Write(p[:n])
			_, _ = nc.Write([]byte("HTTP/1.1 200 \n"))
		})
		c := newTestCourier(t, d, courierConfig{})
		out := newOutcomes()
		require.NoError(t, c.post(parcel{
			to: annaCallBack, client: true, from: "http://im.other.test/instmsg/aliases/ben",
			ack: DeepOr, hops: 3, body: []byte("<a>\r\n</a>"), done: out.done,
		}))
		synctest.Wait()
		require.Equal(t, []outcome{{status: 200}}, out.all())
		require.Equal(t, "NOTIFY / HTTP/1.1\r\n"+
			"Host: 192.0.2.1:34567\r\n"+
			"RVP-Notifications-Version: 0.2\r\n"+
			"RVP-Hop-Count: 3\r\n"+
			"RVP-Ack-Type: DeepOr\r\n"+
			"RVP-From-Principal: http://im.other.test/instmsg/aliases/ben\r\n"+
			"Content-Type: text/xml\r\n"+
			"Content-Length: 9\r\n"+
			"Connection: close\r\n\r\n<a>\r\n</a>", got.String())
	})
}

func TestPathOfCallBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{}
		d.set("192.0.2.1:34567", s.serve)
		c := newTestCourier(t, d, courierConfig{})
		require.NoError(t, c.post(parcel{to: annaCallBack + "/a%20b?c", client: true, hops: 1}))
		synctest.Wait()
		require.True(t, strings.HasPrefix(s.heads[0], "NOTIFY /a%20b?c HTTP/1.1\r\n"), s.heads[0])
	})
}

// Nothing goes where the policy of today does not let it, whatever was stored.
func TestPolicyAtDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDeliveryNet()
		c := newTestCourier(t, d, courierConfig{policy: CallBackPolicy{Refused: prefixList("198.51.100.0/24")}})
		out := newOutcomes()
		for _, to := range []string{
			"http://198.51.100.1:34567", "http://[::ffff:198.51.100.1]:34567", "http://192.0.2.1:25", "http://host.test:3000",
			"http://a@192.0.2.1:3000", "http://192.0.2.1:3000/\r\nX: y",
		} {
			require.NoError(t, c.post(parcel{to: to, client: true, retry: true, done: out.done}))
		}
		require.NoError(t, c.post(parcel{to: annaCallBack, client: true, from: "a\r\nX: y", done: out.done}))
		require.NoError(t, c.post(parcel{to: annaCallBack + "/2", client: true, ack: "a\nX: y", done: out.done}))
		synctest.Wait()
		require.Len(t, out.all(), 8)
		for _, o := range out.all() {
			require.ErrorIs(t, o.err, errRefused)
			require.Zero(t, o.unreachable)
		}
		require.Empty(t, d.dialed)
	})
}

func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{wait: time.Second}
		d.set("192.0.2.1:34567", s.serve)
		c := newTestCourier(t, d, courierConfig{})
		var want []string
		for i := range 100 {
			want = append(want, fmt.Sprint(i))
			require.NoError(t, c.post(parcel{to: annaCallBack, client: true, retry: i%3 == 0, body: []byte(want[i])}))
		}
		time.Sleep(100 * time.Second)
		synctest.Wait()
		require.Equal(t, want, s.got()) // RVP-103
		require.Equal(t, 1, d.most)
	})
}

func TestQueueIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{wait: time.Second}
		d.set("192.0.2.1:34567", s.serve)
		d.set("192.0.2.2:34567", s.serve)
		c := newTestCourier(t, d, courierConfig{limits: Limits{DeliveryQueue: 5, CallBackQueue: 3}})
		p := parcel{to: annaCallBack, client: true}
		other := parcel{to: "http://192.0.2.2:34567", client: true}
		for range 3 {
			require.NoError(t, c.post(p))
		}
		require.ErrorIs(t, c.post(p), errBusy, "of one Call-Back")
		require.NoError(t, c.post(other))
		require.NoError(t, c.post(other))
		require.ErrorIs(t, c.post(other), errBusy, "of all")
		time.Sleep(1100 * time.Millisecond)
		require.NoError(t, c.post(p))
		require.NoError(t, c.post(other))
		require.ErrorIs(t, c.post(p), errBusy)
	})
}

func TestOctetsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDeliveryNet()
		c := newTestCourier(t, d, courierConfig{limits: Limits{CallBackQueue: 1 << 20}})
		body := make([]byte, 256<<10)
		posted := 0
		for i := range 2000 {
			to := fmt.Sprintf("http://192.0.2.%d:34567", i%100)
			d.setDead(to[len("http://"):])
			err := c.post(parcel{to: to, client: true, body: body})
			if err != nil {
				require.ErrorIs(t, err, errBusy)
				continue
			}
			posted++
		}
		require.Equal(t, maxOctets/len(body), posted)
		to := parcel{to: "http://192.0.2.200:34567", client: true, body: body}
		require.ErrorIs(t, c.post(to), errBusy)
	})
}

func TestOctetsOfOneCallBackAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDeliveryNet()
		d.setDead("192.0.2.1:34567")
		c := newTestCourier(t, d, courierConfig{})
		p := parcel{to: annaCallBack, client: true, body: make([]byte, 256<<10)}
		for range maxLaneOctets / len(p.body) {
			require.NoError(t, c.post(p))
		}
		require.ErrorIs(t, c.post(p), errBusy)
	})
}

// One of 10,000 that is dead, slow or says nonsense is the only one to wait for it.
func TestOneDeadAmongMany(t *testing.T) {
	for name, host := range map[string]func(net.Conn){
		"does not answer the call": nil,
		"does not answer":          func(nc net.Conn) { _, _ = nc.Read(make([]byte, 1)); time.Sleep(time.Hour) },
		"never ends its line": func(nc net.Conn) {
			for {
				if _, err := nc.Write([]byte("HTTP/1.1 100 \r\n\r\n")); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		},
		"hangs up": func(net.Conn) {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, s := newDeliveryNet(), &callBackSink{}
				if host == nil {
					d.setDead("192.0.2.1:34567")
				}
				d.set("192.0.2.1:34567", host)
				d.set("192.0.2.2:34567", s.serve)
				c := newTestCourier(t, d, courierConfig{limits: Limits{Deliveries: 4}})
				bad, good := newOutcomes(), newOutcomes()
				for range 3 {
					require.NoError(t, c.post(parcel{to: annaCallBack, client: true, done: bad.done}))
				}
				for i := range 10000 {
					to := fmt.Sprintf("http://192.0.2.2:34567/%d", i)
					require.NoError(t, c.post(parcel{to: to, client: true, done: good.done}))
				}
				synctest.Wait()
				require.Len(t, good.all(), 10000)
				require.Zero(t, good.at[9999], "how long the last one waited")
				time.Sleep(31 * time.Second) // 10 s each, at most (RVP-100)
				require.Len(t, bad.all(), 3)
				for _, o := range bad.all() {
					require.Error(t, o.err)
				}
			})
		})
	}
}

// Call-Backs that failed the last time share a quarter of the room, so that the
// others get the rest of it at once.
func TestManyDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{}
		d.set("192.0.2.2:34567", s.serve)
		c := newTestCourier(t, d, courierConfig{limits: Limits{Deliveries: 8}})
		var dead []string
		for i := range 8 {
			dead = append(dead, fmt.Sprintf("192.0.2.1:%d", 2000+i))
		}
		d.setDead(dead...)
		call := func() {
			for _, address := range dead {
				require.NoError(t, c.post(parcel{to: "http://" + address, client: true}))
			}
		}
		call()
		time.Sleep(6 * time.Second) // they are known now
		call()
		synctest.Wait()
		require.Equal(t, 2, c.deadClients.running)
		good := newOutcomes()
		for i := range 1000 {
			require.NoError(t, c.post(parcel{to: fmt.Sprintf("http://192.0.2.2:34567/%d", i), client: true, done: good.done}))
		}
		synctest.Wait()
		require.Len(t, good.all(), 1000)
		require.Zero(t, good.at[999])
		time.Sleep(21 * time.Second) // four rounds of two
	})
}

// Those who wait among the failed are not forgotten when the failure is.
func TestFailureIsForgottenMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{}
		c := newTestCourier(t, d, courierConfig{limits: Limits{Deliveries: 4}})
		out := newOutcomes()
		post := func(i int) {
			address := fmt.Sprintf("192.0.2.1:%d", 2000+i)
			require.NoError(t, c.post(parcel{to: "http://" + address, client: true, done: out.done}))
		}
		for i := range 4 {
			post(i)
		}
		synctest.Wait()
		for i := range 4 {
			d.set(fmt.Sprintf("192.0.2.1:%d", 2000+i), s.serve)
		}
		s.wait = time.Second
		for i := range 4 {
			post(i) // one runs, three wait
		}
		synctest.Wait()
		require.Len(t, c.deadClients.queue, 3)
		c.mu.Lock()
		for i := range 4 {
			c.failed.drop(laneKey{fmt.Sprintf("http://192.0.2.1:%d", 2000+i), true})
		}
		c.mu.Unlock()
		time.Sleep(5 * time.Second)
		require.Len(t, out.all(), 8)
	})
}

func TestRoomIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{wait: time.Second}
		d.set("192.0.2.2:34567", s.serve)
		c := newTestCourier(t, d, courierConfig{limits: Limits{Deliveries: 7}})
		out := newOutcomes()
		for i := range 70 {
			require.NoError(t, c.post(parcel{to: fmt.Sprintf("http://192.0.2.2:34567/%d", i%35), client: true, done: out.done}))
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		require.Len(t, out.all(), 70)
		require.Equal(t, 7, d.most)
	})
}

// Nobody keeps the room for himself: each lane has its turn after one delivery.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{wait: time.Second}
		d.set("192.0.2.1:34567", s.serve)
		c := newTestCourier(t, d, courierConfig{limits: Limits{Deliveries: 1}})
		for i := range 9 {
			require.NoError(t, c.post(parcel{to: fmt.Sprintf("%s/%d", annaCallBack, i/3), client: true, body: fmt.Append(nil, i)}))
		}
		time.Sleep(10 * time.Second)
		require.Equal(t, "0 3 6 1 4 7 2 5 8", strings.Join(s.got(), " "))
	})
}

func TestTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDeliveryNet(), &callBackSink{wait: time.Second}
		d.set("192.0.2.1:34567", s.serve)
		var events []Event
		c := newTestCourier(t, d, courierConfig{trace: func(e Event) { events = append(events, e) }})
		n := Node{Host: "im.example.test", Name: "anna"}
		require.NoError(t, c.post(parcel{to: annaCallBack, client: true, node: n}))
		require.NoError(t, c.close(context.Background()))
		require.Equal(t, []Event{{Kind: DeliveryDone, Method: "NOTIFY", Node: n, To: annaCallBack, Status: 200, Duration: time.Second}}, events)
	})
}
