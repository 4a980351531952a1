package rvp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
)

// homes is a Directory: who has which home server.
type homes map[string]string

func (h homes) User(_ context.Context, n Node) (User, error) {
	if n.Name == "broken" {
		return User{}, errors.New("the disk is on fire")
	}
	home, ok := h[n.Name]
	if !ok || n.Host != "im.example.test" {
		return User{}, ErrNoUser
	}
	return User{Home: home, Disabled: n.Name == "disabled"}, nil
}

// outside is a Topology in which this machine is not inside.
var outside = Topology{Inside: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}

// front serves a Router on a port of this machine.
func front(t *testing.T, r *Router) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(r)
	srv.Config.ConnContext = ConnContext
	srv.Start()
	t.Cleanup(func() {
		srv.Close()
		require.NoError(t, r.Close())
	})
	return srv
}

// A seen is a request as a home server got it.
type seen struct {
	*http.Request
	body string
}

// back is a home server that tells what it gets.
func back(t *testing.T, h func(http.ResponseWriter, *http.Request)) (address string, requests func() []seen) {
	t.Helper()
	var mu sync.Mutex
	var all []seen
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		all = append(all, seen{r, string(body)})
		mu.Unlock()
		h(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.Listener.Addr().String(), func() []seen {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

// ask writes a request as it stands and reads the answer.
func ask(t *testing.T, nc net.Conn, r *bufio.Reader, request string) (*http.Response, string) {
	t.Helper()
	_, err := io.WriteString(nc, request)
	require.NoError(t, err)
	answer, err := http.ReadResponse(r, nil)
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer, string(body)
}

func dialTo(t *testing.T, srv *httptest.Server) (net.Conn, *bufio.Reader) {
	t.Helper()
	nc, err := net.Dial("tcp", srv.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { nc.Close() })
	return nc, bufio.NewReader(nc)
}

// TestRouterRedirects: inside, any method of the protocol for a user gets the way
// to his home server (RVP-003, RVP-027).
func TestRouterRedirects(t *testing.T) {
	srv := front(t, &Router{Domain: "im.example.test", Aliases: []string{"im2.example.test"}, Directory: homes{
		"anna": "home1.example.test", "ben.roe": "home2.example.test:8080",
	}})
	nc, r := dialTo(t, srv)
	for _, method := range []string{"SUBSCRIBE", "UNSUBSCRIBE", "SUBSCRIPTIONS", "PROPFIND", "PROPPATCH", "NOTIFY", "ACL"} {
		answer, _ := ask(t, nc, r, method+" /instmsg/aliases/Anna HTTP/1.1\r\nHost: im.example.test\r\nContent-Length: 0\r\n\r\n")
		require.Equal(t, 302, answer.StatusCode, method)
		require.Equal(t, "http://home1.example.test/instmsg/local/im.example.test/instmsg/aliases/anna", answer.Header.Get("Location"))
		require.Equal(t, "0.2", answer.Header.Get("RVP-Notifications-Version"))
		require.NotEmpty(t, answer.Header.Get("Content-Length"))
	}
	for _, target := range []string{
		"SUBSCRIBE http://im.example.test/instmsg/aliases/ben.roe HTTP/1.1\r\nHost: im.example.test\r\n\r\n",
		"SUBSCRIBE /instmsg/aliases/ben.roe HTTP/1.1\r\nHost: IM2.example.test\r\n\r\n",
		"SUBSCRIBE /instmsg/aliases/ben.roe HTTP/1.1\r\nHost: " + srv.Listener.Addr().String() + "\r\n\r\n",
		"SUBSCRIBE /instmsg/local/im.example.test/instmsg/aliases/ben.roe HTTP/1.1\r\nHost: im.example.test\r\n\r\n",
		"SUBSCRIBE /instmsg/aliases/ben.roe HTTP/1.1\nHost: im.example.test\n\n",
	} {
		answer, _ := ask(t, nc, r, target)
		require.Equal(t, 302, answer.StatusCode, target)
		require.Equal(t, "http://home2.example.test:8080/instmsg/local/im.example.test/instmsg/aliases/ben.roe", answer.Header.Get("Location"))
	}
}

func TestRouterRefuses(t *testing.T) {
	users := homes{"anna": "home1.example.test", "disabled": "home1.example.test", "nowhere": ""}
	for _, c := range []struct {
		topology Topology
		request  string
		status   int
	}{
		{Topology{}, "SUBSCRIBE /instmsg/aliases/nobody HTTP/1.1\r\nHost: im.example.test\r\n\r\n", 404},
		{Topology{}, "SUBSCRIBE /instmsg/aliases/disabled HTTP/1.1\r\nHost: im.example.test\r\n\r\n", 404},
		{Topology{}, "SUBSCRIBE /instmsg/aliases/nowhere HTTP/1.1\r\nHost: im.example.test\r\n\r\n", 404},
		{Topology{}, "SUBSCRIBE /instmsg/aliases/broken HTTP/1.1\r\nHost: im.example.test\r\n\r\n", 503},
		{Topology{}, "SUBSCRIBE /instmsg/aliases/anna HTTP/1.1\r\nHost: im.other.test\r\n\r\n", 404}, // RVP-017
		{Topology{}, "SUBSCRIBE /instmsg/local/im.other.test/instmsg/aliases/anna HTTP/1.1\r\nHost: im.example.test\r\n\r\n", 404},
		{Topology{}, "SUBSCRIBE /elsewhere HTTP/1.1\r\nHost: im.example.test\r\n\r\n", 404},
		{Topology{}, "GET /instmsg/aliases/anna HTTP/1.1\r\nHost: im.example.test\r\n\r\n", 501},  // RVP-010
		{Topology{}, "MOVE /instmsg/aliases/anna HTTP/1.1\r\nHost: im.example.test\r\n\r\n", 405}, // RVP-011
		{
			Topology{Refused: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
			"SUBSCRIBE /instmsg/aliases/anna HTTP/1.1\r\nHost: im.example.test\r\n\r\n", 403,
		},
		{outside, "NOTIFY /instmsg/aliases/anna HTTP/1.1\r\nHost: im.example.test\r\nRVP-Hop-Count: 11\r\n\r\n", 500}, // RVP-091
		{outside, "NOTIFY /instmsg/aliases/anna HTTP/1.1\r\nHost: im.example.test\r\nContent-Length: 300000\r\n\r\n" + strings.Repeat("x", 300_000), 413},
	} {
		srv := front(t, &Router{Domain: "im.example.test", Directory: users, Topology: c.topology})
		nc, r := dialTo(t, srv)
		answer, _ := ask(t, nc, r, c.request)
		require.Equal(t, c.status, answer.StatusCode, "%.80s", c.request)
		require.Equal(t, "0.2", answer.Header.Get("RVP-Notifications-Version"))
	}
}

// TestRouterPasses: outside, request and answer go through as they are (RVP-028,
// RVP-029).
func TestRouterPasses(t *testing.T) {
	home, requests := back(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["RVP-Notifications-Version"] = []string{"0.2"}
		w.Header().Add("WWW-Authenticate", "NTLM")
		w.Header().Add("WWW-Authenticate", `Digest realm="im.example.test"`)
		w.Header().Set("Keep-Alive", "timeout=5")
		w.WriteHeader(401)
		io.WriteString(w, "<p>Access Denied</p>")
	})
	srv := front(t, &Router{Domain: "im.example.test", Directory: homes{"anna": home}, Topology: outside})
	nc, r := dialTo(t, srv)
	const body = "<x>\r\n\x00\xff]]></x>"
	answer, text := ask(t, nc, r, "NOTIFY /instmsg/aliases/Anna HTTP/1.1\r\nHost: im.example.test\r\n"+
		"RVP-Notifications-Version: 0.2\r\nRVP-Hop-Count: 2\r\nRVP-Ack-Type: DeepOr\r\nAuthorization: NTLM TlRMTVNTUAAB\r\n"+
		"Connection: TE, X-Own\r\nTE: trailers\r\nX-Own: 1\r\nX-Forwarded-For: 192.0.2.7\r\nExpect: 100-continue\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body)
	for answer.StatusCode == 100 {
		var err error
		answer, err = http.ReadResponse(r, nil)
		require.NoError(t, err)
		b, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		text = string(b)
	}
	require.Equal(t, 401, answer.StatusCode)
	require.Equal(t, "<p>Access Denied</p>", text)
	require.Equal(t, []string{"NTLM", `Digest realm="im.example.test"`}, answer.Header.Values("WWW-Authenticate"))
	require.Equal(t, []string{"0.2"}, answer.Header.Values("RVP-Notifications-Version"))
	require.Empty(t, answer.Header.Get("Keep-Alive"))

	got := requests()[0]
	require.Equal(t, "NOTIFY", got.Method)
	require.Equal(t, "im.example.test /instmsg/aliases/Anna", got.Host+" "+got.RequestURI, "Digest has signed it")
	require.Equal(t, body, got.body)
	require.Equal(t, "3", got.Header.Get("RVP-Hop-Count"))
	require.Equal(t, "DeepOr", got.Header.Get("RVP-Ack-Type"))
	require.Equal(t, "NTLM TlRMTVNTUAAB", got.Header.Get("Authorization"))
	require.Equal(t, "127.0.0.1", got.Header.Get("X-Forwarded-For"), "what the client says of it counts for nothing")
	for _, name := range []string{"Te", "X-Own", "User-Agent", "Expect"} {
		require.Empty(t, got.Header.Values(name), name)
	}
}

// TestRouterPassesAlias: the home server knows the domain by its one name.
func TestRouterPassesAlias(t *testing.T) {
	home, requests := back(t, func(http.ResponseWriter, *http.Request) {})
	srv := front(t, &Router{Domain: "im.example.test", Aliases: []string{"im2.example.test"}, Directory: homes{"anna": home}, Topology: outside})
	nc, r := dialTo(t, srv)
	for i, target := range []string{"http://im2.example.test/instmsg/aliases/anna", "/instmsg/aliases/anna", "http://im.example.test/instmsg/aliases/anna"} {
		answer, _ := ask(t, nc, r, "ACL "+target+" HTTP/1.1\r\nHost: im2.example.test\r\n\r\n")
		require.Equal(t, 200, answer.StatusCode)
		require.Equal(t, "im.example.test", requests()[i].Host)
		require.NotContains(t, requests()[i].RequestURI, "im2")
	}
}

// TestRouterProxied: clients that cannot follow a redirection (RVP-030), and
// proxies that are believed.
func TestRouterProxied(t *testing.T) {
	home, requests := back(t, func(http.ResponseWriter, *http.Request) {})
	local := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	request := "ACL /instmsg/aliases/anna HTTP/1.1\r\nHost: im.example.test\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n"

	srv := front(t, &Router{Domain: "im.example.test", Directory: homes{"anna": home}, Topology: Topology{Proxied: local}})
	nc, r := dialTo(t, srv)
	answer, _ := ask(t, nc, r, request)
	require.Equal(t, 200, answer.StatusCode)

	srv = front(t, &Router{Domain: "im.example.test", Directory: homes{"anna": home}, Topology: Topology{Inside: local, Proxies: local}})
	nc, r = dialTo(t, srv)
	answer, _ = ask(t, nc, r, request)
	require.Equal(t, 200, answer.StatusCode, "whom the proxy speaks for is outside")
	require.Equal(t, "192.0.2.7, 127.0.0.1", requests()[1].Header.Get("X-Forwarded-For"))

	loop := strings.Replace(request, "192.0.2.7", strings.Repeat("192.0.2.7, ", 10)+"192.0.2.7", 1)
	answer, _ = ask(t, nc, r, loop)
	require.Equal(t, 500, answer.StatusCode)
}

// TestRouterPins: each connection of a client's has one of its own to the home
// server, as NTLM needs (RVP-031), and a new one where that was closed.
func TestRouterPins(t *testing.T) {
	closing := false
	home, requests := back(t, func(w http.ResponseWriter, _ *http.Request) {
		if closing {
			w.Header().Set("Connection", "close")
		}
	})
	srv := front(t, &Router{Domain: "im.example.test", Directory: homes{"anna": home}, Topology: outside})
	const request = "ACL /instmsg/aliases/anna HTTP/1.1\r\nHost: im.example.test\r\n\r\n"
	nc1, r1 := dialTo(t, srv)
	nc2, r2 := dialTo(t, srv)
	for range 3 {
		ask(t, nc1, r1, request)
		ask(t, nc2, r2, request)
	}
	all := requests()
	require.Equal(t, all[0].RemoteAddr, all[2].RemoteAddr)
	require.Equal(t, all[0].RemoteAddr, all[4].RemoteAddr)
	require.Equal(t, all[1].RemoteAddr, all[5].RemoteAddr)
	require.NotEqual(t, all[0].RemoteAddr, all[1].RemoteAddr)
	closing = true
	ask(t, nc1, r1, request)
	answer, _ := ask(t, nc1, r1, request)
	require.Equal(t, 200, answer.StatusCode)
	all = requests()
	require.Equal(t, all[0].RemoteAddr, all[6].RemoteAddr)
	require.NotEqual(t, all[0].RemoteAddr, all[7].RemoteAddr)
}

// TestRouterLocal: the home server in the same process gets its own users.
func TestRouterLocal(t *testing.T) {
	var got *http.Request
	local := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r })
	srv := front(t, &Router{
		Domain: "im.example.test", Aliases: []string{"im2.example.test"}, Names: []string{"home1.example.test"}, Local: local,
		Directory: homes{"anna": "HOME1.example.test", "ben": "", "eve": "home2.example.test"},
	})
	nc, r := dialTo(t, srv)
	for _, request := range []string{
		"ACL /instmsg/aliases/anna HTTP/1.1\r\nHost: im2.example.test\r\n\r\n",
		"ACL http://im2.example.test/instmsg/aliases/anna HTTP/1.1\r\nHost: im2.example.test\r\n\r\n",
		"ACL /instmsg/local/im.example.test/instmsg/aliases/anna HTTP/1.1\r\nHost: home1.example.test\r\n\r\n",
	} {
		got = nil
		answer, _ := ask(t, nc, r, request)
		require.Equal(t, 200, answer.StatusCode, request)
		require.Equal(t, "im.example.test /instmsg/aliases/anna", got.Host+" "+got.RequestURI)
	}
	got = nil
	ask(t, nc, r, "ACL /instmsg/aliases/ben HTTP/1.1\r\nHost: im.example.test\r\n\r\n")
	require.NotNil(t, got)
	answer, _ := ask(t, nc, r, "ACL /instmsg/aliases/eve HTTP/1.1\r\nHost: im.example.test\r\n\r\n")
	require.Equal(t, 302, answer.StatusCode)
}

// serveRouter serves a Router and its home servers in memory.
func serveRouter(r *Router, home func(net.Conn)) (net.Conn, func()) {
	d := newDeliveryNet()
	d.set("192.0.2.1:80", home)
	r.Locator = &Locator{Dial: d.Dial, Addrs: anywhere()}
	near, far := memnet.Pipe()
	srv := &http.Server{Handler: r, ConnContext: ConnContext}
	l := &oneConn{nc: make(chan net.Conn, 1), done: make(chan struct{})}
	l.nc <- far
	done := make(chan struct{})
	go func() {
		defer close(done)
		srv.Serve(l)
	}()
	return near, func() {
		near.Close()
		close(l.done)
		srv.Close()
		<-done
		r.Close()
		d.wg.Wait()
	}
}

// TestRouterHomeFails: the home server is down, hangs, says nonsense or too much.
func TestRouterHomeFails(t *testing.T) {
	answerWith := func(s string) func(net.Conn) {
		return func(nc net.Conn) {
			b := bufio.NewReader(nc)
			for {
				if _, err := http.ReadRequest(b); err != nil {
					return
				}
				io.WriteString(nc, s)
			}
		}
	}
	for _, c := range []struct {
		name   string
		home   func(net.Conn)
		status int
		after  time.Duration
	}{
		{"down", nil, 502, 0},
		{"hangs up", func(nc net.Conn) {}, 502, 0},
		{"silent", func(nc net.Conn) { io.Copy(io.Discard, nc) }, 504, 30 * time.Second},
		{"no HTTP", answerWith("220 ready\r\n"), 502, 0},
		{"cut off", func(nc net.Conn) {
			answerWith("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort")(&onceConn{Conn: nc})
		}, 502, 0},
		{"too long", answerWith("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n" + strings.Repeat("x", 1<<20+1)), 502, 0},
		{"continue", answerWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 207 Fine\r\nContent-Length: 0\r\n\r\n"), 207, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				router := &Router{Domain: "im.example.test", Directory: homes{"anna": "192.0.2.1"}, Topology: outside}
				nc, end := serveRouter(router, c.home)
				defer end()
				began := time.Now()
				answer, _ := ask(t, nc, bufio.NewReader(nc), "ACL /instmsg/aliases/anna HTTP/1.1\r\nHost: im.example.test\r\n\r\n")
				require.Equal(t, c.status, answer.StatusCode)
				require.Equal(t, c.after, time.Since(began).Truncate(time.Second))
			})
		})
	}
}

