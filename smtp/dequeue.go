package smtp

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A DequeueRequest is what an ETRN command asks for (RFC 1985, 5): to send
// what waits for a host now. Name is a domain name or, if Queue, the name of a
// queue.
type DequeueRequest struct {
	Name       string
	Subdomains bool // "@": the domain and all below it
	Queue      bool // "#"
}

// A Dequeuer is a Session that answers ETRN. Without it ETRN is not offered.
// ETRN has no login of its own: whoever connects may ask for any host's mail to
// be sent, to that host. Refuse with 459 who must not.
type Dequeuer interface {
	// Dequeue returns how the request was taken: DequeueStarted,
	// DequeueNothing, DequeuePending.
	Dequeue(ctx context.Context, req DequeueRequest) (Reply, error)
}

// The replies to an ETRN that was taken or refused (RFC 1985, 5.3).
var (
	DequeueStarted    = R(250, Enhanced{2, 0, 0}, "queuing started")
	DequeueNothing    = R(251, Enhanced{2, 0, 0}, "no messages waiting")
	DequeuePending    = R(252, Enhanced{2, 0, 0}, "pending messages are being sent")
	DequeueUnable     = R(458, Enhanced{4, 3, 0}, "unable to queue messages")
	DequeueNotAllowed = R(459, Enhanced{4, 7, 1}, "not allowed for this host")
)

// DequeueCount is the reply to an ETRN that was taken, with the number of
// messages that are being sent.
func DequeueCount(n int) Reply {
	return R(253, Enhanced{2, 0, 0}, strconv.Itoa(n)+" pending messages are being sent")
}

// etrnArgs takes a domain, @domain or #queue.
func etrnArgs(s string) (DequeueRequest, error) {
	s = strings.Trim(s, " ")
	req := DequeueRequest{Name: s}
	switch {
	case strings.HasPrefix(s, "#"):
		req.Name, req.Queue = s[1:], true
		if name, err := hello(req.Name); err != nil || name != req.Name || !ascii.Is(name) {
			return DequeueRequest{}, errSyntax
		}
		return req, nil
	case strings.HasPrefix(s, "@"):
		req.Name, req.Subdomains = s[1:], true
	}
	if _, rest, err := cutDomain(req.Name); err != nil || rest != "" {
		return DequeueRequest{}, errSyntax
	}
	return req, nil
}

func (c *Conn) etrn(ctx context.Context, req DequeueRequest) Reply {
	d, _ := as[Dequeuer](c.sess)
	r, err := d.Dequeue(ctx, req)
	if err != nil {
		return c.replyTo(ctx, err)
	}
	return c.answerOf(ctx, r)
}

func (c *Conn) hasETRN() bool { _, ok := as[Dequeuer](c.sess); return ok }

func (c *Conn) offerETRN() (string, bool) { return "", c.hasETRN() }

// A Turner is a Session that gives a client its mail over the connection that
// the client has opened: on-demand mail relay by ATRN (RFC 2645). Without it
// ATRN is not offered. Only clients are asked that have logged in.
type Turner interface {
	// Turn returns what is to be done with the connection once the roles are
	// turned: send the mail for domains, all of the client's if there are
	// none. The client then greets as a server does. nc is closed afterwards.
	// To refuse, Turn returns a Reply: TurnNothing, TurnNotAllowed.
	Turn(ctx context.Context, domains []string) (func(ctx context.Context, nc net.Conn) error, error)
}

// The refusals of ATRN (RFC 2645, 5.2).
var (
	TurnUnable     = R(451, Enhanced{4, 3, 0}, "unable to process your request now")
	TurnNothing    = R(453, Enhanced{4, 3, 0}, "you have no mail")
	TurnNotAllowed = R(450, Enhanced{4, 7, 1}, "not your domain")
)

// errTurned ends a conversation whose roles were turned.
var errTurned = errors.New("smtp: roles were turned")

var turning = R(250, Enhanced{2, 0, 0}, "ok, now reversing the connection")

// atrnArgs takes a list of domains, which may be empty.
func atrnArgs(s string) ([]string, error) {
	if s = strings.Trim(s, " "); s == "" {
		return nil, nil
	}
	domains := strings.Split(s, ",")
	for _, d := range domains {
		if !isDomain(d) {
			return nil, errSyntax
		}
	}
	return domains, nil
}

func (c *Conn) atrn(ctx context.Context, domains []string) Reply {
	if c.Identity().Name() == "" {
		return authRequired
	}
	t, _ := as[Turner](c.sess)
	run, err := t.Turn(ctx, domains)
	if err != nil {
		return c.replyTo(ctx, err)
	}
	c.send(turning)
	nc, err := c.wire.Detach()
	if err != nil {
		return c.gone(err)
	}
	if err := run(ctx, nc); err != nil {
		c.srv.logger().InfoContext(ctx, "smtp: turned connection failed", "err", err)
		return c.gone(err)
	}
	return c.gone(errTurned)
}

func (c *Conn) hasATRN() bool { _, ok := as[Turner](c.sess); return ok }

// offerATRN: it is offered before the login too (RFC 2645, 5.1.1).
func (c *Conn) offerATRN() (string, bool) { return "", c.hasATRN() }
