package rvp_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
)

// TestHomeMessage: RVP-084, RVP-089, RVP-090, RVP-092, RVP-099, RVP-104.
func TestHomeMessage(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		office, _ := w.logOn("anna", "192.0.2.1:40000")
		laptop, _ := w.logOn("anna", "192.0.2.5:40000")
		eve := w.foreign("http://im.other.test/instmsg/aliases/eve")
		body := strings.ReplaceAll(message("http://im.other.test/instmsg/aliases/Eve", url("anna"), "one\r\ntwo\nthree"), "<r:message>", "\t<r:message>")
		r := eve.do("NOTIFY", "anna", body, "RVP-Ack-Type: DeepOr", "RVP-Hop-Count: 2")
		require.Equal(t, 200, r.status, "RVP-104: nobody has to subscribe first")
		for _, p := range []*program{office, laptop} {
			got := p.notices()
			require.Len(t, got, 1, "RVP-084")
			require.Equal(t, body, got[0].body, "RVP-089: byte for byte")
			require.Equal(t, "http://im.other.test/instmsg/aliases/eve", got[0].header.Get("RVP-From-Principal"), "RVP-089")
			require.Equal(t, "3", got[0].header.Get("RVP-Hop-Count"), "RVP-090")
			require.Equal(t, "DeepOr", got[0].header.Get("RVP-Ack-Type"))
			require.Equal(t, "close", got[0].header.Get("Connection"), "RVP-099")
			require.Equal(t, "/", got[0].target)
		}
		require.Equal(t, 200, eve.say("anna", "again").status)
		got := office.notices()
		require.Equal(t, "2", got[0].header.Get("RVP-Hop-Count"), "RVP-090: missing is 1")
		require.Empty(t, got[0].header.Get("RVP-Ack-Type"))
	})
}

// TestHomeMessageOnce: two subscriptions with the same Call-Back are one program.
func TestHomeMessageOnce(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, anna := w.logOn("anna", "192.0.2.1:40000")
		anna.subscribe("anna", "pragma/notify", "http://192.0.2.1:40000")
		require.Equal(t, 200, anna.say("anna", "hello", "RVP-Ack-Type: DeepAnd").status)
		require.Len(t, p.notices(), 1)
	})
}

// TestHomeHops: RVP-091.
func TestHomeHops(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, anna := w.logOn("anna", "192.0.2.1:40000")
		for hops, want := range map[string]int{"1": 200, "10": 200, "11": 500, "999999999999999999999999": 500, "0": 200, "x": 200, "": 200} {
			require.Equal(t, want, anna.say("anna", "hello", "RVP-Hop-Count: "+hops).status, hops)
			require.Len(t, p.notices(), map[int]int{200: 1}[want], hops)
		}
	})
}

// TestHomeAcknowledge: RVP-092 to RVP-097.
func TestHomeAcknowledge(t *testing.T) {
	type end struct{ status int } // 0 is not there
	ok, no, left, busy := end{status: 200}, end{}, end{status: 500}, end{status: 503}
	for _, c := range []struct {
		name string
		ack  string
		ends []end
		want int
	}{
		{"RVP-092: SingleHop does not wait", "SingleHop", []end{left}, 200},
		{"RVP-092: nor for nobody", "SingleHop", []end{no}, 200},
		{"no type is SingleHop", "", []end{left}, 200},
		{"RVP-095: not logged on", "DeepOr", nil, 412},
		{"RVP-095: not logged on", "SingleHop", nil, 412},
		{"RVP-096: unreachable", "DeepOr", []end{no, no}, 412},
		{"RVP-093: one has it", "DeepOr", []end{no, left, ok}, 200},
		{"RVP-094: not all", "DeepAnd", []end{ok, no}, 412},
		{"RVP-094: all", "DeepAnd", []end{ok, ok, ok}, 200},
		{"RVP-097: the program's 500", "DeepOr", []end{left}, 500},
		{"RVP-097: and another is gone", "DeepOr", []end{no, left}, 500},
		{"RVP-094, RVP-097", "DeepAnd", []end{ok, left}, 500},
		{"another refusal", "DeepOr", []end{{status: 404}}, 412},
		{"a program that cannot now", "DeepOr", []end{busy}, 503},
		{"and another is gone", "DeepOr", []end{no, busy, no}, 503},
		{"one has it", "DeepOr", []end{busy, ok}, 200},
		{"RVP-097: a 500 says more", "DeepOr", []end{busy, left, busy}, 500},
		{"RVP-097: in whatever order", "DeepAnd", []end{left, busy, ok}, 500},
		{"another failure", "DeepOr", []end{{status: 502}}, 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			inWorld(t, nil, func(t *testing.T, w *world) {
				for i, e := range c.ends {
					p, _ := w.logOn("anna", "192.0.2."+string(rune('1'+i))+":40000")
					if p.answer(e.status); e.status == 0 {
						p.close()
					}
				}
				eve := w.foreign("http://im.other.test/instmsg/aliases/eve")
				require.Equal(t, c.want, eve.say("anna", "hello", "RVP-Ack-Type: "+c.ack).status)
			})
		})
	}
}

