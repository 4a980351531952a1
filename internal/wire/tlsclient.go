package wire

import (
	"context"
	"crypto/tls"
	"time"
)

// StartTLSClient changes to TLS as its client. What is queued is sent in the
// clear first; nothing may have come behind the reply that agreed to TLS, since
// whoever sits in the midst could have put it there for us to take for the
// server's (ErrPipelined). The handshake may take as long as timeout; 0 is no
// limit. An error aborts the Conn: falling back to plain text would be a
// downgrade.
func (c *Conn) StartTLSClient(ctx context.Context, cfg *tls.Config, timeout time.Duration) error {
	return c.startTLS(ctx, tls.Client(c.nc, cfg), timeout)
}
