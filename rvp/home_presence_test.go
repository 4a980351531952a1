package rvp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
)

// viewID returns the view in the answer to a PROPPATCH.
func viewID(t *testing.T, r reply) string {
	t.Helper()
	_, id, ok := strings.Cut(r.body, "<r:view-id>")
	require.True(t, ok, "RVP-069")
	id, _, _ = strings.Cut(id, "<")
	return id
}

// TestHomePropPatchAnswer: RVP-068, RVP-069, RVP-073, RVP-074, RVP-075.
func TestHomePropPatchAnswer(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		anna := w.dial("192.0.2.1").login("anna")
		answer := func(state string, seconds int, view string) string {
			return head + "<d:multistatus" + xmlns + "<d:response><d:href>" + url("anna") + "</d:href><d:propstat><d:prop><r:state>" +
				"<r:leased-value><r:value><r:" + state + "/></r:value><r:default-value><r:offline/></r:default-value>" +
				fmt.Sprintf("<d:timeout>%d</d:timeout></r:leased-value><r:view-id>%s</r:view-id></r:state></d:prop>", seconds, view) +
				"<d:status>HTTP/1.1 200 Successful</d:status></d:propstat></d:response></d:multistatus>"
		}
		r := anna.do("PROPPATCH", "anna", lease("online", 1200, ""))
		require.Equal(t, 207, r.status)
		require.Equal(t, "text/xml", r.header.Get("Content-Type"))
		require.Equal(t, answer("online", 1200, "1"), r.body)
		r = anna.do("PROPPATCH", "anna", strings.ReplaceAll(lease("busy", 600, "1"), "d:timeout", "r:timeout"))
		require.Equal(t, answer("busy", 600, "1"), r.body, "RVP-073")
		r = anna.do("PROPPATCH", "anna", lease("busy", 999999, ""))
		require.Equal(t, answer("busy", 14400, "1"), r.body, "RVP-075")
		r = anna.do("PROPPATCH", "anna", update("<r:state><r:leased-value><r:value><r:away/></r:value></r:leased-value></r:state>"))
		require.Equal(t, answer("away", 14400, "1"), r.body, "RVP-074")
		r = anna.do("PROPPATCH", "anna", update("<r:state><at-lunch/></r:state>"))
		require.Equal(t, answer("at-lunch", 14400, "1"), r.body, "without a lease, and without a namespace")
	})
}

// TestHomePropPatchRefused: RVP-013, RVP-014, RVP-112, and properties that cannot be set.
func TestHomePropPatchRefused(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		anna := w.dial("192.0.2.1").login("anna")
		for _, body := range []string{
			"", "hello", "<x/>", update(""), lease("online", 1200, "")[:100],
			"<!DOCTYPE x>" + lease("online", 1200, ""),
		} {
			require.Equal(t, 400, anna.do("PROPPATCH", "anna", body).status, body)
		}
		r := anna.do("PROPPATCH", "anna", update("<d:displayname>A</d:displayname><r:state>busy</r:state>"))
		require.Equal(t, 207, r.status)
		require.Contains(t, r.body, "<d:displayname></d:displayname></d:prop><d:status>HTTP/1.1 424 ")
		require.Contains(t, r.body, "<r:state></r:state></d:prop><d:status>HTTP/1.1 409 ")
		require.Equal(t, "offline", anna.state("anna"))
		require.Equal(t, 413, anna.raw("PROPPATCH /instmsg/aliases/anna HTTP/1.1\r\nHost: im.example.test\r\nContent-Length: 300000\r\n\r\n").status, "RVP-014")
	})
}

// TestHomeLease: RVP-043, RVP-071, RVP-072, at the exact time.
func TestHomeLease(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, ben := w.logOn("ben", "192.0.2.2:40000")
		_, anna := w.logOn("anna", "192.0.2.1:40000")
		ben.watch("anna")
		anna.set("online")
		require.Equal(t, []string{"anna online"}, p.states(t))
		for range 3 {
			pass(19 * time.Minute)
			anna.set("online")
		}
		require.Empty(t, p.states(t), "RVP-072")
		pass(20*time.Minute - 1)
		require.Empty(t, p.states(t))
		pass(1)
		require.Equal(t, []string{"anna offline"}, p.states(t), "RVP-071")
		require.Equal(t, "offline", ben.state("anna"))
		pass(5 * time.Hour)
		require.Empty(t, p.states(t))
	})
}

