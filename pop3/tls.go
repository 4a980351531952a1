package pop3

import (
	"context"
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
	c.name, c.state = "", Authorization
	return Reply{} // the client speaks next
}
