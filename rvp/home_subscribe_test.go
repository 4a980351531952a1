package rvp_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
)

// TestHomeLoginSubscription: RVP-036, RVP-040, RVP-042.
func TestHomeLoginSubscription(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		l := w.dial("192.0.2.1").login("anna")
		seen := map[string]bool{}
		for range 3 {
			r := l.subscribe("anna", "pragma/notify", "http://192.0.2.1:34567")
			require.Equal(t, 200, r.status)
			require.Equal(t, "14400", r.header.Get("Subscription-Lifetime"))
			require.Empty(t, r.body)
			id := r.header.Get("Subscription-Id")
			n, err := strconv.ParseUint(id, 10, 64)
			require.NoError(t, err)
			require.NotZero(t, n)
			require.False(t, seen[id], "RVP-046: duplicates have IDs of their own")
			seen[id] = true
		}
		r := l.do("SUBSCRIBE", "anna", "", "Notification-Type: pragma/notify", "Call-Back: http://192.0.2.1:34567", "Subscription-Lifetime: 99999999999999999999")
		require.Equal(t, 200, r.status)
		require.Equal(t, "14400", r.header.Get("Subscription-Lifetime"), "RVP-042")
	})
}

// TestHomePropertySubscription: RVP-037, RVP-038, RVP-039, RVP-021, RVP-109, RVP-107, RVP-111.
func TestHomePropertySubscription(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		_, ben := w.logOn("ben", "192.0.2.2:40000")
		ben.set("busy")
		r := w.foreign("http://im.other.test/instmsg/aliases/eve").subscribe("BEN", "update/propchange", "http://im.other.test/instmsg/aliases/eve")
		require.Equal(t, 207, r.status)
		require.NotEmpty(t, r.header.Get("Subscription-Id"))
		require.Equal(t, "14400", r.header.Get("Subscription-Lifetime"))
		require.Equal(t, "text/xml", r.header.Get("Content-Type"))
		require.Equal(t, head+"<d:multistatus"+xmlns+"<d:response><d:href>"+url("ben")+"</d:href><d:propstat><d:prop>"+
			"<r:state><r:busy/></r:state><d:displayname>Ben Roe</d:displayname><r:email>ben@example.test</r:email>"+
			"<r:mobile-state>0</r:mobile-state><r:mobile-description/></d:prop>"+
			"<d:status>HTTP/1.1 200 Successful</d:status></d:propstat></d:response></d:multistatus>",
			strings.ReplaceAll(r.body, "<r:mobile-description></r:mobile-description>", "<r:mobile-description/>"))
	})
}

// TestHomeSubscribeRefused: RVP-041, RVP-048, RVP-045, RVP-022, and types that there are not.
func TestHomeSubscribeRefused(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		l := w.dial("192.0.2.1").login("anna")
		for _, lifetime := range []string{"Subscription-Lifetime: 0", "Subscription-Lifetime: soon", "Subscription-Lifetime: -5", "Subscription-Lifetime:", "X: y"} {
			require.Equal(t, 412, l.do("SUBSCRIBE", "anna", "", "Notification-Type: pragma/notify", "Call-Back: http://192.0.2.1:34567", lifetime).status, lifetime)
		}
		require.Equal(t, 412, l.do("SUBSCRIBE", "anna", "", "Notification-Type: pragma/notify", "Subscription-Lifetime: 9").status)
		require.Equal(t, 412, l.subscribe("anna", "pragma/poll", "http://192.0.2.1:34567").status)
		for _, id := range []string{"99", "0", "x", "-1"} {
			require.Equal(t, 412, l.do("SUBSCRIBE", "anna", "", "Subscription-Id: "+id, "Subscription-Lifetime: 9").status)
		}
		require.Equal(t, 404, l.subscribe("nobody", "update/propchange", url("anna")).status)
		require.Equal(t, 404, l.subscribe("gone", "update/propchange", url("anna")).status)
		require.Equal(t, 503, l.subscribe("broken", "update/propchange", url("anna")).status)
	})
}

