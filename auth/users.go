package auth

import (
	"context"
	"fmt"
	"sync"
)

// Users is a directory of accounts in memory. The zero value is empty and ready.
// Names are folded by FoldName, so that their case does not matter, and an
// account's name is the folded one. Its methods may be called at once from many
// goroutines; it must not be copied. It prints without names and hashes.
//
// Besides passwords it serves each mechanism for which the strings of all its
// accounts have the form, as those made by its own Hasher have: with the
// defaults that is SCRAM-SHA-256.
type Users struct {
	// Hasher makes and checks the stored strings. Nil is one of this value's
	// own, with the defaults. It must not change once the value is in use.
	Hasher *Hasher

	own      Hasher
	mu       sync.RWMutex
	accounts map[string]account
	serving  map[string]int // by mechanism: the accounts that have its form
}

type account struct {
	stored   string
	disabled bool
}

var (
	_ PasswordVerifier = (*Users)(nil)
	_ PasswordLookup   = (*Users)(nil)
	_ PasswordUpdater  = (*Users)(nil)
)

// Set makes an account or gives one a new password. The errors are those of
// FoldName and Hasher.Hash. A disabled account stays disabled.
func (u *Users) Set(name, password string) error {
	name, err := FoldName(name)
	if err != nil {
		return err
	}
	stored, err := u.hasher().Hash(password)
	if err != nil {
		return err
	}
	u.put(name, stored)
	return nil
}

// SetHash is Set with a string that Hasher.Hash made, of any form that Hasher
// understands; ErrHash for any other. While an account has no key for SCRAM,
// say, SCRAM is not offered.
func (u *Users) SetHash(name, stored string) error {
	name, err := FoldName(name)
	if err != nil {
		return err
	}
	if _, err := u.hasher().parseForms(stored); err != nil {
		return err
	}
	u.put(name, stored)
	return nil
}

func (u *Users) put(name, stored string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.accounts == nil {
		u.accounts = make(map[string]account)
	}
	a := u.accounts[name]
	u.count(a.stored, -1)
	u.count(stored, +1)
	a.stored = stored
	u.accounts[name] = a
}

// Disable keeps an account from logging in until Enable. It reports whether
// there is such an account.
func (u *Users) Disable(name string) bool { return u.setDisabled(name, true) }

// Enable undoes Disable.
func (u *Users) Enable(name string) bool { return u.setDisabled(name, false) }

func (u *Users) setDisabled(name string, disabled bool) bool {
	name, err := FoldName(name)
	if err != nil {
		return false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	a, ok := u.accounts[name]
	if ok {
		a.disabled = disabled
		u.accounts[name] = a
	}
	return ok
}

// Delete removes an account and reports whether there was one.
func (u *Users) Delete(name string) bool {
	name, err := FoldName(name)
	if err != nil {
		return false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	a, ok := u.accounts[name]
	if ok {
		u.count(a.stored, -1)
		delete(u.accounts, name)
	}
	return ok
}

// PasswordHash implements PasswordLookup.
func (u *Users) PasswordHash(_ context.Context, name string) (user, stored string, err error) {
	name, err = FoldName(name)
	if err != nil {
		return "", "", fmt.Errorf("%w: no account has this name", ErrCredentials)
	}
	u.mu.RLock()
	defer u.mu.RUnlock()
	a, ok := u.accounts[name]
	switch {
	case !ok:
		return name, "", ErrCredentials
	case a.disabled:
		return name, a.stored, ErrDisabled
	}
	return name, a.stored, nil
}

// UpdatePasswordHash implements PasswordUpdater.
func (u *Users) UpdatePasswordHash(_ context.Context, user, old, stored string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if a, ok := u.accounts[user]; ok && a.stored == old {
		u.count(old, -1)
		u.count(stored, +1)
		a.stored = stored
		u.accounts[user] = a
	}
	return nil
}

// String says how many accounts there are.
func (u *Users) String() string {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return fmt.Sprintf("auth.Users(%d accounts)", len(u.accounts))
}

// GoString is String: %#v shows no more than %v.
func (u *Users) GoString() string { return u.String() }

func (u *Users) hasher() *Hasher {
	if u.Hasher != nil {
		return u.Hasher
	}
	return &u.own
}
