package queue

import (
	"context"
	"time"

	"github.com/wirepost/wirepost/smtp"
)

// A Transport takes messages to where a Route leads. queue/relay is the one for SMTP and LMTP.
type Transport interface {
	// Deliver tries once, for all recipients of the Delivery, and tells what came of it for each, in their order. The
	// error says why nothing is known of those whose Reply has no code: the queue tries them again. It is to return
	// soon after the end of ctx. What it does not hold to costs no mail: a panic, or results for more or fewer recipients
	// than there are, is as if nothing were known.
	Deliver(ctx context.Context, d *Delivery) ([]Result, error)
}

// A TransportFunc is a Transport of one function.
type TransportFunc func(ctx context.Context, d *Delivery) ([]Result, error)

// Deliver implements Transport.
func (f TransportFunc) Deliver(ctx context.Context, d *Delivery) ([]Result, error) { return f(ctx, d) }

// A Delivery is what a Transport gets: a message for recipients that share a Route.
type Delivery struct {
	Route   Route
	Message *Message
	To      []Recipient
	Body    smtp.Body // may be opened several times, until Deliver returns
	Begun   time.Time // by the Store's clock
}

// Envelope is the transaction's, in smtp's words. Of what time the sender has set (RFC 2852) it has what is left, and
// no longer when to begin (RFC 4865).
func (d *Delivery) Envelope() *smtp.Envelope {
	env := &smtp.Envelope{From: d.Message.From, To: make([]smtp.RcptParams, len(d.To))}
	env.From.HoldUntil = time.Time{}
	if by := &env.From.DeliverBy; by.Mode != 0 {
		by.In -= d.Begun.Sub(d.Message.Arrived)
		if by.Mode == smtp.DeliverByReturn { // less than a second cannot be said (RFC 2852, 4)
			by.In = max(by.In, time.Second)
		}
	}
	for i, r := range d.To {
		env.To[i] = r.RcptParams
	}
	return env
}

// A Result is what came of a Delivery for one recipient.
type Result struct {
	// Reply is the verdict: 2xx if it is delivered or passed on, 4xx if it may work later, 5xx if it never will; without a
	// code, or with one of another class, it may work later.
	Reply smtp.Reply

	// Remote is the host that gave the Reply, empty if it is our own; reports say which it was (RFC 3464, 2.3.5).
	Remote string

	// Relayed tells that who took the message makes no reports of success: the queue makes one of it being relayed, if the
	// sender asked for that (RFC 3461, 5.2.2). Who asked for a trace by DELIVERBY gets one in any case (RFC 2852, 4.1).
	Relayed bool

	// Final tells that the message is in the recipient's mailbox: the queue makes the report of success.
	Final bool

	// Expanded tells that the recipient stood for several, who are served on their own: the queue makes a report of that in
	// place of the one of success (RFC 3461, 5.2.7.3).
	Expanded bool

	// Ambiguous tells that the connection was lost after the whole message had gone out: the next try may deliver it twice
	// (RFC 1047).
	Ambiguous bool

	// Down tells that the destination as a whole does not answer: other mail for it need not be tried now.
	Down bool
}
