package nntp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/wirepost/wirepost/internal/wire"
)

// A Client is one conversation with a news server, from its side: as a reader,
// a poster, or a peer that feeds. A command that the server refuses returns its
// Reply as the error, and the conversation goes on; after any other error that
// comes from the connection it is over.
//
// A Client is for one goroutine at a time. The end of a context cuts the
// connection if a method, an iteration or a Reading is under way with it. What
// is under way has to end before the next method is called: a Reading by its
// Close, which that method does for it.
type Client struct {
	opts  Options
	nc    net.Conn // what NewClient was given
	wire  *wire.Conn
	began time.Time

	greeting  Reply
	caps      Capabilities
	loggedIn  bool
	beneath   *tls.ConnectionState // what compression hides
	deflating bool

	reading *Reading // what comes in, until it is closed
	stream  *Stream  // what has answers to come
	busy    bool     // an iteration is under way

	ctx     context.Context // of what is under way, for the cause of its end
	stop    func() bool     // ends ctx's hold on the connection
	closed  bool
	broken  error // why the conversation is over; nil while it is not
	read    int64 // octets, by wires before this one
	written int64

	scratch []byte // for command lines
}

// ErrReply is what an error wraps if the server does not speak NNTP: the
// conversation is over then.
var ErrReply = errors.New("nntp: server breaks the protocol")

// ErrUnsafe is what an error wraps if an argument cannot be sent: it would end
// the command line before its time, or read as something else. Nothing was sent.
var ErrUnsafe = errors.New("nntp: argument cannot be sent")

// errClientBusy is a mistake of the caller.
var errClientBusy = errors.New("nntp: Client is in the midst of an iteration or a Stream with answers to come")

// farewell says QUIT and does not wait for the answer.
func (c *Client) farewell() {
	// It is over, whether the server hears this or not.
	_, _ = c.wire.WriteString("QUIT\r\n")
	_ = c.wire.Flush()
}

// enter begins something that talks to the server, and lets the end of ctx cut
// it until leave.
func (c *Client) enter(ctx context.Context) error {
	if c.reading != nil && c.reading.alone {
		// What went wrong with it, the next command meets too.
		_ = c.reading.Close()
	}
	return c.enterAmid(ctx, c.stream != nil && c.stream.Pending() > 0)
}

// enterAmid is enter where something else may have begun; owing says that this
// is not so.
func (c *Client) enterAmid(ctx context.Context, owing bool) error {
	switch {
	case c.busy || owing:
		return errClientBusy
	case c.closed:
		return fmt.Errorf("nntp: client is closed: %w", net.ErrClosed)
	case c.broken != nil:
		return errClientOver{c.broken}
	case ctx.Err() != nil:
		return fmt.Errorf("nntp: not begun: %w", context.Cause(ctx))
	}
	c.hold(ctx)
	return nil
}

// hold lets the end of ctx cut the connection.
func (c *Client) hold(ctx context.Context) {
	c.ctx, c.stop, c.busy = ctx, context.AfterFunc(ctx, c.wire.Abort), true
}

// leave ends what enter began, and returns err, or why there is one.
func (c *Client) leave(err error) error {
	ctx, stop := c.ctx, c.stop
	c.ctx, c.stop, c.busy = nil, nil, false
	if !stop() && c.broken == nil {
		c.broken = fmt.Errorf("nntp: conversation cut: %w", context.Cause(ctx))
	}
	if c.broken == nil {
		return err
	}
	// At once, and without the end of TLS: the server must not take for whole
	// what it has.
	_ = c.nc.Close()
	if _, refused := errors.AsType[Reply](err); err != nil && ctx.Err() != nil && !refused {
		err = fmt.Errorf("nntp: conversation cut: %w", context.Cause(ctx))
	}
	return err
}

// during runs f between enter and leave.
func (c *Client) during(ctx context.Context, f func() error) error {
	if err := c.enter(ctx); err != nil {
		return err
	}
	return c.leave(f())
}

// lose notes that the conversation is over for err, and returns it.
func (c *Client) lose(err error) error {
	if c.broken == nil {
		c.broken = err
	}
	return err
}

// lost is lose for an error of the connection.
func (c *Client) lost(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return c.lose(fmt.Errorf("nntp: conversation lost: %w", err))
}

// Greeting is the first reply of the server.
func (c *Client) Greeting() Reply { return c.greeting }

// TLS is the state of the TLS connection, nil without TLS.
func (c *Client) TLS() *tls.ConnectionState {
	if c.deflating {
		return c.beneath
	}
	return c.wire.TLS()
}

// RemoteAddr is the server's address.
func (c *Client) RemoteAddr() net.Addr { return c.nc.RemoteAddr() }

// Err is why the conversation is over, nil while it is not.
func (c *Client) Err() error { return c.broken }

// Quit says goodbye and closes the Client, whatever the error.
func (c *Client) Quit(ctx context.Context) error {
	err := c.during(ctx, func() error {
		r, err := c.command("QUIT", "")
		if err == nil && r.Code != 205 {
			err = c.odd(r)
		}
		return err
	})
	// The server may have hung up first, as it should.
	_ = c.Close()
	return err
}

// Close ends the conversation without a word. Quit is the polite way, and Close
// may follow it.
func (c *Client) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	if c.busy && c.stop != nil {
		c.stop()
	}
	why, nc := c.broken, c.nc
	if _, goodbye := errors.AsType[Reply](why); goodbye {
		why = nil
	}
	if c.broken == nil {
		nc = c.wire.NetConn() // ends TLS by its rules
		c.broken = net.ErrClosed
	}
	c.trace(Event{Kind: ConnClosed, Err: why, Duration: time.Since(c.began)})
	c.wire.Release()
	if err := nc.Close(); err != nil && why == nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("nntp: %w", err)
	}
	return nil
}

func (c *Client) trace(e Event) {
	if c.opts.Trace == nil {
		return
	}
	e.Read, e.Written = c.read+c.wire.BytesRead(), c.written+c.wire.BytesWritten()
	c.opts.Trace(c, e)
}
