package dnstest

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"
)

// A packetConn is the client's end of a UDP socket that is none. It is a
// net.PacketConn, as that is what a net.Resolver knows datagrams by.
type packetConn struct {
	server *Server

	mu       sync.Mutex
	cond     sync.Cond // on mu; everything that can end a wait broadcasts
	packets  [][]byte
	closed   bool
	deadline time.Time
	timer    *time.Timer
}

var _ net.PacketConn = (*packetConn)(nil)

func newPacketConn(s *Server) *packetConn {
	c := &packetConn{server: s}
	c.cond.L = &c.mu
	return c
}

func (c *packetConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	closed := c.closed
	c.mu.Unlock()
	if closed {
		return 0, net.ErrClosed
	}
	packet := slices.Clone(p)
	c.server.wg.Go(func() { c.server.serve(packet, "udp", netip.AddrPort{}, c.deliver) })
	return len(p), nil
}

func (c *packetConn) deliver(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.packets = append(c.packets, p)
	c.cond.Broadcast()
}

func (c *packetConn) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.closed:
			return 0, net.ErrClosed
		case !c.deadline.IsZero() && !time.Now().Before(c.deadline):
			return 0, os.ErrDeadlineExceeded
		case len(c.packets) > 0:
			n := copy(p, c.packets[0])
			c.packets = c.packets[1:]
			return n, nil
		}
		c.cond.Wait()
	}
}

func (c *packetConn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	c.deadline = t
	if !t.IsZero() {
		c.timer = time.AfterFunc(time.Until(t), c.wake)
	}
	return nil
}

func (c *packetConn) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cond.Broadcast()
}

func (c *packetConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.timer != nil {
		c.timer.Stop()
	}
	c.cond.Broadcast()
	return nil
}

func (c *packetConn) ReadFrom(p []byte) (int, net.Addr, error) {
	n, err := c.Read(p)
	return n, c.RemoteAddr(), err
}

func (c *packetConn) WriteTo(p []byte, _ net.Addr) (int, error) { return c.Write(p) }

func (c *packetConn) SetReadDeadline(t time.Time) error { return c.SetDeadline(t) }
func (c *packetConn) SetWriteDeadline(time.Time) error  { return nil }
func (c *packetConn) LocalAddr() net.Addr               { return &net.UDPAddr{} }
func (c *packetConn) RemoteAddr() net.Addr              { return &net.UDPAddr{} }
