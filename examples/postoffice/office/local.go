package office

import (
	"context"
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// localAccounts are those of a store that this process has open.
type localAccounts struct {
	store  store.Store
	people directory.Directory // who else there is, nil if the store knows all
	hasher *auth.Hasher
	revoke func(context.Context, store.Account, revocation) // nil: nobody is connected
	close  func() error
}

func (l *localAccounts) Close() error { return l.close() }

func (l *localAccounts) List(ctx context.Context) ([]manage.User, error) {
	users := []manage.User{}
	for a, err := range l.store.ListAccounts(ctx) {
		if err != nil {
			return nil, err
		}
		users = append(users, userOf(a))
	}
	if l.people == nil {
		return users, nil
	}
	has := make(map[string]bool, len(users))
	for _, u := range users {
		has[store.FoldName(u.Name)] = true
	}
	for a, err := range l.people.List(ctx) {
		if err != nil {
			return users, &manage.Incomplete{Why: fmt.Sprintf("the directory does not answer, so those are missing who have had no mail yet: %v", err)}
		}
		if !has[store.FoldName(a.Name)] {
			users = append(users, userOf(store.Account{Name: a.Name, Addresses: a.Addresses, Disabled: a.Disabled, Profile: a.Profile}))
		}
	}
	return users, nil
}

func userOf(a store.Account) manage.User {
	return manage.User{
		Name: a.Name, Addresses: texts(a.Addresses), Profile: manage.Profile(a.Profile), Disabled: a.Disabled,
		Without: append([]string{}, a.Without...), Quota: manage.Quota(a.Quota), Octets: a.Used,
		Administrator: a.Administrator, Foreign: a.PasswordHash == "",
	}
}

func texts(all []store.Address) []string {
	list := make([]string, len(all))
	for i, a := range all {
		list[i] = a.String()
	}
	return list
}

func (l *localAccounts) Add(ctx context.Context, u manage.NewUser) (manage.User, error) {
	u, err := prepare(u)
	if err != nil {
		return manage.User{}, err
	}
	policy, err := policyOf(ctx, l.store)
	if err != nil {
		return manage.User{}, err
	}
	addresses, err := newAddresses(ctx, l.store, u, policy.AddressRules)
	if err != nil {
		return manage.User{}, err
	}
	hash, err := l.hash(u.Password)
	if err != nil {
		return manage.User{}, err
	}
	a, err := l.store.AddAccount(ctx, store.NewAccount{
		Name: u.Name, Addresses: addresses, PasswordHash: hash, Profile: store.Profile(u.Profile), Without: policy.without(),
		Administrator: u.Administrator,
	})
	if err != nil {
		return manage.User{}, fmt.Errorf("user %s: %w", u.Name, err)
	}
	return userOf(a), nil
}

func (l *localAccounts) hash(password string) (store.PasswordHash, error) {
	prepared, err := preparePassword(password)
	if err != nil {
		return "", err
	}
	hash, err := l.hasher.Hash(prepared)
	return store.PasswordHash(hash), err
}

func (l *localAccounts) Change(ctx context.Context, name string, c manage.UserChange) error {
	if err := checkChange(&c); err != nil {
		return err
	}
	change := store.AccountChange{Disabled: c.Disabled, Without: c.Without, Profile: (*store.Profile)(c.Profile), Quota: (*store.Quota)(c.Quota), Administrator: c.Administrator}
	if c.Addresses != nil {
		var err error
		if change.Addresses, err = parseAddresses(*c.Addresses); err != nil {
			return err
		}
	}
	if c.Password != nil {
		hash, err := l.hash(*c.Password)
		if err != nil {
			return err
		}
		change.PasswordHash = &hash
	}
	return l.change(ctx, name, change, revoked(&c))
}

// errForeign is about accounts that have their password elsewhere. What the other directory does not know can be changed.
var errForeign = errors.New("another directory has the account: change password, addresses and profile there")

// account finds an account by its name.
func (l *localAccounts) account(ctx context.Context, name string) (store.Account, error) {
	prepared, err := auth.PrepareName(name)
	if err != nil {
		return store.Account{}, store.ErrNotFound // no account can have it
	}
	return l.store.Account(ctx, prepared)
}

func (l *localAccounts) change(ctx context.Context, name string, c store.AccountChange, r revocation) error {
	a, err := l.account(ctx, name)
	if err == nil && a.PasswordHash == "" && (c.PasswordHash != nil || c.Addresses != nil || c.Profile != nil) {
		err = errForeign
	}
	if err == nil {
		_, err = l.store.ChangeAccount(ctx, a.ID, c)
	}
	if err != nil {
		return fmt.Errorf("user %s: %w", name, err)
	}
	l.end(ctx, a, r)
	return nil
}

func (l *localAccounts) Remove(ctx context.Context, name string) error {
	a, err := l.account(ctx, name)
	if err == nil {
		err = l.store.RemoveAccount(ctx, a.ID, false)
	}
	if err != nil {
		return fmt.Errorf("user %s: %w", name, err)
	}
	l.end(ctx, a, revocation{all: true})
	return nil
}

// end ends conversations of an account, whoever has gone away that has asked for it.
func (l *localAccounts) end(ctx context.Context, a store.Account, r revocation) {
	if l.revoke != nil {
		l.revoke(context.WithoutCancel(ctx), a, r)
	}
}
