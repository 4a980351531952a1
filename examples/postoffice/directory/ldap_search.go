package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// An entry is an account and where it is.
type entry struct {
	dn      string
	account Account
}

// Lookup implements Directory.
func (l *LDAP) Lookup(ctx context.Context, name string) (Account, error) {
	e, err := l.find(ctx, l.loginFilter(name))
	return e.account, err
}

// Resolve implements Directory.
func (l *LDAP) Resolve(ctx context.Context, a store.Address) (Account, error) {
	e, err := l.find(ctx, l.addressFilter(a.String()))
	return e.account, err
}

// find returns the one entry that the filter fits, or store.ErrNotFound. Several
// are nobody's: which of them was meant, nobody can tell.
func (l *LDAP) find(ctx context.Context, filter string) (entry, error) {
	l.init()
	if a, ok := l.found.get(filter); ok {
		return a.entry, a.err
	}
	entries, err := l.search(ctx, filter, 2)
	var e entry
	switch {
	case len(entries) > 1:
		err = fmt.Errorf("ldap: several entries fit %s: change the filter or the entries", filter)
	case err != nil:
	case len(entries) == 0:
		err = store.ErrNotFound
	default:
		e, err = l.entry(entries[0])
	}
	if err == nil || errors.Is(err, store.ErrNotFound) {
		l.found.put(filter, e, err)
	}
	return e, err
}

// entry reads an entry. Addresses that are none are left out: the directory is not
// ours to correct.
func (l *LDAP) entry(e *ldap.Entry) (entry, error) {
	name, err := auth.PrepareName(e.GetEqualFoldAttributeValue(l.NameAttribute))
	if err == nil {
		err = store.CheckName(name)
	}
	if err != nil {
		return entry{}, fmt.Errorf("ldap: entry %q has no %s that can be a login name", e.DN, l.NameAttribute)
	}
	account := Account{Name: name}
	seen := make(map[string]bool)
	for _, attribute := range l.AddressAttributes {
		for _, value := range e.GetEqualFoldAttributeValues(attribute) {
			address, ok := ParseAddress(value)
			if ok && address.Check() == nil && !seen[address.Key()] && len(seen) < store.MaxAddresses {
				seen[address.Key()] = true
				account.Addresses = append(account.Addresses, address)
			}
		}
	}
	account.Profile = profile(e)
	return entry{e.DN, account}, nil
}

// profileAttributes are what is known of somebody (RFC 4519, 2.3, 2.12, 2.32, 2.35).
var profileAttributes = [...]string{"cn", "givenName", "sn", "telephoneNumber"}

// profile reads them. What the store could not keep is left out.
func profile(e *ldap.Entry) (p store.Profile) {
	for i, field := range [...]*string{&p.Display, &p.Given, &p.Surname, &p.Phone} {
		*field = e.GetEqualFoldAttributeValue(profileAttributes[i])
		if p.Check() != nil {
			*field = ""
		}
	}
	return p
}

// List implements Directory. Entries without a login name are left out. It holds
// no connection while the caller works.
func (l *LDAP) List(ctx context.Context) iter.Seq2[Account, error] {
	return func(yield func(Account, error) bool) {
		most := cmp.Or(l.Entries, 10000)
		entries, err := l.search(ctx, l.listFilter(), most)
		for _, found := range entries {
			e, err := l.entry(found)
			if err == nil && !yield(e.account, nil) {
				return
			}
		}
		if err != nil {
			yield(Account{}, err)
		}
	}
}

// pageSize is how many entries a search asks for at a time: servers give no more
// than some number at once, but go on when asked (RFC 2696).
const pageSize = 500

// search asks for at most so many entries. That there are more is an error, with
// those that came.
func (l *LDAP) search(ctx context.Context, filter string, most int) ([]*ldap.Entry, error) {
	var entries []*ldap.Entry
	err := l.do(ctx, func(c *ldap.Conn) (err error) {
		entries, err = l.pages(c, filter, most)
		return err
	})
	switch {
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultSizeLimitExceeded) || errors.Is(err, ldap.ErrSizeLimitExceeded):
		return entries, fmt.Errorf("ldap: more than %d entries, or than the server allows", most)
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultNoSuchObject):
		return nil, fmt.Errorf("ldap: there is no base %q: set the one that accounts are below: %w", l.Base, err)
	case err != nil:
		return nil, fmt.Errorf("ldap: search: %w", err)
	}
	return entries, nil
}

func (l *LDAP) pages(c *ldap.Conn, filter string, most int) (entries []*ldap.Entry, err error) {
	request := &ldap.SearchRequest{
		BaseDN:           l.Base,
		Scope:            ldap.ScopeSingleLevel,
		DerefAliases:     ldap.NeverDerefAliases,
		TimeLimit:        max(1, int(l.timeout().Seconds())),
		Filter:           filter,
		Attributes:       slices.Concat([]string{l.NameAttribute}, l.AddressAttributes, profileAttributes[:]),
		EnforceSizeLimit: true, // whatever the server does
	}
	if l.Subtree {
		request.Scope = ldap.ScopeWholeSubtree
	}
	page := ldap.NewControlPaging(pageSize)
	if most > pageSize {
		request.Controls = []ldap.Control{page}
	}
	for {
		request.SizeLimit = most - len(entries)
		result, err := c.Search(request)
		if result != nil {
			entries = append(entries, result.Entries...)
		}
		if err != nil {
			return entries, err
		}
		next, ok := ldap.FindControl(result.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		switch {
		case !ok || len(next.Cookie) == 0:
			return entries, nil
		case len(entries) >= most:
			return entries, ldap.ErrSizeLimitExceeded
		}
		page.SetCookie(next.Cookie)
	}
}