// TestHomeRenew: RVP-043, RVP-044, RVP-045.
func TestHomeRenew(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, ben := w.logOn("ben", "192.0.2.2:40000")
		_, anna := w.logOn("anna", "192.0.2.1:40000")
		id := ben.watch("anna")
		pass(3 * time.Hour)
		r := ben.do("SUBSCRIBE", "anna", "", "Subscription-Id: "+id, "Subscription-Lifetime: 7200")
		require.Equal(t, 200, r.status)
		require.Equal(t, id, r.header.Get("Subscription-Id"))
		require.Equal(t, "7200", r.header.Get("Subscription-Lifetime"))
		require.Empty(t, r.body)
		r = ben.do("SUBSCRIBE", "ben", "", "Subscription-Id: "+ben.ids("ben", "pragma/notify")[0], "Subscription-Lifetime: 14400")
		require.Equal(t, 200, r.status, "login subscriptions likewise")
		require.Empty(t, r.body)
		pass(2*time.Hour - 1)
		anna.set("online")
		require.Equal(t, []string{"anna online"}, p.states(t))
		pass(time.Second)
		anna.set("busy")
		require.Empty(t, p.states(t), "RVP-043")
		require.Equal(t, 412, ben.do("SUBSCRIBE", "anna", "", "Subscription-Id: "+id, "Subscription-Lifetime: 7200").status, "RVP-045")
	})
}

// TestHomeCallBack: RVP-049, RVP-050, RVP-053.
func TestHomeCallBack(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		anna := w.dial("192.0.2.1").login("anna")
		for callBack, want := range map[string]int{
			"http://192.0.2.1:34567":      200,
			"http://192.0.2.1:34567/x":    200,
			"http://192.0.2.9:34567":      403, // somebody else's address
			"http://192.0.2.1:25":         403, // no program of a user
			"http://host.test:34567":      403,
			"https://192.0.2.1:34567":     403,
			url("anna"):                   403, // would go round and round
			url("ben"):                    200, // the owner has the right
			"ftp://192.0.2.1/":            403,
			"http://192.0.2.1:34567/\x01": 403,
		} {
			if strings.ContainsRune(callBack, 1) {
				continue // net/http does not let it through
			}
			require.Equal(t, want, anna.subscribe("anna", "pragma/notify", callBack).status, callBack)
		}
		require.Equal(t, 207, anna.subscribe("anna", "update/propchange", url("Anna")+"/").status, "RVP-050")
		require.Equal(t, 403, anna.subscribe("ben", "update/propchange", "http://192.0.2.1:34567").status, "of the owner only")
		require.Equal(t, 403, anna.subscribe("ben", "update/propchange", url("cleo")).status, "RVP-049")
		require.Equal(t, 207, anna.subscribe("ben", "update/propchange", "http://im.example.test:8080/instmsg/aliases/anna").status, "a port does not matter")
		eve := w.foreign("http://im.other.test/instmsg/aliases/eve")
		require.Equal(t, 401, eve.subscribe("ben", "update/propchange", "http://198.51.100.7:5000").status)
		require.Equal(t, 401, eve.subscribe("ben", "update/propchange", url("anna")).status)
		require.Equal(t, 401, eve.subscribe("ben", "pragma/notify", "http://198.51.100.7:5000").status, "RVP-120")

		r := anna.do("SUBSCRIPTIONS", "anna", "", "Notification-Type: pragma/notify")
		require.Contains(t, r.body, "http://192.0.2.1:34567")
	})
}

// TestHomeSubscriptionLimits: the oldest logon makes room for a new one, a watcher has to
// wait.
func TestHomeSubscriptionLimits(t *testing.T) {
	inWorld(t, func(w *world) { w.home.Limits = rvp.Limits{Logons: 2, Subscriptions: 2} }, func(t *testing.T, w *world) {
		l := w.dial("192.0.2.1").login("anna")
		for i := range 3 {
			require.Equal(t, 200, l.subscribe("anna", "pragma/notify", fmt.Sprintf("http://192.0.2.1:%d", 5000+i)).status)
		}
		r := l.do("SUBSCRIPTIONS", "anna", "", "Notification-Type: pragma/notify")
		require.NotContains(t, r.body, ":5000<")
		require.Contains(t, r.body, ":5001<")
		require.Contains(t, r.body, ":5002<")
		l.watch("ben")
		l.watch("ben")
		require.Equal(t, 503, l.subscribe("ben", "update/propchange", url("anna")).status)
	})
}

