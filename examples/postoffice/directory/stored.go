package directory

import (
	"context"
	"errors"
	"iter"
	"log/slog"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Stored is the directory of a store's own accounts. It is an auth.PasswordLookup
// too: auth.Passwords makes of it whatever else the kept strings allow.
type Stored struct {
	Accounts store.Accounts
	Hasher   *auth.Hasher // must be set
	Logger   *slog.Logger // slog.Default() if nil
}

var (
	_ Directory            = (*Stored)(nil)
	_ auth.PasswordLookup  = (*Stored)(nil)
	_ auth.PasswordUpdater = (*Stored)(nil)
)

// VerifyPassword implements auth.PasswordVerifier.
func (s *Stored) VerifyPassword(ctx context.Context, c *auth.Conn, name, password string) (user string, err error) {
	return (&auth.Passwords{Lookup: s, Hasher: s.Hasher, Logger: s.Logger}).VerifyPassword(ctx, c, name, password)
}

// PasswordHash implements auth.PasswordLookup.
func (s *Stored) PasswordHash(ctx context.Context, name string) (user, stored string, err error) {
	account, err := s.account(ctx, name)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return store.FoldName(name), "", auth.ErrCredentials // so that SCRAM's salt tells nothing
	case err != nil:
		return "", "", err
	case account.Disabled:
		return account.Name, string(account.PasswordHash), auth.ErrDisabled
	}
	return account.Name, string(account.PasswordHash), nil
}

// UpdatePasswordHash implements auth.PasswordUpdater.
func (s *Stored) UpdatePasswordHash(ctx context.Context, user, old, stored string) error {
	account, err := s.Accounts.Account(ctx, user)
	if err != nil {
		return err
	}
	was, is := store.PasswordHash(old), store.PasswordHash(stored)
	_, err = s.Accounts.ChangeAccount(ctx, account.ID, store.AccountChange{If: &was, PasswordHash: &is})
	return err
}

// Admit returns the account's name, for one who has proved to be it by other means
// than a password. Its errors are those of VerifyPassword.
func (s *Stored) Admit(ctx context.Context, name string) (user string, err error) {
	if user, _, err = s.PasswordHash(ctx, name); err != nil {
		return "", err
	}
	return user, nil
}

// Mailbox returns the account that has the address, or store.ErrNotFound.
func (s *Stored) Mailbox(ctx context.Context, a store.Address) (store.Account, error) {
	return s.Accounts.Resolve(ctx, a)
}

// account finds an account by its name or by an address of its own.
func (s *Stored) account(ctx context.Context, name string) (store.Account, error) {
	account, err := s.Accounts.Account(ctx, name)
	if address, ok := ParseAddress(name); ok && errors.Is(err, store.ErrNotFound) {
		account, err = s.Accounts.Resolve(ctx, address)
		if err == nil && !accountOf(account).has(name) {
			err = store.ErrNotFound // found as postmaster, which is nobody's login
		}
	}
	if errors.Is(err, store.ErrInvalid) {
		err = store.ErrNotFound // no account can have it
	}
	return account, err
}

// Lookup implements Directory.
func (s *Stored) Lookup(ctx context.Context, name string) (Account, error) {
	account, err := s.account(ctx, name)
	return accountOf(account), err
}

// Resolve implements Directory. Postmaster has an account wherever there is one
// at all: see store.Accounts.
func (s *Stored) Resolve(ctx context.Context, a store.Address) (Account, error) {
	account, err := s.Accounts.Resolve(ctx, a)
	if errors.Is(err, store.ErrInvalid) {
		err = store.ErrNotFound
	}
	return accountOf(account), err
}

// List implements Directory, ordered by name.
func (s *Stored) List(ctx context.Context) iter.Seq2[Account, error] {
	return func(yield func(Account, error) bool) {
		for account, err := range s.Accounts.ListAccounts(ctx) {
			if !yield(accountOf(account), err) {
				return
			}
		}
	}
}

func accountOf(a store.Account) Account {
	return Account{Name: a.Name, Addresses: a.Addresses, Disabled: a.Disabled, Profile: a.Profile}
}
