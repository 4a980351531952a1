package smtp

import (
	"context"
	"errors"
	"slices"
)

// Send sends a message as Client.Send does, by a connection of the pool's
// choice; one with REQUIRETLS (RFC 8689) by one that is verified. If one that was kept turns out to be of no use any more, or takes no
// more transactions, another one is tried, as long as nothing is in doubt. If
// no connection can be had the Outcome says so of each recipient.
func (p *Pool) Send(ctx context.Context, addr string, o *Options, env *Envelope, body Body) (*Outcome, error) {
	whole := &Outcome{Rcpt: make([]RcptOutcome, len(env.To))}
	if len(env.To) == 0 {
		return whole, errNoRecipients
	}
	todo := make([]int, len(env.To))
	for i := range todo {
		todo[i] = i
	}
	if env.From.RequireTLS {
		o = o.verified()
	}
	for {
		c, used, err := p.get(ctx, addr, o)
		if err != nil {
			return whole, whole.settle("", err)
		}
		out, err := c.Send(ctx, env.part(todo), body)
		p.Put(c)
		if used && out.stale(err) && ctx.Err() == nil {
			continue
		}
		rest := whole.merge(out, todo)
		if len(rest) == 0 || len(rest) == len(todo) {
			return whole, whole.settle("", err)
		}
		todo = rest
	}
}

// verified returns o with a policy that verifies the server.
func (o *Options) verified() *Options {
	strict := o.orDefaults()
	strict.TLS = max(strict.TLS, TLSVerified)
	return &strict
}

// part returns an Envelope with those recipients.
func (e *Envelope) part(rcpts []int) *Envelope {
	if len(rcpts) == len(e.To) {
		return e
	}
	part := &Envelope{From: e.From}
	for _, i := range rcpts {
		part.To = append(part.To, e.To[i])
	}
	return part
}

// stale reports whether the outcome comes from nothing but the age of the
// connection: the server had hung up before it could know of the message.
func (o *Outcome) stale(err error) bool {
	if err != nil {
		return !o.Ambiguous && !isBodyError(err)
	}
	r := &o.Rcpt[0]
	return r.Reply.Code == 421 && slices.Contains([]string{"", "RSET", "MAIL"}, r.Verb)
}

// merge takes over the outcome for a part of the recipients, and returns those
// that were not tried.
func (o *Outcome) merge(part *Outcome, rcpts []int) (rest []int) {
	o.Mail, o.DSN = part.Mail, part.DSN
	o.Ambiguous = o.Ambiguous || part.Ambiguous
	for k, i := range rcpts {
		if errors.Is(part.Rcpt[k].Err, ErrNotTried) {
			rest = append(rest, i)
			continue
		}
		o.Rcpt[i] = part.Rcpt[k]
	}
	return rest
}