// TestHomeUnsubscribe: RVP-054, RVP-055, RVP-056, RVP-057.
func TestHomeUnsubscribe(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p, ben := w.logOn("ben", "192.0.2.2:40000")
		_, anna := w.logOn("anna", "192.0.2.1:40000")
		id := ben.watch("anna")
		anna.set("online")
		require.Equal(t, []string{"anna online"}, p.states(t))
		cleo := w.dial("192.0.2.3").login("cleo")
		require.Equal(t, 403, cleo.do("UNSUBSCRIBE", "anna", "", "Subscription-Id: "+id).status, "RVP-056")
		require.Equal(t, 403, w.foreign("http://im.other.test/instmsg/aliases/eve").do("UNSUBSCRIBE", "anna", "", "Subscription-Id: "+id).status)
		require.Equal(t, 401, w.foreign(url("anna")).do("UNSUBSCRIBE", "anna", "", "Subscription-Id: "+id).status)
		require.Equal(t, 401, w.foreign("").do("UNSUBSCRIBE", "anna", "", "Subscription-Id: "+id).status)
		require.Equal(t, 412, ben.do("UNSUBSCRIBE", "anna", "", "Subscription-Id: 4242").status, "RVP-055")
		require.Equal(t, 412, ben.do("UNSUBSCRIBE", "anna", "").status)

		r := ben.do("UNSUBSCRIBE", "anna", "", "Subscription-Id: "+id)
		require.Equal(t, 200, r.status)
		anna.set("busy")
		require.Empty(t, p.states(t), "RVP-054")
		require.Equal(t, 412, ben.do("UNSUBSCRIBE", "anna", "", "Subscription-Id: "+id).status)

		id = ben.watch("anna")
		require.Equal(t, 200, anna.do("UNSUBSCRIBE", "anna", "", "Subscription-Id: "+id).status, "the owner may end what others have")
	})
}

// TestHomeUnsubscribeLogon: RVP-057; with the logon goes what it said, if nobody else calls back there.
func TestHomeUnsubscribeLogon(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		old, anna := w.logOn("anna", "192.0.2.1:40000")
		ben := w.dial("192.0.2.2").login("ben")
		anna.set("busy")
		require.Equal(t, "busy", ben.state("anna"))
		old.close()

		_, again := w.logOn("anna", "192.0.2.1:40001")
		again.set("online")
		require.Equal(t, "online", ben.state("anna"))
		r := again.do("SUBSCRIPTIONS", "anna", "", "Notification-Type: pragma/notify")
		require.Equal(t, 2, strings.Count(r.body, "<r:subscription>"), "RVP-061")
		require.Equal(t, 200, again.do("UNSUBSCRIBE", "anna", "", "Subscription-Id: "+again.ids("anna", "pragma/notify")[0]).status)
		again.set("offline")
		require.Equal(t, "offline", ben.state("anna"))
	})
}

// TestHomeSubscriptions: RVP-059, RVP-060, RVP-023.
func TestHomeSubscriptions(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		anna := w.dial("192.0.2.1").login("anna")
		ben := w.dial("192.0.2.2").login("ben")
		ben.watch("anna")
		w.foreign("http://im.other.test/instmsg/aliases/eve").do("SUBSCRIBE", "anna", "", "Notification-Type: update/propchange",
			"Call-Back: http://im.other.test/instmsg/aliases/eve", "Subscription-Lifetime: 60")
		pass(10 * time.Second)
		entry := func(id, of string, left int) string {
			return fmt.Sprintf("<r:subscription><r:subscription-id>%s</r:subscription-id><d:href>%s</d:href>"+
				"<a:principal><a:rvp-principal>%s</a:rvp-principal></a:principal><d:timeout>%d</d:timeout></r:subscription>", id, of, of, left)
		}
		ids := anna.ids("anna", "update/propchange")
		require.Len(t, ids, 2)
		r := anna.do("SUBSCRIPTIONS", "anna", "", "Notification-Type: update/propchange")
		require.Equal(t, 200, r.status)
		require.Equal(t, "text/xml", r.header.Get("Content-Type"))
		require.Equal(t, head+"<r:subscriptions"+xmlns+entry(ids[0], url("ben"), 14390)+
			entry(ids[1], "http://im.other.test/instmsg/aliases/eve", 50)+"</r:subscriptions>", r.body)
		pass(50 * time.Second)
		r = anna.do("SUBSCRIPTIONS", "anna", "", "Notification-Type: update/propchange")
		require.NotContains(t, r.body, "eve", "RVP-060: what has ended is not there")
		require.Equal(t, 412, anna.do("SUBSCRIPTIONS", "anna", "").status)
		require.Equal(t, 403, ben.do("SUBSCRIPTIONS", "anna", "", "Notification-Type: update/propchange").status, "RVP-120, RVP-123")
		require.Equal(t, 401, w.dial("192.0.2.2").do("SUBSCRIPTIONS", "anna", "", "Notification-Type: update/propchange").status)
	})
}
