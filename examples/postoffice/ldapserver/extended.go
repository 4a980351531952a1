package ldapserver

import (
	"context"
	"crypto/tls"
)

// Extended operations (RFC 4511, 4.12).
const (
	startTLS = "1.3.6.1.4.1.1466.20037"
	whoAmI   = "1.3.6.1.4.1.4203.1.11.3"
)

func (c *conn) extended(ctx context.Context, r *request) reply {
	in := &cursor{rest: r.body}
	name := in.text(0x80)
	switch {
	case in.bad:
		return malformed()
	case name == startTLS:
		return c.startTLS(ctx)
	case name == whoAmI: // RFC 4532
		if c.account == "" {
			return reply{value: []byte{}}
		}
		return reply{value: []byte("dn:" + c.srv.tree.person(c.account))}
	}
	return refuse(protocolError, "there is no operation "+printable(name))
}

// startTLS changes to TLS (RFC 4511, 4.14), after its answer. Who was logged in
// before no longer is: anybody on the way could have said what led to it.
func (c *conn) startTLS(ctx context.Context) reply {
	r := reply{name: startTLS}
	switch {
	case c.srv.TLSConfig == nil:
		r.code, r.text = protocolError, "there is no TLS here"
	case c.tls != nil:
		r.code, r.text = operationsError, "this connection has TLS already"
	case c.in.Buffered() > 0 || c.exchange != nil:
		// It came in the clear, and would be taken for what came under TLS.
		r.code, r.text = operationsError, "wait for the answer before you send more"
	default:
		r.then = func() {
			c.logIn("")
			if c.handshake(ctx, tls.Server(c.raw, c.srv.TLSConfig)) != nil {
				c.abort()
			}
		}
	}
	return r
}