// TestHomeManyLeases: leases of many users end each at its time, the later made
// ones first.
func TestHomeManyLeases(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, ben := w.logOn("ben", "192.0.2.2:40000")
		for i, name := range []string{"anna", "cleo", "first.last", "dora"} {
			ben.watch(name)
			l := w.dial("192.0.2.1").login(name)
			require.Equal(t, 207, l.do("PROPPATCH", name, lease("online", 600-100*i, "")).status)
		}
		require.Len(t, p.states(t), 4)
		for _, name := range []string{"dora", "first.last", "cleo", "anna"} {
			pass(99 * time.Second)
			if name == "dora" {
				pass(201 * time.Second)
			} else {
				pass(time.Second)
			}
			require.Equal(t, []string{name + " offline"}, p.states(t))
		}
	})
}

// TestHomeViews: RVP-051, RVP-070, RVP-076 to RVP-079 between two logons and a watcher.
func TestHomeViews(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		watcher, ben := w.logOn("ben", "192.0.2.2:40000")
		office, one := w.logOn("anna", "192.0.2.1:40000")
		laptop, two := w.logOn("anna", "192.0.2.1:40001") // the same machine, another program
		ben.watch("anna")
		one.watch("anna")
		step := func(l *line, state string, others, own []string) {
			t.Helper()
			l.set(state)
			require.Equal(t, others, watcher.states(t))
			require.Equal(t, own, office.states(t))
			require.Equal(t, own, laptop.states(t), "RVP-051, RVP-084")
		}
		is := func(s string) []string { return []string{"anna " + s} }
		step(one, "online", is("online"), is("online"))
		step(two, "online", nil, nil)
		for _, s := range []string{"busy", "away", "back-soon", "on-phone", "at-lunch", "online"} {
			step(one, s, is(s), is(s)) // RVP-078
		}
		step(two, "busy", is("busy"), is("busy"))
		step(one, "idle", nil, nil)                            // RVP-077
		step(one, "online", is("online"), is("online"))        // the last choice
		step(two, "offline", nil, nil)                         // RVP-076
		step(one, "idle", is("idle"), nil)                     // RVP-077
		step(one, "invisible", is("offline"), is("invisible")) // RVP-081
		require.Equal(t, "offline", ben.state("anna"))
		require.Equal(t, "invisible", one.state("anna"))
		step(one, "gone-fishing", is("gone-fishing"), is("gone-fishing")) // RVP-080
		step(one, "offline", is("offline"), nil)                          // RVP-079
	})
}

// TestHomeViewByID: RVP-070, from connections that know nothing of each other.
func TestHomeViewByID(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		_, one := w.logOn("anna", "192.0.2.1:40000")
		_, two := w.logOn("anna", "192.0.2.3:40000")
		id := viewID(t, one.set("online"))
		other := viewID(t, two.set("away"))
		require.NotEqual(t, id, other)
		third := w.dial("192.0.2.7").login("anna")
		require.Equal(t, id, viewID(t, third.do("PROPPATCH", "anna", lease("busy", 60, id))))
		require.Equal(t, "busy", one.state("anna"))
		require.Equal(t, other, viewID(t, third.do("PROPPATCH", "anna", lease("offline", 60, other))))
		require.Equal(t, "busy", one.state("anna"))
		require.Equal(t, id, viewID(t, w.dial("192.0.2.1").login("anna").set("offline")), "RVP-079: by the address, on a new connection")
		require.Equal(t, "offline", one.state("anna"))
	})
}

// TestHomeNotification: RVP-085, RVP-086, RVP-087, RVP-088, RVP-090, RVP-106, RVP-110, byte by byte.
func TestHomeNotification(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, ben := w.logOn("ben", "192.0.2.2:40000")
		_, anna := w.logOn("anna", "192.0.2.1:40000")
		ben.watch("anna")
		ben.watch("anna")
		anna.do("PROPPATCH", "anna", update("<r:state><r:busy/></r:state><d:displayname>A &amp; P</d:displayname>"))
		got := p.notices()
		require.Len(t, got, 2, "RVP-085: one for each subscription")
		n := got[0]
		require.Equal(t, "NOTIFY", n.method)
		require.Equal(t, "/", n.target, "RVP-087")
		require.Equal(t, "im.example.test", n.header.Get("RVP-From-Principal"), "RVP-088")
		require.Equal(t, "2", n.header.Get("RVP-Hop-Count"))
		require.Equal(t, "0.2", n.header.Get("RVP-Notifications-Version"))
		contact := func(in, name, text string) string {
			return "<r:notification-" + in + "><r:contact><d:href>" + url(name) + "</d:href><r:description>" + text + "</r:description></r:contact></r:notification-" + in + ">"
		}
		require.Equal(t, head+"<r:notification"+xmlns+"<r:propnotification>"+contact("from", "anna", "A &amp; P")+contact("to", "ben", "ben")+
			"<d:propertyupdate><d:set><d:prop><r:state><r:busy/></r:state><d:displayname>A &amp; P</d:displayname></d:prop></d:set></d:propertyupdate>"+
			"</r:propnotification></r:notification>", n.body)
		anna.do("PROPPATCH", "anna", strings.ReplaceAll(update("<d:displayname/>"), "d:set>", "d:remove>"))
		require.Equal(t, []string{"anna displayname=Anna Poe", "anna displayname=Anna Poe"}, p.states(t), "what the directory says")
	})
}

