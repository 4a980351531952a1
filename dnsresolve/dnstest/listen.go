package dnstest

import (
	"net"
	"net/netip"
	"slices"
	"sync"
)

// Listen has the Server answer over UDP and TCP too, at a port of 127.0.0.1 of
// its own until the end of the test, for programs and for clients that are to use
// the network.
func (s *Server) Listen() netip.AddrPort {
	s.tb.Helper()
	var l net.Listener
	var u *net.UDPConn
	for range 10 { // the port may be taken for the other network
		var err error
		if l, err = net.Listen("tcp4", "127.0.0.1:0"); err != nil {
			s.tb.Fatalf("dnstest: %v", err)
		}
		at := l.Addr().(*net.TCPAddr)
		if u, err = net.ListenUDP("udp4", &net.UDPAddr{IP: at.IP, Port: at.Port}); err == nil {
			break
		}
		_ = l.Close()
	}
	if u == nil {
		s.tb.Fatal("dnstest: no port is free for both UDP and TCP")
	}
	s.wg.Go(func() { s.serveUDP(u) })
	s.wg.Go(func() { s.serveTCP(l) })
	s.tb.Cleanup(func() {
		_ = l.Close()
		_ = u.Close()
	})
	return l.Addr().(*net.TCPAddr).AddrPort()
}

func (s *Server) serveUDP(u *net.UDPConn) {
	buf := make([]byte, 65535)
	for {
		n, from, err := u.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		packet := slices.Clone(buf[:n])
		s.wg.Go(func() {
			s.serve(packet, "udp", from, func(p []byte) { _, _ = u.WriteToUDPAddrPort(p, from) })
		})
	}
}

func (s *Server) serveTCP(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		s.conns.add(conn)
		s.wg.Go(func() { s.serveConn(conn, conn.RemoteAddr().(*net.TCPAddr).AddrPort()) })
	}
}

// open are the connections to close at the end.
type open struct {
	mu     sync.Mutex
	conns  map[net.Conn]bool
	closed bool
}

func (o *open) add(c net.Conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		_ = c.Close()
		return
	}
	if o.conns == nil {
		o.conns = map[net.Conn]bool{}
	}
	o.conns[c] = true
}

func (o *open) remove(c net.Conn) {
	_ = c.Close()
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.conns, c)
}

func (o *open) closeAll() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for c := range o.conns {
		_ = c.Close()
	}
}
