package rvp

import (
	"net/http"
)

// heard takes a message and returns the status to answer. It is 500 if the user has left
// the conversation (RVP-144), and 412, as if he were not reachable, if too much waits.
func (c *Client) heard(n *Notification) int {
	m, err := ParseMessage(n.MIME)
	if err != nil {
		return http.StatusBadRequest
	}
	kind := m.Kind()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.openLink() == nil {
		return http.StatusPreconditionFailed
	}
	from := c.asKnown(n.From.Node)
	v := c.talk(m.Session, from)
	switch {
	case v == nil:
		v = &Conversation{client: c, session: m.Session}
		if v.session == "" {
			v.session = NewSession()
		}
	case v.left && kind == Leave:
		return http.StatusOK
	case v.left && kind != Join:
		return http.StatusInternalServerError
	}
	if !c.queue.message(&MessageEvent{Conversation: v, From: Contact{from, n.From.Description}, Message: m}) {
		return http.StatusPreconditionFailed
	}
	v.left = false
	if kind == Leave {
		v.remove(from)
	} else {
		v.add(from)
		for _, to := range n.To {
			if other := c.asKnown(to.Node); other.Name != c.self.Name || bareHost(other.Host) != bareHost(c.self.Host) {
				v.add(other)
			}
		}
	}
	c.keepTalk(v)
	return http.StatusOK
}

// asKnown returns a node as the contact has it. The lock is held.
func (c *Client) asKnown(n Node) Node {
	if k := c.contacts[n]; k != nil {
		return k.Node
	}
	return n
}

// talk returns the conversation of a message; nil if it begins one. One without a Session
// belongs to the last that there was with the sender alone. The lock is held.
func (c *Client) talk(s Session, from Node) *Conversation {
	if s == "" {
		v, _ := c.latest.get(from)
		return v
	}
	v, _ := c.talks.get(s)
	return v
}

// keepTalk notes that a conversation goes on. The lock is held.
func (c *Client) keepTalk(v *Conversation) {
	c.talks.put(v.session, v, talkLife, maxTalks)
	if len(v.members) == 1 {
		c.latest.put(v.members[0], v, talkLife, maxTalks)
	}
}
