package auth

import (
	"crypto/tls"
	"net"
)

// Conn is what auth knows of a connection. The engine fills it in; a verifier
// may decide by it. A nil *Conn is one without TLS of which nothing is known.
type Conn struct {
	// Protocol is the engine's, in lower case: "smtp", "pop3", "imap4", "nntp".
	Protocol string

	// TLS is the state after the handshake, nil without TLS.
	TLS *tls.ConnectionState

	// RemoteAddr is the client's address, nil if unknown.
	RemoteAddr net.Addr

	// ServerName is the host name by which the server presents itself.
	ServerName string
}

func (c *Conn) secure() bool { return c != nil && c.TLS != nil }
