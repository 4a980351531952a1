package office

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// A turn is a connection whose roles were turned by ATRN (RFC 2645): mail that
// waits for some domains goes there.
type turn struct {
	domains []string          // as queue.Filter.Domain has them
	client  chan *smtp.Client // whoever has taken it out may use it
}

// covers tells whether all recipients are in the domains.
func (t *turn) covers(to []queue.Recipient) bool {
	return !slices.ContainsFunc(to, func(r queue.Recipient) bool {
		return !slices.ContainsFunc(t.domains, func(d string) bool {
			return queue.Filter{Domain: d}.HoldsDomain(r.Path.Domain)
		})
	})
}

// Deliver implements queue.Transport.
func (t *turn) Deliver(ctx context.Context, m *queue.Delivery) ([]queue.Result, error) {
	var c *smtp.Client
	select {
	case c = <-t.client:
		defer func() { t.client <- c }()
	case <-ctx.Done():
		return make([]queue.Result, len(m.To)), ctx.Err()
	}
	env := m.Envelope()
	out, err := c.Send(ctx, env, m.Body)
	results := make([]queue.Result, len(m.To))
	for i, r := range out.Rcpt {
		results[i] = queue.Result{Reply: r.Reply, Relayed: !out.DSN, Ambiguous: r.Ambiguous}
	}
	return results, err
}

// turnFor is the turned connection that mail for the recipients goes to, or nil.
func (d *dispatch) turnFor(to []queue.Recipient) *turn {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.turns {
		if t.covers(to) {
			return t
		}
	}
	return nil
}

func (d *dispatch) add(t *turn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turns = append(d.turns, t)
}

func (d *dispatch) remove(t *turn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turns = slices.DeleteFunc(d.turns, func(other *turn) bool { return other == t })
}

// Turn implements smtp.Turner: who logs in as the user of a parked domain gets
// its mail over the connection at hand.
func (s *inboundSession) Turn(ctx context.Context, domains []string) (func(context.Context, net.Conn) error, error) {
	own := s.parkedFor(s.conn.Identity().Name())
	if len(own) == 0 {
		return nil, smtp.TurnNotAllowed
	}
	for _, d := range domains {
		if !slices.ContainsFunc(own, func(o string) bool { return queue.Filter{Domain: o}.HoldsDomain(d) }) {
			return nil, smtp.TurnNotAllowed
		}
	}
	if len(domains) == 0 {
		domains = own
	}
	waiting, err := s.anything(ctx, domains, queue.Parked)
	if err != nil {
		return nil, err
	}
	if !waiting || s.gateway.isStopped() {
		return nil, smtp.TurnNothing
	}
	return func(ctx context.Context, nc net.Conn) error { return s.deliverTo(ctx, nc, domains) }, nil
}

// parkedFor lists the parked domains of a user, as queue.Filter.Domain has them.
func (b *inbound) parkedFor(user string) (domains []string) {
	for _, p := range b.gateway.rules.Load().parked {
		if p.User != "" && p.User == user {
			domains = append(domains, strings.TrimPrefix(p.Domain, "*"))
		}
	}
	return domains
}

// anything tells whether the queue has something for the domains in one of the
// states.
func (b *inbound) anything(ctx context.Context, domains []string, states ...queue.State) (bool, error) {
	for _, d := range domains {
		for _, state := range states {
			for _, err := range b.queue.Items(ctx, queue.Filter{Domain: d, State: &state}) {
				return err == nil, err
			}
		}
	}
	return false, nil
}

// turnPoll is how often it is looked whether all has been sent.
const turnPoll = 50 * time.Millisecond

// deliverTo sends what waits for the domains over a turned connection. What the
// host does not take waits for the next time.
func (s *inboundSession) deliverTo(ctx context.Context, nc net.Conn, domains []string) error {
	c, err := smtp.NewClient(ctx, nc, &smtp.Options{Hello: s.main, TLS: smtp.TLSNone})
	if err != nil {
		return err
	}
	t := &turn{domains: domains, client: make(chan *smtp.Client, 1)}
	t.client <- c
	s.dispatch.add(t)
	defer s.dispatch.remove(t)
	for _, d := range domains {
		if _, err := s.release(ctx, queue.Filter{Domain: d}); err != nil {
			return err
		}
	}
	ticker := time.NewTicker(turnPoll)
	defer ticker.Stop()
	for more := true; more; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if more, err = s.anything(ctx, domains, queue.Waiting, queue.Leased); err != nil {
			return err
		}
	}
	c = <-t.client
	if !c.Reusable() {
		return errors.New("the host hung up")
	}
	return c.Quit(ctx)
}
