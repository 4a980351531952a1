package nntp

import (
	"context"
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
	c.tls = c.wire.TLS()
	c.name, c.state, c.group = "", Fresh, selected{}
	if err := c.admit(ctx); err != nil {
		return c.gone(err)
	}
	return Reply{} // the client speaks next
}
