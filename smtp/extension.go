package smtp

import (
	"strconv"
	"strings"
)

// An extension is one line of what EHLO advertises.
type extension struct {
	keyword string
	offer   func(*Conn) (args string, ok bool)
}

// extensions are advertised in this order, each if it is offered now.
var extensions = []extension{
	{"PIPELINING", always},          // RFC 2920
	{"SIZE", (*Conn).offerSize},     // RFC 1870
	{"8BITMIME", always},            // RFC 6152
	{"SMTPUTF8", always},            // RFC 6531
	{"ENHANCEDSTATUSCODES", always}, // RFC 2034
	{"STARTTLS", (*Conn).offerTLS},  // RFC 3207
	{"AUTH", (*Conn).offerAuth},     // RFC 4954
	{"HELP", always},                // RFC 5321, 4.1.1.8
}

func always(*Conn) (string, bool) { return "", true }

func (c *Conn) offerSize() (string, bool) {
	return strconv.FormatInt(max(0, c.srv.limits().Message), 10), true // 0: no limit
}

func (c *Conn) offerTLS() (string, bool) {
	return "", c.hasTLS() && c.wire.TLS() == nil && c.Identity().Name() == ""
}

func (c *Conn) offerAuth() (string, bool) {
	if !c.hasAuth() || c.Identity().Name() != "" || c.srv.RequireTLS && c.wire.TLS() == nil {
		return "", false
	}
	mechanisms := c.srv.Auth.Offer(c.authConn())
	return strings.Join(mechanisms, " "), len(mechanisms) > 0
}

// hasTLS and hasAuth tell whether a command is known here at all; whether it
// makes sense now is for its handler to say.
func (c *Conn) hasTLS() bool { return c.srv.TLSConfig != nil }

func (c *Conn) hasAuth() bool { return c.srv.Auth != nil }
