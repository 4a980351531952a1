package pop3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"

	"github.com/wirepost/wirepost/internal/wire"
)

// The errors that a Body ends in, besides those of the connection.
var (
	// ErrBareOctets: the message has octets that Options.AnyOctets is about. It
	// stays where it is, and the conversation goes on.
	ErrBareOctets = errors.New("pop3: message holds a bare CR, a bare LF or a NUL; Options.AnyOctets takes it as it is")

	// ErrTooLarge: the message is larger than Options.MessageSize. The
	// conversation is over.
	ErrTooLarge = errors.New("pop3: message is larger than Options.MessageSize")
)

// A Body is a message, or the top of one, that is on its way: its lines end in
// CRLF, and dot-stuffing is gone. It returns io.EOF only when the message is
// whole; one that was cut short ends in an error that wraps
// io.ErrUnexpectedEOF. The next method of the Client reads what is left of it,
// and it must not be used after that.
type Body struct {
	c   *Client
	in  *wire.DotReader
	end func(error) error // of the method, or the loop, that it comes from; nil once it is over
	err error             // sticks; io.EOF once all is read
}

// Retr fetches a message. ctx is for the Body too, which should be closed.
func (c *Client) Retr(ctx context.Context, n int) (*Body, error) {
	return c.fetch(ctx, "RETR", strconv.Itoa(n))
}

// Top fetches the header of a message, and lines of what is behind it. Not all
// servers can.
func (c *Client) Top(ctx context.Context, n, lines int) (*Body, error) {
	return c.fetch(ctx, "TOP", strconv.Itoa(n)+" "+strconv.Itoa(lines))
}

func (c *Client) fetch(ctx context.Context, verb, args string) (*Body, error) {
	end, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.accepted(verb, args); err != nil {
		return nil, end(err)
	}
	b := c.newBody()
	b.end = end
	c.body = b
	return b, nil
}

func (c *Client) newBody() *Body {
	return &Body{c: c, in: c.wire.DotReader(wire.BodyLimit{Size: c.opts.MessageSize, Lax: c.opts.AnyOctets})}
}

// Read implements io.Reader.
func (b *Body) Read(p []byte) (int, error) {
	if err := b.over(); err != nil {
		return 0, err
	}
	n, err := b.in.Read(p)
	if err != nil {
		err = b.ended(err)
	}
	return n, err
}

// WriteTo implements io.WriterTo: the message goes to w without a copy.
func (b *Body) WriteTo(w io.Writer) (int64, error) {
	if err := b.over(); err != nil {
		if err == io.EOF {
			err = nil
		}
		return 0, err
	}
	to := &sink{w: w}
	n, err := b.in.WriteTo(to)
	switch {
	case to.err != nil:
		return n, to.err // more can be read
	case err == nil:
		err = io.EOF
	}
	if err = b.ended(err); err == io.EOF {
		err = nil
	}
	return n, err
}

// A sink tells the errors of a writer from those of what is written.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(p []byte) (n int, err error) {
	n, err = s.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	s.err = err
	return n, err
}

// over says why there is no more to read.
func (b *Body) over() error {
	if b.err == nil && b.c.closed {
		b.err = fmt.Errorf("pop3: client is closed: %w", net.ErrClosed)
	}
	return b.err
}

// ended notes why there is no more to read, and returns it.
func (b *Body) ended(err error) error {
	b.err = b.explain(err)
	if b.err == io.EOF || b.c.broken != nil {
		b.settle()
	}
	return b.err
}

func (b *Body) explain(err error) error {
	switch {
	case err == io.EOF:
		return io.EOF
	case errors.Is(err, wire.ErrBareCR), errors.Is(err, wire.ErrBareLF), errors.Is(err, wire.ErrNUL):
		return ErrBareOctets // the end is still to be found
	case errors.Is(err, wire.ErrTooLarge):
		return b.c.lose(ErrTooLarge)
	case errors.Is(err, wire.ErrTooSlow):
		return b.c.lose(fmt.Errorf("pop3: no more of the message in time: %w", os.ErrDeadlineExceeded))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return b.c.lose(fmt.Errorf("pop3: message cut short: %w", io.ErrUnexpectedEOF))
	}
	return b.c.lose(fmt.Errorf("pop3: message cut short: %w: %w", io.ErrUnexpectedEOF, err))
}

// settle ends the method that the Body comes from.
func (b *Body) settle() {
	if b.end != nil {
		end := b.end
		b.end = nil
		b.err = end(b.err)
		b.c.body = nil
	}
}

// whole reports whether the message was read to its end.
func (b *Body) whole() bool { return b.err == io.EOF }

// Close reads what is left, so that the conversation can go on. To give up a
// large message at once, end the context, or close the Client.
func (b *Body) Close() error {
	if b.c.closed || b.c.broken != nil || b.whole() {
		b.settle()
		return nil
	}
	if err := b.skip(); err != nil {
		if err = b.explain(err); err != ErrBareOctets {
			b.err = err
			b.settle()
			return b.err
		}
	}
	if b.err == nil {
		b.err = fmt.Errorf("pop3: message is closed: %w", io.ErrClosedPipe)
	}
	if b.end != nil {
		end := b.end
		b.end, b.c.body = nil, nil
		return end(nil)
	}
	return nil
}

// skip reads what is left, up to Options.MessageSize, which Drain alone would pass
// over.
func (b *Body) skip() error {
	if b.err == nil {
		if _, err := b.in.WriteTo(io.Discard); errors.Is(err, wire.ErrTooLarge) {
			return err
		}
	}
	return b.in.Drain()
}
