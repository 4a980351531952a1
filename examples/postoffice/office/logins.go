package office

import (
	"context"
	"errors"
	"strings"

	"golang.org/x/net/idna"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/smtp"
)

// logins lets the store's accounts log in, by their name or by an address of
// theirs.
type logins struct{ store store.Store }

// PasswordHash implements auth.PasswordLookup.
func (l logins) PasswordHash(ctx context.Context, name string) (user, stored string, err error) {
	account, err := l.store.Account(ctx, name)
	if local, domain, ok := cutAddress(name); ok && errors.Is(err, store.ErrNotFound) {
		account, err = l.store.Resolve(ctx, addressOf(local, domain))
		if err == nil && !hasAddress(account, name) {
			err = store.ErrNotFound // found as postmaster, which is nobody's login
		}
	}
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrInvalid):
		return "", "", auth.ErrCredentials
	case err != nil:
		return "", "", err
	case account.Disabled:
		return "", "", auth.ErrDisabled
	}
	return account.Name, string(account.PasswordHash), nil
}

// senders are the addresses that an account may send from (RFC 6409, 6.1).
func (l logins) senders(ctx context.Context, user string) ([]smtp.Path, error) {
	account, err := l.store.Account(ctx, user)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil // removed since the login
	}
	if err != nil {
		return nil, err
	}
	paths := make([]smtp.Path, len(account.Addresses))
	for i, a := range account.Addresses {
		paths[i] = smtp.Path{Local: a.Local, Domain: a.Domain}
	}
	return paths, nil
}

func hasAddress(a store.Account, name string) bool {
	local, domain, _ := cutAddress(name)
	want := addressOf(local, domain).Key()
	for _, address := range a.Addresses {
		if address.Key() == want {
			return true
		}
	}
	return false
}

// cutAddress splits an address at its last @.
func cutAddress(s string) (local, domain string, ok bool) {
	i := strings.LastIndexByte(s, '@')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// addressOf is an address in the store's form.
func addressOf(local, domain string) store.Address {
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	return store.Address{Local: local, Domain: domain}
}
