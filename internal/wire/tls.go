package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"
)

// ErrPipelined is why StartTLS refuses: octets came in the clear behind the
// command that asked for TLS, or the reply that agreed to it. They must not be
// obeyed, neither before nor after the handshake (RFC 3207, 6).
var ErrPipelined = errors.New("wire: plaintext behind the change to TLS")

// StartTLS changes to TLS as its server. What is queued is sent in the clear
// first. The handshake may take as long as timeout; 0 is no limit. An error
// aborts the Conn: falling back to plain text would be a downgrade.
func (c *Conn) StartTLS(ctx context.Context, cfg *tls.Config, timeout time.Duration) error {
	if err := c.startTLS(ctx, tls.Server(c.nc, cfg), timeout); err != nil {
		return err
	}
	c.BeganTLS(cfg)
	return nil
}

// BeganTLS tells by which configuration a connection does TLS that began so: nil
// is none.
func (c *Conn) BeganTLS(cfg *tls.Config) { c.certificate = onlyCertificate(cfg) }

// ServerCertificate is what a server has shown in the handshake, nil if that is
// not known: without TLS, with TLS of somebody else's, and where there are
// several to choose from.
func (c *Conn) ServerCertificate() *x509.Certificate { return c.certificate }

// onlyCertificate is the one that every handshake by cfg shows, nil if there may
// be others. crypto/tls has parsed those that it has loaded.
func onlyCertificate(cfg *tls.Config) *x509.Certificate {
	if cfg == nil || len(cfg.Certificates) != 1 || cfg.GetCertificate != nil || cfg.GetConfigForClient != nil {
		return nil
	}
	cert := cfg.Certificates[0]
	if cert.Leaf != nil || len(cert.Certificate) == 0 {
		return cert.Leaf
	}
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		return nil // no handshake can succeed
	}
	return leaf
}

// startTLS changes to nc, which is c.nc behind TLS.
func (c *Conn) startTLS(ctx context.Context, nc *tls.Conn, timeout time.Duration) error {
	if err := c.Flush(); err != nil {
		return err
	}
	pipelined := c.Buffered() > 0
	c.dropInput()
	if pipelined {
		c.Abort()
		return ErrPipelined
	}
	if err := c.handshake(ctx, nc, timeout); err != nil {
		c.Abort()
		return err
	}
	c.nc = nc
	c.waitOn(nc)
	return nil
}

// Handshake completes the handshake of a connection that began as TLS, within
// timeout; 0 is no limit. It does nothing for others.
func (c *Conn) Handshake(ctx context.Context, timeout time.Duration) error {
	if nc, ok := c.nc.(*tls.Conn); ok {
		return c.handshake(ctx, nc, timeout)
	}
	return nil
}

func (c *Conn) handshake(ctx context.Context, nc *tls.Conn, timeout time.Duration) error {
	var deadline time.Time
	if timeout > 0 {
		deadline = time.Now().Add(timeout)
	}
	if err := c.arm(c.base.SetDeadline, deadline); err != nil {
		return err
	}
	if err := nc.HandshakeContext(ctx); err != nil {
		return c.reason(err)
	}
	c.armed, c.limited = time.Time{}, false
	return c.arm(c.base.SetDeadline, time.Time{})
}

// TLS returns the state of the TLS connection, nil if there is none.
func (c *Conn) TLS() *tls.ConnectionState {
	nc, ok := tlsOf(c.nc)
	if !ok {
		return nil
	}
	state := nc.ConnectionState()
	return &state
}
