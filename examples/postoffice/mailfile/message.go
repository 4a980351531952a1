package mailfile

import (
	"bufio"
	"bytes"
	"io"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A Message is one of a file.
type Message struct {
	Folder   []string // where it is, of a Maildir; none is INBOX
	System   store.SystemFlags
	Sender   string    // of mbox; "" if it is not known
	Received time.Time // zero if it is not known
	Body     io.Reader // with CRLF
}

// maxLine bounds what is kept of a line, in octets; a longer one is read in pieces.
const maxLine = 64 << 10

// crlf reads lines that end with LF, or CRLF, as such with CRLF.
type crlf struct {
	r    *bufio.Reader
	rest []byte
	last byte // before rest
	err  error
}

func newCRLF(r io.Reader) *crlf { return &crlf{r: bufio.NewReaderSize(r, maxLine)} }

// Read implements io.Reader.
func (c *crlf) Read(p []byte) (n int, err error) {
	for len(c.rest) == 0 {
		if c.err != nil {
			return 0, c.err
		}
		var line []byte
		line, c.err = c.r.ReadSlice('\n')
		if c.err == bufio.ErrBufferFull {
			c.err = nil
		}
		if len(line) > 0 {
			c.rest = withCRLF(line, c.last)
			c.last = line[len(line)-1]
		}
	}
	n = copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// withCRLF ends a line, or a piece of one behind the octet last, with CRLF if it ends with LF.
func withCRLF(line []byte, last byte) []byte {
	text, ended := bytes.CutSuffix(line, []byte("\n"))
	if !ended || bytes.HasSuffix(text, []byte("\r")) || len(text) == 0 && last == '\r' {
		return line
	}
	return append(append(make([]byte, 0, len(text)+2), text...), "\r\n"...)
}

// lf writes text with CRLF as such with LF.
type lf struct {
	w  io.Writer
	cr bool // is held back
}

// Write implements io.Writer.
func (l *lf) Write(p []byte) (int, error) {
	out := make([]byte, 0, len(p)+1)
	for _, b := range p {
		if l.cr && b != '\n' {
			out = append(out, '\r')
		}
		if l.cr = b == '\r'; !l.cr {
			out = append(out, b)
		}
	}
	if _, err := l.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (l *lf) flush() error {
	if !l.cr {
		return nil
	}
	l.cr = false
	_, err := l.w.Write([]byte{'\r'})
	return err
}

// writeLF writes a body with LF.
func writeLF(w io.Writer, body io.Reader) error {
	l := &lf{w: w}
	if _, err := io.Copy(l, body); err != nil {
		return err
	}
	return l.flush()
}
