package nntp

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/internal/deflate"
	"github.com/wirepost/wirepost/internal/wire"
)

// ErrHandshake is what an error wraps if the TLS handshake failed, or could not
// begin.
var ErrHandshake = errors.New("nntp: no TLS")

var errClientTLS = errors.New("nntp: TLS must come before a login and before compression, and once")

// StartTLS begins TLS (RFC 4642). All that the server said before is forgotten,
// and what is buffered in the clear behind its answer breaks the conversation.
// NewClient does it by itself if Options.StartTLS is set.
func (c *Client) StartTLS(ctx context.Context) error {
	return c.during(ctx, func() error { return c.startTLS(ctx) })
}

func (c *Client) startTLS(ctx context.Context) error {
	if c.wire.TLS() != nil || c.loggedIn || c.deflating {
		return errClientTLS
	}
	cfg, err := c.tlsConfig()
	if err != nil {
		return err
	}
	if _, err := c.wanting(382, "STARTTLS", ""); err != nil {
		return fmt.Errorf("%w: %w", ErrHandshake, err)
	}
	if err := c.wire.StartTLSClient(ctx, cfg, max(0, c.opts.Timeouts.Handshake)); err != nil {
		return c.lose(fmt.Errorf("%w: %w", ErrHandshake, err))
	}
	return c.learn() // anybody could have said what the server did before (RFC 4642, 2.2.2)
}

// tlsConfig is the configuration of the handshake.
func (c *Client) tlsConfig() (*tls.Config, error) {
	cfg := c.opts.TLSConfig.Clone()
	if cfg == nil {
		cfg = new(tls.Config)
	}
	cfg.ServerName = cmp.Or(c.opts.ServerName, cfg.ServerName)
	c.opts.ServerName = cfg.ServerName
	if cfg.ServerName == "" && !cfg.InsecureSkipVerify {
		return nil, fmt.Errorf("%w: Options.ServerName must be set to verify the server", ErrHandshake)
	}
	return cfg, nil
}

// Compress begins compression (RFC 8054). There is no login and no STARTTLS
// after it. NewClient does it by itself if Options.Compress is set.
func (c *Client) Compress(ctx context.Context) error { return c.during(ctx, c.compressed) }

func (c *Client) compressed() error {
	if _, err := c.wanting(206, "COMPRESS", "DEFLATE"); err != nil {
		return err
	}
	if c.wire.Buffered() > 0 {
		return c.lose(fmt.Errorf("%w: %w", ErrReply, wire.ErrPipelined))
	}
	state, old := c.wire.TLS(), c.wire
	nc, err := old.Detach()
	if err != nil {
		return c.lost(err)
	}
	c.read += old.BytesRead()
	c.written += old.BytesWritten()
	c.beneath, c.deflating = state, true
	c.wire = wire.New(deflate.New(nc), c.opts.Timeouts.wire())
	// What cuts the conversation knows the old wire.
	if stop := c.stop; stop != nil {
		if !stop() {
			return c.lost(context.Cause(c.ctx))
		}
		c.hold(c.ctx)
	}
	return c.learn()
}
