//go:build linux

package peers

import (
	"bytes"
	"fmt"
	"net"
	"strings"
)

// The commands of every message.
const (
	mailLine = "MAIL FROM:<sender@example.net>\r\n"
	rcptLine = "RCPT TO:<user@" + domain + ">\r\n"
	dataLine = "DATA\r\n"
	dotLine  = ".\r\n"
)

// A session is a client's connection. It does the same for every server and
// allocates nothing per message.
type session struct {
	nc   net.Conn
	buf  []byte
	r, w int // buf[r:w] is unread
}

// dial connects and says EHLO. local is the address to come from, nil for any.
func dial(addr string, local net.Addr) (*session, error) {
	d := net.Dialer{LocalAddr: local}
	nc, err := d.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	s := &session{nc: nc, buf: make([]byte, 1024)}
	if err = s.replies("220"); err == nil {
		err = s.exchange([]byte("EHLO client.example.net\r\n"), "250")
	}
	if err != nil {
		nc.Close()
		return nil, err
	}
	return s, nil
}

// close hangs up at once, so that no port is kept for late segments. (A QUIT
// would not be a line of a message to the floor.)
func (s *session) close() {
	if tc, ok := s.nc.(*net.TCPConn); ok {
		_ = tc.SetLinger(0) // without it the port is only kept for longer
	}
	s.nc.Close()
}

// A message is what a session sends again and again: turns, each of which
// waits for the replies to the one before.
type message struct {
	turns []turn
}

// A turn is octets that leave in one write, and the codes that answer them.
type turn struct {
	octets []byte
	codes  []string
}

// A manner is how a message is sent.
type manner string

const (
	lockstep  manner = "lockstep"  // each command waits for the reply to the one before
	pipelined manner = "pipelined" // MAIL, RCPT and DATA leave at once (RFC 2920)
	chunked   manner = "chunked"   // all leaves at once, the body as one BDAT (RFC 3030)
)

// newMessage makes a message of size octets.
func newMessage(size int, how manner) *message {
	text := body(size)
	switch how {
	case lockstep:
		return &message{[]turn{
			{[]byte(mailLine), []string{"250"}},
			{[]byte(rcptLine), []string{"250"}},
			{[]byte(dataLine), []string{"354"}},
			{append(text, dotLine...), []string{"250"}},
		}}
	case pipelined:
		return &message{[]turn{
			{[]byte(mailLine + rcptLine + dataLine), []string{"250", "250", "354"}},
			{append(text, dotLine...), []string{"250"}},
		}}
	default:
		commands := fmt.Appendf(nil, "%s%sBDAT %d LAST\r\n", mailLine, rcptLine, len(text))
		return &message{[]turn{{append(commands, text...), []string{"250", "250", "250"}}}}
	}
}

// body makes text of size octets in lines of 70. None begins with a dot.
func body(size int) []byte {
	const header = "From: <sender@example.net>\r\nTo: <user@example.org>\r\nSubject: a measure\r\n\r\n"
	line := strings.Repeat("all the same ", 6)[:70] + "\r\n"
	var b bytes.Buffer
	b.WriteString(header)
	for b.Len()+len(line) < size-len("\r\n") {
		b.WriteString(line)
	}
	b.WriteString(strings.Repeat("x", size-len("\r\n")-b.Len()))
	b.WriteString("\r\n")
	return b.Bytes()
}

// send sends m once and waits until it is accepted.
func (s *session) send(m *message) error {
	for _, t := range m.turns {
		if err := s.exchange(t.octets, t.codes...); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) exchange(p []byte, codes ...string) error {
	if _, err := s.nc.Write(p); err != nil {
		return err
	}
	return s.replies(codes...)
}

// replies reads one reply for each code.
func (s *session) replies(codes ...string) error {
	for _, code := range codes {
		for more := true; more; {
			line, err := s.line()
			if err != nil {
				return err
			}
			if len(line) < 4 || string(line[:3]) != code {
				return fmt.Errorf("peers: got %q, want %s", line, code)
			}
			more = line[3] == '-'
		}
	}
	return nil
}

func (s *session) line() ([]byte, error) {
	for {
		if i := bytes.IndexByte(s.buf[s.r:s.w], '\n'); i >= 0 {
			line := s.buf[s.r : s.r+i+1]
			s.r += i + 1
			return line, nil
		}
		s.w = copy(s.buf, s.buf[s.r:s.w])
		s.r = 0
		n, err := s.nc.Read(s.buf[s.w:])
		if s.w += n; err != nil {
			return nil, err
		}
	}
}