// TestHomeForeignWatcher: another domain's server is told at the user's URL (RVP-035, RVP-090).
func TestHomeForeignWatcher(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		other := w.listen("198.51.100.7:80")
		home2 := w.listen("198.51.100.8:80")
		_, anna := w.logOn("anna", "192.0.2.1:40000")
		eve := "http://im.other.test/instmsg/aliases/eve"
		require.Equal(t, 207, w.foreign(eve).subscribe("anna", "update/propchange", eve).status)
		anna.set("online")
		got := other.notices()
		require.Len(t, got, 1)
		require.Equal(t, "/instmsg/aliases/eve", got[0].target)
		require.Equal(t, "im.other.test", got[0].host)
		require.Equal(t, "1", got[0].header.Get("RVP-Hop-Count"))
		require.Equal(t, "im.example.test", got[0].header.Get("RVP-From-Principal"))
		require.NotContains(t, got[0].body, "192.0.2.", "RVP-053")
		require.Empty(t, home2.notices())
	})
}

// TestHomeAnswersFirst: RVP-082. A program that cannot answer before it has its own
// answer is told nevertheless.
func TestHomeAnswersFirst(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, anna := w.logOn("anna", "192.0.2.1:40000")
		anna.watch("anna")
		p.waiting = make(chan struct{})
		from := time.Now()
		anna.set("online")
		anna.set("busy")
		require.Zero(t, time.Since(from))
		close(p.waiting)
		require.Equal(t, []string{"anna online", "anna busy"}, p.states(t), "RVP-103")
	})
}

// TestHomeLosesPresence: RVP-135, RVP-133.
func TestHomeLosesPresence(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, ben := w.logOn("ben", "192.0.2.2:40000")
		own, anna := w.logOn("anna", "192.0.2.1:40000")
		ben.watch("anna")
		anna.watch("anna")
		anna.set("online")
		require.NotEmpty(t, p.states(t))
		own.states(t)
		require.Equal(t, 200, anna.do("ACL", "anna", rvpACL(ace(url("ben"), "", "<a:presence/>"), ace("", "<a:all/>", ""))).status)
		anna.set("busy")
		require.Empty(t, p.states(t))
		require.Equal(t, []string{"anna busy"}, own.states(t))
		require.Equal(t, 403, ben.subscribe("anna", "update/propchange", url("ben")).status)
		require.Equal(t, 200, anna.do("ACL", "anna", rvpACL(ace("", "<a:all/>", ""))).status)
		anna.set("away")
		require.Equal(t, []string{"anna away"}, p.states(t), "the subscription has lived on")
	})
}

// TestHomeTrace: what is told of requests, deliveries and states.
func TestHomeTrace(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, ben := w.logOn("ben", "192.0.2.2:40000")
		ben.watch("ben")
		ben.set("online")
		p.notices()
		w.mu.Lock()
		defer w.mu.Unlock()
		n := rvp.Node{Host: "im.example.test", Name: "ben"}
		kinds := map[rvp.EventKind]rvp.Event{}
		for _, e := range w.events {
			require.Equal(t, n, e.Node)
			kinds[e.Kind] = e
		}
		require.Equal(t, rvp.Online, kinds[rvp.StateChanged].State)
		require.Equal(t, 200, kinds[rvp.DeliveryDone].Status)
		require.Equal(t, "http://192.0.2.2:40000", kinds[rvp.DeliveryDone].To)
		require.Equal(t, "PROPPATCH", kinds[rvp.RequestDone].Method)
		require.Equal(t, "192.0.2.2", kinds[rvp.RequestDone].Remote.Addr().String())
		require.NotContains(t, w.log.String(), "level=ERROR")
	})
}
