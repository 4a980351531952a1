package rvp

import (
	"context"
	"slices"
	"time"
)

// tell sends one change to all who watch (RVP-085).
func (h *HomeServer) tell(n Node, c notice) {
	r, now, err := h.Store.Record(h.ctx, n)
	if err != nil {
		h.lost(n, err)
		return
	}
	if c.late {
		// Some of it has been told already, as it became later. What is true now is right
		// in any case.
		c.refresh(&r, now)
	}
	user, err := h.Directory.User(h.ctx, n)
	if err != nil {
		user = User{} // the name will do
	}
	p := profile{n, user, &r}
	t := teller{h: h, node: n, record: &r, others: p.complete(c.forOthers()), own: p.complete(c.forOwner())}
	t.from = Contact{Node: n, Description: p.name()}
	_, list := h.Store.Subscriptions(h.ctx, n, PropChange)
	for s, err := range list {
		if err != nil {
			h.lost(n, err)
			return
		}
		t.tell(s)
	}
}

// lost is for changes that watchers are not told of.
func (h *HomeServer) lost(n Node, err error) {
	h.logger().Error("rvp: watchers were not told of a change", "node", n.String(), "err", err)
}

// refresh puts what is now in place of what was.
func (c *notice) refresh(r *Record, now time.Time) {
	c.after = r.state(now)
	for i := range c.values {
		v, _ := r.Value(c.values[i].Name)
		c.values[i].Inner = v.Inner
	}
}

// complete puts what the directory says in place of values that are no more.
func (p *profile) complete(list []Property) []Property {
	for i := range list {
		if list[i].Inner == "" {
			list = slices.Clone(list)
			list[i], _ = p.property(list[i].Name)
		}
	}
	return list
}

// A teller tells watchers of one change.
type teller struct {
	h           *HomeServer
	node        Node
	record      *Record
	from        Contact
	others, own []Property
}

func (t *teller) tell(s Subscription) {
	change := t.others
	if s.Principal == t.node.Principal() {
		change = t.own
	}
	if len(change) == 0 || !t.maySee(s.Principal) {
		return
	}
	h := t.h
	// Server-made NOTIFYs come from the server itself (RVP-088).
	p := parcel{from: Principal(bareHost(h.host)), node: t.node, hops: 1, retry: true}
	watcher, err := ParseNode(s.CallBack)
	if err != nil {
		watcher, _ = s.Principal.Node()
	}
	watcher, own := h.own(watcher, false)
	p.change, p.watcher = change, watcher
	p.body = (&Notification{
		From: t.from, To: []Contact{{Node: watcher, Description: watcher.Name}}, Change: change,
	}).Append(nil)
	to := []Subscription{s}
	if err == nil && own {
		// The NOTIFY to our own user's URL, and on from there (facts, 4.6).
		if to = h.logons(h.ctx, watcher); len(to) > 0 {
			p.hops++
		} else if to = h.elsewhere(h.ctx, watcher, s); len(to) == 0 {
			return
		}
	}
	if posted := h.post(p, to, nil); posted < len(to) {
		h.logger().Warn("rvp: a watcher was not told of a change, since too many wait: raise Limits.DeliveryQueue or CallBackQueue", "node", t.node.String())
	}
}

// maySee reports whether a watcher has kept the right to see the user's presence
// (RVP-135). How he showed who he is when he subscribed is not known any more.
func (t *teller) maySee(p Principal) bool {
	acl := t.record.ACL
	switch {
	case acl == nil:
		return true
	case p == t.node.Principal():
		acl = ownersACL(acl, p)
	}
	return acl.Allows(p, ByAssertion, RightPresence) || acl.Allows(p, ByNTLM, RightPresence) || acl.Allows(p, ByDigest, RightPresence)
}

// elsewhere returns where the watcher is reached who has no logon here: at the
// other home server of this domain that he has, if so.
func (h *HomeServer) elsewhere(ctx context.Context, n Node, s Subscription) []Subscription {
	if u, err := h.Directory.User(ctx, n); err != nil || u.Disabled || h.isHome(u) {
		return nil
	}
	s.CallBack = n.URL() // its router knows
	return []Subscription{s}
}

// isHome reports whether this is the home server of a user, as far as its name
// tells: it may be an address.
func (h *HomeServer) isHome(u User) bool {
	if u.Home == "" {
		return true
	}
	_, here := h.own(Node{Host: hostOf(u.Home)}, true)
	return here
}
