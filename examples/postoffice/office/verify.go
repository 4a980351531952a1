package office

import (
	"context"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/smtp"
)

// members is a session that answers VRFY and EXPN. Only those who have logged in have one: who is here, and who is on a
// list, is a spammer's gift (RFC 5321, 7.3).
type members struct{ *inboundSession }

// Unwrap implements smtp.Unwrapper.
func (s *inboundSession) Unwrap() smtp.Session {
	if s.conn.Identity().Name() == "" {
		return nil
	}
	return members{s}
}

// Unwrap ends the chain.
func (m members) Unwrap() smtp.Session { return nil }

// named is what a client has asked for: an address, or what is before the @ of one.
func (m members) named(name string) (smtp.Path, bool) {
	name = strings.Trim(name, "<> ")
	if !strings.Contains(name, "@") {
		name += "@" + m.main
	}
	p, err := smtp.ParsePath(name)
	if err != nil {
		return p, false
	}
	return m.domains.canonical(p), m.isLocal(p)
}

// Verify implements smtp.Verifier.
func (m members) Verify(ctx context.Context, name string) (string, error) {
	p, local := m.named(name)
	if !local {
		return "", noSuchUser
	}
	l, isList, err := m.expander().find(ctx, p)
	if err != nil {
		return "", err
	}
	if isList && !l.Hidden {
		return mailboxText(l.Display, m.expander().path(l.Address)), nil
	}
	account, err := m.people.Resolve(ctx, store.Address{Local: p.Local, Domain: p.Domain})
	if isList || err != nil || account.Disabled || len(account.Addresses) == 0 {
		return "", noSuchUser
	}
	return mailboxText(account.Profile.Display, p), nil
}

// Expand implements smtp.Expander: a list's members as they were set, lists among them.
func (m members) Expand(ctx context.Context, list string) ([]string, error) {
	p, local := m.named(list)
	if !local {
		return nil, noSuchList
	}
	l, isList, err := m.expander().find(ctx, p)
	switch {
	case err != nil:
		return nil, err
	case !isList || l.Hidden:
		return nil, noSuchList
	}
	var all []string
	for _, a := range l.Members {
		all = append(all, "<"+m.expander().path(a).String()+">")
	}
	slices.Sort(all)
	return all, nil
}

var noSuchList = smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such list here")

// mailboxText is "name <mailbox>"; a name that has more than ASCII is left out, for who has asked may not take it.
func mailboxText(name string, p smtp.Path) string {
	for _, r := range name {
		if r < ' ' || r > '~' {
			name = ""
			break
		}
	}
	if name != "" {
		name += " "
	}
	return name + "<" + p.String() + ">"
}
