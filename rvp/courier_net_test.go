package rvp

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
)

// A deliveryNet is a network in memory of clients and servers, by address.
type deliveryNet struct {
	mu     sync.Mutex
	hosts  map[string]func(net.Conn)
	dead   map[string]bool // do not answer; the others that are not there refuse
	dialed []string
	open   int // connections that were dialed, and not closed by who did
	most   int // at a time
	wg     sync.WaitGroup
}

func newDeliveryNet() *deliveryNet {
	return &deliveryNet{hosts: map[string]func(net.Conn){}, dead: map[string]bool{}}
}

// Dial is that of a Locator.
func (d *deliveryNet) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if network != "tcp" {
		return nil, errors.New("not tcp")
	}
	if _, err := netip.ParseAddrPort(address); err != nil {
		return nil, err // a name would be looked up a second time
	}
	d.mu.Lock()
	d.dialed = append(d.dialed, address)
	host, dead := d.hosts[address], d.dead[address]
	d.mu.Unlock()
	if dead {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if host == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	near, far := memnet.Pipe()
	d.wg.Go(func() {
		defer far.Close()
		host(far)
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open++
	d.most = max(d.most, d.open)
	return &dialedConn{Conn: near, net: d}, nil
}

// A dialedConn is open until the one who has dialed closes it.
type dialedConn struct {
	net.Conn
	net  *deliveryNet
	once sync.Once
}

func (c *dialedConn) Close() error {
	c.once.Do(func() {
		c.net.mu.Lock()
		defer c.net.mu.Unlock()
		c.net.open--
	})
	return c.Conn.Close()
}

func (d *deliveryNet) set(address string, host func(net.Conn)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hosts[address] = host
}

func (d *deliveryNet) setDead(addresses ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range addresses {
		d.dead[a] = true
	}
}

// attempts returns how often an address was dialed.
func (d *deliveryNet) attempts(address string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, a := range d.dialed {
		if a == address {
			n++
		}
	}
	return n
}

// httpHost serves one connection of an HTTP server, until it is closed.
func httpHost(h http.Handler) func(net.Conn) {
	return func(nc net.Conn) {
		ln := &oneConn{nc: make(chan net.Conn, 1), done: make(chan struct{})}
		ln.nc <- nc
		srv := &http.Server{Handler: h, ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateClosed {
				close(ln.done)
			}
		}}
		_ = srv.Serve(ln) // ends with errDone
	}
}

// oneConn is a listener with one connection.
type oneConn struct {
	nc   chan net.Conn
	done chan struct{}
}

var errDone = errors.New("closed")

func (l *oneConn) Accept() (net.Conn, error) {
	select {
	case nc := <-l.nc:
		return nc, nil
	case <-l.done:
		return nil, errDone
	}
}
func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

// outcomes notes how deliveries ended.
type outcomes struct {
	mu   sync.Mutex
	list []outcome
	at   []time.Duration
	from time.Time
}

func newOutcomes() *outcomes { return &outcomes{from: time.Now()} }

func (o *outcomes) done(out outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = append(o.list, out)
	o.at = append(o.at, time.Since(o.from))
}

func (o *outcomes) all() []outcome {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.list)
}

// newTestCourier returns a courier on a network; it must have nothing left at the end.
func newTestCourier(t *testing.T, d *deliveryNet, config courierConfig) *courier {
	if config.locator == nil {
		config.locator = &Locator{}
	}
	config.locator.Dial = d.Dial
	c := newCourier(config)
	t.Cleanup(func() {
		require.NoError(t, c.close(context.Background()))
		require.Zero(t, c.posted)
		require.Zero(t, c.octets)
		require.Empty(t, c.lanes)
		require.Empty(t, c.sites)
		require.Zero(t, c.all.running+c.deadClients.running+c.deadServers.running+len(c.all.queue)+len(c.deadClients.queue)+len(c.deadServers.queue))
		d.wg.Wait()
	})
	return c
}
