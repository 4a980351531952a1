package rvp

import (
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/auth/httpauth"
	"github.com/wirepost/wirepost/internal/ascii"
)

// A caller is who sends a request.
type caller struct {
	principal Principal // "" is not known
	by        Credentials
	owner     bool // has logged in as the user that the request is about
}

// proven reports whether the caller has logged in.
func (c *caller) proven() bool { return c.by != ByAssertion }

// identify finds out who sends a request, from the login and from what he says himself.
func (h *HomeServer) identify(q *request) (caller, answer) {
	c := caller{by: ByAssertion}
	node, isUser := Node{}, false
	if from := q.field("Rvp-From-Principal"); from != "" {
		p, err := ParsePrincipal(from)
		if err != nil {
			return c, refuse(http.StatusBadRequest, "RVP-From-Principal is neither the URL of a user nor the name of a server.")
		}
		c.principal = p
		if node, isUser = p.Node(); isUser {
			node, _ = h.own(node, false)
			c.principal = node.Principal()
		}
	}
	id, ok := httpauth.Identity(q.Context())
	if !ok {
		return c, answer{} // the ACL says what a mere assertion is good for (RVP-122)
	}
	if c.by = ByDigest; id.Mechanism != "Digest" {
		c.by = ByNTLM
	}
	if c.principal == "" {
		return h.unnamed(q, c, id)
	}
	own, a := h.isOwn(q, id, node)
	if !own && !a.refused() {
		a = refuse(http.StatusForbidden, "RVP-From-Principal is not the user who has logged in.") // RVP-121
	}
	c.owner = own && node == q.node
	return c, a
}

// unnamed finds out the principal of somebody who has logged in and does not say
// who he is (facts, 9.6).
func (h *HomeServer) unnamed(q *request, c caller, id auth.Identity) (caller, answer) {
	own, a := h.isOwn(q, id, q.node)
	if own || a.refused() {
		c.owner, c.principal = own, q.node.Principal()
		return c, a
	}
	name, _, _ := strings.Cut(id.Name(), "@")
	n := Node{Host: h.host, Name: ascii.Lower(name)}
	if own, a = h.isOwn(q, id, n); own {
		c.principal = n.Principal()
	}
	return c, a
}

// isOwn reports whether the account is that of a user of this server.
func (h *HomeServer) isOwn(q *request, id auth.Identity, n Node) (bool, answer) {
	if n.Host != h.host {
		return false, answer{}
	}
	u := q.user
	if n != q.node {
		var err error
		switch u, err = h.Directory.User(q.Context(), n); {
		case errors.Is(err, ErrNoUser), err == nil && u.Disabled:
			return false, answer{}
		case err != nil:
			return false, h.fail(q, "the directory", err)
		}
	}
	if h.Owner != nil {
		return h.Owner(id, n, u), answer{}
	}
	account := u.Account
	if account == "" {
		account = n.Name
	}
	name := id.Name()
	if ascii.EqualFold(name, account) {
		return true, answer{}
	}
	i := strings.LastIndexByte(name, '@')
	if i < 0 || !ascii.EqualFold(name[:i], account) {
		return false, answer{}
	}
	return ascii.EqualFold(name[i+1:], bareHost(h.host)) || ascii.EqualFold(name[i+1:], mailDomain(h.host)), answer{}
}

// permit returns the zero answer if the caller may do what needs this right, and a refusal
// if not. Some rights are not given to those who only say who they are, whatever the ACL
// says (RVP-120).
func (h *HomeServer) permit(q *request, r *Record, need Rights, proof bool) answer {
	c := &q.caller
	if (c.proven() || !proof) && h.may(q, r, c, need) {
		return answer{}
	}
	if c.proven() {
		// Another 401 would have clients log in again and again (RVP-123).
		return refuse(http.StatusForbidden, "The user does not allow that.")
	}
	if proof || c.principal == "" || h.wouldHelp(q, r, need) {
		return answer{challenge: true}
	}
	return refuse(http.StatusForbidden, "The user does not allow that.")
}

// may reports whether a caller has a right.
func (h *HomeServer) may(q *request, r *Record, c *caller, need Rights) bool {
	switch {
	case !c.owner:
		acl := r.ACL
		if acl == nil {
			acl = DefaultACL(q.node) // RVP-134
		}
		return acl.Allows(c.principal, c.by, need)
	case r.ACL == nil, need == RightReadACL, need == RightWriteACL:
		return true // the owner cannot lock himself out
	}
	return ownersACL(r.ACL, c.principal).Allows(c.principal, c.by, need)
}

// ownersACL is what an ACL says to the owner: what stands there under his name,
// and otherwise everything.
func ownersACL(acl *ACL, owner Principal) *ACL {
	own := slices.DeleteFunc(slices.Clone(acl.Entries), func(e ACE) bool { return e.Principal != owner })
	return &ACL{Entries: append(own, ACE{Principal: owner, Credentials: ByNTLM | ByDigest, Grant: RightsAll})}
}

// wouldHelp reports whether the caller, by logging in as whom he says he is,
// would get a right that he has not got now. Users of other domains cannot.
func (h *HomeServer) wouldHelp(q *request, r *Record, need Rights) bool {
	n, ok := q.caller.principal.Node()
	if !ok || n.Host != h.host {
		return false
	}
	for _, by := range []Credentials{ByNTLM, ByDigest} {
		if h.may(q, r, &caller{q.caller.principal, by, n == q.node}, need) {
			return true
		}
	}
	return false
}

// own returns a node with the host as this server spells it, and whether it is of
// this server's domain. Ports do not matter, since clients leave them out or
// not (RVP-009), nor does it in the target of a request by which name or address
// the server was found.
func (h *HomeServer) own(n Node, target bool) (Node, bool) {
	if host := bareHost(n.Host); host != bareHost(h.host) && (h.Name == "" || !ascii.EqualFold(host, bareHost(h.Name))) {
		if !target {
			return n, false
		}
		if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err != nil {
			return n, false
		}
	}
	n.Host = h.host
	return n, true
}

// bareHost takes the port off.
func bareHost(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && strings.IndexByte(host[i:], ']') < 0 {
		return host[:i]
	}
	return host
}

// hostOf returns a domain as the Host of its nodes.
func hostOf(domain string) string {
	if host, ok := canonicalHost(domain); ok {
		return host
	}
	return domain
}

// mailDomain is that of the users of an IM domain, which is called im.DOMAIN by custom.
func mailDomain(host string) string { return strings.TrimPrefix(bareHost(host), "im.") }
