package nntp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/wirepost/wirepost/internal/wire"
)

// A Reading is an article, or a part of one, that is coming in: lines that end in
// CRLF. What holds a bare CR, a bare LF or a NUL ends in an error; what is longer
// than Options.Article ends in ErrTooLarge; what was cut short ends in
// io.ErrUnexpectedEOF, never io.EOF.
type Reading struct {
	Ref // as the server told it, or as it was asked for; the number is 0 if it was not told

	c     *Client
	body  *wire.DotReader
	size  int64             // octets that were read
	alone bool              // not one of a Fetch: the next command may end it
	err   error             // of Read, once it is over
	after func(error) error // of the client
}

// ErrTooLarge says that an article is longer than Options.Article. What is left of
// it is passed over, so that the Client can go on, unless it is passOver times as
// long as it may be: that ends the connection.
var ErrTooLarge = errors.New("nntp: article too large")

const passOver = 16

// Article asks for an article, Head for its header, Body for its body. ctx is for
// the reading too. The Reading ends by itself when all is read, and by Close. An
// article that is asked for by its number becomes the current one.
func (c *Client) Article(ctx context.Context, ref Ref) (*Reading, error) {
	return c.retrieve(ctx, 220, "ARTICLE", ref)
}

// Head asks for an article's header: see Article.
func (c *Client) Head(ctx context.Context, ref Ref) (*Reading, error) {
	return c.retrieve(ctx, 221, "HEAD", ref)
}

// Body asks for an article's body: see Article.
func (c *Client) Body(ctx context.Context, ref Ref) (*Reading, error) {
	return c.retrieve(ctx, 222, "BODY", ref)
}

func (c *Client) retrieve(ctx context.Context, code int, verb string, ref Ref) (*Reading, error) {
	arg, err := ref.arg()
	if err == nil {
		err = c.enter(ctx)
	}
	if err != nil {
		return nil, err
	}
	r, err := c.wanting(code, verb, arg)
	var at Ref
	if err == nil {
		at, err = c.located(r)
	}
	if err != nil {
		return nil, c.leave(err)
	}
	reading := c.beginReading(at, func(err error) error {
		c.reading = nil
		return c.leave(err)
	})
	reading.alone = true
	return reading, nil
}

// beginReading begins to read a body.
func (c *Client) beginReading(at Ref, after func(error) error) *Reading {
	r := &Reading{Ref: at, c: c, after: after}
	r.body = c.wire.DotReader(wire.BodyLimit{Size: min(c.opts.Article, math.MaxInt64/passOver) * passOver})
	c.reading = r
	return r
}

// Read implements io.Reader.
func (r *Reading) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.body.Read(p)
	if r.size += int64(n); r.size > r.c.opts.Article {
		r.err = r.tooLarge()
		return 0, r.err
	}
	return n, r.note(err)
}

func (r *Reading) tooLarge() error {
	return fmt.Errorf("%w: more than %d octets", ErrTooLarge, r.c.opts.Article)
}

// WriteTo implements io.WriterTo: without a copy in between.
func (r *Reading) WriteTo(w io.Writer) (int64, error) {
	if r.err == io.EOF {
		return 0, nil
	}
	if r.err != nil {
		return 0, r.err
	}
	out := &clientSink{w: w, left: r.c.opts.Article - r.size}
	n, err := r.body.WriteTo(out)
	r.size += n
	switch {
	case out.err == ErrTooLarge:
		r.err = r.tooLarge()
		return n, r.err
	case out.err != nil:
		return n, out.err // the article can be read on
	}
	if err == nil {
		err = io.EOF
	}
	if err = r.note(err); err == io.EOF {
		err = nil
	}
	return n, err
}

// A clientSink remembers which errors are those of the writer, and lets no more
// through than is left.
type clientSink struct {
	w    io.Writer
	left int64
	err  error
}

func (s *clientSink) Write(p []byte) (int, error) {
	if s.left -= int64(len(p)); s.left < 0 {
		s.err = ErrTooLarge
		return 0, s.err
	}
	n, err := s.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	s.err = err
	return n, err
}

// note settles the Reading if err is its end.
func (r *Reading) note(err error) error {
	switch {
	case err == nil:
		return nil
	case err == io.EOF:
		r.err = io.EOF
		if left := r.settle(nil); left != nil {
			r.err = left
		}
	case clientIsFlaw(err):
		r.err = fmt.Errorf("%w: an article with a flaw: %w", ErrReply, err)
	case errors.Is(err, wire.ErrTooLarge):
		// Its end may be anywhere.
		r.err = r.settle(r.c.lose(r.tooLarge()))
	default:
		r.err = r.settle(r.c.lost(err))
	}
	return r.err
}

func (r *Reading) settle(err error) error {
	after := r.after
	if after == nil {
		return err
	}
	r.after = nil
	return after(err)
}

// Close passes over what is left, so that the Client can go on. The error is one
// of the connection.
func (r *Reading) Close() error {
	if r.after == nil {
		return nil
	}
	if r.err == nil {
		r.err = fmt.Errorf("nntp: reading of a closed article: %w", io.ErrClosedPipe)
	}
	_, err := r.body.WriteTo(io.Discard)
	if !errors.Is(err, wire.ErrTooLarge) {
		err = r.body.Drain()
	}
	switch {
	case err == nil || clientIsFlaw(err):
		err = nil
	case errors.Is(err, wire.ErrTooLarge):
		err = r.c.lose(r.tooLarge())
	default:
		err = r.c.lost(err)
	}
	return r.settle(err)
}
