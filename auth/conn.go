package auth

import (
	"crypto/tls"
	"crypto/x509"
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

	// ServerName is the host name by which the server presents itself; for a
	// client, the one that it was told to connect to.
	ServerName string

	// ServerCertificate is the one that this server has shown in the TLS
	// handshake, nil if unknown. With it clients can bind their login to the
	// certificate (tls-server-end-point, RFC 5929, 4); without it, and for
	// clients that know better, to the session (tls-exporter, RFC 9266). A
	// client leaves it nil.
	ServerCertificate *x509.Certificate
}

func (c *Conn) secure() bool { return c != nil && c.TLS != nil }
