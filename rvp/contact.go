package rvp

import (
	"context"
	"encoding/xml"
	"slices"
	"time"
)

// What is known of a contact comes from answers and from NOTIFYs, which overtake
// each other. Each gets a ticket: an answer when its request is sent, a NOTIFY when its
// connection is accepted. Rules:
//
//  1. What has a lower ticket than what is known already is late, and is not believed.
//  2. It is not forgotten either: if it differs, the contact is asked, by
//     PROPFIND, so that in the end what is known is right.

// A Presence is what is known of a user.
type Presence struct {
	Node        Node
	State       State // "" if it is not known
	DisplayName string
	Email       string
	Err         error // why nothing is known, such as ErrDenied; nil if something is
}

// usualOf are the properties that make a Presence.
var usualOf = []xml.Name{PropState, PropDisplayName, PropEmail}

// A contact is somebody who is watched. Client.mu guards it.
type contact struct {
	Presence
	seen uint64 // ticket of what is known
	job  *job

	sub     hold
	alias   Node // what the server calls the node, if that is something else
	anew    bool // the subscription has to be made again
	doubt   bool // it has to be asked
	tending bool
	gone    bool // not watched any more
	fails   int  // in a row
}

// Watch has the user told of a contact's state, now and whenever it changes, until
// Unwatch. The error says why nothing is known yet, because the user does
// not allow it (ErrDenied) for instance; it is tried again now and then nevertheless. Before
// LogOn it only notes the contact, and returns no error.
func (c *Client) Watch(ctx context.Context, n Node) (Presence, error) {
	if n == (Node{}) {
		return Presence{}, ErrNotNode
	}
	c.start()
	c.mu.Lock()
	k, link := c.contacts[n], c.openLink()
	if k != nil || n == c.self {
		defer c.mu.Unlock()
		if k == nil {
			return Presence{Node: n}, nil // of himself a user is told anyway
		}
		return k.Presence, k.Err
	}
	k = c.addContact(n)
	j := k.job
	c.mu.Unlock()
	if link == nil {
		return Presence{Node: n}, nil
	}
	if wait := c.tend(ctx, link, k); wait >= 0 {
		link.plan.within(j, wait)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return k.Presence, k.Err
}

// addContact adds a contact. The lock is held.
func (c *Client) addContact(n Node) *contact {
	k := &contact{Presence: Presence{Node: n}}
	c.contacts[n] = k
	c.arm(k)
	return k
}

// arm gives a contact the job of the link. The lock is held.
func (c *Client) arm(k *contact) {
	link := c.link
	k.job = &job{run: func(ctx context.Context) time.Duration { return c.tend(ctx, link, k) }}
}

// Unwatch undoes Watch.
func (c *Client) Unwatch(ctx context.Context, n Node) error {
	c.start()
	c.mu.Lock()
	k, link := c.contacts[n], c.openLink()
	if k == nil || n == c.self {
		c.mu.Unlock()
		return nil
	}
	delete(c.contacts, k.Node)
	delete(c.contacts, k.alias)
	k.gone = true
	id, tending, j := k.sub.id, k.tending, k.job
	k.sub = hold{}
	c.mu.Unlock()
	if link == nil {
		return nil
	}
	link.plan.end(j)
	if tending {
		return nil // tend unsubscribes what comes of it
	}
	return c.unsubscribe(ctx, n, id)
}

// Contacts returns what is known of all who are watched, in the order of their nodes.
func (c *Client) Contacts() []Presence {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []Presence
	for n, k := range c.contacts {
		if n == k.Node && n != c.self {
			list = append(list, k.Presence)
		}
	}
	slices.SortFunc(list, func(a, b Presence) int { return a.Node.Compare(b.Node) })
	return list
}

// Presence asks for what a user shows now, whether he is watched or not.
func (c *Client) Presence(ctx context.Context, n Node) (Presence, error) {
	if _, err := c.online(); err != nil {
		return Presence{}, err
	}
	known, err := c.ask(ctx, n)
	p := Presence{Node: n}
	for _, v := range valuesOf(known) {
		p.set(v)
	}
	return p, err
}
