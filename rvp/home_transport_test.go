package rvp_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
)

// TestHomeMethods: RVP-010, RVP-011.
func TestHomeMethods(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		l := w.dial("192.0.2.1")
		for _, m := range []string{"GET", "POST", "PUT", "LOCK", "UNLOCK", "OPTIONS", "DELETE", "MKCOL", "POLL", "subscribe"} {
			require.Equal(t, 501, l.do(m, "anna", "").status, m)
		}
		for _, m := range []string{"COPY", "MOVE"} {
			r := l.do(m, "anna", "")
			require.Equal(t, 405, r.status, m)
			require.Equal(t, "SUBSCRIBE, UNSUBSCRIBE, SUBSCRIPTIONS, PROPFIND, PROPPATCH, NOTIFY, ACL", r.header.Get("Allow"))
		}
		require.Equal(t, 501, w.dial("192.0.2.1").do("OPTIONS", "nobody", "").status)
		require.Equal(t, 501, w.dial("192.0.2.1").do("HEAD", "anna", "").status)
	})
}

// TestHomeRequestForms: RVP-002, RVP-005, RVP-006, RVP-007, RVP-009, RVP-012, RVP-015 to RVP-020.
func TestHomeRequestForms(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		w.users["anna_2-b.c"] = rvp.User{}
		l := w.dial("192.0.2.1")
		find := head + "<d:propfind" + xmlns + "<d:prop><d:displayname/></d:prop></d:propfind>"
		ask := func(target, host string, fields ...string) reply {
			return l.raw("PROPFIND " + target + " HTTP/1.1\r\nHost: " + host + "\r\nDepth: 0\r\nContent-Length: " +
				strconv.Itoa(len(find)) + "\r\n" + strings.Join(append(fields, ""), "\r\n") + "\r\n" + find)
		}
		const path, host = "/instmsg/aliases/anna", "im.example.test"
		for target, want := range map[string]int{
			path:                                    207,
			"http://im.example.test" + path:         207, // RVP-002
			"http://IM.Example.Test:80" + path:      207,
			"/instmsg/local/im.example.test" + path: 207, // RVP-016
			"/INSTMSG/Local/IM.Example.Test/instmsg/Aliases/Anna": 207, // RVP-018
			path + "/":                            207, // RVP-019
			"/instmsg/aliases/%61nn%61":           207,
			"/instmsg/aliases/anna_2-b.c":         207, // RVP-020
			"/instmsg/local/im.other.test" + path: 404, // RVP-017
			"http://im.other.test" + path:         404,
			"/instmsg/aliases/":                   404,
			"/":                                   404,
			"/instmsg/aliases/anna/x":             404,
			"/instmsg/aliases/anna?x=y":           404,
			"/groups/x":                           404,
		} {
			r := ask(target, host)
			require.Equal(t, want, r.status, target)
			if want == 207 {
				require.Contains(t, r.body, "<d:href>http://im.example.test/instmsg/aliases/anna", "RVP-021")
			}
		}
		for _, h := range []string{"im.example.test:8080", "IM.EXAMPLE.TEST", "192.0.2.80", "192.0.2.80:8080", "[2001:db8::1]"} {
			require.Equal(t, 207, ask(path, h).status, h) // RVP-009
		}
		require.Equal(t, 404, ask(path, "im.other.test").status)
		for _, fields := range [][]string{{}, {"RVP-Notifications-Version: 1.0"}, {"RVP-Notifications-Version: x"}, {"DAV: 1,2", "TE: deflate,gzip;q=0.3", "Keep-Alive: 300", "Connection: Keep-Alive, TE"}} {
			require.Equal(t, 207, ask(path, host, fields...).status, "RVP-005, RVP-012")
		}
	})
}

// TestHomeDomainWithPort: RVP-009: clients leave out the port.
func TestHomeDomainWithPort(t *testing.T) {
	inWorld(t, func(w *world) { w.home.Domain = "IM.Example.Test:8080"; w.home.Directory = anybody{} }, func(t *testing.T, w *world) {
		l := w.dial("192.0.2.1").login("anna")
		require.Equal(t, 200, l.subscribe("anna", "pragma/notify", "http://192.0.2.1:5000").status)
		r := l.subscribe("anna", "update/propchange", "http://im.example.test:8080/instmsg/aliases/anna")
		require.Equal(t, 207, r.status)
		require.Contains(t, r.body, "<d:href>http://im.example.test:8080/instmsg/aliases/anna</d:href>")
	})
}

// TestHomeErrors: RVP-003 in answers that refuse; raw checks the header.
func TestHomeErrors(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		l := w.dial("192.0.2.1")
		require.Equal(t, 401, l.do("PROPPATCH", "anna", lease("online", 60, "")).status)
		require.Equal(t, 404, l.do("PROPPATCH", "nobody", lease("online", 60, "")).status)
		require.Equal(t, 400, l.do("ACL", "anna", "", "RVP-From-Principal: what is this?").status)
		require.Equal(t, 400, l.do("NOTIFY", "anna", "x", "RVP-From-Principal: "+url("ben")).status)
	})
}

// anybody is a directory that has everybody.
type anybody struct{}

func (anybody) User(context.Context, rvp.Node) (rvp.User, error) { return rvp.User{}, nil }
