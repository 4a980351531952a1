package directory

import (
	"context"
	"iter"
	"strings"

	"golang.org/x/net/idna"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A Directory knows who has mail here, and checks their passwords. Its methods may
// be called at once from many goroutines. An error that is neither
// store.ErrNotFound nor, of VerifyPassword, a kind of auth.ErrCredentials is a
// temporary failure.
type Directory interface {
	auth.PasswordVerifier

	// Lookup returns the account of which this is the login name or an
	// address, or store.ErrNotFound. The name comes prepared by
	// auth.PrepareName.
	Lookup(ctx context.Context, name string) (Account, error)

	// Resolve returns the account that has the address, or store.ErrNotFound.
	Resolve(ctx context.Context, a store.Address) (Account, error)

	// List yields all accounts, in no order that is promised. It ends at the
	// first error.
	List(ctx context.Context) iter.Seq2[Account, error]
}

// An Account is what a Directory knows of a user.
type Account struct {
	Name      string          // login, as it was given; see store.FoldName for how names compare
	Addresses []store.Address // the primary one first; none is an account without mail
	Disabled  bool            // may not log in, and gets no mail
	Profile   store.Profile   // what else is known
}

// has reports whether name is one of the account's addresses.
func (a Account) has(name string) bool {
	want, ok := ParseAddress(name)
	if !ok {
		return false
	}
	for _, address := range a.Addresses {
		if address.Key() == want.Key() {
			return true
		}
	}
	return false
}

// ParseAddress splits an address at its last @ and brings the domain into the
// store's form (A-labels). The local part is taken as it is, without quotes.
func ParseAddress(s string) (a store.Address, ok bool) {
	i := strings.LastIndexByte(s, '@')
	if i < 0 {
		return store.Address{Local: s}, false
	}
	return NewAddress(s[:i], s[i+1:]), true
}

// NewAddress is an address in the store's form.
func NewAddress(local, domain string) store.Address {
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	return store.Address{Local: local, Domain: domain}
}
