package nntp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
)

// startTLS changes to TLS and forgets what the client has said before (RFC
// 4642, 2.2.2).
func (c *Conn) startTLS(ctx context.Context, _ struct{}) Reply {
	switch {
	case c.tls != nil:
		return tlsActive
	case c.state == LoggedIn:
		return afterLogin
	case c.srv.TLSConfig == nil:
		return cannotTLS
	case c.wire.Buffered() > 0:
		// Commands injected behind STARTTLS (CVE-2011-0411). Nothing that comes
		// from here on can be told apart from them.
		return pipelined
	}
	c.sendLine(startTLSReply)
	if err := c.wire.StartTLS(ctx, c.srv.TLSConfig, c.srv.limits().Handshake); err != nil {
		c.srv.logger().InfoContext(ctx, "nntp: TLS handshake failed", "remote", c.RemoteAddr(), "err", err)
		return c.gone(fmt.Errorf("TLS handshake: %w", err))
	}
	c.tls, c.ownTLS = c.wire.TLS(), true
	c.name, c.state, c.group = "", Fresh, selected{}
	if err := c.admit(ctx); err != nil {
		return c.gone(err)
	}
	return Reply{} // the client speaks next
}

// certificate is the one that the server has shown in the handshake, nil if that
// is not known for sure.
func (c *Conn) certificate() *x509.Certificate {
	if !c.ownTLS {
		return nil
	}
	c.srv.limits()
	return c.srv.cert
}

// onlyCertificate is the one that every handshake by cfg shows, nil if there may
// be others.
func onlyCertificate(cfg *tls.Config) *x509.Certificate {
	if cfg == nil || len(cfg.Certificates) != 1 || cfg.GetCertificate != nil || cfg.GetConfigForClient != nil {
		return nil
	}
	cert := cfg.Certificates[0]
	if cert.Leaf != nil {
		return cert.Leaf
	}
	if len(cert.Certificate) == 0 {
		return nil
	}
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		return nil // no handshake can succeed
	}
	return leaf
}
