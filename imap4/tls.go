package imap4

import (
	"context"
	"fmt"
)

// startTLS changes to TLS (RFC 9051, 6.2.1).
func (c *Conn) startTLS(ctx context.Context, _ struct{}) Reply {
	switch {
	case c.wire.TLS() != nil:
		return tlsActive
	case c.wire.Buffered() > 0:
		// Commands injected behind STARTTLS (CVE-2011-0411). Nothing that
		// comes from here on can be told apart from them.
		return pipelinedTLS
	}
	c.send(c.tag, OK("", "begin TLS"))
	if err := c.wire.StartTLS(ctx, c.srv.TLSConfig, c.srv.limits().Handshake); err != nil {
		c.srv.logger().InfoContext(ctx, "imap4: TLS handshake failed", "remote", c.RemoteAddr(), "err", err)
		return c.gone(fmt.Errorf("TLS handshake: %w", err))
	}
	return Reply{} // the client speaks next
}
