package nntp

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"

	"github.com/wirepost/wirepost/internal/engine"
	"github.com/wirepost/wirepost/internal/wire"
)

// Dial connects to addr, "host:port" or the absolute path of a Unix socket, and
// makes a Client of the connection as NewClient does. The port of news is 119,
// between peers also 433. ctx is for that only.
func Dial(ctx context.Context, addr string, o *Options) (*Client, error) {
	return clientDial(ctx, addr, o.clientDefaults())
}

// DialTLS is Dial for a server that begins with TLS (RFC 8143, 2): port 563.
func DialTLS(ctx context.Context, addr string, o *Options) (*Client, error) {
	opts := o.clientDefaults()
	opts.implicitTLS = true
	return clientDial(ctx, addr, opts)
}

func clientDial(ctx context.Context, addr string, opts Options) (*Client, error) {
	nc, host, err := engine.Dial(ctx, addr, opts.DialContext, opts.Timeouts.Connect)
	if err != nil {
		return nil, fmt.Errorf("nntp: %w", err)
	}
	opts.ServerName = cmp.Or(opts.ServerName, host)
	return newClient(ctx, nc, opts)
}

// NewClient makes a Client of a connection: it reads the greeting, asks what
// the server can do, becomes a reader, begins TLS, logs in and begins
// compression as the Options say. The connection is the Client's from then on,
// and closed if there is an error, such as the server's Reply. ctx is for all
// that only. If nc is a *tls.Conn its handshake is done first.
func NewClient(ctx context.Context, nc net.Conn, o *Options) (*Client, error) {
	return newClient(ctx, nc, o.clientDefaults())
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
	if _, is := nc.(*tls.Conn); c.opts.implicitTLS && !is {
		var cfg *tls.Config
		if cfg, err = c.tlsConfig(); err == nil {
			nc = tls.Client(nc, cfg)
		}
	}
	c.wire = wire.New(nc, c.opts.Timeouts.wire())
	c.trace(Event{Kind: ConnOpened})
	return err
}

// start is all that comes before the caller's own commands.
func (c *Client) start(ctx context.Context) error {
	if err := c.wire.Handshake(ctx, max(0, c.opts.Timeouts.Handshake)); err != nil {
		return c.lose(fmt.Errorf("%w: %w", ErrHandshake, err))
	}
	r, err := c.readReply("")
	switch {
	case err != nil:
		return err
	case r.Code != 200 && r.Code != 201:
		return c.lose(clientImpolite(r)) // 400 or 502, and the server hangs up (RFC 3977, 5.1.1)
	}
	c.greeting = r
	if err := c.learn(); err != nil {
		return err
	}
	// Before TLS and the login, after both of which it must not be said (RFC
	// 4642, 2.2.2; RFC 4643, 2.2).
	later, err := c.becomeReader()
	if err != nil {
		return err
	}
	if c.opts.StartTLS && c.wire.TLS() == nil {
		if err := c.startTLS(ctx); err != nil {
			return err
		}
	}
	if c.opts.Login != nil {
		if err := c.logIn(c.opts.Login); err != nil {
			return err
		}
		if later {
			if _, err := c.becomeReader(); err != nil {
				return err
			}
		}
	}
	if c.opts.Compress && c.caps.Has("COMPRESS", "DEFLATE") {
		return c.compressed()
	}
	return nil
}
