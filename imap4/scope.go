package imap4

import (
	"slices"

	"github.com/wirepost/wirepost/imap4/internal/name"
)

// A scope says which mailboxes NOTIFY watches and ESEARCH searches (RFC 5465, 6;
// RFC 7377, 2.2).
type scope struct {
	kind  scopeKind
	names [][]string // of subtree, subtreeOne and mailboxes
}

type scopeKind uint8

const (
	selected scopeKind = iota
	selectedDelayed
	personal // INBOXES too: which mailboxes new mail goes to is not known here
	subscribed
	subtree
	subtreeOne
	mailboxes
)

// maxScopeNames bounds the names in one command.
const maxScopeNames = 1000

// scopeKinds are the scopes by name, but for those that only one of the commands
// has.
var scopeKinds = map[string]scopeKind{
	"SELECTED": selected, "PERSONAL": personal, "INBOXES": personal, "SUBSCRIBED": subscribed,
	"SUBTREE": subtree, "MAILBOXES": mailboxes,
}

// scope takes one: extra is the word that this command has besides.
func (p *parser) scope(extra string, extraKind scopeKind) (s scope) {
	word := p.word()
	kind, known := scopeKinds[word]
	if s.kind = kind; word == extra {
		s.kind, known = extraKind, true
	}
	if !known {
		p.fail("mailbox specifier not known")
		return s
	}
	if s.kind < subtree {
		return s
	}
	p.space()
	one := func() {
		if s.names = append(s.names, p.mailbox()); len(s.names) > maxScopeNames {
			p.refuse(tooManyArgs)
		}
	}
	if p.peek() == '(' {
		p.list(false, one)
	} else {
		one()
	}
	return s
}

// has reports whether a mailbox of this name is in the scope. SELECTED is no
// matter of names.
func (s *scope) has(path []string, isSubscribed bool, foreign [][]string) bool {
	switch s.kind {
	case personal:
		return !slices.ContainsFunc(foreign, func(prefix []string) bool { return isWithin(path, prefix) })
	case subscribed:
		return isSubscribed
	case mailboxes, subtree, subtreeOne:
		return slices.ContainsFunc(s.names, func(n []string) bool {
			return slices.Equal(n, path) || s.kind == subtree && isWithin(path, n) ||
				s.kind == subtreeOne && isWithin(path, n) && len(path) == len(n)+1
		})
	}
	return false
}

// isExplicit reports whether the scope names this mailbox.
func (s *scope) isExplicit(path []string) bool {
	return s.kind >= subtree && slices.ContainsFunc(s.names, func(n []string) bool { return slices.Equal(n, path) })
}

// isWithin reports whether a path is top or below it.
func isWithin(path, top []string) bool {
	return len(path) >= len(top) && slices.Equal(path[:len(top)], top)
}

// foreign returns the prefixes of the namespaces that are not the user's own.
func (c *Conn) foreign() (prefixes [][]string) {
	n, ok := as[Namespacer](c.account)
	if !ok {
		return nil
	}
	_, other, shared := n.Namespaces()
	for _, space := range append(slices.Clone(other), shared...) {
		prefixes = append(prefixes, space.Prefix)
	}
	return prefixes
}

// parentOf is the name of the mailbox above one, nil if there is none.
func parentOf(path []string) []string {
	if len(path) < 2 {
		return nil
	}
	return path[:len(path)-1]
}

// pathKey makes a map's key of a name.
func pathKey(path []string) string { return name.Join(path, separator) }
