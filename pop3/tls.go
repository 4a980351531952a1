package pop3

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
)

// startTLS changes to TLS and forgets the name that the client gave before
// (RFC 2595, 4). The timestamp of the greeting stays: a client that trusts one
// from before TLS puts only itself at risk.
func (c *Conn) startTLS(ctx context.Context, _ struct{}) Reply {
	switch {
	case c.wire.TLS() != nil:
		return tlsActive
	case c.utf8:
		return afterUTF8 // RFC 6856, 2.1
	case c.wire.Buffered() > 0:
		// Commands injected behind STLS (CVE-2011-0411). Nothing that comes
		// from here on can be told apart from them.
		return pipelinedTLS
	}
	c.sendLine(startTLSReply)
	if err := c.wire.StartTLS(ctx, c.srv.TLSConfig, c.srv.limits().Handshake); err != nil {
		c.srv.logger().InfoContext(ctx, "pop3: TLS handshake failed", "remote", c.RemoteAddr(), "err", err)
		return c.gone(fmt.Errorf("TLS handshake: %w", err))
	}
	c.name, c.state, c.ownTLS = "", Authorization, true
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
