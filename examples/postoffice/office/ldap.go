package office

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/ldapserver"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/smtp"
)

// ldapServer makes the engine of a virtual server where mail clients look addresses up.
func (o *Office) ldapServer(s *setting) (server, func() smtp.Stats, error) {
	srv := &ldapserver.Server{
		People:    &addressBook{people: o.people, lists: o.store, main: o.domains.main},
		Auth:      s.auth,
		Domain:    directory.NewAddress("", o.domains.main()).Domain,
		Hostname:  s.Hostname,
		TLSConfig: s.tls,
		Limits: ldapserver.Limits{
			Conns:        s.Limits.Conns,
			ConnsPerAddr: s.Limits.ConnsPerAddr,
			Logins:       s.Limits.Logins,
			IdleTime:     time.Duration(s.Limits.Idle),
			Handshake:    time.Duration(s.Limits.Handshake),
		},
		Allow:     s.Allow.Prefixes(),
		Deny:      s.Deny.Prefixes(),
		ProxyFrom: s.ProxyFrom.Prefixes(),
		Logger:    s.log,
		MayUse: func(ctx context.Context, account string) (bool, error) {
			return o.mayUse(ctx, account, "ldap")
		},
	}
	if m := s.Mechanisms(); m != nil {
		srv.NoSimple = !slices.Contains(m, simpleBind)
	}
	return srv, func() smtp.Stats { return smtp.Stats(srv.Stats()) }, srv.Check()
}

// simpleBind is what a configuration calls the way to log in that is no mechanism (RFC 4513, 5.1).
const simpleBind = "SIMPLE"

// ldapMechanisms are those of a virtual server for LDAP. A simple bind shows the password as PLAIN does, and
// is possible where that is.
func ldapMechanisms(v *config.Virtual) []string {
	list := v.Mechanisms()
	if i := slices.Index(list, simpleBind); i >= 0 {
		list[i] = "PLAIN"
	}
	return list
}

// An addressBook is the ldapserver.People of those who have mail here, and of the groups that are not hidden. Aliases are
// other names, and nobody.
type addressBook struct {
	people directory.Directory
	lists  store.Lists
	main   func() string // the default domain
}

// Entries implements ldapserver.People.
func (b *addressBook) Entries(ctx context.Context) iter.Seq2[ldapserver.Entry, error] {
	return func(yield func(ldapserver.Entry, error) bool) {
		names := make(map[string]string) // of those who are shown, by the keys of their addresses
		for a, err := range b.people.List(ctx) {
			if err != nil {
				yield(ldapserver.Entry{}, err)
				return
			}
			if a.Disabled {
				continue
			}
			for _, address := range a.Addresses {
				names[address.Key()] = a.Name
			}
			if !yield(personOf(a), nil) {
				return
			}
		}
		for l, err := range b.lists.ListLists(ctx) {
			if err != nil {
				yield(ldapserver.Entry{}, err)
				return
			}
			if !l.Hidden && !l.Alias && !yield(b.group(&l, names), nil) {
				return
			}
		}
	}
}

func personOf(a directory.Account) ldapserver.Entry {
	return ldapserver.Entry{
		Name: a.Name, Addresses: texts(a.Addresses),
		Display: a.Profile.Display, Given: a.Profile.Given, Surname: a.Profile.Surname, Phone: a.Profile.Phone,
	}
}

// group is a list as others see it. In a domain other than the default one its name is all of its address, so that no two
// are alike.
func (b *addressBook) group(l *store.List, names map[string]string) ldapserver.Entry {
	e := ldapserver.Entry{Name: l.Address.Local, Addresses: []string{l.Address.String()}, Display: l.Display, Group: true}
	if store.FoldDomain(l.Address.Domain) != foldDomain(b.main()) {
		e.Name = l.Address.String()
	}
	seen := make(map[string]bool)
	for _, m := range l.Members {
		name, here := names[m.Key()]
		switch {
		case !here:
			e.MemberAddresses = append(e.MemberAddresses, m.String())
		case !seen[name]:
			seen[name] = true
			e.Members = append(e.Members, name)
		}
	}
	return e
}
