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

// A message is what a session sends again and again.
type message struct {
	pipelined bool
	body      []byte   // dot-stuffed, with the end
	commands  [][]byte // each sent at once
	codes     []string // that all the commands get
}

// newMessage makes a message of size octets. Pipelined, its commands leave in
// one write (RFC 2920); else each waits for the reply to the one before.
func newMessage(size int, pipelined bool) *message {
	m := &message{pipelined: pipelined, body: body(size), codes: []string{"250", "250", "354"}}
	if pipelined {
		m.commands = [][]byte{[]byte(mailLine + rcptLine + dataLine)}
	} else {
		m.commands = [][]byte{[]byte(mailLine), []byte(rcptLine), []byte(dataLine)}
	}
	return m
}

// body makes text of size octets in lines of 70, and the end.
func body(size int) []byte {
	const header = "From: <sender@example.net>\r\nTo: <user@example.org>\r\nSubject: a measure\r\n\r\n"
	line := strings.Repeat("all the same ", 6)[:70] + "\r\n"
	var b bytes.Buffer
	b.WriteString(header)
	for b.Len()+len(line) < size-len("\r\n") {
		b.WriteString(line)
	}
	b.WriteString(strings.Repeat("x", size-len("\r\n")-b.Len()))
	b.WriteString("\r\n.\r\n")
	return b.Bytes()
}

// send sends m once and waits until it is accepted.
func (s *session) send(m *message) error {
	if m.pipelined {
		if err := s.exchange(m.commands[0], m.codes...); err != nil {
			return err
		}
	} else {
		for i, command := range m.commands {
			if err := s.exchange(command, m.codes[i]); err != nil {
				return err
			}
		}
	}
	return s.exchange(m.body, "250")
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
