package wire

import (
	"bytes"
	"errors"
	"io"
	"time"
)

// Flaws of a line or a body. None of them is ever taken for a line end, and
// what has one is never handed on.
var (
	ErrLineTooLong = errors.New("wire: line too long")
	ErrBareLF      = errors.New("wire: LF without CR before it")
	ErrBareCR      = errors.New("wire: CR without LF behind it")
	ErrNUL         = errors.New("wire: NUL octet")
)

// ReadLine returns the next line without its CRLF. The slice is valid until
// the next read.
//
// A line longer than limit octets, CRLF included, is consumed to its end and
// reported as ErrLineTooLong, so that the caller can answer and go on; a limit
// beyond MaxLine is MaxLine. A line that holds a NUL or a bare CR is consumed
// and reported, together with its octets, which tell whether more belongs to it
// (a literal of IMAP may follow). So is one of any length that has a bare LF, but
// without its octets, and only up to that LF: what the peer meant to come after
// it is in doubt, and the caller must hang up. io.EOF means that the peer has ended the connection between
// two lines; within one that is io.ErrUnexpectedEOF.
//
// The time limit covers the line as a whole, so that a peer that sends an
// octet now and then gains nothing.
func (c *Conn) ReadLine(limit int) ([]byte, error) {
	limit = min(max(limit, 1), MaxLine)
	c.deadline = time.Time{}
	if c.r == c.w {
		c.dropInput()
	}
	scanned, tooLong := 0, false
	for {
		b := c.unread()
		if i := bytes.IndexByte(b[scanned:], '\n'); i >= 0 {
			line := b[:scanned+i]
			c.r += len(line) + 1
			return checkLine(line, tooLong || len(line) >= limit)
		}
		scanned = len(b)
		if scanned >= limit {
			tooLong = true
			c.r, scanned = c.w-1, 1 // it may be the CR
		}
		if c.deadline.IsZero() && c.Timeouts.Line > 0 {
			c.deadline = time.Now().Add(c.Timeouts.Line)
		}
		if err := c.fill(); err != nil {
			if err == io.EOF && len(b) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
}

// checkLine takes the CR off a line whose LF is off already.
func checkLine(line []byte, tooLong bool) ([]byte, error) {
	n := len(line) - 1
	switch {
	case n < 0 || line[n] != '\r': // before all else: the line does not end here
		return nil, ErrBareLF
	case tooLong:
		return nil, ErrLineTooLong
	case bytes.IndexByte(line[:n], '\r') >= 0:
		return line[:n], ErrBareCR
	case bytes.IndexByte(line[:n], 0) >= 0:
		return line[:n], ErrNUL
	}
	return line[:n], nil
}
