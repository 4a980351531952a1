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
	{"TOP", always},                                 // RFC 1939, 7
	{"UIDL", always},                                // RFC 1939, 7
	{"PIPELINING", always},                          // RFC 2449, 6.6
	{"RESP-CODES", always},                          // RFC 2449, 6.4
	{"AUTH-RESP-CODE", always},                      // RFC 3206, 6
	{"STLS", (*Conn).offerTLS},                      // RFC 2595, 4: only where it is permitted
	{"USER", (*Conn).offerPassword},                 // RFC 2449, 6.2
	{"SASL", (*Conn).offerAuth},                     // RFC 5034, 3
	{"LOGIN-DELAY", (*Conn).offerDelay},             // RFC 2449, 6.5
	{"EXPIRE", (*Conn).offerExpire},                 // RFC 2449, 6.7
	{"UTF8", (*Conn).offerUTF8},                     // RFC 6856, 2
	{"LANG", always},                                // RFC 6856, 3
	{"IMPLEMENTATION", (*Conn).offerImplementation}, // RFC 2449, 6.9
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

// offerUTF8: names and passwords are prepared by RFC 8265, the successor of the
// SASLprep that RFC 6856, 2.2 asks for.
func (c *Conn) offerUTF8() (string, bool) {
	if c.hasAuth() {
		return "USER", true
	}
	return "", true
}

func (c *Conn) offerImplementation() (string, bool) {
	text := c.srv.Implementation
	return string(appendText(nil, text[:min(len(text), maxImplementation)], false)), text != ""
}

// maxImplementation leaves room on its line (RFC 2449, 3).
const maxImplementation = 400

// mayLogIn reports whether the connection is good enough for any login.
func (c *Conn) mayLogIn() bool { return !c.srv.RequireTLS || c.wire.TLS() != nil }

// hasTLS and hasAuth tell whether a command is known here at all; whether it
// makes sense now is for its handler to say.
func (c *Conn) hasTLS() bool { return c.srv.TLSConfig != nil }

func (c *Conn) hasAuth() bool { return c.srv.Auth != nil }
