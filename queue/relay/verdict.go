package relay

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// What the Relay says itself. The texts hold nothing that a stranger has written; told adds the host's name and address to
// some.
var (
	noHost        = smtp.R(451, smtp.Enhanced{4, 4, 4}, "no host of the route can be used")
	noAnswer      = smtp.R(451, smtp.Enhanced{4, 4, 1}, "host does not answer")
	badHandshake  = smtp.R(451, smtp.Enhanced{4, 7, 5}, "host could not be verified by TLS")
	noTLS         = smtp.R(451, smtp.Enhanced{4, 7, 4}, "host offers no TLS, which is required")
	needsTLS      = smtp.R(554, smtp.Enhanced{5, 7, 10}, "message needs verified TLS all the way, which the host does not have") // RFC 8689, 4.2.1
	loginFailed   = smtp.R(451, smtp.Enhanced{4, 7, 8}, "cannot log in at the host of the route")
	misconfigured = smtp.R(451, smtp.Enhanced{4, 3, 5}, "this system is not set up to reach the host")
	lostInMidst   = smtp.R(451, smtp.Enhanced{4, 4, 2}, "connection was lost")
	lostAtEnd     = smtp.R(451, smtp.Enhanced{4, 4, 2}, "connection was lost before the host confirmed the message, which may come twice")
	unreadable    = smtp.R(451, smtp.Enhanced{4, 3, 0}, "message cannot be read at the moment")
	flawed        = smtp.R(554, smtp.Enhanced{5, 6, 0}, "message has line ends that cannot be sent")
	tooLate       = smtp.R(554, smtp.Enhanced{5, 4, 7}, "delivery time expired") // RFC 2852, 4
	noLookup      = smtp.R(451, smtp.Enhanced{4, 4, 3}, "the domain could not be looked up")
)

// unroutable is the verdict when the DNS has no host for a domain (RFC 5321, 5.1). What the DNS fails to say may come
// later: the domain as a whole is not to be tried for a while.
func unroutable(err error) queue.Result {
	e, ok := errors.AsType[*dnsresolve.RouteError](err)
	if !ok || errors.Is(err, context.Canceled) {
		return queue.Result{Reply: noLookup, Down: true}
	}
	code := 550
	switch {
	case e.Temporary():
		code = 451
	case e.Reason == dnsresolve.NullMX:
		code = 556 // RFC 7505, 4.2
	}
	return queue.Result{Reply: smtp.R(code, enhanced(e.Reason.Code()), e.Reason.String()), Down: e.Temporary()}
}

// enhanced reads an enhanced status code; what is not one has none.
func enhanced(s string) (e smtp.Enhanced) {
	digits := strings.Split(s, ".")
	if len(digits) != len(e) {
		return smtp.Enhanced{}
	}
	for i, d := range digits {
		n, err := strconv.ParseUint(d, 10, 16)
		if err != nil {
			return smtp.Enhanced{}
		}
		e[i] = uint16(n)
	}
	return e
}
