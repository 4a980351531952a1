package wire

import (
	"crypto/x509"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

// Sizes of the pooled buffers. Commands and small messages live in a small
// one; a body that fills it moves on to a large one.
const (
	smallSize = 4 << 10
	largeSize = 64 << 10
)

// MaxLine is the longest line that any Conn can read, CRLF included.
const MaxLine = largeSize

var (
	smallBuffers = sync.Pool{New: func() any { b := make([]byte, smallSize); return &b }}
	largeBuffers = sync.Pool{New: func() any { b := make([]byte, largeSize); return &b }}
)

func release(b *[]byte) {
	if len(*b) == smallSize {
		smallBuffers.Put(b)
	} else {
		largeBuffers.Put(b)
	}
}

// Timeouts are what a Conn waits for at most. The zero value of a field means
// no limit.
type Timeouts struct {
	Line  time.Duration // for a whole line, its first octet included
	Write time.Duration // for the peer to take what is sent: 64 KiB at most
	Body  Progress      // for a body
}

// ErrInterrupted is what a wait for a command returns after Interrupt.
var ErrInterrupted = errors.New("wire: interrupted while idle")

// A Conn frames one connection.
type Conn struct {
	Timeouts Timeouts // may be changed between reads

	nc   net.Conn // what is read and written: TLS after StartTLS
	base net.Conn // what New was given; deadlines are set on it

	certificate *x509.Certificate // see ServerCertificate

	raw syscall.RawConn // nil where waiting without a buffer needs another way; so are try and put
	try func(fd uintptr) bool
	put func(fd uintptr) bool

	in   *[]byte // nil while empty
	r, w int     // the unread octets are (*in)[r:w]
	got  error   // of the last try or put
	n    int     // octets of the last try or put

	out  *[]byte // nil while empty
	held int     // the octets to send are (*out)[:held]
	werr error   // first error of a write; sticks

	deadline time.Time // of the line or body that is being read
	armed    time.Time // the deadline of reads that is set, perhaps an earlier one's
	first    [1]byte   // see awaitOne
	limited  bool      // a write deadline is set
	read     int64
	written  int64
	stop     stopper
}

// New frames nc.
func New(nc net.Conn, t Timeouts) *Conn {
	c := &Conn{Timeouts: t, nc: nc, base: nc}
	c.waitOn(nc)
	return c
}

// NetConn returns the connection that is framed: a *tls.Conn after StartTLS.
func (c *Conn) NetConn() net.Conn { return c.nc }

// BytesRead counts the octets received, without those of TLS itself.
func (c *Conn) BytesRead() int64 { return c.read }

// BytesWritten counts the octets sent, without those of TLS itself.
func (c *Conn) BytesWritten() int64 { return c.written }

// Buffered is how many octets were received and not yet read.
func (c *Conn) Buffered() int { return c.w - c.r }

// Release gives the buffers back. The Conn must not be used after it.
func (c *Conn) Release() {
	c.dropInput()
	c.dropOutput()
	c.werr = net.ErrClosed
}

// fill sends what is queued and reads more behind what is unread. It returns
// io.EOF only at a clean end.
func (c *Conn) fill() error {
	if err := c.Flush(); err != nil {
		return err
	}
	if c.in == nil {
		return c.await()
	}
	return c.more()
}

// more reads into the room behind what is unread.
func (c *Conn) more() error {
	c.makeRoom()
	for {
		if err := c.setReadDeadline(); err != nil {
			return err
		}
		n, err := c.nc.Read((*c.in)[c.w:])
		if n > 0 || !c.early(err) {
			return c.received(n, c.reason(err))
		}
	}
}

func (c *Conn) received(n int, err error) error {
	c.w += n
	c.read += int64(n)
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// makeRoom makes sure that there is room behind what is unread.
func (c *Conn) makeRoom() {
	b := *c.in
	full := c.w == len(b)
	small := len(b) == smallSize
	unread := c.w - c.r
	switch {
	case unread == 0 && full && small: // there is more where this came from
		c.grow()
	case unread == 0:
		c.r, c.w = 0, 0
	case !full:
	case small && unread > smallSize/2:
		c.grow()
	default:
		c.w = copy(b, b[c.r:c.w])
		c.r = 0
	}
}

// grow moves what is unread to a large buffer.
func (c *Conn) grow() {
	large := largeBuffers.Get().(*[]byte)
	n := copy(*large, (*c.in)[c.r:c.w])
	release(c.in)
	c.in, c.r, c.w = large, 0, n
}

func (c *Conn) dropInput() {
	if c.in != nil {
		release(c.in)
		c.in, c.r, c.w = nil, 0, 0
	}
}

func (c *Conn) unread() []byte {
	if c.in == nil {
		return nil
	}
	return (*c.in)[c.r:c.w]
}

// Write queues p. What does not fit is sent at once, so that memory is
// bounded however much is written.
func (c *Conn) Write(p []byte) (int, error) {
	total := len(p)
	for len(p) > 0 {
		n := copy(c.room(len(p)), p)
		if c.werr != nil {
			return total - len(p), c.werr
		}
		c.held += n
		p = p[n:]
	}
	return total, nil
}

// WriteString is Write without a conversion.
func (c *Conn) WriteString(s string) (int, error) {
	total := len(s)
	for len(s) > 0 {
		n := copy(c.room(len(s)), s)
		if c.werr != nil {
			return total - len(s), c.werr
		}
		c.held += n
		s = s[n:]
	}
	return total, nil
}

// room returns where the next octets of an output of n can go. It sends what
// is queued if there is none; the error is c.werr.
func (c *Conn) room(n int) []byte {
	switch {
	case c.werr != nil:
		return nil
	case c.out == nil && n > smallSize:
		c.out = largeBuffers.Get().(*[]byte)
	case c.out == nil:
		c.out = smallBuffers.Get().(*[]byte)
	case c.held < len(*c.out):
	case len(*c.out) == smallSize:
		large := largeBuffers.Get().(*[]byte)
		copy(*large, *c.out)
		release(c.out)
		c.out = large
	default:
		c.send()
	}
	return (*c.out)[c.held:]
}

// Flush sends what is queued.
func (c *Conn) Flush() error {
	if c.werr == nil && c.held > 0 {
		c.send()
	}
	c.dropOutput()
	return c.werr
}

// send writes what is queued and keeps the buffer.
func (c *Conn) send() {
	n, err := c.sendAtOnce()
	if err == nil && n < c.held {
		var more int
		more, err = c.sendInTime((*c.out)[n:c.held])
		n += more
	}
	c.written += int64(n)
	c.werr = c.reason(err)
	c.held = 0
}

// sendInTime writes p and waits for the peer to take it.
func (c *Conn) sendInTime(p []byte) (int, error) {
	if err := c.setWriteDeadline(); err != nil {
		return 0, err
	}
	n, err := c.nc.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, err
}

func (c *Conn) setWriteDeadline() error {
	limit := c.Timeouts.Write
	if limit <= 0 && !c.limited {
		return nil
	}
	c.limited = limit > 0
	var t time.Time
	if c.limited {
		t = time.Now().Add(limit)
	}
	return c.arm(c.base.SetWriteDeadline, t)
}

func (c *Conn) dropOutput() {
	if c.out != nil {
		release(c.out)
		c.out, c.held = nil, 0
	}
}
