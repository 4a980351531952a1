package smtptest

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"strconv"
	"strings"
)

// lineKept is how much of a line is kept, in octets.
const lineKept = 16 << 10

// A faultConn is one conversation.
type faultConn struct {
	srv    *FaultServer
	nc     net.Conn
	r      *bufio.Reader
	secure bool
}

// serve holds the conversation until either side is gone.
func (c *faultConn) serve() error {
	c.r = bufio.NewReaderSize(c.nc, lineKept)
	if err := c.say(""); err != nil {
		return err
	}
	for {
		line, err := c.line()
		if err != nil {
			return err
		}
		verb, args, _ := strings.Cut(line, " ")
		verb = strings.ToUpper(verb)
		if verb == "AUTH" {
			line, _, _ = strings.Cut(args, " ")
			line = "AUTH " + line
		}
		c.srv.hear(line)
		if err := c.obey(verb, args); err != nil {
			return err
		}
	}
}

// line reads a line, of which only so much is kept as the buffer holds.
func (c *faultConn) line() (string, error) {
	line, err := c.r.ReadSlice('\n')
	kept := strings.TrimRight(string(line), "\r\n")
	for err == bufio.ErrBufferFull {
		_, err = c.r.ReadSlice('\n')
	}
	return kept, err
}

// say sends the reply to a verb. The error is io.EOF if that was the last one.
func (c *faultConn) say(verb string) error {
	f := &c.srv.fault
	if f.Endless != "" && f.Endless == verb {
		return c.sayEndlessly()
	}
	octets, last := f.reply(verb, c.secure)
	if _, err := io.WriteString(c.nc, octets); err != nil {
		return err
	}
	if last || !strings.HasSuffix(octets, "\n") {
		return io.EOF // what has no end is cut there
	}
	return nil
}

func (c *faultConn) sayEndlessly() error {
	lines := strings.Repeat("250-and so on\r\n", 64)
	for {
		if _, err := io.WriteString(c.nc, lines); err != nil {
			return err
		}
	}
}

// obey answers a command and reads what follows it.
func (c *faultConn) obey(verb, args string) error {
	switch verb {
	case "AUTH":
		return c.authenticate(args)
	case "BDAT":
		return c.chunk(args)
	}
	if err := c.say(verb); err != nil {
		return err
	}
	said, _ := c.srv.fault.reply(verb, c.secure)
	switch {
	case verb == "STARTTLS" && strings.HasPrefix(said, "220"):
		return c.startTLS()
	case verb == "DATA" && strings.HasPrefix(said, "354"):
		return c.message()
	}
	return nil
}

// authenticate believes everything: it asks until the client has said enough,
// unless it is told what to say.
func (c *faultConn) authenticate(args string) error {
	mechanism, _, initial := strings.Cut(args, " ")
	asks := 1
	if strings.EqualFold(mechanism, "LOGIN") {
		asks = 2
	}
	if initial {
		asks--
	}
	if _, given := c.srv.fault.Say["AUTH"]; given || c.srv.fault.Endless == "AUTH" {
		asks = 0
	}
	for range asks {
		if _, err := io.WriteString(c.nc, "334 \r\n"); err != nil {
			return err
		}
		if _, err := c.line(); err != nil {
			return err
		}
	}
	return c.say("AUTH")
}

// chunk reads the octets of BDAT.
func (c *faultConn) chunk(args string) error {
	size, last, _ := strings.Cut(args, " ")
	n, err := strconv.ParseInt(size, 10, 64)
	if err != nil || n < 0 {
		_, err := io.WriteString(c.nc, "501 5.5.4 no size of a chunk\r\n")
		return err
	}
	if _, err := io.CopyN(io.Discard, c.r, n); err != nil {
		return err
	}
	if !strings.EqualFold(last, "LAST") {
		return c.say("BDAT")
	}
	c.srv.hear(EndOfMessage)
	return c.say(EndOfMessage)
}

// message reads up to the dot.
func (c *faultConn) message() error {
	for begun := false; ; {
		line, err := c.r.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			return err
		}
		if string(line) == ".\r\n" && !begun {
			c.srv.hear(EndOfMessage)
			return c.say(EndOfMessage)
		}
		begun = err != nil
	}
}

// hangUp ends our direction and waits for the client to end its own, so that
// it can read what was said, whatever it was about to send.
func (c *faultConn) hangUp(raw net.Conn) {
	type halfCloser interface{ CloseWrite() error }
	// What fails here was cut already, or the client has gone.
	if nc, ok := c.nc.(*tls.Conn); ok {
		_ = nc.CloseWrite()
	}
	if nc, ok := raw.(halfCloser); ok {
		_ = nc.CloseWrite()
	}
	_, _ = io.Copy(io.Discard, raw)
}

func (c *faultConn) startTLS() error {
	nc := tls.Server(c.nc, &tls.Config{Certificates: []tls.Certificate{c.srv.cert}})
	if err := nc.Handshake(); err != nil {
		return err
	}
	c.nc, c.r, c.secure = nc, bufio.NewReaderSize(nc, lineKept), true
	return nil
}
