package imap4

import (
	"bytes"
	"io"
	"sync"

	"github.com/wirepost/wirepost/internal/wire"
)

// A mender reads a message and ends all its lines in CRLF, since what is stored
// is later told to programs that know no other end. A NUL is wire.ErrNUL.
type mender struct {
	r    io.Reader
	buf  *[]byte // what was read, behind a first octet
	out  []byte  // of buf or fixed: what is to be read
	held bool    // a CR came last, and what comes next is not known
	err  error
}

// mendSize is how much is looked at at a time.
const mendSize = 16 << 10

var mendBuffers = sync.Pool{New: func() any { b := make([]byte, mendSize+1); return &b }}

// release gives the buffer back. Nothing can be read any more.
func (m *mender) release() {
	if m.buf != nil {
		mendBuffers.Put(m.buf)
	}
	m.buf, m.out, m.err = nil, nil, io.ErrClosedPipe
}

// Read implements io.Reader.
func (m *mender) Read(p []byte) (int, error) {
	for len(m.out) == 0 {
		if m.err != nil {
			return 0, m.err
		}
		m.fill()
	}
	n := copy(p, m.out)
	m.out = m.out[n:]
	return n, nil
}

// fill reads and mends a piece.
func (m *mender) fill() {
	if m.buf == nil {
		m.buf = mendBuffers.Get().(*[]byte)
	}
	buf, start := *m.buf, 1
	if m.held {
		start, m.held = 0, false
		buf[0] = '\r'
	}
	n, err := m.r.Read(buf[1:])
	b := buf[start : n+1]
	if m.err = err; err == nil && len(b) > 0 && b[len(b)-1] == '\r' {
		b, m.held = b[:len(b)-1], true
	}
	switch {
	case bytes.IndexByte(b, 0) >= 0:
		m.err = wire.ErrNUL
	case whole(b):
		m.out = b
	default:
		m.out = mended(b)
	}
}

// whole reports whether each CR and LF is part of a CRLF.
func whole(b []byte) bool {
	lf := bytes.Count(b, []byte{'\n'})
	return lf == bytes.Count(b, []byte{'\r'}) && lf == bytes.Count(b, []byte("\r\n"))
}

// mended makes a CRLF of each CR and LF that is not part of one.
func mended(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/16+16)
	for i, c := range b {
		switch {
		case c == '\n' && (i == 0 || b[i-1] != '\r'):
			out = append(out, "\r\n"...)
		case c == '\r' && (i+1 == len(b) || b[i+1] != '\n'):
			out = append(out, "\r\n"...)
		default:
			out = append(out, c)
		}
	}
	return out
}