// TestRouterIdle: connections to home servers are given up when nobody needs them,
// or others do.
func TestRouterIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var open atomic.Int32
		router := &Router{Domain: "im.example.test", Directory: homes{"anna": "192.0.2.1"}, Topology: outside}
		nc, end := serveRouter(router, func(nc net.Conn) {
			open.Add(1)
			defer open.Add(-1)
			b := bufio.NewReader(nc)
			for {
				if _, err := http.ReadRequest(b); err != nil {
					return
				}
				io.WriteString(nc, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			}
		})
		defer end()
		r := bufio.NewReader(nc)
		const request = "ACL /instmsg/aliases/anna HTTP/1.1\r\nHost: im.example.test\r\n\r\n"
		for range 3 {
			ask(t, nc, r, request)
			time.Sleep(9 * time.Minute)
			synctest.Wait()
			require.EqualValues(t, 1, open.Load())
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		require.Zero(t, open.Load())
		answer, _ := ask(t, nc, r, request)
		require.Equal(t, 200, answer.StatusCode)
	})
}

// upstreamConns are connections to a home server in memory.
type upstreamConns []net.Conn

// do sends a request from a client's connection.
func (c *upstreamConns) do(t *testing.T, u *upstreams, conn context.Context) {
	t.Helper()
	dial := func(context.Context, string) (net.Conn, error) {
		near, far := memnet.Pipe()
		*c = append(*c, near)
		go func() {
			b := bufio.NewReader(far)
			for {
				if _, err := http.ReadRequest(b); err != nil {
					return
				}
				io.WriteString(far, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			}
		}()
		return near, nil
	}
	req, err := http.NewRequest("ACL", "http://home/", nil)
	require.NoError(t, err)
	_, err = u.do(t.Context(), conn, "home:80", req, dial, func(*http.Response) error { return nil })
	require.NoError(t, err)
}

// Routers of several domains may get requests on one connection, and have the same home server:
// each has its own connections to it.
func TestUpstreamsOfSeveralRouters(t *testing.T) {
	a, b := &upstreams{limit: 1, idle: time.Hour}, &upstreams{limit: 1, idle: time.Hour}
	var conns upstreamConns
	client := ConnContext(t.Context(), nil)
	for range 2 {
		conns.do(t, a, client)
		conns.do(t, b, client)
	}
	require.Len(t, conns, 4)
	for _, nc := range conns[:3] {
		_, err := nc.Write(nil)
		require.Error(t, err, "the other router's was closed")
	}
	require.Zero(t, a.recent.Len())
	require.Equal(t, 1, b.recent.Len())
	a.close()
	b.close()
}

func TestUpstreamsLimit(t *testing.T) {
	u := upstreams{limit: 3, idle: time.Hour}
	var conns upstreamConns
	do := func(conn context.Context) { conns.do(t, &u, conn) }
	var clients []context.Context
	for range 4 {
		ctx := ConnContext(t.Context(), nil)
		clients = append(clients, ctx)
		do(ctx)
	}
	require.Len(t, conns, 4)
	_, err := conns[0].Write(nil)
	require.Error(t, err, "the one that was idle longest was closed")
	require.Equal(t, 3, u.recent.Len())
	do(clients[1])
	do(clients[0])
	require.Len(t, conns, 5)
	u.close()
	do(clients[0])
	require.Zero(t, u.recent.Len())
}

// BenchmarkRouter is what a router does with a request, without the network.
func BenchmarkRouter(b *testing.B) {
	users := make(homes)
	for i := range 50_000 {
		users[fmt.Sprintf("user%05d", i)] = "home1.example.test"
	}
	r := &Router{Domain: "im.example.test", Directory: users}
	req := httptest.NewRequest("SUBSCRIBE", "/instmsg/aliases/user01234", nil)
	req.Host = "im.example.test"
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		if r.ServeHTTP(w, req); w.Code != 302 {
			b.Fatal(w.Code)
		}
	}
}

// A onceConn ends after one write.
type onceConn struct{ net.Conn }

func (c *onceConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.Close()
	return n, err
}
