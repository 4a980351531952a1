package memnet

import (
	"context"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
)

// backlog is how many connections wait for Accept before Dial blocks.
const backlog = 128

// A Listener accepts what Dial connects. As with sockets, Dial does not wait
// for Accept, unless many wait already.
type Listener struct {
	// BufferSize is how many octets each direction of a connection holds;
	// zero is DefaultSize. It is read by Dial.
	BufferSize int

	addr netip.AddrPort

	mu      sync.Mutex
	cond    sync.Cond // on mu; everything that can end a wait broadcasts
	waiting []*Conn
	closed  bool
	port    uint16 // the last one that Dial gave out
}

var _ net.Listener = (*Listener)(nil)

// Listen returns a Listener at 127.0.0.1.
func Listen() *Listener { return ListenAt(defaultServer) }

// ListenAt returns a Listener that has the address addr. Nothing keeps two
// from having the same one.
func ListenAt(addr netip.AddrPort) *Listener {
	l := &Listener{addr: addr, port: defaultClient.Port()}
	l.cond.L = &l.mu
	return l
}

// Accept waits for a connection; it is a *Conn. After Close the error is
// net.ErrClosed.
func (l *Listener) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) == 0 && !l.closed {
		l.cond.Wait()
	}
	if l.closed {
		return nil, l.opError("accept", net.ErrClosed)
	}
	c := l.waiting[0]
	l.waiting[0] = nil
	l.waiting = l.waiting[1:]
	l.cond.Broadcast()
	return c, nil
}

// Dial connects from 127.0.0.1 and a port of its own. It returns a *Conn.
func (l *Listener) Dial(ctx context.Context) (net.Conn, error) {
	return l.DialFrom(ctx, netip.AddrPortFrom(defaultClient.Addr(), 0))
}

// DialFrom connects from an address of the caller's choice; port 0 stands for
// one of its own. It returns a *Conn. The error is syscall.ECONNREFUSED after
// Close, and the context's if that ends before there is room.
func (l *Listener) DialFrom(ctx context.Context, from netip.AddrPort) (net.Conn, error) {
	defer context.AfterFunc(ctx, l.wake)()
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) >= backlog && !l.closed && ctx.Err() == nil {
		l.cond.Wait()
	}
	if l.closed {
		return nil, l.opError("dial", os.NewSyscallError("connect", syscall.ECONNREFUSED))
	}
	if err := ctx.Err(); err != nil {
		return nil, l.opError("dial", err)
	}
	if from.Port() == 0 {
		l.port = max(l.port+1, defaultClient.Port()) // 65535 is followed by the first
		from = netip.AddrPortFrom(from.Addr(), l.port)
	}
	near, far := newPair(l.BufferSize, from, l.addr)
	l.waiting = append(l.waiting, far)
	l.cond.Broadcast()
	return near, nil
}

func (l *Listener) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cond.Broadcast()
}

// Close stops listening, and closes the connections that were not accepted.
// To close twice is net.ErrClosed.
func (l *Listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return l.opError("close", net.ErrClosed)
	}
	l.closed = true
	for _, c := range l.waiting {
		_ = c.Close() // can only say that it was closed
	}
	l.waiting = nil
	l.cond.Broadcast()
	return nil
}

// Addr returns the listener's address, a *net.TCPAddr.
func (l *Listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.addr) }

func (l *Listener) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Addr: l.Addr(), Err: err}
}
