package nntp

import (
	"context"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime/header"
)

// A ControlPolicy decides about control messages by a table. Its Decide method
// is for Server.Control. The zero value obeys a cancel or Supersedes that has
// the key to its target's cancel-lock, and nothing else.
type ControlPolicy struct {
	// Rules are tried in their order; the first that matches decides. What no
	// rule matches is decided as above.
	Rules []ControlRule

	// Verify returns who has signed a message, such as the holder of an
	// OpenPGP key, for the rules that ask for one; empty if nobody did. An
	// error defers the message. Nil verifies nobody.
	Verify func(context.Context, *Control) (signer string, err error)
}

// A ControlRule is a line of the table. An empty field asks for nothing.
type ControlRule struct {
	Verbs  []string // such as "newgroup"
	From   []string // addresses of From or Sender, without their names; ASCII case does not count
	Groups Wildmat  // that hold the group, or all Newsgroups of what is about no group, and all groups that it lists or removes an article from
	Signer string   // as Verify tells
	Posted bool     // only what was posted here, by somebody who may post control messages
	Unlock bool     // only a cancel or Supersedes whose target has no lock, or whose key fits

	Action Action
}

// Decide says what to do about a control message.
func (p *ControlPolicy) Decide(ctx context.Context, c *Control) (Action, error) {
	signer, asked := "", false
	for _, r := range p.Rules {
		if !r.matches(c) {
			continue
		}
		if r.Signer != "" {
			if p.Verify == nil {
				continue
			}
			if !asked {
				var err error
				if signer, err = p.Verify(ctx, c); err != nil {
					return FileOnly, err
				}
				asked = true
			}
			if signer != r.Signer {
				continue
			}
		}
		return r.Action, nil
	}
	if c.Lock == Unlocked {
		return Obey, nil
	}
	return FileOnly, nil
}

// matches checks all but the signature.
func (r *ControlRule) matches(c *Control) bool {
	switch {
	case len(r.Verbs) > 0 && !slices.Contains(r.Verbs, c.Verb):
	case r.Posted && !(c.Article.Posted && c.Article.Source.Access.Control):
	case r.Unlock && c.Lock != NoLock && c.Lock != Unlocked:
	case len(r.From) > 0 && !slices.ContainsFunc(senders(c.Article), r.isFrom):
	case !r.Groups.IsEmpty() && !r.matchesGroups(c):
	default:
		return true
	}
	return false
}

// matchesGroups looks at what a message would do, since its Newsgroups say what
// its sender likes: a checkgroups must list no other groups, and what a cancel or
// Supersedes is to remove must be in no others.
func (r *ControlRule) matchesGroups(c *Control) bool {
	if c.Group != "" {
		return r.Groups.Match(c.Group)
	}
	if c.Verb == "checkgroups" && slices.ContainsFunc(parseGroupList(c.Article.Body), func(g listedGroup) bool { return !r.Groups.Match(g.name) }) {
		return false
	}
	if slices.ContainsFunc(c.places, func(p Place) bool { return !r.Groups.Match(p.Group) }) {
		return false
	}
	return !slices.ContainsFunc(c.Article.Newsgroups, func(g string) bool { return !r.Groups.Match(g) })
}

func (r *ControlRule) isFrom(sender string) bool {
	return slices.ContainsFunc(r.From, func(s string) bool { return ascii.EqualFold(s, sender) })
}

// senders are the addresses of From and Sender.
func senders(a *Candidate) []string {
	var list []string
	for _, k := range [...]fieldKind{fieldFrom, fieldSender} {
		for _, address := range header.ParseAddresses(a.fields.value[k], nil) {
			if address.Mark == header.Mailbox {
				list = append(list, strings.Trim(address.Local+"@"+address.Domain, "@"))
			}
		}
	}
	return list
}
