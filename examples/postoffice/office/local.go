package office

import (
	"context"
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// localAccounts are those of a store that this process has open.
type localAccounts struct {
	store  store.Store
	people directory.Directory // who else there is, nil if the store knows all
	hasher *auth.Hasher
	close  func() error
}

func (l *localAccounts) Close() error { return l.close() }

func (l *localAccounts) List(ctx context.Context) ([]User, error) {
	users := []User{}
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
			return nil, err
		}
		if !has[store.FoldName(a.Name)] {
			users = append(users, userOf(store.Account{Name: a.Name, Addresses: a.Addresses, Disabled: a.Disabled}))
		}
	}
	return users, nil
}

func userOf(a store.Account) User {
	u := User{Name: a.Name, Disabled: a.Disabled, Octets: a.Used}
	for _, address := range a.Addresses {
		u.Addresses = append(u.Addresses, address.String())
	}
	return u
}

func (l *localAccounts) Add(ctx context.Context, u NewUser) (User, error) {
	u, err := u.prepare()
	if err != nil {
		return User{}, err
	}
	addresses, err := l.addresses(ctx, u)
	if err != nil {
		return User{}, err
	}
	hash, err := l.hash(u.Password)
	if err != nil {
		return User{}, err
	}
	a, err := l.store.AddAccount(ctx, store.NewAccount{Name: u.Name, Addresses: addresses, PasswordHash: hash})
	if err != nil {
		return User{}, fmt.Errorf("user %s: %w", u.Name, err)
	}
	return userOf(a), nil
}

func (l *localAccounts) addresses(ctx context.Context, u NewUser) ([]store.Address, error) {
	if _, isAddress := directory.ParseAddress(u.Name); isAddress && len(u.Addresses) == 0 {
		u.Addresses = []string{u.Name}
	}
	if len(u.Addresses) == 0 {
		domains, err := l.store.Domains(ctx)
		if err != nil {
			return nil, fmt.Errorf("local domains: %w", err)
		}
		if len(domains) == 0 {
			return nil, errors.New("there is no local domain yet; start the server once")
		}
		return []store.Address{{Local: u.Name, Domain: domains[0]}}, nil
	}
	var list []store.Address
	for _, s := range u.Addresses {
		address, ok := directory.ParseAddress(s)
		if !ok {
			return nil, fmt.Errorf("%q is not an address; write it as name@domain", s)
		}
		list = append(list, address)
	}
	return list, nil
}

func (l *localAccounts) hash(password string) (store.PasswordHash, error) {
	prepared, err := preparePassword(password)
	if err != nil {
		return "", err
	}
	hash, err := l.hasher.Hash(prepared)
	return store.PasswordHash(hash), err
}

func (l *localAccounts) SetPassword(ctx context.Context, name, password string) error {
	hash, err := l.hash(password)
	if err != nil {
		return err
	}
	return l.change(ctx, name, store.AccountChange{PasswordHash: &hash})
}

func (l *localAccounts) SetDisabled(ctx context.Context, name string, disabled bool) error {
	return l.change(ctx, name, store.AccountChange{Disabled: &disabled})
}

// account finds an account by its name.
func (l *localAccounts) account(ctx context.Context, name string) (store.Account, error) {
	prepared, err := auth.PrepareName(name)
	if err != nil {
		return store.Account{}, store.ErrNotFound // no account can have it
	}
	return l.store.Account(ctx, prepared)
}

func (l *localAccounts) change(ctx context.Context, name string, c store.AccountChange) error {
	a, err := l.account(ctx, name)
	if err == nil {
		_, err = l.store.ChangeAccount(ctx, a.ID, c)
	}
	if err != nil {
		return fmt.Errorf("user %s: %w", name, err)
	}
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
	return nil
}
