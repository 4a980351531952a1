package rvp

import (
	"net/http"
	"strings"
)

// isSelf reports whether a node is the user, whatever name and port the server goes
// by.
func (c *Client) isSelf(n Node) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k := c.contacts[n]; k != nil && k.Node == c.self {
		return true
	}
	return n.Name == c.self.Name && bareHost(n.Host) == bareHost(c.self.Host)
}

// take takes the body of a NOTIFY that somebody has sent, and returns the status
// to answer.
func (c *Client) take(from string, body []byte, ticket uint64) int {
	n, err := ParseNotification(body)
	if err != nil {
		return http.StatusBadRequest
	}
	if !c.isAddressed(n) {
		return http.StatusNotFound // an earlier owner of this address had asked for it
	}
	sender, known := c.senderOf(from)
	if n.Change != nil {
		if known && sender != n.From.Node && !c.isSelf(sender) {
			return http.StatusForbidden // users do not tell about others, servers do
		}
		c.notified(n, ticket)
		return http.StatusOK
	}
	if known && sender != n.From.Node {
		// Servers check who sends, not who the message says has written it.
		n.From = Contact{Node: sender}
	}
	if n.From.Node == (Node{}) {
		return http.StatusBadRequest
	}
	return c.heard(n)
}

// isAddressed reports whether a notification is for the user, or does not say for
// whom.
func (c *Client) isAddressed(n *Notification) bool {
	said := false
	for _, to := range n.To {
		if to.Node == (Node{}) {
			continue
		}
		if said = true; c.isSelf(to.Node) {
			return true
		}
	}
	return !said
}

// senderOf reads RVP-From-Principal, and reports whether it is a user.
func (c *Client) senderOf(from string) (Node, bool) {
	p, err := ParsePrincipal(strings.TrimSpace(from))
	if err != nil {
		return Node{}, false
	}
	return p.Node()
}
