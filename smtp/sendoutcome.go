package smtp

import (
	"errors"
	"fmt"
)

// An Outcome is what became of a message. That some recipients are refused and
// others are not is nothing unusual.
type Outcome struct {
	Mail Reply         // to the last MAIL; zero if none was answered
	Rcpt []RcptOutcome // one for each of Envelope.To, in that order

	// Ambiguous tells that it is not known of some recipient whether the server
	// has the message: the connection was lost after the end of it had been sent
	// and before the answer came. To send it again may deliver it twice (RFC
	// 1047).
	Ambiguous bool

	// DSN tells that the server offers it: with the message it has taken over
	// to report as the envelope asks (RFC 3461, 5.2.1). Without it a report of
	// success that was asked for is to be made by the sender (RFC 3461, 5.2.2).
	DSN bool
}

// A RcptOutcome is what became of a message for one recipient.
type RcptOutcome struct {
	// Reply is the verdict: 2xx once the server is responsible for the message,
	// 4xx or 5xx if it has refused it. Code is 0 if there is none; Err says why.
	Reply Reply

	// Verb is the command that Reply answers, "." for the message itself. Without
	// a Reply it is the one whose reply did not come, empty if there was none.
	Verb string

	// Local tells that Reply is the client's own: the server was not asked for
	// what it does not offer, nor for what cannot be sent.
	Local bool

	// Err is why there is no Reply: the connection was lost, the message could
	// not be read, or ErrNotTried.
	Err error

	// Ambiguous is as in Outcome, for this recipient.
	Ambiguous bool
}

// Accepted reports whether the server has taken the message for the recipient.
func (r RcptOutcome) Accepted() bool { return r.Reply.Code/100 == 2 }

// pending reports whether nothing was said of the recipient yet.
func (r *RcptOutcome) pending() bool { return r.Reply.Code == 0 && r.Err == nil }

// ErrNotTried is the Err of recipients whom the server would take no more
// transactions for on this connection (RFC 9422, 4.1). Another one will do.
var ErrNotTried = errors.New("smtp: server takes no more transactions on this connection")

// Failure returns nil if the message was accepted for all the recipients, which
// are those of env, and else an error that names the others and wraps what was
// said of each.
func (o *Outcome) Failure(env *Envelope) error {
	var all []error
	for i, r := range o.Rcpt {
		if r.Accepted() {
			continue
		}
		err := r.Err
		if err == nil {
			err = fmt.Errorf("smtp: refused: %w", r.Reply)
		}
		all = append(all, fmt.Errorf("%w, for <%s>", err, env.To[i].Path))
	}
	return errors.Join(all...)
}

// decide gives a verdict on those of the recipients that have none yet.
func (o *Outcome) decide(rcpts []int, verb string, r Reply) {
	for _, i := range rcpts {
		if o.Rcpt[i].pending() {
			o.Rcpt[i].Reply, o.Rcpt[i].Verb = r, verb
		}
	}
}

// refuse gives the client's own verdict on a recipient.
func (o *Outcome) refuse(i int, r Reply) {
	o.Rcpt[i].Reply, o.Rcpt[i].Local = r, true
}

// refuseAll refuses those that have no verdict yet.
func (o *Outcome) refuseAll(r Reply) {
	for i := range o.Rcpt {
		if o.Rcpt[i].pending() {
			o.refuse(i, r)
		}
	}
}

// doubt notes that the server may have the message for the recipients.
func (o *Outcome) doubt(rcpts []int) {
	for _, i := range rcpts {
		if o.Rcpt[i].pending() {
			o.Rcpt[i].Ambiguous, o.Ambiguous = true, true
		}
	}
}

// settle says of those without a verdict that it is for err, at a command, and
// returns err if there is no verdict at all.
func (o *Outcome) settle(verb string, err error) error {
	if err == nil {
		return nil
	}
	known := false
	for i := range o.Rcpt {
		r := &o.Rcpt[i]
		if r.pending() {
			r.Err, r.Verb = err, verb
		}
		known = known || r.Reply.Code != 0
	}
	if known {
		return nil
	}
	return err
}
