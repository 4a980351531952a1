package smtp

import (
	"context"
	"io"
	"strconv"
	"time"
)

// A Capable Session says what it does with a message beyond taking it. What it
// does not name is not offered to the client. Without it nothing of the kind
// is. It is asked when the client greets and when a parameter comes.
type Capable interface {
	Capabilities() Capabilities
}

// Capabilities is what a Session can do with a message.
type Capabilities struct {
	DSN        bool // sends or relays delivery reports as asked (RFC 3461)
	Binary     bool // takes messages with octets of any kind (RFC 3030)
	RequireTLS bool // goes on over verified TLS only, if asked (RFC 8689)

	DeliverBy    bool          // keeps to time limits (RFC 2852)
	DeliverByMin time.Duration // the shortest limit that it takes, in whole seconds; 0: any

	Priority        bool   // keeps to priorities (RFC 6710)
	PriorityProfile string // the name of what they mean, such as "MIXER"; may be empty

	// TrustPriority lets this client raise the priority of its messages though
	// it has not logged in. Without it they have priority 0 then (RFC 6710, 4.1).
	TrustPriority bool

	// FutureRelease is how long a message can be held back (RFC 4865); 0: not
	// at all. It is offered to clients only that have logged in.
	FutureRelease time.Duration
}

// An EachSession gives a verdict for each recipient of a message. The client
// hears them by LMTP (RFC 2033), or if it asks for them (PRDR). Without it, one
// verdict is for all, and PRDR is not offered.
type EachSession interface {
	// DataEach is as Session.Data, with a Reply for each of env.To, in its
	// order; a zero Reply is a plain 250.
	DataEach(ctx context.Context, env *Envelope, body io.Reader) ([]Reply, error)
}

// A SizeLimiter is a Session that has a limit for the messages of a recipient.
// Without it Limits.Message is the only one.
type SizeLimiter interface {
	// SizeLimit returns the largest message that to can get, in octets; 0 is
	// no limit. The smallest of all limits holds for the transaction.
	SizeLimit(ctx context.Context, to Path) (int64, error)
}

// A Greeter is a Session that judges the name that a client gives itself, or
// wants to know it. Without it every name will do.
type Greeter interface {
	Hello(ctx context.Context, name string) error
}

// A DataStarter is a Session that is asked before the client may send the
// message, when all recipients are known. Without it the client may.
type DataStarter interface {
	DataStart(ctx context.Context, env *Envelope) error
}

// An Ender is a Session that wants to know how the conversation ended: nil
// after QUIT, else why. It is called before Close.
type Ender interface {
	Ended(reason error)
}

// capabilities of the Session.
func (c *Conn) capabilities() Capabilities {
	if s, ok := as[Capable](c.sess); ok {
		return s.Capabilities()
	}
	return Capabilities{}
}

func (c *Conn) offerDSN() (string, bool) { return "", c.capabilities().DSN }

func (c *Conn) offerBinary() (string, bool) { return "", c.capabilities().Binary }

// offerRequireTLS: the client must have TLS itself (RFC 8689, 4.1).
func (c *Conn) offerRequireTLS() (string, bool) {
	return "", c.wire.TLS() != nil && c.capabilities().RequireTLS
}

func (c *Conn) offerDeliverBy() (string, bool) {
	able := c.capabilities()
	if able.DeliverByMin == 0 {
		return "", able.DeliverBy
	}
	return strconv.FormatInt(int64(able.DeliverByMin/time.Second), 10), able.DeliverBy
}

func (c *Conn) offerPriority() (string, bool) {
	able := c.capabilities()
	return able.PriorityProfile, able.Priority
}

// offerFutureRelease: it is for submission (RFC 4865, 4).
func (c *Conn) offerFutureRelease() (string, bool) {
	longest := c.capabilities().FutureRelease
	if longest < time.Second || c.Identity().Name() == "" {
		return "", false
	}
	until := time.Now().Add(longest).UTC().Format(time.RFC3339)
	return strconv.FormatInt(int64(longest/time.Second), 10) + " " + until, true
}

func (c *Conn) offerPRDR() (string, bool) {
	_, ok := as[EachSession](c.sess)
	return "", ok && !c.srv.LMTP
}

// maxLimit is the largest limit that can be advertised (RFC 9422, 4.1).
const maxLimit = 999999

func (c *Conn) offerLimits() (string, bool) {
	l := c.srv.limits()
	args := "RCPTMAX=" + strconv.Itoa(min(l.Recipients, maxLimit))
	if l.Mails > 0 {
		args += " MAILMAX=" + strconv.Itoa(min(l.Mails, maxLimit))
	}
	return args, true
}

// offers reports whether EHLO would advertise an extension now.
func (c *Conn) offers(keyword string) bool {
	for _, e := range extensions {
		if e.keyword == keyword {
			_, ok := e.offer(c)
			return ok
		}
	}
	return false
}
