package memnet

import (
	"io"
	"net"
	"net/netip"
	"time"
)

// DefaultSize is how many octets each direction of a connection holds before
// Write blocks.
const DefaultSize = 256 << 10

// A Conn is one end of a connection in memory. Its methods may be called from
// several goroutines at once, and return the errors of package net: io.EOF as
// it is, and in a *net.OpError os.ErrDeadlineExceeded, net.ErrClosed after
// Close, and syscall.EPIPE for a Write that nobody can read.
type Conn struct {
	r, w          *half
	local, remote net.TCPAddr
}

var _ net.Conn = (*Conn)(nil)

// A pair is a whole connection, in one allocation.
type pair struct {
	up, down half
	a, b     Conn
}

// The addresses of those who did not choose one.
var (
	defaultClient = netip.MustParseAddrPort("127.0.0.1:40000")
	defaultServer = netip.MustParseAddrPort("127.0.0.1:20000")
)

// Pipe returns the two ends of a connection; both are of type *Conn. Each
// direction holds DefaultSize octets.
func Pipe() (a, b net.Conn) { return PipeSize(DefaultSize) }

// PipeSize is Pipe with directions that hold size octets each, DefaultSize
// if it is not positive.
func PipeSize(size int) (a, b net.Conn) {
	return newPair(size, defaultClient, defaultServer)
}

func newPair(size int, a, b netip.AddrPort) (*Conn, *Conn) {
	if size <= 0 {
		size = DefaultSize
	}
	p := new(pair)
	p.up.init(size)
	p.down.init(size)
	p.a = Conn{r: &p.down, w: &p.up, local: tcpAddr(a), remote: tcpAddr(b)}
	p.b = Conn{r: &p.up, w: &p.down, local: tcpAddr(b), remote: tcpAddr(a)}
	return &p.a, &p.b
}

func tcpAddr(a netip.AddrPort) net.TCPAddr { return *net.TCPAddrFromAddrPort(a) }

// Read waits for octets until the read deadline. What the peer wrote before it
// closed can still be read.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.r.read(p)
	return n, c.wrap("read", err)
}

// Write returns once p was buffered; it waits for room until the write
// deadline. It keeps nothing of p.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.w.write(p)
	return n, c.wrap("write", err)
}

// CloseWrite ends the outgoing direction: the peer reads io.EOF after what is
// under way. Reading goes on.
func (c *Conn) CloseWrite() error { return c.wrap("close", c.w.endWrite(false)) }

// Close ends both directions. The peer still reads what is under way to it.
// To close twice is net.ErrClosed.
func (c *Conn) Close() error {
	if err := c.w.endWrite(true); err != nil {
		return c.wrap("close", err)
	}
	c.r.endRead()
	return nil
}

// SetDeadline sets both deadlines. Those who wait are woken if they passed.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline sets when pending and later Reads fail. Zero is never.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.wrapSet(c.r.setReadDeadline(t)) }

// SetWriteDeadline sets when pending and later Writes fail. Zero is never.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.wrapSet(c.w.setWriteDeadline(t)) }

// LocalAddr returns this end's address, a *net.TCPAddr.
func (c *Conn) LocalAddr() net.Addr { return &c.local }

// RemoteAddr returns the peer's address, a *net.TCPAddr.
func (c *Conn) RemoteAddr() net.Addr { return &c.remote }

// wrap dresses err as package net does.
func (c *Conn) wrap(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: "tcp", Source: &c.local, Addr: &c.remote, Err: err}
}

func (c *Conn) wrapSet(err error) error {
	if err == nil {
		return nil
	}
	return &net.OpError{Op: "set", Net: "tcp", Addr: &c.local, Err: err}
}