// TestHomeSlowProgram: RVP-093, RVP-096, RVP-100: who does not answer is not reached, and
// keeps nobody waiting for long.
func TestHomeSlowProgram(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		slow, _ := w.logOn("anna", "192.0.2.1:40000")
		slow.waiting = make(chan struct{})
		defer close(slow.waiting)
		eve := w.foreign("http://im.other.test/instmsg/aliases/eve")
		from := time.Now()
		require.Equal(t, 412, eve.say("anna", "hello", "RVP-Ack-Type: DeepOr").status)
		require.LessOrEqual(t, time.Since(from), 20*time.Second)
		w.logOn("anna", "192.0.2.5:40000")
		from = time.Now()
		require.Equal(t, 200, eve.say("anna", "hello", "RVP-Ack-Type: DeepOr").status)
		require.Zero(t, time.Since(from), "the other one has it at once")
		require.Equal(t, 412, eve.say("anna", "hello", "RVP-Ack-Type: DeepAnd").status)
	})
}

// TestHomeDropsLogon: RVP-052, and what the logon said goes with it; RVP-101.
func TestHomeDropsLogon(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, anna := w.logOn("anna", "192.0.2.1:40000")
		ben := w.dial("192.0.2.2").login("ben")
		anna.set("online")
		p.answer(http.StatusInternalServerError)
		for range 5 {
			require.Equal(t, 500, ben.say("anna", "hello", "RVP-Ack-Type: DeepOr").status, "RVP-101: it is there")
		}
		p.close()
		for range 3 {
			require.Equal(t, "online", ben.state("anna"))
			require.Equal(t, 412, ben.say("anna", "hello", "RVP-Ack-Type: DeepOr").status)
		}
		pass(time.Millisecond)
		require.NotContains(t, anna.do("SUBSCRIPTIONS", "anna", "", "Notification-Type: pragma/notify").body, "40000")
		require.Equal(t, "offline", ben.state("anna"))
	})
}

// TestHomePropNotification: a change that another server sends is passed on and tried
// again (RVP-084, RVP-102).
func TestHomePropNotification(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, _ := w.logOn("anna", "192.0.2.1:40000")
		p.answer(http.StatusServiceUnavailable)
		eve := rvp.Node{Host: "im.other.test", Name: "eve"}
		n := rvp.Notification{
			From: rvp.Contact{Node: eve, Description: "Eve"}, To: []rvp.Contact{{Node: rvp.Node{Host: "im.example.test", Name: "anna"}}},
			Change: []rvp.Property{rvp.StateProperty(rvp.Busy)},
		}
		server := w.foreign("im.other.test")
		require.Equal(t, 200, server.do("NOTIFY", "anna", string(n.Append(nil)), "RVP-Hop-Count: 1").status)
		require.Equal(t, []string{"eve busy"}, p.states(t))
		p.answer(http.StatusOK)
		pass(10 * time.Second)
		require.Equal(t, []string{"eve busy"}, p.states(t), "RVP-102")
	})
}

// TestHomeNotifyRefused: RVP-013, and what would harm programs that read carelessly.
func TestHomeNotifyRefused(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, _ := w.logOn("anna", "192.0.2.1:40000")
		eve := w.foreign("http://im.other.test/instmsg/aliases/eve")
		good := message(eve.user, url("anna"), "hello")
		for _, body := range []string{
			"", "hello", good[:len(good)-20], "<r:notification" + xmlns + "</r:notification>",
			message(eve.user, url("anna"), "a ]]> b"), // facts, 9.19
		} {
			require.Equal(t, 400, eve.do("NOTIFY", "anna", body).status, body)
		}
		require.Empty(t, p.notices())
		require.Equal(t, 404, eve.say("nobody", "hello").status)
	})
}

