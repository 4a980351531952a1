package smtp

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
)

// A TLSPolicy says what a Client asks of TLS, from the least to the most.
type TLSPolicy uint8

// The policies.
const (
	// TLSDefault is TLSVerified for a Client that logs in or begins with TLS,
	// and TLSOpportunistic for others.
	TLSDefault TLSPolicy = iota

	// TLSNone is plain text, whatever the server offers.
	TLSNone

	// TLSOpportunistic is TLS with whoever is there if it is offered, else plain
	// text: what mail between domains has had for long.
	TLSOpportunistic

	// TLSRequired is TLS with whoever is there, or nothing.
	TLSRequired

	// TLSVerified is TLS with a server whose certificate has one of the names
	// and leads to one of the roots, or nothing.
	TLSVerified

	// TLSDANE is TLS with a server that Options.TLSA vouches for, or nothing
	// (RFC 7672). If there are TLSA records but none can be used it is as
	// TLSRequired (RFC 7672, 2.2); Client.Security tells which it was.
	TLSDANE
)

// ErrNoTLS is what an error wraps if TLS was asked for and the server does not
// offer it, or not now.
var ErrNoTLS = errors.New("smtp: server does not offer TLS")

// ErrHandshake is what an error wraps if the TLS handshake failed. What it
// failed for is wrapped too: a *tls.CertificateVerificationError, or ErrDANE.
var ErrHandshake = errors.New("smtp: TLS handshake failed")

var (
	errNoServerName = errors.New("smtp: Options.ServerName must be set to verify the server")
	errTLSActive    = errors.New("smtp: TLS is active already")
)

// handshake completes the TLS of a conversation that begins with it.
func (c *Client) handshake(ctx context.Context) error {
	state := c.wire.TLS()
	if state == nil {
		return nil
	}
	if err := c.wire.Handshake(ctx, max(0, c.opts.Timeouts.Handshake)); err != nil {
		return c.lose(fmt.Errorf("%w: %w", ErrHandshake, err))
	}
	if _, own := c.nc.(*tls.Conn); own {
		// The caller's own TLS, which need not have been verified.
		state = c.wire.TLS()
		c.opts.ServerName = cmp.Or(c.opts.ServerName, state.ServerName)
		if verify := c.opts.verifier(); verify != nil {
			if err := verify(*state); err != nil {
				return c.lose(fmt.Errorf("%w: %w", ErrHandshake, err))
			}
		}
	}
	c.level = c.opts.secured()
	return nil
}

// secure begins TLS if the policy says so.
func (c *Client) secure(ctx context.Context) error {
	policy := c.opts.TLS
	switch {
	case policy == TLSNone || c.wire.TLS() != nil:
		return nil
	case c.offer.has("STARTTLS"):
	case policy == TLSOpportunistic:
		return nil
	default:
		return ErrNoTLS
	}
	err := c.startTLS(ctx)
	r, refused := errors.AsType[Reply](err)
	switch {
	case !refused || c.broken != nil || c.wire.TLS() != nil:
		return err
	case policy == TLSOpportunistic:
		return nil // the client may go on (RFC 3207, 4.1)
	}
	return fmt.Errorf("%w: %w", ErrNoTLS, r)
}

// startTLS changes to TLS and asks again what the server offers, since anybody
// could have said what it did before (RFC 3207, 4.2).
func (c *Client) startTLS(ctx context.Context) error {
	cfg, err := c.tlsConfig()
	if err != nil {
		return err
	}
	r, err := c.command("STARTTLS", "")
	switch {
	case err != nil:
		return err
	case r.Code != 220:
		return c.impolite(r)
	}
	if err := c.wire.StartTLSClient(ctx, cfg, max(0, c.opts.Timeouts.Handshake)); err != nil {
		return c.lose(fmt.Errorf("%w: %w", ErrHandshake, err))
	}
	c.level = c.opts.secured()
	return c.greet()
}

// StartTLS begins TLS as the Options' policy says; TLSNone and TLSOpportunistic
// take any certificate. All that the server said before is forgotten. NewClient
// does it by itself where the policy asks for it.
func (c *Client) StartTLS(ctx context.Context) error {
	return c.during(ctx, func() error {
		if c.wire.TLS() != nil {
			return errTLSActive
		}
		c.foreign = true
		return c.startTLS(ctx)
	})
}

// tlsConfig is the configuration of the handshake.
func (c *Client) tlsConfig() (*tls.Config, error) {
	cfg := c.opts.TLSConfig.Clone()
	if cfg == nil {
		cfg = new(tls.Config)
	}
	c.opts.ServerName = cmp.Or(c.opts.ServerName, cfg.ServerName)
	if c.opts.ServerName == "" && c.opts.TLS >= TLSVerified {
		return nil, errNoServerName
	}
	cfg.ServerName = c.opts.ServerName
	cfg.InsecureSkipVerify = true // verifier does it, for every policy alike
	if verify := c.opts.verifier(); verify != nil {
		further := cfg.VerifyConnection
		cfg.VerifyConnection = func(state tls.ConnectionState) error {
			err := verify(state)
			if err == nil && further != nil {
				err = further(state)
			}
			return err
		}
	}
	return cfg, nil
}
