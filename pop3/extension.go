package pop3

import "strings"

// An extension is one line of what CAPA advertises.
type extension struct {
	keyword string
	offer   func(*Conn) (args string, ok bool)
}

// extensions are advertised in this order, each if it is offered now. What is
// offered before the login is so after it too, used up or not (RFC 2449, 5).
var extensions = []extension{
	{"TOP", always},                 // RFC 1939, 7
	{"UIDL", always},                // RFC 1939, 7
	{"PIPELINING", always},          // RFC 2449, 6.6
	{"RESP-CODES", always},          // RFC 2449, 6.4
	{"AUTH-RESP-CODE", always},      // RFC 3206, 6
	{"STLS", (*Conn).offerTLS},      // RFC 2595, 4: only where it is permitted
	{"USER", (*Conn).offerPassword}, // RFC 2449, 6.2
	{"SASL", (*Conn).offerAuth},     // RFC 5034, 3
}

func always(*Conn) (string, bool) { return "", true }

func (c *Conn) offerTLS() (string, bool) {
	return "", c.hasTLS() && c.wire.TLS() == nil && c.state != Transaction
}

func (c *Conn) offerPassword() (string, bool) {
	return "", c.mayLogIn() && c.srv.Auth.PasswordAllowed(c.authConn())
}

func (c *Conn) offerAuth() (string, bool) {
	if !c.mayLogIn() {
		return "", false
	}
	mechanisms := c.srv.Auth.Offer(c.authConn())
	return strings.Join(mechanisms, " "), len(mechanisms) > 0
}

// mayLogIn reports whether the connection is good enough for any login.
func (c *Conn) mayLogIn() bool { return !c.srv.RequireTLS || c.wire.TLS() != nil }

// hasTLS and hasAuth tell whether a command is known here at all; whether it
// makes sense now is for its handler to say.
func (c *Conn) hasTLS() bool { return c.srv.TLSConfig != nil }

func (c *Conn) hasAuth() bool { return c.srv.Auth != nil }
