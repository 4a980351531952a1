package pop3

import (
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

	first *[]byte // what begin has read, of pieces; nil before and after Close
	begun error   // what that ended with
}

// begin reads the first piece, or all if it is less. As long as nothing has been
// sent, an error can be told.
func (s *stream) begin() error {
	s.first = pieces.Get().(*[]byte)
	b := (*s.first)[:0]
	for len(b) < pieceSize && s.begun == nil && !s.done() {
		n, err := s.from.Read(b[len(b):pieceSize])
		b = b[:len(b)+len(s.cut(b[len(b):len(b)+n]))]
		s.begun = err
	}
	*s.first = b
	if s.begun == io.EOF {
		return nil
	}
	return s.begun
}

func (s *stream) done() bool { return s.top != nil && s.top.done() }

func (s *stream) cut(piece []byte) []byte {
	if s.top == nil {
		return piece
	}
	return s.top.cut(piece)
}

// Close closes what the Maildrop has opened.
func (s *stream) Close() error {
	if s.first != nil {
		*s.first = (*s.first)[:pieceSize]
		pieces.Put(s.first)
		s.first = nil
	}
	return s.from.Close()
}

// WriteTo implements io.WriterTo. It comes after begin.
func (s *stream) WriteTo(w io.Writer) (total int64, err error) {
	n, err := w.Write(*s.first)
	if total = int64(n); err != nil || s.begun != nil { // io.EOF: begin has told the others
		return total, err
	}
	piece := (*s.first)[:pieceSize]
	for !s.done() {
		n, err := s.from.Read(piece)
		written, werr := w.Write(s.cut(piece[:n]))
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
// line after it, and a number of lines more. A bare CR or LF ends a line too, for
// it will be mended.
type topFilter struct {
	left   int  // lines to come, once inBody
	inBody bool // past the empty line
	text   bool // the present line is not empty
	cr     bool // the last octet was a CR
}

func (t *topFilter) done() bool { return t.inBody && t.left == 0 }

// cut returns the part of the next piece that belongs to the answer. It must not
// be called once that is done.
func (t *topFilter) cut(piece []byte) []byte {
	for i, o := range piece {
		if t.cr && o != '\n' {
			if t.endLine(); t.done() {
				return piece[:i]
			}
		}
		switch t.cr = o == '\r'; o {
		case '\r':
		case '\n':
			if t.endLine(); t.done() {
				return piece[:i+1]
			}
		default:
			t.text = true
		}
	}
	return piece
}

func (t *topFilter) endLine() {
	if t.inBody {
		t.left--
	} else if !t.text {
		t.inBody = true
	}
	t.text = false
}