// TestHomeBusy: where too many wait, requests get 503.
func TestHomeBusy(t *testing.T) {
	inWorld(t, func(w *world) { w.home.Limits.CallBackQueue = 2 }, func(t *testing.T, w *world) {
		p, _ := w.logOn("anna", "192.0.2.1:40000")
		p.waiting = make(chan struct{})
		eve := w.foreign("http://im.other.test/instmsg/aliases/eve")
		require.Equal(t, 200, eve.say("anna", "1").status)
		require.Equal(t, 200, eve.say("anna", "2").status)
		r := eve.say("anna", "3")
		require.Equal(t, 503, r.status)
		require.NotEmpty(t, r.header.Get("Retry-After"))
		close(p.waiting)
		require.Len(t, p.notices(), 2)
	})
}

// TestHomePassesRetryAfter: another server's 503 reaches the sender as it is; one that does not say
// when, or makes no sense, does not say so there either.
func TestHomePassesRetryAfter(t *testing.T) {
	for _, c := range []struct{ sent, want string }{
		{"120", "120"},
		{"Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 1999 23:59:59 GMT"},
		{"soon", ""},
		{"-1", ""},
		{"", ""},
	} {
		inWorld(t, nil, func(t *testing.T, w *world) {
			other := w.listen("198.51.100.7:80")
			other.answer(http.StatusServiceUnavailable)
			other.retryAfter = c.sent
			anna := w.dial("192.0.2.1").login("anna")
			require.Equal(t, 200, anna.subscribe("anna", "pragma/notify", "http://im.other.test/instmsg/aliases/anna").status)
			r := w.foreign("http://im.third.test/instmsg/aliases/eve").say("anna", "hello", "RVP-Ack-Type: DeepOr")
			require.Equal(t, 503, r.status)
			require.Equal(t, c.want, r.header.Get("Retry-After"), c.sent)
		})
	}
}

// TestHomeShutdown: what is to be delivered is, and then nothing more is done.
func TestHomeShutdown(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, ben := w.logOn("ben", "192.0.2.2:40000")
		_, anna := w.logOn("anna", "192.0.2.1:40000")
		ben.watch("anna")
		anna.set("online")
		require.NoError(t, w.home.Shutdown(t.Context()))
		require.Equal(t, []string{"anna online"}, p.states(t))
		require.Equal(t, 503, anna.do("PROPPATCH", "anna", lease("busy", 60, "")).status)
		require.NoError(t, w.home.Shutdown(t.Context()))
	})
}

// TestHomeLatestState: a watcher whose program is slow, with a queue that is full, is told the
// latest state all the same.
func TestHomeLatestState(t *testing.T) {
	inWorld(t, func(w *world) { w.home.Limits.CallBackQueue = 2 }, func(t *testing.T, w *world) {
		p, ben := w.logOn("ben", "192.0.2.2:40000")
		_, anna := w.logOn("anna", "192.0.2.1:40000")
		ben.watch("anna")
		p.waiting = make(chan struct{})
		for _, s := range []string{"online", "busy", "away", "on-phone"} {
			anna.set(s)
			synctest.Wait()
		}
		close(p.waiting)
		require.Equal(t, []string{"anna online", "anna on-phone"}, p.states(t))
	})
}

// TestHomeOtherHomeServer: a watcher who has no logon here, but another home server.
func TestHomeOtherHomeServer(t *testing.T) {
	inWorld(t, func(w *world) { w.home.Name = "home1.example.test" }, func(t *testing.T, w *world) {
		router := w.listen("198.51.100.8:80")
		_, anna := w.logOn("anna", "192.0.2.1:40000")
		far := w.dial("198.51.100.8")
		far.user = url("far")
		far.watch("anna")
		anna.set("online")
		got := router.notices()
		require.Len(t, got, 1)
		require.Equal(t, "1", got[0].header.Get("RVP-Hop-Count"))
	})
}

// TestHomeChangeRefused: RVP-101: a program that answers 500 to every change goes on
// being told.
func TestHomeChangeRefused(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, ben := w.logOn("ben", "192.0.2.2:40000")
		_, anna := w.logOn("anna", "192.0.2.1:40000")
		ben.watch("anna")
		p.answer(http.StatusInternalServerError)
		for _, s := range []string{"online", "busy", "away", "online", "busy"} {
			anna.set(s)
			require.Equal(t, []string{"anna " + s}, p.states(t))
		}
	})
}
