package pop3

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
)

// ErrNoTLS is what an error wraps if TLS was asked for and the server does not
// offer it, or not now.
var ErrNoTLS = errors.New("pop3: server does not offer TLS")

// ErrHandshake is what an error wraps if the TLS handshake failed. What it
// failed for is wrapped too, a *tls.CertificateVerificationError for one.
var ErrHandshake = errors.New("pop3: TLS handshake failed")

var (
	errNoServerName = errors.New("pop3: Options.ServerName must be set to verify the server")
	errTLSActive    = errors.New("pop3: TLS is active already")
)

// secure begins TLS if the policy says so.
func (c *Client) secure(ctx context.Context) error {
	policy := c.opts.TLS
	if policy == TLSNone || c.wire.TLS() != nil {
		return nil
	}
	// A server without CAPA may know STLS all the same, and it can be asked.
	if policy == TLSOpportunistic && !c.offer.has("STLS") {
		return nil
	}
	if c.offer.known && !c.offer.has("STLS") {
		return ErrNoTLS
	}
	err := c.startTLS(ctx)
	r, refused := errors.AsType[Reply](err)
	switch {
	case !refused || c.broken != nil || c.wire.TLS() != nil:
		return err
	case policy == TLSOpportunistic:
		return nil
	}
	return fmt.Errorf("%w: %w", ErrNoTLS, r)
}

// startTLS changes to TLS and forgets what the server said before, since anybody
// could have said it (RFC 2595, 4): what it offers, and the timestamp, by which
// an attacker could choose what is hashed with the password.
func (c *Client) startTLS(ctx context.Context) error {
	cfg, err := c.tlsConfig()
	if err != nil {
		return err
	}
	if err := c.accepted("STLS", ""); err != nil {
		return err
	}
	if err := c.wire.StartTLSClient(ctx, cfg, max(0, c.opts.Timeouts.Handshake)); err != nil {
		return c.lose(fmt.Errorf("%w: %w", ErrHandshake, err))
	}
	c.timestamp = ""
	return c.capa()
}

// StartTLS begins TLS as the Options' policy says; TLSNone and TLSOpportunistic
// take any certificate. All that the server said before is forgotten. NewClient
// does it by itself where the policy asks for it.
func (c *Client) StartTLS(ctx context.Context) error {
	return c.during(ctx, func() error {
		if c.wire.TLS() != nil {
			return errTLSActive
		}
		return c.startTLS(ctx)
	})
}

// tlsConfig is the configuration of the handshake.
func (c *Client) tlsConfig() (*tls.Config, error) {
	cfg := c.opts.TLSConfig.Clone()
	if cfg == nil {
		cfg = new(tls.Config)
	}
	cfg.ServerName = cmp.Or(c.opts.ServerName, cfg.ServerName)
	cfg.InsecureSkipVerify = c.opts.TLS < TLSVerified
	if cfg.ServerName == "" && !cfg.InsecureSkipVerify {
		return nil, errNoServerName
	}
	return cfg, nil
}
