package pop3

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/wirepost/wirepost/internal/engine"
	"github.com/wirepost/wirepost/internal/wire"
)

// A Client is one conversation with a server, from its side. Messages does all
// that most programs need; the other methods are the commands one by one. A
// command that the server refuses returns its Reply as the error, and the
// conversation goes on; after any other error that comes from the connection it
// is over, and nothing was deleted.
//
// A Client is for one goroutine at a time. The end of a context cuts the
// connection if a method, or a Body that it returned, is under way with it.
type Client struct {
	opts  Options
	nc    net.Conn // what NewClient was given
	wire  *wire.Conn
	began time.Time

	offer     offers
	timestamp string   // for APOP; empty if there is none
	marked    bool     // messages may be marked as deleted
	body      *Body    // the one that is open
	fetching  bool     // Messages is under way
	unmarked  unmarked // by Messages
	closed    bool
	broken    error // why the conversation is over; nil while it is not

	scratch []byte // for command lines
}

// ErrBusy is what methods return within the loop over Messages, where answers
// are on their way that belong to that.
var ErrBusy = errors.New("pop3: client is in the midst of Messages")

// Dial connects to addr, "host:port", and makes a Client of the connection as
// NewClient does. ctx is for that only. Port 110 begins in the clear.
func Dial(ctx context.Context, addr string, o *Options) (*Client, error) {
	return dial(ctx, addr, o.orDefaults())
}

// DialTLS is Dial for servers that begin with TLS, as on port 995 (RFC 8314,
// 3.2), which Options.ImplicitTLS asks for too.
func DialTLS(ctx context.Context, addr string, o *Options) (*Client, error) {
	opts := o.orDefaults()
	opts.ImplicitTLS = true
	return dial(ctx, addr, opts)
}

func dial(ctx context.Context, addr string, opts Options) (*Client, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf(`pop3: addr must be "host:port": %w`, err)
	}
	opts.ServerName = cmp.Or(opts.ServerName, host)
	nc, err := engine.Connect(ctx, "tcp", addr, opts.DialContext, opts.Timeouts.Connect)
	if err != nil {
		return nil, fmt.Errorf("pop3: %w", err)
	}
	return newClient(ctx, nc, opts)
}

// NewClient makes a Client of a connection: it reads the greeting, asks what the
// server can do, begins TLS and logs in as the Options say. The connection is
// the Client's from then on, and closed if there is an error, such as the
// server's Reply. ctx is for all that only. If nc is a *tls.Conn its handshake is
// done first, and whom it verifies is for its own configuration to say.
func NewClient(ctx context.Context, nc net.Conn, o *Options) (*Client, error) {
	return newClient(ctx, nc, o.orDefaults())
}

func newClient(ctx context.Context, nc net.Conn, opts Options) (*Client, error) {
	c := &Client{opts: opts, nc: nc, began: time.Now()}
	err := c.frame()
	if err == nil {
		err = c.during(ctx, func() error {
			err := c.start(ctx)
			if err != nil && c.broken == nil {
				// It is over, whether the server hears this or not.
				_, _ = c.wire.WriteString("QUIT\r\n")
				_ = c.wire.Flush()
			}
			return err
		})
	}
	if err != nil {
		c.lose(err)
		// There is no more to say than err does.
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// frame puts the connection into a wire.Conn.
func (c *Client) frame() error {
	nc := c.nc
	var err error
	if _, is := nc.(*tls.Conn); c.opts.ImplicitTLS && !is {
		var cfg *tls.Config
		if cfg, err = c.tlsConfig(); err == nil {
			nc = tls.Client(nc, cfg)
		}
	}
	t := c.opts.Timeouts
	c.wire = wire.New(nc, wire.Timeouts{
		Line: max(0, t.Command), Write: max(0, t.Block), Body: wire.Progress{Stall: max(0, t.Stall)},
	})
	c.trace(Event{Kind: ConnOpened})
	return err
}

// during runs f, which talks to the server, and lets the end of ctx cut it.
func (c *Client) during(ctx context.Context, f func() error) error {
	end, err := c.begin(ctx)
	if err != nil {
		return err
	}
	return end(f())
}

// begin begins to talk to the server, and lets the end of ctx cut that until end
// is called. A Body that is open is read to its end first.
func (c *Client) begin(ctx context.Context) (end func(error) error, err error) {
	switch {
	case c.fetching:
		return nil, ErrBusy
	case c.closed:
		return nil, fmt.Errorf("pop3: client is closed: %w", net.ErrClosed)
	case c.broken != nil:
		return nil, errClientOver{c.broken}
	case ctx.Err() != nil:
		return nil, fmt.Errorf("pop3: not begun: %w", context.Cause(ctx))
	}
	stop := context.AfterFunc(ctx, c.wire.Abort)
	end = func(err error) error {
		if !stop() && c.broken == nil {
			c.broken = net.ErrClosed
		}
		if c.broken == nil {
			return err
		}
		// At once, and without the end of TLS.
		_ = c.nc.Close()
		return c.cut(ctx, err)
	}
	if c.body != nil {
		// What comes of it matters only if it is the end of all. That may take
		// as long as ctx allows, whatever the Body's own does.
		_ = c.body.Close()
		if c.broken != nil {
			return nil, end(errClientOver{c.broken})
		}
	}
	return end, nil
}

// cut returns err, or that the end of ctx has cut the conversation if that is what
// it comes from.
func (c *Client) cut(ctx context.Context, err error) error {
	if err != nil && c.broken != nil && ctx.Err() != nil && !isReply(err) {
		return fmt.Errorf("pop3: conversation cut: %w", context.Cause(ctx))
	}
	return err
}

// lose notes that the conversation is over for err, and returns it.
func (c *Client) lose(err error) error {
	if c.broken == nil {
		c.broken = err
	}
	return err
}

// TLS is the state of the TLS connection, nil without TLS.
func (c *Client) TLS() *tls.ConnectionState { return c.wire.TLS() }

// RemoteAddr is the server's address.
func (c *Client) RemoteAddr() net.Addr { return c.nc.RemoteAddr() }

// LocalAddr is the address that the connection comes from.
func (c *Client) LocalAddr() net.Addr { return c.nc.LocalAddr() }

// Close ends the conversation without a word, so that nothing is deleted. Quit
// is the polite way, and Close may follow it.
func (c *Client) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	if c.body != nil {
		c.body.settle()
	}
	why, nc := c.broken, c.nc
	if isReply(why) {
		why = nil // the server has said goodbye
	}
	if c.broken == nil {
		nc = c.wire.NetConn() // ends TLS by its rules
	}
	c.trace(Event{Kind: ConnClosed, Err: why, Duration: time.Since(c.began)})
	err := nc.Close()
	if !c.fetching { // else something may still be on its way
		c.wire.Release()
	}
	if err != nil && c.broken == nil {
		return fmt.Errorf("pop3: %w", err)
	}
	return nil
}

func (c *Client) trace(e Event) {
	if c.opts.Trace == nil {
		return
	}
	e.Read, e.Written = c.wire.BytesRead(), c.wire.BytesWritten()
	c.opts.Trace(c, e)
}

// clock is the time, if it matters.
func (c *Client) clock() time.Time {
	if c.opts.Trace == nil {
		return time.Time{}
	}
	return time.Now()
}

func (c *Client) answered(verb string, r Reply, err error, began time.Time) {
	if c.opts.Trace != nil {
		c.trace(Event{Kind: CommandDone, Verb: verb, Reply: r, Err: err, Duration: time.Since(began)})
	}
}

func isReply(err error) bool {
	_, is := errors.AsType[Reply](err)
	return is
}
