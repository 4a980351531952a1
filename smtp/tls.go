package smtp

import (
	"context"
	"fmt"
)

// startTLS changes to TLS and forgets all that the client said before (RFC
// 3207, 4.2).
func (c *Conn) startTLS(ctx context.Context, _ struct{}) Reply {
	switch {
	case c.wire.TLS() != nil:
		return R(503, Enhanced{5, 5, 1}, "TLS is active already")
	case c.Identity().Name() != "":
		return R(503, Enhanced{5, 5, 1}, "too late, you have logged in")
	case c.wire.Buffered() > 0:
		// Commands injected behind STARTTLS (CVE-2011-0411). Nothing that
		// comes from here on can be told apart from them.
		return Reply{503, Enhanced{5, 5, 1}, "nothing may follow STARTTLS", true}
	}
	c.send(startTLSReply)
	if err := c.wire.StartTLS(ctx, c.srv.TLSConfig, c.srv.limits().Handshake); err != nil {
		c.srv.logger().InfoContext(ctx, "smtp: TLS handshake failed", "remote", c.RemoteAddr(), "err", err)
		return c.gone(fmt.Errorf("TLS handshake: %w", err))
	}
	c.closeSession(ctx)
	c.restart()
	return c.openSession(ctx) // if that is nothing, the client speaks next
}
