package directory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A Mirror gives the accounts of a directory that is kept elsewhere their
// mailboxes in a store: with the first login, or the first message. What has a
// password in the store is the store's own, and the directory is not asked about
// it. An account that the directory no longer has can neither log in nor get
// mail; its mail stays until somebody removes it from the store. Whom the store
// has disabled stays so.
//
// How long a wrong password takes tells the store's own accounts from others, which
// are checked elsewhere; it does not tell which of the others exist.
//
// Only addresses in the store's local domains are taken over. Those that an
// account has given up go to the next that has them.
type Mirror struct {
	Own    *Stored // the store's accounts
	Remote Directory
}

var _ Directory = (*Mirror)(nil)

// VerifyPassword implements auth.PasswordVerifier.
func (m *Mirror) VerifyPassword(ctx context.Context, c *auth.Conn, name, password string) (user string, err error) {
	own, err := m.Own.account(ctx, name)
	switch {
	case err == nil && (own.PasswordHash != "" || own.Disabled):
		return m.Own.VerifyPassword(ctx, c, name, password)
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return "", err
	}
	user, err = m.Remote.VerifyPassword(ctx, c, name, password)
	if err != nil {
		return "", err
	}
	return m.admit(ctx, user)
}

// Admit is Stored's, with a mailbox.
func (m *Mirror) Admit(ctx context.Context, name string) (user string, err error) {
	own, err := m.Own.account(ctx, name)
	switch {
	case err == nil && (own.PasswordHash != "" || own.Disabled):
		return m.Own.Admit(ctx, name)
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return "", err
	}
	return m.admit(ctx, name)
}

func (m *Mirror) admit(ctx context.Context, name string) (user string, err error) {
	remote, err := m.Remote.Lookup(ctx, name)
	if errors.Is(err, store.ErrNotFound) {
		return "", auth.ErrCredentials
	}
	if err != nil {
		return "", err
	}
	account, err := m.provide(ctx, remote)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "", fmt.Errorf("%w: the account has no address here", auth.ErrDisabled)
	case err != nil:
		return "", err
	case account.Disabled:
		return "", auth.ErrDisabled
	}
	return account.Name, nil
}

// Mailbox returns the store's account that has the address, and makes it if need
// be. It returns store.ErrNotFound as Resolve does.
func (m *Mirror) Mailbox(ctx context.Context, a store.Address) (store.Account, error) {
	own, ownErr := m.Own.Accounts.Resolve(ctx, a)
	if ownErr != nil && !errors.Is(ownErr, store.ErrNotFound) {
		return own, ownErr
	}
	if ownErr == nil && own.PasswordHash != "" && accountOf(own).has(a.String()) {
		return own, nil
	}
	remote, err := m.Remote.Resolve(ctx, a)
	err = away(err)
	if err == nil {
		return m.provide(ctx, remote)
	}
	if errors.Is(err, store.ErrNotFound) && ownErr == nil && !accountOf(own).has(a.String()) {
		return own, nil // postmaster, whom nobody has named (RFC 5321, 4.5.1)
	}
	return store.Account{}, err
}

// provide makes the account in the store, or makes it what the directory says.
func (m *Mirror) provide(ctx context.Context, remote Account) (store.Account, error) {
	addresses, err := m.local(ctx, remote.Addresses)
	if err != nil {
		return store.Account{}, err
	}
	if len(addresses) == 0 {
		return store.Account{}, fmt.Errorf("%s has no address in a local domain: %w", remote.Name, store.ErrNotFound)
	}
	account, err := m.write(ctx, remote, addresses)
	if errors.Is(err, store.ErrExists) {
		// Made by another login in this moment, or an address has moved.
		if err := m.takeOver(ctx, remote.Name, addresses); err != nil {
			return store.Account{}, err
		}
		account, err = m.write(ctx, remote, addresses)
	}
	account.Disabled = account.Disabled || remote.Disabled
	return account, err
}

// local returns the addresses in local domains.
func (m *Mirror) local(ctx context.Context, addresses []store.Address) ([]store.Address, error) {
	domains, err := m.Own.Accounts.Domains(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(addresses), func(a store.Address) bool {
		return !slices.ContainsFunc(domains, func(d string) bool { return store.FoldDomain(d) == store.FoldDomain(a.Domain) })
	}), nil
}

func (m *Mirror) write(ctx context.Context, remote Account, addresses []store.Address) (store.Account, error) {
	account, err := m.Own.Accounts.Account(ctx, remote.Name)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return m.Own.Accounts.AddAccount(ctx, store.NewAccount{Name: remote.Name, Addresses: addresses, Profile: remote.Profile})
	case err != nil:
		return account, err
	case account.PasswordHash != "":
		return account, fmt.Errorf("%s is an account of the store's own: give it, or the one in the directory, another name", remote.Name)
	case slices.Equal(account.Addresses, addresses) && account.Profile == remote.Profile:
		return account, nil
	}
	return m.Own.Accounts.ChangeAccount(ctx, account.ID, store.AccountChange{Addresses: addresses, Profile: &remote.Profile})
}

// takeOver takes addresses from those that had them before, by the directory's
// word.
func (m *Mirror) takeOver(ctx context.Context, name string, addresses []store.Address) error {
	for _, a := range addresses {
		holder, err := m.Own.Accounts.Resolve(ctx, a)
		if errors.Is(err, store.ErrNotFound) || err == nil && !accountOf(holder).has(a.String()) ||
			store.FoldName(holder.Name) == store.FoldName(name) {
			continue
		}
		if err != nil {
			return err
		}
		if now, err := m.Remote.Resolve(ctx, a); err != nil || store.FoldName(now.Name) != store.FoldName(name) {
			return errors.Join(fmt.Errorf("address %s: the directory does not say clearly whose it is", a), err)
		}
		left := slices.DeleteFunc(slices.Clone(holder.Addresses), func(h store.Address) bool { return h.Key() == a.Key() })
		if holder.PasswordHash != "" || len(left) == 0 {
			return fmt.Errorf("address %s is %s's in the store, and %s's in the directory: remove the former by 'user remove', or the address from the latter", a, holder.Name, name)
		}
		if _, err := m.Own.Accounts.ChangeAccount(ctx, holder.ID, store.AccountChange{Addresses: left}); err != nil {
			return err
		}
	}
	return nil
}

// Lookup implements Directory.
func (m *Mirror) Lookup(ctx context.Context, name string) (Account, error) {
	own, err := m.Own.account(ctx, name)
	if err == nil && own.PasswordHash != "" || err != nil && !errors.Is(err, store.ErrNotFound) {
		return accountOf(own), err
	}
	return m.Remote.Lookup(ctx, name)
}

// Resolve implements Directory. Unlike Mailbox it makes nothing.
func (m *Mirror) Resolve(ctx context.Context, a store.Address) (Account, error) {
	own, err := m.Own.Accounts.Resolve(ctx, a)
	if err == nil && own.PasswordHash != "" || err != nil && !errors.Is(err, store.ErrNotFound) {
		return accountOf(own), err
	}
	return m.Remote.Resolve(ctx, a)
}

// List implements Directory: the store's accounts, then those of the directory that
// have no mailbox yet.
func (m *Mirror) List(ctx context.Context) iter.Seq2[Account, error] {
	return func(yield func(Account, error) bool) {
		seen := make(map[string]bool)
		for _, d := range []Directory{m.Own, m.Remote} {
			for a, err := range d.List(ctx) {
				key := store.FoldName(a.Name)
				if err == nil && seen[key] {
					continue
				}
				seen[key] = true
				if !yield(a, err) || err != nil {
					return
				}
			}
		}
	}
}
