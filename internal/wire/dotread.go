package wire

import (
	"errors"
	"io"
)

// ErrTooLarge is the flaw of a body that has more octets than it may have.
var ErrTooLarge = errors.New("wire: body too large")

// A BodyLimit bounds a body that comes in.
type BodyLimit struct {
	Size int64 // octets after unstuffing; 0 is no limit
	Line int   // octets of a line without CRLF; 0 is no limit

	// Lax hands on bare CR, bare LF and NUL, and sets no limit to lines: for
	// clients that fetch what servers have taken long ago. The end is found as
	// always.
	Lax bool
}

// A DotReader reads one dot-stuffed body (RFC 5321, 4.5.2; RFC 1939, 3). It
// keeps the CRLFs, drops the stuffing, and returns io.EOF only after
// CRLF.CRLF. A body that was cut short ends in io.ErrUnexpectedEOF. A flaw
// (ErrBareLF, ErrBareCR, ErrNUL, ErrLineTooLong, ErrTooLarge; the first that
// comes) ends the reading, and nothing of it is handed on, nor anything behind
// it; Drain still finds the true end.
type DotReader struct {
	c     *Conn
	scan  scanner
	limit int64
	lax   bool
	pace  pace
	size  int64
	bol   bool
	acked bool
	err   error  // of Read: sticks
	flaw  error  // the first flaw, if any
	rest  []byte // of the current run, for Read
	end   error  // io.EOF once the end is consumed, or why it can't be
}

// DotReader returns a reader of the body that follows. It must be drained
// before the next ReadLine.
func (c *Conn) DotReader(l BodyLimit) *DotReader {
	if l.Size <= 0 {
		l.Size = noLimit
	}
	return &DotReader{c: c, scan: scanner{limit: l.Line}, limit: l.Size, lax: l.Lax, bol: true}
}

// Size is how many octets were handed out or drained so far.
func (d *DotReader) Size() int64 { return d.size }

// Read implements io.Reader.
func (d *DotReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(d.rest) == 0 {
		if d.rest = d.run(); d.err != nil {
			return 0, d.err
		}
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// WriteTo implements io.WriterTo: the body goes to w without a copy.
func (d *DotReader) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for {
		b := d.rest
		d.rest = nil
		if len(b) == 0 {
			if b = d.run(); d.err != nil {
				if d.err == io.EOF {
					return total, nil
				}
				return total, d.err
			}
		}
		n, err := w.Write(b)
		total += int64(n)
		if err == nil && n < len(b) {
			err = io.ErrShortWrite
		}
		if err != nil {
			d.rest = b[n:]
			return total, err
		}
	}
}

// Drain consumes what is left, to the true end, and returns nil if the body
// came whole and without a flaw. It gives every later Read io.ErrClosedPipe,
// in case somebody kept the reader.
func (d *DotReader) Drain() error {
	d.rest = nil
	for d.end == nil {
		d.next()
	}
	d.err = io.ErrClosedPipe
	if d.end != io.EOF {
		return d.end
	}
	return d.flaw
}

// run returns the next run of the body, or sets d.err.
func (d *DotReader) run() []byte {
	if d.err != nil {
		return nil
	}
	b := d.next()
	switch {
	case d.end != nil:
		d.err = d.end
	case d.flaw != nil:
		d.err = d.flaw
	default:
		return b
	}
	return nil
}

// next consumes and returns one run, or sets d.end.
func (d *DotReader) next() []byte {
	c := d.c
	for {
		b := c.unread()
		if d.bol {
			switch at := dotAt(b); at {
			case dotUnknown:
				d.fill()
				if d.end != nil {
					return nil
				}
				continue
			case dotEnd:
				c.r += len(endLine)
				d.end = io.EOF
				return nil
			case dotStuffed:
				c.r++
				b = b[1:]
			}
			d.bol = false
		}
		before := d.scan
		n, bol, clean := d.scan.next(b)
		if n == 0 { // nothing, or a CR whose LF may be still to come
			if d.fill(); d.end != nil {
				return nil
			}
			continue
		}
		room := d.limit - d.size
		switch {
		case d.flaw != nil:
		case d.lax && int64(n) > room:
			d.flaw = ErrTooLarge
		case !d.lax && (!clean || int64(n) > room):
			d.flaw = before.flaw(b[:n], room)
		}
		c.r += n
		d.bol = bol
		d.size += int64(n)
		return b[:n]
	}
}

// fill waits for more, as long as the sender makes progress.
func (d *DotReader) fill() {
	// A sender that has Nagle's algorithm on holds its next segment until
	// this one is acknowledged.
	if d.size > 0 && !d.acked {
		d.acked = true
		d.c.QuickAck()
	}
	d.end = d.c.fillBody(&d.pace, d.size)
}

const endLine = ".\r\n"

// What a line begins with.
type dot uint8

const (
	dotUnknown dot = iota // too little is there to tell
	dotNone
	dotStuffed
	dotEnd
)

func dotAt(b []byte) dot {
	switch {
	case len(b) == 0:
		return dotUnknown
	case b[0] != '.':
		return dotNone
	case len(b) >= len(endLine):
		if string(b[:len(endLine)]) == endLine {
			return dotEnd
		}
		return dotStuffed
	case string(b) == endLine[:len(b)]:
		return dotUnknown
	}
	return dotStuffed
}
