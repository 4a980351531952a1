package wire

import (
	"bytes"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
)

// A tape is a connection to a peer that sends what is on it, then hangs up. It
// writes down what it is sent.
type tape struct {
	net.Conn          // nil: a call of what is not here fails the test
	in       [][]byte // a Read gets one of them at most
	writes   []string
	onRead   func() // called before each Read
	widest   int    // the most room that a Read offered
}

func (p *tape) Read(b []byte) (int, error) {
	if p.onRead != nil {
		p.onRead()
	}
	p.widest = max(p.widest, len(b))
	for len(p.in) > 0 && len(p.in[0]) == 0 {
		p.in = p.in[1:]
	}
	if len(p.in) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.in[0])
	p.in[0] = p.in[0][n:]
	return n, nil
}

func (p *tape) Write(b []byte) (int, error) {
	p.writes = append(p.writes, string(b))
	return len(b), nil
}

func (p *tape) SetDeadline(time.Time) error      { return nil }
func (p *tape) SetReadDeadline(time.Time) error  { return nil }
func (p *tape) SetWriteDeadline(time.Time) error { return nil }

// play returns a Conn to a peer that sends the chunks.
func play(chunks ...string) *Conn {
	p := new(tape)
	for _, s := range chunks {
		p.in = append(p.in, []byte(s))
	}
	return New(p, Timeouts{})
}

// replay is play for b in chunks of the sizes, one more than each says, over
// and over.
func replay(b, sizes []byte) *Conn {
	p := &tape{in: [][]byte{slices.Clone(b)}}
	if len(sizes) > 0 {
		p.in = nil
	}
	for i := 0; len(sizes) > 0 && len(b) > 0; i++ {
		n := min(int(sizes[i%len(sizes)])+1, len(b))
		p.in = append(p.in, slices.Clone(b[:n]))
		b = b[n:]
	}
	return New(p, Timeouts{})
}

func tapeOf(c *Conn) *tape { return c.base.(*tape) }

// splits calls f for s whole, in two at every position, and octet by octet.
func splits(s string, f func(c *Conn, how string)) {
	f(play(s), "whole")
	for i := 1; i < len(s); i++ {
		f(play(s[:i], s[i:]), "split before "+string(rune('0'+i%10))+" of "+s[:i])
	}
	f(replay([]byte(s), []byte{0}), "octet by octet")
}

// padding is n octets of lines.
func padding(n int) []byte {
	line := append(bytes.Repeat([]byte("x"), 74), "\r\n"...)
	b := bytes.Repeat(line, n/len(line))
	if rest := n % len(line); rest >= 2 {
		b = append(append(b, bytes.Repeat([]byte("y"), rest-2)...), "\r\n"...)
	}
	return b
}

// isClean tells, octet by octet, that s holds no NUL, and CR and LF only in
// pairs.
func isClean(s []byte) bool {
	for i, c := range s {
		switch {
		case c == 0,
			c == '\r' && (i+1 == len(s) || s[i+1] != '\n'),
			c == '\n' && (i == 0 || s[i-1] != '\r'):
			return false
		}
	}
	return true
}

// inMemory returns a Conn and its peer. Both end with the test.
func inMemory(t testing.TB, timeouts Timeouts) (*Conn, net.Conn) {
	near, far := memnet.Pipe()
	t.Cleanup(func() {
		_ = near.Close() // twice is fine
		_ = far.Close()
	})
	return New(near, timeouts), far
}

// onLoopback returns the two ends of a TCP connection. Both end with the test.
func onLoopback(t testing.TB) (near, far *net.TCPConn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	a, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	b, err := l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = a.Close() // twice is fine
		_ = b.Close()
	})
	return b.(*net.TCPConn), a.(*net.TCPConn)
}

// send writes s as the peer. Any goroutine may call it.
func send(t testing.TB, to net.Conn, s string) {
	t.Helper()
	_, err := io.WriteString(to, s)
	assert.NoError(t, err)
}

// requireLine reads a line and compares it.
func requireLine(t testing.TB, c *Conn, want string) {
	t.Helper()
	line, err := c.ReadLine(MaxLine)
	require.NoError(t, err)
	require.Equal(t, want, string(line))
}

func isEmpty(c *Conn) bool { return c.in == nil && c.out == nil }
