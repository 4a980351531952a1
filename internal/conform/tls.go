package conform

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
)

// StartTLS changes to TLS, or ends the case.
func (p *Peer) StartTLS(ctx context.Context, cfg *tls.Config) {
	if p.r.Buffered() > 0 {
		p.run.Failf("the server sent octets in the clear behind its answer to the TLS command")
	}
	if err := p.TryTLS(ctx, cfg); err != nil {
		p.run.Failf("TLS handshake: %v", err)
	}
}

// TryTLS is StartTLS where a failure of the handshake is a good answer.
func (p *Peer) TryTLS(ctx context.Context, cfg *tls.Config) error {
	nc := tls.Client(buffered{p.nc, p.r}, cfg)
	p.deadline()
	if err := nc.HandshakeContext(ctx); err != nil {
		p.run.remark("(TLS handshake failed)")
		return err
	}
	p.run.remark("(TLS begins)")
	p.nc, p.r = nc, bufio.NewReaderSize(nc, maxLine)
	return nil
}

// buffered is a connection of which some octets have been read already.
type buffered struct {
	net.Conn
	r *bufio.Reader
}

// Read implements net.Conn.
func (b buffered) Read(p []byte) (int, error) { return b.r.Read(p) }
