package nntp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/wirepost/wirepost/internal/wire"
)

// The bodies of multi-line answers (RFC 3977, 3.1.1). Each writes itself in
// pieces, so that neither a long article nor a long list is ever whole in memory.

// pieceSize is how much of a body is held at a time.
const pieceSize = 32 << 10

var pieces = sync.Pool{New: func() any { b := make([]byte, pieceSize); return &b }}

// A listing is a body of lines, which write makes.
type listing struct {
	write func(*lines) error
}

// lines takes the lines of a listing.
type lines struct {
	b []byte // what is to be written, with room for more
	w io.Writer
	n int64
}

// WriteTo implements io.WriterTo.
func (l *listing) WriteTo(w io.Writer) (int64, error) {
	piece := pieces.Get().(*[]byte)
	out := &lines{b: (*piece)[:0], w: w}
	err := l.write(out)
	if err == nil {
		err = out.flush()
	}
	if cap(out.b) == pieceSize {
		*piece = out.b[:pieceSize]
	}
	pieces.Put(piece)
	return out.n, err
}

// end ends a line that was appended to l.b.
func (l *lines) end() error {
	l.b = append(l.b, "\r\n"...)
	if len(l.b) < pieceSize-pieceRoom {
		return nil
	}
	return l.flush()
}

// pieceRoom is more than most lines have, so that they do not make l.b grow.
const pieceRoom = 4 << 10

func (l *lines) flush() error {
	n, err := l.w.Write(l.b)
	l.n += int64(n)
	l.b = l.b[:0]
	if cap(l.b) > pieceSize { // after an odd line
		l.b = make([]byte, 0, pieceSize)
	}
	return err
}

// line writes a line of text that may hold anything.
func (l *lines) line(s string) error {
	l.b = appendClean(l.b, s)
	return l.end()
}

// with returns r with the lines that write makes.
func (r Reply) with(write func(*lines) error) Reply {
	r.body = &listing{write}
	return r
}

// sendBody streams the rest of a multi-line answer. If it cannot be sent whole
// and clean it has no end, and the connection is of no more use.
func (c *Conn) sendBody(ctx context.Context, body io.WriterTo) error {
	c.inBody = true
	w := c.wire.DotWriter()
	_, err := body.WriteTo(w)
	if closer, ok := body.(io.Closer); ok {
		err = errors.Join(err, closer.Close())
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		c.inBody = false
		return nil
	}
	if isFlaw(err) || !isNetwork(err) {
		c.srv.logger().ErrorContext(ctx, "nntp: answer cannot be sent whole, hanging up", "remote", c.remote, "err", err)
	}
	return fmt.Errorf("answer cut short: %w", err)
}

// isFlaw tells what is wrong with a body from what is wrong with the
// connection.
func isFlaw(err error) bool {
	return errors.Is(err, wire.ErrBareCR) || errors.Is(err, wire.ErrBareLF) || errors.Is(err, wire.ErrNUL)
}
