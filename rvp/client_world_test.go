package rvp_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/memory"
)

// An office is a network in memory, with a server at 192.0.2.1 and clients.
type office struct {
	tb testing.TB

	mu       sync.Mutex
	hosts    map[string]*memnet.Listener
	cut      map[string]bool // addresses that reach nobody
	dials    map[string]int  // to an address
	requests []string        // to the server: method, name and status
	dialed   []time.Time     // to the server
	events   map[string][]string
	last     map[string]*rvp.Conversation

	server *http.Server
	home   *rvp.HomeServer
	done   chan struct{}
	dns    *dnstest.Server
}

const officeZone = `
	_rvp._tcp.example.test. SRV 0 0 80 im.example.test.
	im.example.test.        A 192.0.2.1
	home.example.test.      A 192.0.2.1
	im.other.test.          A 192.0.2.9
`

var officeLog = slog.New(slog.DiscardHandler)

const officeAt = "192.0.2.1:80"

func newOffice(tb testing.TB) *office {
	o := &office{
		tb: tb, hosts: map[string]*memnet.Listener{}, cut: map[string]bool{}, dials: map[string]int{},
		events: map[string][]string{}, last: map[string]*rvp.Conversation{}, dns: dnstest.NewServer(tb, officeZone),
	}
	tb.Cleanup(o.stop)
	return o
}

// inOffice runs a test in a bubble, with a home server.
func inOffice(t *testing.T, test func(t *testing.T, o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.startHome(memory.New())
		test(t, o)
	})
}

// startHome starts a home server that knows what the store does.
func (o *office) startHome(store rvp.NodeStore) {
	o.home = &rvp.HomeServer{
		Domain: "im.example.test", Directory: workmates{}, Store: store,
		Auth:      &auth.Authenticator{Accounts: &auth.NTLM{Accounts: same{}, Domain: "EXAMPLE"}, Logger: officeLog},
		Locator:   &rvp.Locator{Dial: o.dialFrom("192.0.2.1"), Resolver: o.dns.Client()},
		CallBacks: rvp.CallBackPolicy{Servers: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}},
		Logger:    officeLog,
		Trace: func(e rvp.Event) {
			if e.Kind == rvp.RequestDone && e.Status != 401 {
				o.note(e.Method, e.Node.Name, e.Status)
			}
		},
	}
	o.start(o.home)
}

// start starts a server.
func (o *office) start(h http.Handler) {
	l := o.listen(officeAt)
	srv, done := &http.Server{Handler: h, ConnContext: rvp.ConnContext}, make(chan struct{})
	o.server, o.done = srv, done
	go func() {
		defer close(done)
		_ = srv.Serve(l)
	}()
}

// stop ends the server as a crash would.
func (o *office) stop() {
	if o.server == nil {
		return
	}
	_ = o.server.Close()
	<-o.done
	o.drop(officeAt)
	if o.home != nil {
		require.NoError(o.tb, o.home.Close())
	}
	o.server, o.home = nil, nil
}

func (o *office) note(method, name string, status int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.requests = append(o.requests, strings.TrimSuffix(fmt.Sprintf("%s %s %d", method, name, status), " 0"))
}

// asked returns what the server was asked since the last time.
func (o *office) asked() []string {
	synctest.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.requests
	o.requests = nil
	return all
}

func (o *office) listen(at string) *memnet.Listener {
	l := memnet.ListenAt(netip.MustParseAddrPort(at))
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hosts[at] = l
	return l
}

func (o *office) drop(at string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.hosts, at)
}

// unplug has an address reach nobody, and be reached by nobody.
func (o *office) unplug(addr string, cut bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cut[addr] = cut
}

// dialFrom is a Locator.Dial at an address.
func (o *office) dialFrom(from string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, to string) (net.Conn, error) {
		host, _, _ := net.SplitHostPort(to)
		o.mu.Lock()
		l, cut := o.hosts[to], o.cut[from] || o.cut[host]
		o.dials[to]++
		if to == officeAt {
			o.dialed = append(o.dialed, time.Now())
		}
		o.mu.Unlock()
		switch {
		case cut:
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ENETUNREACH}
		case l == nil:
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		}
		nc, err := l.DialFrom(ctx, netip.AddrPortFrom(netip.MustParseAddr(from), 0))
		if err != nil {
			return nil, err
		}
		return &wireOf{nc, o, from, host}, nil
	}
}

