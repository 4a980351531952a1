package office

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/rvp"
)

// An imDirectory knows the users of a domain of instant messages: those who have an
// address in its mail domain, by what is before the @.
type imDirectory struct {
	accounts store.Accounts
	mail     string
	homes    map[string]string // other home servers, by account
}

// User implements rvp.Directory.
func (d *imDirectory) User(ctx context.Context, n rvp.Node) (rvp.User, error) {
	address := directory.NewAddress(n.Name, d.mail)
	a, err := d.accounts.Resolve(ctx, address)
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrInvalid):
		return rvp.User{}, rvp.ErrNoUser
	case err != nil:
		return rvp.User{}, err
	case !slices.ContainsFunc(a.Addresses, func(own store.Address) bool { return own.Key() == address.Key() }):
		return rvp.User{}, rvp.ErrNoUser // found as postmaster, which is nobody's name
	}
	return rvp.User{
		Account:     a.Name,
		DisplayName: cmp.Or(a.Profile.Display, n.Name),
		Email:       a.Addresses[0].String(),
		Home:        d.homes[a.Name],
		Disabled:    !mayIM(a),
	}, nil
}

func mayIM(a store.Account) bool { return !a.Disabled && isOn(a, "im") }

// names are those that an account has in this domain.
func (d *imDirectory) names(a store.Account) []string {
	if !mayIM(a) {
		return nil
	}
	return d.addressed(a)
}

// addressed are the names by which others know the account here, whether it may use them or not.
func (d *imDirectory) addressed(a store.Account) (names []string) {
	for _, address := range a.Addresses {
		if store.FoldDomain(address.Domain) == store.FoldDomain(d.mail) {
			names = append(names, address.Local)
		}
	}
	return names
}
