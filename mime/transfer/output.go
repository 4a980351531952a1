package transfer

import (
	"errors"
	"io"
)

// errClosed is what a Write after Close returns.
var errClosed = errors.New("transfer: write after Close")

// output gathers what a writer writes. After an error it takes all and keeps nothing.
type output struct {
	w      io.Writer
	buf    []byte
	err    error // the first of w
	closed bool
}

const outputSize = 4 << 10

// usable returns why nothing more can be written.
func (o *output) usable() error {
	if o.closed {
		return errClosed
	}
	return o.err
}

// room returns buf with room for n octets.
func (o *output) room(n int) []byte {
	if o.buf == nil {
		o.buf = make([]byte, 0, outputSize)
	}
	if cap(o.buf)-len(o.buf) < n {
		o.flush()
	}
	return o.buf
}

func (o *output) write(p []byte) { o.buf = append(o.room(len(p)), p...) }

func (o *output) flush() {
	if o.err == nil && len(o.buf) > 0 {
		var n int
		if n, o.err = o.w.Write(o.buf); o.err == nil && n < len(o.buf) {
			o.err = io.ErrShortWrite
		}
	}
	o.buf = o.buf[:0]
}

// close flushes, once.
func (o *output) close() error {
	if !o.closed {
		o.flush()
		o.closed = true
	}
	return o.err
}
