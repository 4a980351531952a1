package rvp_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/rvp"
)

// An ether is a network in memory of which parts can be cut off: what is sent
// there, or from there, is lost.
type ether struct {
	mu    sync.Mutex
	at    map[netip.AddrPort]*memnet.Listener
	cut   map[netip.Addr]bool
	conns map[*etherConn]bool
}

type etherConn struct {
	net.Conn
	from, to netip.Addr
	ether    *ether
}

func (c *etherConn) Close() error {
	c.ether.mu.Lock()
	delete(c.ether.conns, c)
	c.ether.mu.Unlock()
	return c.Conn.Close()
}

func newEther() *ether {
	return &ether{
		at: make(map[netip.AddrPort]*memnet.Listener), cut: make(map[netip.Addr]bool),
		conns: make(map[*etherConn]bool),
	}
}

// listen opens a listener.
func (e *ether) listen(at netip.AddrPort) *memnet.Listener {
	l := memnet.ListenAt(at)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.at[at] = l
	return l
}

// from returns what connects from an address.
func (e *ether) from(from netip.Addr) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, _, address string) (net.Conn, error) {
		to := netip.MustParseAddrPort(address)
		e.mu.Lock()
		l, lost := e.at[to], e.cut[from] || e.cut[to.Addr()]
		e.mu.Unlock()
		if lost {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		if l == nil {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		}
		nc, err := l.DialFrom(ctx, netip.AddrPortFrom(from, 0))
		if err != nil {
			return nil, err
		}
		c := &etherConn{nc, from, to.Addr(), e}
		e.mu.Lock()
		defer e.mu.Unlock()
		e.conns[c] = true
		return c, nil
	}
}

// lose cuts an address off, with all connections from it and to it.
func (e *ether) lose(addr netip.Addr) {
	e.mu.Lock()
	e.cut[addr] = true
	var lost []*etherConn
	for c := range e.conns {
		if c.from == addr || c.to == addr {
			lost = append(lost, c)
		}
	}
	e.mu.Unlock()
	for _, c := range lost {
		c.Close()
	}
}

// mend undoes lose.
func (e *ether) mend(addr netip.Addr) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.cut, addr)
}

// A machine is an HTTP server on the ether, which can be restarted.
type machine struct {
	t     *testing.T
	ether *ether
	at    netip.AddrPort
	open  func() (h http.Handler, end func())

	srv   *http.Server
	ended chan struct{}
	end   func()
}

func (m *machine) start() {
	var h http.Handler
	h, m.end = m.open()
	l := m.ether.listen(m.at)
	m.srv, m.ended = &http.Server{Handler: h, ConnContext: rvp.ConnContext, ErrorLog: quiet}, make(chan struct{})
	go func() {
		defer close(m.ended)
		m.srv.Serve(l)
	}()
}

// stop ends it as a power cut would: nobody is told.
func (m *machine) stop() {
	m.ether.mu.Lock()
	delete(m.ether.at, m.at)
	m.ether.mu.Unlock()
	require.NoError(m.t, m.srv.Close())
	<-m.ended
	m.end()
	m.srv = nil
}

var quiet = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)

// backwards are accounts of anybody, each with its name backwards as password.
type backwards struct{}

func (backwards) Secret(_ context.Context, _ *auth.Conn, name string) (user, secret string, err error) {
	return name, passwordOf(name), nil
}

// locator looks servers up in the DNS, and connects from an address.
func (e *ether) locator(from netip.Addr, dns dnsresolve.Resolver) *rvp.Locator {
	everywhere := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}
	return &rvp.Locator{Resolver: dns, Dial: e.from(from), Addrs: dnsresolve.AddrPolicy{Allow: everywhere}, Life: 5 * time.Minute}
}
