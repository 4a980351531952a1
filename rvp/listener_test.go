package rvp_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
)

// A caller is a connection to a client's listener.
type caller struct {
	tb testing.TB
	nc net.Conn
	r  *bufio.Reader
}

// call connects to the client that the server knows of.
func (s *rude) call(tb testing.TB) *caller {
	tb.Helper()
	s.mu.Lock()
	at := strings.TrimPrefix(s.callBack, "http://")
	s.mu.Unlock()
	nc, err := s.o.dialFrom("192.0.2.77")(context.Background(), "tcp", at)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = nc.Close() })
	return &caller{tb, nc, bufio.NewReader(nc)}
}

// notify sends a request and returns the status.
func (c *caller) notify(line, body string, fields ...string) int {
	c.tb.Helper()
	c.write(line, body, fields...)
	return c.status()
}

func (c *caller) write(line, body string, fields ...string) {
	c.tb.Helper()
	_, err := fmt.Fprintf(c.nc, "%s HTTP/1.1\r\nHost: 198.51.100.1\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n%s\r\n%s",
		line, len(body), strings.Join(append(fields, ""), "\r\n"), body)
	require.NoError(c.tb, err)
}

// status reads an answer (RVP-145).
func (c *caller) status() int {
	c.tb.Helper()
	resp, err := http.ReadResponse(c.r, nil)
	require.NoError(c.tb, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(c.tb, err)
	require.Equal(c.tb, "0.2", resp.Header.Get("RVP-Notifications-Version"))
	require.Equal(c.tb, "0", resp.Header.Get("Content-Length"))
	return resp.StatusCode
}

// change is the body of a NOTIFY that tells a state.
func change(from, to, state string) string {
	return head + "<r:notification" + xmlns + "<r:propnotification><r:notification-from><r:contact><d:href>" + from +
		"</d:href></r:contact></r:notification-from><r:notification-to><r:contact><d:href>" + to +
		"</d:href></r:contact></r:notification-to><d:propertyupdate><d:set><d:prop><r:state><r:" + state +
		"/></r:state></d:prop></d:set></d:propertyupdate></r:propnotification></r:notification>"
}

// What the listener takes, and from whom.
func TestListener(t *testing.T) {
	inRude(t, func(t *testing.T, o *office, s *rude) {
		anna := o.client("anna", 1)
		o.logOn(anna)
		_, err := anna.Watch(t.Context(), node("ben"))
		require.NoError(t, err)
		o.seen("anna")
		c := s.call(t)
		server, ben := "RVP-From-Principal: im.example.test", "RVP-From-Principal: "+url("ben")
		for _, v := range []struct {
			what, line, body, field string
			status                  int
			told                    string
		}{
			{"a change", "NOTIFY /", change(url("ben"), url("anna"), "busy"), server, 200, "ben is busy"},
			{"the same once more", "NOTIFY /", change(url("ben"), url("anna"), "busy"), server, 200, ""},
			{"absolute-form", "NOTIFY http://198.51.100.1:40001/", change(url("ben"), url("anna"), "away"), server, 200, "ben is away"},
			{"absolute-form without path", "NOTIFY http://198.51.100.1:40001", change(url("ben"), url("anna"), "busy"), server, 200, "ben is busy"},
			{"the node", "NOTIFY /instmsg/aliases/Anna", change(url("BEN"), url("anna"), "away"), "Host2: x", 404, ""},
			{"the node in absolute-form", "NOTIFY " + url("Anna"), change(url("BEN"), url("anna"), "away"), server, 200, "ben is away"},
			{"another node", "NOTIFY " + url("ben"), change(url("ben"), url("anna"), "busy"), server, 404, ""},
			{"another path", "NOTIFY /x", change(url("ben"), url("anna"), "busy"), server, 404, ""},
			{"for another user", "NOTIFY /", change(url("ben"), url("cleo"), "busy"), server, 404, ""},
			{"a strange state", "NOTIFY /", change(url("ben"), url("anna"), "juggling"), "X: y", 200, "ben is juggling"},
			{"of nobody who is watched", "NOTIFY /", change(url("dora"), url("anna"), "busy"), server, 200, ""},
			{"forged by another user", "NOTIFY /", change(url("ben"), url("anna"), "online"), "RVP-From-Principal: " + url("eve"), 403, ""},
			{"a message", "NOTIFY /", message(url("ben"), url("anna"), "hi"), ben, 200, "ben says hi"},
			{"in another's name", "NOTIFY /", message(url("ben"), url("anna"), "hi"), "RVP-From-Principal: " + url("eve"), 200, "eve says hi"},
			{"from nobody", "NOTIFY /", message("", url("anna"), "hi"), server, 400, ""},
			{"no XML", "NOTIFY /", "hello", server, 400, ""},
			{"nothing", "NOTIFY /", "", server, 400, ""},
			{"another method", "SUBSCRIBE /", "", server, 501, ""},
			{"a browser", "GET /", "", "X: y", 501, ""},
		} {
			status := c.notify(v.line, v.body, v.field)
			require.Equal(t, v.status, status, v.what)
			require.Equal(t, v.told, strings.Join(o.seen("anna"), ", "), v.what)
		}
		large := s.call(t)
		_, err = io.WriteString(large.nc, "NOTIFY / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n<")
		require.NoError(t, err)
		require.Equal(t, 413, large.status(), "before it comes")
	})
}

// A Call-Back with a path has to be met: nobody can guess it.
func TestListenerPath(t *testing.T) {
	inRude(t, func(t *testing.T, o *office, s *rude) {
		anna := o.client("anna", 1)
		anna.CallBack = "http://198.51.100.1:40001/k3j2"
		listen := anna.Listen
		anna.Listen = func(ctx context.Context, _ netip.Addr) (net.Listener, error) {
			return listen(ctx, netip.MustParseAddr("198.51.100.1"))
		}
		o.logOn(anna)
		body := change(url("anna"), url("anna"), "busy")
		s.mu.Lock()
		require.Equal(t, anna.CallBack, s.callBack)
		s.callBack = "http://198.51.100.1:40001"
		s.mu.Unlock()
		c := s.call(t)
		require.Equal(t, 404, c.notify("NOTIFY /", body))
		require.Equal(t, 404, c.notify("NOTIFY "+url("anna"), body))
		require.Equal(t, 200, c.notify("NOTIFY /k3j2", body))
		require.Contains(t, o.seen("anna"), "anna is busy")
	})
}

// The listener answers while a request of the client waits (RVP-146), even if it is
// the program itself that waits.
func TestListenerWhileWaiting(t *testing.T) {
	inRude(t, func(t *testing.T, o *office, s *rude) {
		anna := o.client("anna", 1)
		o.logOn(anna)
		o.seen("anna")
		s.set(func(_ http.ResponseWriter, r *http.Request, _, _ string) bool {
			if r.Method != "NOTIFY" {
				return false
			}
			require.Equal(t, 200, s.call(t).notify("NOTIFY /", message(url("ben"), url("anna"), "while you wait")))
			require.Equal(t, []string{"ben says while you wait"}, o.seen("anna"))
			return true
		})
		require.NoError(t, anna.Converse(node("ben")).Send(t.Context(), "hello"))
	})
}

// What is known never goes back to what was before: not by a NOTIFY whose octets are
// late, nor by an answer that was made before a NOTIFY.
func TestLateNotification(t *testing.T) {
	inRude(t, func(t *testing.T, o *office, s *rude) {
		anna := o.client("anna", 1)
		o.logOn(anna)
		s.set(func(w http.ResponseWriter, r *http.Request, name, _ string) bool {
			if r.Method == "SUBSCRIBE" && name == "ben" {
				// Ben changes while the answer is under way.
				s.set(nil)
				require.Equal(t, 200, s.call(t).notify("NOTIFY /", change(url("ben"), url("anna"), "busy")))
				s.mu.Lock()
				s.state = "busy"
				s.mu.Unlock()
				w.Header().Set("Subscription-Id", "77")
				w.WriteHeader(207)
				io.WriteString(w, statusOf(name, "online"))
				return true
			}
			return false
		})
		p, err := anna.Watch(t.Context(), node("ben"))
		require.NoError(t, err)
		require.Equal(t, rvp.Busy, p.State, "the answer is older")
		time.Sleep(2 * time.Second)
		require.Equal(t, []string{"ben is busy"}, only(o.seen("anna"), "ben is busy"))
		require.Contains(t, o.asked(), "PROPFIND ben", "it makes sure")

		slow, fast := s.call(t), s.call(t)
		synctest.Wait()
		old := change(url("ben"), url("anna"), "away")
		_, err = fmt.Fprintf(slow.nc, "NOTIFY / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(old), old[:100])
		require.NoError(t, err)
		time.Sleep(time.Second)
		require.Equal(t, 200, fast.notify("NOTIFY /", change(url("ben"), url("anna"), "at-lunch")))
		s.mu.Lock()
		s.state = "at-lunch"
		s.mu.Unlock()
		_, err = io.WriteString(slow.nc, old[100:])
		require.NoError(t, err)
		require.Equal(t, 200, slow.status())
		require.Equal(t, []string{"ben is at-lunch"}, o.seen("anna"))
		time.Sleep(2 * time.Second)
		require.Empty(t, o.seen("anna"))
		require.Contains(t, o.asked(), "PROPFIND ben", "it makes sure")
	})
}

// Who connects and says nothing, or little, or too much, is not kept for long, and keeps
// nobody out.
func TestListenerIdleCallers(t *testing.T) {
	inRude(t, func(t *testing.T, o *office, s *rude) {
		anna := o.client("anna", 1)
		o.logOn(anna)
		for range 300 {
			c := s.call(t)
			_, _ = io.WriteString(c.nc, "NOTIFY / HT")
		}
		time.Sleep(61 * time.Second)
		synctest.Wait()
		require.Equal(t, 200, s.call(t).notify("NOTIFY /", change(url("anna"), url("anna"), "busy")))
	})
}

// A listener that fails is opened again, and the server is told where.
func TestListenerFails(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna, ben := o.client("anna", 1), o.client("ben", 2)
		o.logOn(anna, ben)
		o.mu.Lock()
		l := o.hosts["198.51.100.1:40001"]
		o.mu.Unlock()
		require.NoError(t, l.Close())
		time.Sleep(time.Minute)
		require.Contains(t, o.seen("anna"), "restored")
		require.NoError(t, ben.Converse(node("anna")).Send(t.Context(), "hello"))
		require.Contains(t, o.seen("anna"), "ben says hello")
		logons, err := anna.Subscriptions(t.Context(), rvp.PragmaNotify)
		require.NoError(t, err)
		require.Len(t, logons, 1)
	})
}

// A program that has crashed, and listens at the same address again, ends what it
// has left behind: it would get everything twice.
func TestClientLeftovers(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		crashed, anna, ben := o.client("anna", 1), o.client("anna", 1), o.client("ben", 2)
		crashed.Events = nil
		o.logOn(crashed)
		o.logOn(anna, ben)
		logons, err := anna.Subscriptions(t.Context(), rvp.PragmaNotify)
		require.NoError(t, err)
		require.Len(t, logons, 1)
		o.seen("anna")
		require.NoError(t, ben.Converse(node("anna")).Send(t.Context(), "once"))
		require.Equal(t, []string{"ben says once"}, o.seen("anna"))
	})
}
