package smtp

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

// A Client is one conversation with a server, from its side: SMTP, submission
// or LMTP. Send does all that a message needs; the other methods are the
// commands one by one. A command that the server refuses returns its Reply as
// the error, and the conversation goes on; after any other error that comes
// from the connection it is over.
//
// A Client is for one goroutine at a time. The end of a context cuts the
// connection if a method is under way with it.
type Client struct {
	opts  Options
	nc    net.Conn // what NewClient was given
	wire  *wire.Conn
	began time.Time

	offer   offers
	level   TLSPolicy // what the TLS in use is worth
	mails   int       // transactions begun
	open    bool      // a transaction may be open at the server
	rcpts   int       // recipients in it that Rcpt has named
	utf8    bool      // Mail has said SMTPUTF8
	foreign bool      // something was done that a Pool does not know of
	closed  bool
	broken  error // why the conversation is over; nil while it is not

	domains map[string]bool // of recipients so far, where there is a limit to them (RFC 9422, 4.3)

	scratch []byte // for command lines
	steps   []step // for transact
}

// Dial connects to addr, "host:port" or the absolute path of a Unix socket,
// and makes a Client of the connection as NewClient does. ctx is for that only.
func Dial(ctx context.Context, addr string, o *Options) (*Client, error) {
	opts := o.orDefaults()
	nc, host, err := engine.Dial(ctx, addr, opts.DialContext, opts.Timeouts.Connect)
	if err != nil {
		return nil, fmt.Errorf("smtp: %w", err)
	}
	opts.ServerName = cmp.Or(opts.ServerName, host)
	return newClient(ctx, nc, opts)
}

// NewClient makes a Client of a connection: it reads the greeting, says EHLO,
// begins TLS and logs in as the Options say. The connection is the Client's
// from then on, and closed if there is an error, such as the server's Reply.
// ctx is for all that only. If nc is a *tls.Conn its handshake is done first.
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
				c.farewell()
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
	c.wire = wire.New(nc, wire.Timeouts{Write: max(0, c.opts.Timeouts.Block)})
	c.trace(Event{Kind: ConnOpened})
	return err
}

// farewell says QUIT and does not wait for the answer.
func (c *Client) farewell() {
	// It is over, whether the server hears this or not.
	_, _ = c.wire.WriteString("QUIT\r\n")
	_ = c.wire.Flush()
}

// during runs f, which talks to the server, and lets the end of ctx cut it.
func (c *Client) during(ctx context.Context, f func() error) error {
	switch {
	case c.closed:
		return fmt.Errorf("smtp: client is closed: %w", net.ErrClosed)
	case c.broken != nil:
		return fmt.Errorf("%w; the conversation is over", c.broken)
	case ctx.Err() != nil:
		return fmt.Errorf("smtp: not begun: %w", context.Cause(ctx))
	}
	stop := context.AfterFunc(ctx, c.wire.Abort)
	err := f()
	if !stop() && c.broken == nil {
		c.broken = net.ErrClosed
	}
	if c.broken == nil {
		return err
	}
	// At once, and without the end of TLS: the server must not take for whole
	// what it has.
	_ = c.nc.Close()
	if err != nil && ctx.Err() != nil && !isReply(err) && !isBodyError(err) {
		err = fmt.Errorf("smtp: conversation cut: %w", context.Cause(ctx))
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

// Extension tells whether the server offers an extension, and its arguments:
// "1000000" for "SIZE". The keyword is in upper case.
func (c *Client) Extension(keyword string) (args string, ok bool) { return c.offer.find(keyword) }

// Extensions returns what the server offers: arguments by keyword, in upper
// case. It is empty after HELO.
func (c *Client) Extensions() map[string]string {
	m := make(map[string]string, len(c.offer.list))
	for _, o := range c.offer.list {
		m[o.keyword] = o.args
	}
	return m
}

// TLS is the state of the TLS connection, nil without TLS.
func (c *Client) TLS() *tls.ConnectionState { return c.wire.TLS() }

// Security is what the connection has in fact, whatever was asked for: TLSNone,
// TLSRequired for TLS with nobody knows whom, TLSVerified, or TLSDANE.
func (c *Client) Security() TLSPolicy { return cmp.Or(c.level, TLSNone) }

// RemoteAddr is the server's address.
func (c *Client) RemoteAddr() net.Addr { return c.nc.RemoteAddr() }

// LocalAddr is the address that the connection comes from.
func (c *Client) LocalAddr() net.Addr { return c.nc.LocalAddr() }

// Reusable reports whether another message can be sent: the conversation goes
// on, nothing that was not asked for has come, and the server's limits of
// transactions and domains (RFC 9422, 4.1 and 4.3) are not reached. After Do, Hello, Auth or
// StartTLS it is false: what a Pool knows of the connection may not hold.
func (c *Client) Reusable() bool {
	return !c.closed && c.broken == nil && !c.foreign && c.wire.Buffered() == 0 && !c.exhausted() &&
		(c.offer.domainMax == 0 || len(c.domains) < c.offer.domainMax)
}

// name takes note of the domain of a recipient.
func (c *Client) name(domain string) {
	if c.offer.domainMax == 0 {
		return
	}
	if c.domains == nil {
		c.domains = make(map[string]bool)
	}
	c.domains[domain] = true
}

// exhausted reports whether the server takes no more transactions.
func (c *Client) exhausted() bool { return c.offer.mailMax > 0 && c.mails >= c.offer.mailMax }

// Close ends the conversation without a word. Quit is the polite way, and
// Close may follow it.
func (c *Client) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	why, nc := c.broken, c.nc
	if isReply(why) {
		why = nil // the server has said goodbye
	}
	if c.broken == nil {
		nc = c.wire.NetConn() // ends TLS by its rules
	}
	c.trace(Event{Kind: ConnClosed, Err: why, Duration: time.Since(c.began)})
	c.wire.Release()
	if err := nc.Close(); err != nil && c.broken == nil {
		return fmt.Errorf("smtp: %w", err)
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

func isReply(err error) bool {
	_, is := errors.AsType[Reply](err)
	return is
}
