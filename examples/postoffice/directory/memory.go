package directory

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Memory is a directory in memory, for tests and for programs that know their few
// users. The zero value is empty and ready; it must not be copied.
type Memory struct {
	users    auth.Users
	setting  sync.Mutex         // one Set at a time, so that one that fails changes nothing
	mu       sync.RWMutex       // guards what follows
	accounts map[string]Account // by store.FoldName
	owners   map[string]string  // of address keys, folded names
}

var _ Directory = (*Memory)(nil)

// Set makes an account, or replaces the one of that name. It returns
// store.ErrExists if another one has one of the addresses, and the errors of
// auth.Users.Set for the name and the password.
func (m *Memory) Set(a Account, password string) error {
	name, err := auth.PrepareName(a.Name)
	if err != nil {
		return err
	}
	a.Name, a.Addresses = name, slices.Clone(a.Addresses)
	key := store.FoldName(name)
	for _, address := range a.Addresses {
		if err := address.Check(); err != nil {
			return err
		}
	}
	m.setting.Lock()
	defer m.setting.Unlock()
	if err := m.free(key, a.Addresses); err != nil {
		return err
	}
	if err := m.users.Set(key, password); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.accounts == nil {
		m.accounts, m.owners = make(map[string]Account), make(map[string]string)
	}
	maps.DeleteFunc(m.owners, func(_, owner string) bool { return owner == key })
	m.accounts[key] = a
	for _, address := range a.Addresses {
		m.owners[address.Key()] = key
	}
	return nil
}

// free returns store.ErrExists if another account has one of the addresses.
func (m *Memory) free(key string, addresses []store.Address) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, address := range addresses {
		if owner, taken := m.owners[address.Key()]; taken && owner != key {
			return fmt.Errorf("address %s: %w", address, store.ErrExists)
		}
	}
	return nil
}

// VerifyPassword implements auth.PasswordVerifier.
func (m *Memory) VerifyPassword(ctx context.Context, c *auth.Conn, name, password string) (user string, err error) {
	a, err := m.Lookup(ctx, name)
	if err != nil || a.Disabled {
		name = "" // which no account has: the work is the same
	} else {
		name = store.FoldName(a.Name)
	}
	if _, err := m.users.VerifyPassword(ctx, c, name, password); err != nil {
		return "", err
	}
	return a.Name, nil
}

// Lookup implements Directory.
func (m *Memory) Lookup(_ context.Context, name string) (Account, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	a, ok := m.accounts[store.FoldName(name)]
	if address, isAddress := ParseAddress(name); !ok && isAddress {
		a, ok = m.accounts[m.owners[address.Key()]]
	}
	return found(a, ok)
}

// Resolve implements Directory.
func (m *Memory) Resolve(_ context.Context, address store.Address) (Account, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	a, ok := m.accounts[m.owners[address.Key()]]
	return found(a, ok)
}

func found(a Account, ok bool) (Account, error) {
	if !ok {
		return Account{}, store.ErrNotFound
	}
	a.Addresses = slices.Clone(a.Addresses)
	return a, nil
}

// List implements Directory, ordered by name, of the accounts there are when it
// begins.
func (m *Memory) List(context.Context) iter.Seq2[Account, error] {
	return func(yield func(Account, error) bool) {
		m.mu.RLock()
		accounts := maps.Clone(m.accounts)
		m.mu.RUnlock()
		for _, key := range slices.Sorted(maps.Keys(accounts)) {
			if !yield(found(accounts[key], true)) {
				return
			}
		}
	}
}
