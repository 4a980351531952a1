package smtp

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A SenderFunc judges whether a client may send as from: nil lets it, a Reply
// or another error refuses it.
type SenderFunc func(ctx context.Context, c *Conn, from Path) error

// mustLogin tells whether MAIL needs a login (RFC 6409, 4.3).
func (s *Server) mustLogin() bool { return s.RequireAuth || s.Submission }

// maySend is asked of every sender. Reports, which have none, anybody may
// send.
func (c *Conn) maySend(ctx context.Context, from Path) error {
	if c.srv.MaySend == nil || from.IsNull() {
		return nil
	}
	return c.srv.MaySend(ctx, c, from)
}

// maxSubmittedHeader bounds how much of a submitted message is held back to
// look for headers. What is longer goes on as it is.
const maxSubmittedHeader = 64 << 10

// complete returns body with the headers that a submission server adds where
// they are missing: Date and Message-ID (RFC 6409, 8.1 and 8.2).
func (c *Conn) complete(body io.Reader) io.Reader {
	if !c.srv.Submission {
		return body
	}
	return &completer{body: body, domain: c.srv.hostname()}
}

// A completer reads the header of a message before it hands any of it on.
type completer struct {
	body   io.Reader
	domain string
	head   []byte // to be handed on before the rest
	done   bool   // head is complete
	err    error  // of the body, behind head
}

func (c *completer) Read(p []byte) (int, error) {
	if !c.done {
		c.readHeader()
	}
	if len(c.head) > 0 {
		n := copy(p, c.head)
		c.head = c.head[n:]
		return n, nil
	}
	if c.err != nil {
		return 0, c.err
	}
	return c.body.Read(p)
}

// readHeader reads up to the empty line, and puts before it what is missing.
func (c *completer) readHeader() {
	c.done = true
	var room [4096]byte
	for c.err == nil && !bytes.HasPrefix(c.head, []byte("\r\n")) && !bytes.Contains(c.head, []byte("\r\n\r\n")) {
		if len(c.head) >= maxSubmittedHeader {
			return // what is missing may come still
		}
		var n int
		n, c.err = c.body.Read(room[:])
		c.head = append(c.head, room[:n]...)
	}
	if c.err != nil && c.err != io.EOF {
		return // a message that is not whole needs no headers
	}
	var add []byte
	if !hasHeader(c.head, "DATE") {
		add = append(add, "Date: "+time.Now().Format(dateFormat)+"\r\n"...)
	}
	if !hasHeader(c.head, "MESSAGE-ID") {
		add = append(add, "Message-ID: <"+rand.Text()+"@"+c.domain+">\r\n"...)
	}
	if len(add) > 0 && !startsField(c.head) {
		add = append(add, "\r\n"...) // a message without a header is all body
	}
	c.head = append(add, c.head...)
}

// startsField tells whether a message starts with a header field, or with the
// empty line that ends the header.
func startsField(message []byte) bool {
	line, _, _ := bytes.Cut(message, []byte("\r\n"))
	name, _, ok := bytes.Cut(line, []byte(":"))
	name = bytes.TrimRight(name, " \t")
	return len(message) > 0 && len(line) == 0 ||
		ok && len(name) > 0 && !bytes.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// hasHeader tells whether the header at the start of message has a field.
func hasHeader(message []byte, name string) bool {
	for line := range bytes.Lines(message) {
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return false
		}
		field, _, ok := bytes.Cut(line, []byte(":"))
		if ok && ascii.EqualFold(string(bytes.TrimRight(field, " \t")), name) {
			return true
		}
	}
	return false
}
