package rvp

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"
)

// valuesOf are the properties that an answer tells.
func valuesOf(known []response) (props []Property) {
	for _, r := range known[:min(1, len(known))] {
		for _, s := range r.Stats {
			if s.Status/100 == 2 {
				props = append(props, s.Props...)
			}
		}
	}
	return props
}

// set takes one property.
func (p *Presence) set(v Property) {
	switch v.Name {
	case PropState:
		if s, ok := v.State(); ok {
			p.State = s
		}
	case PropDisplayName:
		p.DisplayName = v.Text()
	case PropEmail:
		p.Email = v.Text()
	}
}

// with returns what p is after some properties have changed.
func (p Presence) with(props []Property) Presence {
	p.Err = nil
	for _, v := range props {
		p.set(v)
	}
	return p
}

// learn has a contact be what came with a ticket (rules 1 and 2). The lock is held.
func (c *Client) learn(k *contact, ticket uint64, props []Property) {
	p := k.with(props)
	if ticket < k.seen {
		if link := c.openLink(); p != k.Presence && link != nil {
			k.doubt = true
			link.plan.within(k.job, time.Second)
		}
		return
	}
	k.seen = ticket
	c.know(k, p)
}

// know notes what a contact is, and tells if that is new. The lock is held.
func (c *Client) know(k *contact, p Presence) {
	before := k.Presence
	k.Presence = p
	if before.State == p.State && before.DisplayName == p.DisplayName && before.Email == p.Email && sameFailure(before.Err, p.Err) {
		return
	}
	// What the user shows himself is of no interest before he is logged on.
	if !k.gone && (k.Node != c.self || c.openLink() != nil) {
		c.queue.presence(PresenceEvent{Presence: p, Before: before.State})
	}
}

// sameFailure reports whether two errors mean the same to who sees them.
func sameFailure(a, b error) bool {
	return (a == nil) == (b == nil) && statusOf(a) == statusOf(b)
}

// fail notes that nothing is known of a contact any more.
func (c *Client) fail(k *contact, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := k.Presence
	p.State, p.Err = "", err
	c.know(k, p)
}

// tend sees to the subscription of a contact, and to doubts about him. It returns
// when to do that again.
func (c *Client) tend(ctx context.Context, link *link, k *contact) time.Duration {
	c.mu.Lock()
	switch {
	case c.link != link, k.gone:
		c.mu.Unlock()
		return never
	case c.status == Lost:
		c.mu.Unlock()
		return never // Restored will see to it
	case k.tending:
		c.mu.Unlock()
		return time.Second
	}
	k.tending = true
	c.mu.Unlock()
	err := c.tendNow(ctx, link, k)
	c.mu.Lock()
	defer c.mu.Unlock()
	k.tending = false
	if k.gone {
		id := k.sub.id
		k.sub = hold{}
		go func() { _ = c.unsubscribe(link.ctx, k.Node, id) }()
		return never
	}
	if err == nil {
		k.fails = 0
		return max(time.Until(k.sub.due()), 0)
	}
	if k.Node.Host == c.self.Host && statusOf(err) == 0 {
		link.plan.within(&link.keep, 0) // is the own server there?
	}
	k.fails++
	return min(30*time.Second<<min(k.fails-1, 6), 30*time.Minute)
}

// tendNow does what there is to do for a contact.
func (c *Client) tendNow(ctx context.Context, link *link, k *contact) error {
	c.mu.Lock()
	n, sub, anew, doubt := k.Node, k.sub, k.anew, k.doubt
	k.anew, k.doubt = false, false
	c.mu.Unlock()
	var err error
	if sub.id != "" && anew {
		_ = c.unsubscribe(ctx, n, sub.id) // or it tells everything twice until it ends
		sub = hold{}
	}
	if sub.id != "" && time.Until(sub.due()) <= 0 {
		renewed, err := c.renew(ctx, n, sub)
		switch {
		case err == nil:
			sub, doubt = renewed, !c.isSelf(n) // a NOTIFY may have been lost since the last time
			c.hold(k, sub)
		case forgotten(err) && c.isSelf(n):
			// Has the server forgotten all? The logon has to be looked after first: if
			// IDs begin anew it could be taken for this subscription.
			c.hold(k, hold{})
			link.plan.within(&link.keep, 0)
			return err
		case forgotten(err), sub.over():
			sub = hold{}
		default:
			c.hold(k, sub)
			return err
		}
	}
	ticket := c.tickets.Add(1)
	var known []response
	switch {
	case sub.id == "":
		sub, known, err = c.subscribe(ctx, n, PropChange, c.Node().URL())
		c.hold(k, sub)
		if err == nil && len(known) == 0 {
			known, err = c.ask(ctx, n)
		}
	case doubt:
		known, err = c.ask(ctx, n)
	default:
		return nil
	}
	switch {
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
	case err != nil:
		c.fail(k, err)
	default:
		c.answered(k, ticket, known)
	}
	return err
}

// hold notes the subscription to a contact.
func (c *Client) hold(k *contact, h hold) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k.sub = h
}

// answered notes what an answer tells.
func (c *Client) answered(k *contact, ticket uint64, known []response) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n, err := ParseNode(known[0].Href); err == nil && n != k.Node && n.isAliasOf(k.Node) && c.contacts[n] == nil && !k.gone {
		delete(c.contacts, k.alias)
		k.alias = n
		c.contacts[n] = k
	}
	c.learn(k, ticket, valuesOf(known))
}

// isAliasOf reports whether a server may call a node so: by the same name, in
// the same domain.
func (n Node) isAliasOf(other Node) bool {
	a, b := bareHost(n.Host), bareHost(other.Host)
	_, aboveA, _ := strings.Cut(a, ".")
	_, aboveB, _ := strings.Cut(b, ".")
	return n.Name == other.Name &&
		(a == b || a == aboveB || b == aboveA || aboveA == aboveB && strings.Contains(aboveA, "."))
}

// notified notes what a NOTIFY tells of a contact. Of others nobody has asked.
func (c *Client) notified(n *Notification, ticket uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k := c.contacts[n.From.Node]; k != nil {
		c.learn(k, ticket, n.Change)
	}
}

// nameOf is what to call a node: by what is known, or its alias.
func (c *Client) nameOf(n Node) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k := c.contacts[n]; k != nil && k.DisplayName != "" {
		return k.DisplayName
	}
	return cmp.Or(n.Name, n.Host)
}
