package serve_test

import (
	"context"
	"io"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/wirepost/wirepost/internal/serve"
)

// A stub is a connection that costs next to nothing, so that what serve itself
// costs can be seen. To read from it is to wait for its end.
type stub struct {
	addr net.Addr
	end  chan struct{}
}

func (c *stub) Read([]byte) (int, error)         { <-c.end; return 0, io.EOF }
func (c *stub) Write(p []byte) (int, error)      { return len(p), nil }
func (c *stub) Close() error                     { return nil }
func (c *stub) LocalAddr() net.Addr              { return c.addr }
func (c *stub) RemoteAddr() net.Addr             { return c.addr }
func (c *stub) SetDeadline(time.Time) error      { return nil }
func (c *stub) SetReadDeadline(time.Time) error  { return nil }
func (c *stub) SetWriteDeadline(time.Time) error { return nil }

// A stubListener accepts one stub after another: those that are sent to it.
type stubListener chan *stub

func (l stubListener) Accept() (net.Conn, error) {
	c, ok := <-l
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (l stubListener) Close() error   { return nil }
func (l stubListener) Addr() net.Addr { return &net.TCPAddr{} }

// A stubServer registers its conversations, which end when end is closed.
type stubServer struct {
	life serve.Life
	ln   stubListener
	conn stub
	in   chan struct{} // a conversation has begun
	out  chan struct{} // a conversation has ended
}

func newStubServer(o serve.Options) *stubServer {
	s := &stubServer{
		ln:   make(stubListener),
		conn: stub{net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.1:25")), make(chan struct{})},
		in:   make(chan struct{}, 1),
		out:  make(chan struct{}, 1),
	}
	o.Handle = s.handle
	go s.life.Serve(s.ln, &o)
	return s
}

func (s *stubServer) handle(_ context.Context, nc net.Conn) {
	leave, err := s.life.Enter(
		func() { nc.SetReadDeadline(time.Unix(1, 0)) },
		func() { nc.SetDeadline(time.Unix(1, 0)) })
	if err != nil {
		return
	}
	s.in <- struct{}{}
	nc.Read(nil)
	leave()
	s.out <- struct{}{}
}

// close ends all conversations, of which there are n.
func (s *stubServer) close(n int) {
	close(s.conn.end)
	for range n {
		<-s.out
	}
	close(s.ln)
	s.life.Close()
	s.life.Shutdown(context.Background())
}

var benchOptions = map[string]serve.Options{
	"plain": {},
	"limits": {
		MaxConns:        1 << 20,
		MaxConnsPerAddr: 1 << 20,
		Allow:           []netip.Prefix{netip.MustParsePrefix("192.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")},
		Deny:            []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("10.0.0.0/24")},
		ProxyFrom:       []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")},
	},
}

// BenchmarkConn is one connection from Accept to its end.
func BenchmarkConn(b *testing.B) {
	for name, o := range benchOptions {
		b.Run(name, func(b *testing.B) {
			s := newStubServer(o)
			defer s.close(0)
			over := stub{s.conn.addr, make(chan struct{})}
			close(over.end)
			b.ReportAllocs()
			for b.Loop() {
				s.ln <- &over
				<-s.in
				<-s.out
			}
		})
	}
}

// BenchmarkIdle measures what serve holds for a connection that waits:
// B/conn without the connection itself, its goroutine's stack and what the
// engine needs, and stack-B/conn for that stack.
func BenchmarkIdle(b *testing.B) {
	const conns = 10_000
	for name, o := range benchOptions {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s := newStubServer(o)
				before := memory()
				for range conns {
					s.ln <- &s.conn
					<-s.in
				}
				after := memory()
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/conns, "B/conn")
				b.ReportMetric(float64(after.StackInuse-before.StackInuse)/conns, "stack-B/conn")
				s.close(conns)
			}
		})
	}
}

func memory() (m runtime.MemStats) {
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m
}
