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
	{"PIPELINING", always},                        // RFC 2920
	{"SIZE", (*Conn).offerSize},                   // RFC 1870
	{"8BITMIME", always},                          // RFC 6152
	{"BINARYMIME", (*Conn).offerBinary},           // RFC 3030
	{"CHUNKING", always},                          // RFC 3030
	{"SMTPUTF8", always},                          // RFC 6531
	{"ENHANCEDSTATUSCODES", always},               // RFC 2034
	{"DSN", (*Conn).offerDSN},                     // RFC 3461
	{"LIMITS", (*Conn).offerLimits},               // RFC 9422
	{"STARTTLS", (*Conn).offerTLS},                // RFC 3207
	{"REQUIRETLS", (*Conn).offerRequireTLS},       // RFC 8689
	{"AUTH", (*Conn).offerAuth},                   // RFC 4954
	{"DELIVERBY", (*Conn).offerDeliverBy},         // RFC 2852
	{"MT-PRIORITY", (*Conn).offerPriority},        // RFC 6710
	{"FUTURERELEASE", (*Conn).offerFutureRelease}, // RFC 4865
	{"BURL", (*Conn).offerBURL},                   // RFC 4468
	{"PRDR", (*Conn).offerPRDR},                   // draft-hall-prdr
	{"ETRN", (*Conn).offerETRN},                   // RFC 1985
	{"ATRN", (*Conn).offerATRN},                   // RFC 2645
	{"XCLIENT", (*Conn).offerXCLIENT},             // Postfix XCLIENT_README
	{"XFORWARD", (*Conn).offerXFORWARD},           // Postfix XFORWARD_README
	{"HELP", always},                              // RFC 5321, 4.1.1.8
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

func (c *Conn) isSMTP() bool { return !c.srv.LMTP }

func (c *Conn) isLMTP() bool { return c.srv.LMTP }

// hasTLS and its like tell whether a command is known here at all; whether it
// makes sense now is for its handler to say.
func (c *Conn) hasTLS() bool { return c.srv.TLSConfig != nil }

func (c *Conn) hasAuth() bool { return c.srv.Auth != nil }
