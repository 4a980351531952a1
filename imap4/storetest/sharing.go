package storetest

import (
	"slices"
	"strings"

	"github.com/wirepost/wirepost/imap4"
)

func sharingRules() []rule {
	return []rule{
		{"acl", "SetACL gives an identifier exactly these rights; none remove the entry", func(e *env) {
			s := needs[imap4.ACLStore](e, e.a)
			box := e.create("a").ID
			rights := func() (string, bool) {
				list, err := s.ACL(e.ctx, box)
				e.NoError(err)
				at := slices.IndexFunc(list, func(l imap4.ACLEntry) bool { return l.Identifier == "bob" })
				if at < 0 {
					return "", false
				}
				return list[at].Rights, true
			}
			for _, want := range []string{"lrs", "lr", "lrswi"} {
				e.NoError(s.SetACL(e.ctx, box, imap4.ACLEntry{Identifier: "bob", Rights: want}))
				got, ok := rights()
				e.True(ok)
				e.ElementsMatch([]byte(want), []byte(got))
			}
			e.NoError(s.SetACL(e.ctx, box, imap4.ACLEntry{Identifier: "bob"}))
			_, ok := rights()
			e.False(ok)
			_, err := s.ACL(e.ctx, e.unknown())
			e.ErrorIs(err, imap4.ErrNotFound)
			e.ErrorIs(s.SetACL(e.ctx, e.unknown(), imap4.ACLEntry{Identifier: "bob", Rights: "l"}), imap4.ErrNotFound)
		}},
		{"grantable", "GrantableRights returns those that are always there and those that can be given, each once", func(e *env) {
			s := needs[imap4.ACLStore](e, e.a)
			for _, who := range []string{"alice", "bob"} {
				always, optional, err := s.GrantableRights(e.ctx, e.inbox, who)
				e.NoError(err)
				seen := ""
				for _, right := range always + strings.Join(optional, "") {
					e.NotContains(seen, string(right))
					seen += string(right)
				}
				e.Contains(seen, "l")
			}
			_, _, err := s.GrantableRights(e.ctx, e.unknown(), "bob")
			e.ErrorIs(err, imap4.ErrNotFound)
		}},
		{"shared", "who has the rights sees the mailbox, under the same ID, and what is in it", func(e *env) {
			s := needs[imap4.ACLStore](e, e.a)
			box := e.create("a").ID
			e.put(box, "shared")
			bob := e.session("bob")
			_, _, err := bob.Scan(e.ctx, box, 0)
			e.ErrorIs(err, imap4.ErrNotFound, "bob has no rights yet")
			e.NoError(s.SetACL(e.ctx, box, imap4.ACLEntry{Identifier: "bob", Rights: "lr"}))
			at := slices.IndexFunc(e.list(bob), func(m imap4.Mailbox) bool { return m.ID == box })
			e.NotEqual(-1, at, "bob does not see it")
			m := e.list(bob)[at]
			e.True(strings.Contains(m.Rights, "r") && !strings.Contains(m.Rights, "a"), "bob has the rights %q", m.Rights)
			_, all := (&env{TB: e.TB, Assertions: e.Assertions, ctx: e.ctx, a: bob}).scan(box, 0)
			_, mine := e.scan(box, 0)
			e.Equal(mine, all)
			if n, ok := upgrade[imap4.Namespacer](bob); ok {
				_, other, shared := n.Namespaces()
				e.True(slices.ContainsFunc(append(other, shared...), func(n imap4.Namespace) bool {
					return len(n.Prefix) < len(m.Name) && slices.Equal(n.Prefix, m.Name[:len(n.Prefix)])
				}), "%q is in no namespace of others", m.Name)
			}
			e.NoError(s.SetACL(e.ctx, box, imap4.ACLEntry{Identifier: "bob"}))
			_, _, err = bob.Scan(e.ctx, box, 0)
			e.ErrorIs(err, imap4.ErrNotFound, "bob has no rights any more")
		}},
		{"namespaces", "the personal namespace is there", func(e *env) {
			n := needs[imap4.Namespacer](e, e.a)
			personal, _, _ := n.Namespaces()
			e.NotEmpty(personal)
		}},
	}
}
