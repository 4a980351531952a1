package rvp

import (
	"context"
	"errors"
	"slices"
)

// anyProof are the ways in which somebody may say who he is, or show it.
const anyProof = ByAssertion | ByDigest | ByNTLM

// ACL returns who may do what with the user (rvp-exchange2000, 5.7).
func (c *Client) ACL(ctx context.Context) (*ACL, error) {
	if _, err := c.online(); err != nil {
		return nil, err
	}
	_, body, err := c.do(ctx, query{method: "ACL", node: c.Node(), limit: maxDocument})
	if err != nil {
		return nil, err
	}
	return ParseACL(body)
}

// SetACL replaces the ACL.
func (c *Client) SetACL(ctx context.Context, a *ACL) error {
	if _, err := c.online(); err != nil {
		return err
	}
	_, _, err := c.do(ctx, query{method: "ACL", node: c.Node(), body: a.Append(nil)})
	return err
}

// Block has somebody neither see the user nor send to him: a user, a server in its
// own name, or, if p is "", everybody whom no entry of the ACL allows.
func (c *Client) Block(ctx context.Context, p Principal) error {
	return c.permit(ctx, ACE{Principal: p, Credentials: anyProof, Deny: RightSendTo | RightPresence})
}

// Allow undoes Block, and allows what everybody may do by default.
func (c *Client) Allow(ctx context.Context, p Principal) error {
	return c.permit(ctx, ACE{
		Principal: p, Credentials: anyProof, Grant: RightList | RightRead | RightSendTo | RightPresence,
	})
}

var errOwnEntry = errors.New("rvp: the user's own entry in the ACL cannot be changed so")

// permit replaces the entry of somebody.
func (c *Client) permit(ctx context.Context, e ACE) error {
	if e.Principal == c.Node().Principal() {
		return errOwnEntry
	}
	a, err := c.ACL(ctx)
	if err != nil {
		return err
	}
	a.replace(e)
	return c.SetACL(ctx, a)
}

// replace puts an entry in place of those about the same principal. The first
// entry that names a right decides, so that those about everybody come last.
func (a *ACL) replace(e ACE) {
	a.Entries = slices.DeleteFunc(a.Entries, func(old ACE) bool { return old.Principal == e.Principal })
	at := 0
	if e.Principal == "" {
		at = len(a.Entries)
	}
	a.Entries = slices.Insert(a.Entries, at, e)
}
