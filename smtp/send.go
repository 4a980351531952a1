package smtp

import (
	"context"
	"errors"
	"slices"
	"strings"
)

var errNoRecipients = errors.New("smtp: envelope has no recipients")

// Send sends a message in as few round trips as the server allows: with
// PIPELINING, CHUNKING and SIZE where they are offered, with 8BITMIME and
// SMTPUTF8 where they are needed. The message's kind and size are those of the
// Body; what the Envelope says of them does not count. If the server takes only
// so many recipients at once (RFC 9422, 4.2, or 452 as RFC 5321, 4.5.3.1.10 has
// it) there are several transactions.
//
// The Outcome says what came of it for each recipient, and is never nil. The
// error is nil if anything definite was said of anybody, by the server or by
// the client in its place; else it is why not: the connection was lost, the
// context is over, or a *BodyError. Reusable tells what the Client is good for
// then.
func (c *Client) Send(ctx context.Context, env *Envelope, body Body) (*Outcome, error) {
	s := &sending{c: c, env: env, body: body, out: &Outcome{Rcpt: make([]RcptOutcome, len(env.To))}}
	if len(env.To) == 0 {
		return s.out, errNoRecipients
	}
	_, s.out.DSN = c.Extension("DSN")
	err := c.during(ctx, func() error { return s.run(ctx) })
	return s.out, s.out.settle(s.verb, err)
}

// A sending is one message on its way.
type sending struct {
	c    *Client
	env  *Envelope
	body Body
	mail MailParams // as they are sent
	out  *Outcome
	verb string // that the last reply was to
	most int    // recipients that the server takes at once, as it has shown; 0: not known

	// Of the transaction at hand:
	mailed   bool  // MAIL was accepted
	accepted []int // recipients that were
	data     Reply // to DATA
}

// run sends the message to all.
func (s *sending) run(ctx context.Context) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	todo := make([]int, 0, len(s.env.To))
	for i := range s.out.Rcpt {
		if s.out.Rcpt[i].pending() {
			todo = append(todo, i)
		}
	}
	s.sortByDomain(todo)
	for len(todo) > 0 {
		if s.c.exhausted() {
			return ErrNotTried
		}
		n := s.fit(todo)
		if n == 0 {
			return ErrNotTried
		}
		again, err := s.transact(todo[:n])
		if r, gone := errors.AsType[Reply](err); gone {
			s.out.decide(todo, s.verb, r) // a 421 is for all that was still to come
			return nil
		}
		if err != nil {
			return err
		}
		todo = append(again, todo[n:]...)
	}
	return nil
}

func (s *sending) domain(i int) string { return foldDomain(s.env.To[i].Path.Domain) }

// sortByDomain brings recipients of one domain together if a conversation may
// have only so many domains (RFC 9422, 4.3).
func (s *sending) sortByDomain(todo []int) {
	if s.c.offer.domainMax > 0 {
		slices.SortStableFunc(todo, func(i, j int) int { return strings.Compare(s.domain(i), s.domain(j)) })
	}
}

// fit is how many of the recipients the next transaction can have: none if
// their domain is one too many for the conversation.
func (s *sending) fit(todo []int) int {
	o := &s.c.offer
	n := len(todo)
	if o.rcptMax > 0 {
		n = min(n, o.rcptMax)
	}
	if s.most > 0 {
		n = min(n, s.most)
	}
	if o.domainMax == 0 {
		return n
	}
	left := o.domainMax - len(s.c.domains)
	for k := range n {
		d := s.domain(todo[k])
		if s.c.domains[d] || k > 0 && d == s.domain(todo[k-1]) {
			continue
		}
		if left--; left < 0 {
			return k
		}
	}
	return n
}