// A wireOf is a connection that ends when one of its ends is unplugged.
type wireOf struct {
	net.Conn
	o        *office
	from, to string
}

func (w *wireOf) Write(p []byte) (int, error) {
	w.o.mu.Lock()
	cut := w.o.cut[w.from] || w.o.cut[w.to]
	w.o.mu.Unlock()
	if cut {
		return 0, &net.OpError{Op: "write", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return w.Conn.Write(p)
}

// client makes a client at 198.51.100.N whose events are noted.
func (o *office) client(name string, n int) *rvp.Client {
	addr := fmt.Sprintf("198.51.100.%d", n)
	port := 40000
	return &rvp.Client{
		User: name + "@example.test", Password: name, DisplayName: name,
		Locator: &rvp.Locator{Dial: o.dialFrom(addr), Resolver: o.dns.Client()},
		Listen: func(_ context.Context, local netip.Addr) (net.Listener, error) {
			if local.String() != addr {
				return nil, fmt.Errorf("the local address is %s, not %s", local, addr)
			}
			port++
			return o.listen(fmt.Sprintf("%s:%d", addr, port)), nil
		},
		Events: func(e rvp.ClientEvent) { o.happened(name, e) },
		Logger: officeLog,
	}
}

// happened notes an event in words.
func (o *office) happened(name string, e rvp.ClientEvent) {
	var s string
	o.mu.Lock()
	defer o.mu.Unlock()
	switch e := e.(type) {
	case *rvp.PresenceEvent:
		s = e.Node.Name + " is " + cmp.Or(string(e.State), "unknown")
	case *rvp.MessageEvent:
		o.last[name] = e.Conversation
		switch e.Message.Kind() {
		case rvp.Text:
			s = e.From.Node.Name + " says " + string(e.Message.Body)
		case rvp.Typing:
			s = e.Message.Typing + " is typing"
		case rvp.Join:
			s = e.From.Node.Name + " joins"
		case rvp.Leave:
			s = e.From.Node.Name + " leaves"
		default:
			s = e.From.Node.Name + " sends " + e.Message.Type
		}
	case *rvp.ConnectionEvent:
		s = e.Status.String()
	}
	o.events[name] = append(o.events[name], s)
}

// seen waits for what is under way, and returns what a client was told since the last
// time: the connection and contacts in any order among each other.
func (o *office) seen(name string) []string {
	synctest.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.events[name]
	o.events[name] = nil
	return all
}

// heardIn returns the conversation of the last message that a client got.
func (o *office) heardIn(name string) *rvp.Conversation {
	synctest.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last[name]
}

// logOn logs clients on, for as long as the test takes.
func (o *office) logOn(clients ...*rvp.Client) {
	o.tb.Helper()
	for _, c := range clients {
		require.NoError(o.tb, c.LogOn(o.tb.Context()))
		o.tb.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			_ = c.LogOff(ctx) // servers of some tests are gone
			synctest.Wait()
		})
	}
	synctest.Wait()
}

// workmates are users anna, ben, cleo and dora, and as many as there may be called user1.
type workmates struct{}

func (workmates) User(_ context.Context, n rvp.Node) (rvp.User, error) {
	if !strings.HasPrefix(n.Name, "user") && !slices.Contains([]string{"anna", "ben", "cleo", "dora"}, n.Name) {
		return rvp.User{}, rvp.ErrNoUser
	}
	return rvp.User{DisplayName: strings.ToUpper(n.Name), Email: n.Name + "@example.test"}, nil
}

// same are accounts whose passwords are their names.
type same struct{}

func (same) Secret(_ context.Context, _ *auth.Conn, name string) (user, secret string, err error) {
	return name, name, nil
}

// node is a user of im.example.test.
func node(name string) rvp.Node { return rvp.Node{Host: "im.example.test", Name: name} }
