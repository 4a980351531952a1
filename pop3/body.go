package pop3

import (
	"bytes"
	"io"
	"strconv"
	"sync"
)

// The bodies of multi-line answers (RFC 1939, 3). Each writes itself in pieces,
// so that neither a long message nor a long list is ever whole in memory.

// pieceSize is how much of a body is held at a time.
const pieceSize = 32 << 10

var pieces = sync.Pool{New: func() any { b := make([]byte, pieceSize); return &b }}

// A listing is a body of many short lines.
type listing struct {
	length int
	format func(b []byte, i int) []byte // appends line i, or nothing
}

// maxListed is more than any line of a listing.
const maxListed = 512

// WriteTo implements io.WriterTo.
func (l *listing) WriteTo(w io.Writer) (total int64, err error) {
	piece := pieces.Get().(*[]byte)
	defer pieces.Put(piece)
	b := (*piece)[:0]
	for i := range l.length {
		if b = l.format(b, i); len(b) < pieceSize-maxListed {
			continue
		}
		n, err := w.Write(b)
		total += int64(n)
		if err != nil {
			return total, err
		}
		b = b[:0]
	}
	n, err := w.Write(b)
	return total + int64(n), err
}

// appendNumber appends what begins each line of a listing.
func appendNumber(b []byte, n int) []byte {
	return append(strconv.AppendInt(b, int64(n), 10), ' ')
}

// A stream is the body that a Maildrop has opened.
type stream struct {
	id   string
	from io.ReadCloser
	top  *topFilter // nil for all of it
	err  error      // of from, if that is what stopped it
}

// WriteTo implements io.WriterTo.
func (s *stream) WriteTo(w io.Writer) (total int64, err error) {
	piece := pieces.Get().(*[]byte)
	defer pieces.Put(piece)
	for s.top == nil || !s.top.done() {
		n, err := s.from.Read(*piece)
		b := (*piece)[:n]
		if s.top != nil {
			b = s.top.cut(b)
		}
		written, werr := w.Write(b)
		total += int64(written)
		switch {
		case werr != nil:
			return total, werr
		case err == io.EOF:
			return total, nil
		case err != nil:
			s.err = err
			return total, err
		}
	}
	return total, nil
}

// A topFilter finds where the answer to TOP ends: behind the header, the empty
// line after it, and a number of lines more.
type topFilter struct {
	left   int  // lines to come, once inBody
	inBody bool // past the empty line
	column int  // octets of the present line that were in earlier pieces
}

func (t *topFilter) done() bool { return t.inBody && t.left == 0 }

// cut returns the part of the next piece that belongs to the answer.
func (t *topFilter) cut(piece []byte) []byte {
	n := 0
	for n < len(piece) && !t.done() {
		i := bytes.IndexByte(piece[n:], '\n')
		if i < 0 {
			t.column += len(piece) - n
			return piece
		}
		length := t.column + i
		n += i + 1
		t.column = 0
		switch {
		case t.inBody:
			t.left--
		case length == len("\r"): // an octet that were no CR would be refused with the line
			t.inBody = true
		}
	}
	return piece[:n]
}
