package directory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
)

// cheap makes hashes that cost nothing.
func cheap() *auth.Hasher { return &auth.Hasher{Time: 1, Memory: 8} }

func at(local string) store.Address { return store.Address{Local: local, Domain: "example.test"} }

// stored opens a store with the local domain example.test and the account root.
func stored(t *testing.T) (*Stored, store.Store) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "store"), sqlite.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.SetDomains(t.Context(), []string{"example.test"}))
	d := &Stored{Accounts: s, Hasher: cheap()}
	hash, err := d.Hasher.Hash("toor")
	require.NoError(t, err)
	_, err = s.AddAccount(t.Context(), store.NewAccount{Name: "root", Addresses: []store.Address{at("root")}, PasswordHash: store.PasswordHash(hash)})
	require.NoError(t, err)
	return d, s
}

func memory(t *testing.T) *Memory {
	t.Helper()
	m := &Memory{}
	m.users.Hasher = cheap()
	return m
}

// TestDirectories checks what each directory promises, by the same account.
func TestDirectories(t *testing.T) {
	root := Account{Name: "root", Addresses: []store.Address{at("root")}}
	own, _ := stored(t)
	remote := memory(t)
	require.NoError(t, remote.Set(root, "toor"))
	f := startFake(t, &fake{entries: []fakeEntry{{"uid=root,dc=test", map[string][]string{"uid": {"root"}, "mail": {"root@example.test"}}, "toor"}}})
	mirrorOwn, _ := stored(t)
	for name, d := range map[string]Directory{"stored": own, "memory": remote, "LDAP": client(t, f), "mirror": &Mirror{Own: mirrorOwn, Remote: memory(t)}} {
		t.Run(name, func(t *testing.T) {
			for _, name := range []string{"root", "ROOT", "root@example.test", "Root@Example.Test"} {
				user, err := d.VerifyPassword(t.Context(), nil, name, "toor")
				require.NoError(t, err, name)
				require.Equal(t, "root", user)
				a, err := d.Lookup(t.Context(), name)
				require.NoError(t, err, name)
				require.Equal(t, root, a)
				_, err = d.VerifyPassword(t.Context(), nil, name, "wrong")
				require.ErrorIs(t, err, auth.ErrCredentials)
			}
			for _, name := range []string{"nobody", "root@elsewhere.test", "root@", "@example.test", "postmaster@example.test"} {
				_, err := d.VerifyPassword(t.Context(), nil, name, "toor")
				require.ErrorIs(t, err, auth.ErrCredentials, name)
				_, err = d.Lookup(t.Context(), name)
				require.ErrorIs(t, err, store.ErrNotFound, name)
			}
			a, err := d.Resolve(t.Context(), store.Address{Local: "ROOT", Domain: "EXAMPLE.test"})
			require.NoError(t, err)
			require.Equal(t, root, a)
			_, err = d.Resolve(t.Context(), at("nobody"))
			require.ErrorIs(t, err, store.ErrNotFound)
			var all []Account
			for a, err := range d.List(t.Context()) {
				require.NoError(t, err)
				all = append(all, a)
			}
			require.Equal(t, []Account{root}, all)
		})
	}
}

func TestMemory(t *testing.T) {
	m := memory(t)
	require.NoError(t, m.Set(Account{Name: "Tim", Addresses: []store.Address{at("tim"), at("t")}}, "x"))
	require.ErrorIs(t, m.Set(Account{Name: "tom", Addresses: []store.Address{at("T")}}, "x"), store.ErrExists)
	require.ErrorIs(t, m.Set(Account{Name: "tom", Addresses: []store.Address{{}}}, "x"), store.ErrInvalid)
	require.Error(t, m.Set(Account{Name: " "}, "x"))
	require.Error(t, m.Set(Account{Name: "tom"}, ""))
	require.NoError(t, m.Set(Account{Name: "tim", Addresses: []store.Address{at("tim")}, Disabled: true}, "x"))
	_, err := m.Resolve(t.Context(), at("t"))
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = m.VerifyPassword(t.Context(), nil, "tim", "x")
	require.ErrorIs(t, err, auth.ErrCredentials)
	require.NoError(t, m.Set(Account{Name: "tom", Addresses: []store.Address{at("t")}}, "x"))
	require.ErrorIs(t, m.Set(Account{Name: "tom", Addresses: []store.Address{at("tim")}}, "y"), store.ErrExists)
	_, err = m.VerifyPassword(t.Context(), nil, "tom", "x")
	require.NoError(t, err, "what fails changes nothing")
}

// TestStoredSalts: SCRAM shows the same salt for a name however it is written,
// whether there is such an account, or it is disabled, or there is none.
func TestStoredSalts(t *testing.T) {
	d, s := stored(t)
	log := slog.New(slog.DiscardHandler)
	a := &auth.Authenticator{
		Accounts: &auth.Passwords{Lookup: d, Hasher: d.Hasher, Mechanisms: []string{"SCRAM-SHA-256"}, Logger: log},
		Logger:   log,
	}
	salt := func(name string) string {
		e, err := a.Start(t.Context(), nil, "SCRAM-SHA-256")
		require.NoError(t, err)
		first, _, err := e.Next([]byte("n,,n=" + name + ",r=0123"))
		require.NoError(t, err)
		_, shown, _ := strings.Cut(string(first), ",")
		return shown
	}
	before := salt("root")
	require.Equal(t, before, salt("ROOT"))
	require.Equal(t, salt("nobody"), salt("NoBody"))
	root, err := s.Account(t.Context(), "root")
	require.NoError(t, err)
	disabled := true
	_, err = s.ChangeAccount(t.Context(), root.ID, store.AccountChange{Disabled: &disabled})
	require.NoError(t, err)
	require.Equal(t, before, salt("Root"))
	_, err = d.VerifyPassword(t.Context(), nil, "root", "toor")
	require.ErrorIs(t, err, auth.ErrDisabled)
	user, err := d.Admit(t.Context(), "root")
	require.ErrorIs(t, err, auth.ErrDisabled)
	require.Empty(t, user)
}

// TestMirrorProvides: a mailbox with the first login or the first message, once,
// however many ask at the same time.
func TestMirrorProvides(t *testing.T) {
	own, s := stored(t)
	remote := memory(t)
	m := &Mirror{Own: own, Remote: remote}
	require.NoError(t, remote.Set(Account{Name: "tim", Addresses: []store.Address{at("tim"), {Local: "tim", Domain: "elsewhere.test"}}}, "x"))
	require.NoError(t, remote.Set(Account{Name: "ann", Addresses: []store.Address{at("ann")}}, "x"))

	_, err := m.VerifyPassword(t.Context(), nil, "tim", "wrong")
	require.ErrorIs(t, err, auth.ErrCredentials)
	_, err = s.Account(t.Context(), "tim")
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = m.Resolve(t.Context(), at("ann"))
	require.NoError(t, err)
	_, err = s.Account(t.Context(), "ann")
	require.ErrorIs(t, err, store.ErrNotFound, "to ask makes nothing")

	var logins sync.WaitGroup
	for range 8 {
		logins.Go(func() {
			user, err := m.VerifyPassword(context.Background(), nil, "tim@example.test", "x")
			require.NoError(t, err)
			require.Equal(t, "tim", user)
		})
	}
	logins.Wait()
	account, err := s.Account(t.Context(), "tim")
	require.NoError(t, err)
	require.Equal(t, []store.Address{at("tim")}, account.Addresses)
	require.Empty(t, string(account.PasswordHash), "the password stays where it is")

	box, err := m.Mailbox(t.Context(), at("ann"))
	require.NoError(t, err)
	require.NotZero(t, box.Inbox)
	again, err := m.Mailbox(t.Context(), at("Ann"))
	require.NoError(t, err)
	require.Equal(t, box, again)
	_, err = m.Mailbox(t.Context(), at("nobody"))
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = m.Mailbox(t.Context(), store.Address{Local: "tim", Domain: "elsewhere.test"})
	require.NoError(t, err, "which the caller has found to be local")

	_, err = m.Mailbox(t.Context(), at("postmaster"))
	require.ErrorIs(t, err, store.ErrNotFound, "nobody inherits the address")
	_, err = m.VerifyPassword(t.Context(), nil, "postmaster@example.test", "toor")
	require.ErrorIs(t, err, auth.ErrCredentials)
	names := []string{}
	for a, err := range m.List(t.Context()) {
		require.NoError(t, err)
		names = append(names, a.Name)
	}
	require.Equal(t, []string{"ann", "root", "tim"}, names)
}

// TestMirrorFollows the directory's changes.
func TestMirrorFollows(t *testing.T) {
	own, s := stored(t)
	remote := memory(t)
	m := &Mirror{Own: own, Remote: remote}
	set := func(name string, disabled bool, locals ...string) {
		a := Account{Name: name, Disabled: disabled}
		for _, l := range locals {
			a.Addresses = append(a.Addresses, at(l))
		}
		require.NoError(t, remote.Set(a, "x"))
	}
	login := func(name string) error {
		_, err := m.VerifyPassword(t.Context(), nil, name, "x")
		return err
	}
	set("tim", false, "tim", "sales")
	set("ann", false, "ann")
	require.NoError(t, login("tim"))
	require.NoError(t, login("ann"))

	// An address moves.
	set("tim", false, "tim")
	set("ann", false, "ann", "sales")
	box, err := m.Mailbox(t.Context(), at("sales"))
	require.NoError(t, err)
	require.Equal(t, "ann", box.Name)
	tim, err := s.Account(t.Context(), "tim")
	require.NoError(t, err)
	require.Equal(t, []store.Address{at("tim")}, tim.Addresses)

	// The only one does: nobody is left without.
	set("dan", false, "dan")
	require.NoError(t, login("dan"))
	set("dan", false, "daniel")
	set("tim", false, "dan")
	require.ErrorContains(t, login("tim"), "user remove")
	require.NotErrorIs(t, login("tim"), auth.ErrCredentials)
	require.NoError(t, login("dan"))
	require.NoError(t, login("tim"))

	// No address, none here, disabled there, disabled here.
	set("eve", false)
	require.ErrorIs(t, login("eve"), auth.ErrDisabled)
	set("tim", true, "dan")
	require.ErrorIs(t, login("tim"), auth.ErrCredentials)
	box, err = m.Mailbox(t.Context(), at("dan"))
	require.NoError(t, err)
	require.True(t, box.Disabled)
	set("tim", false, "dan")
	yes := true
	_, err = s.ChangeAccount(t.Context(), tim.ID, store.AccountChange{Disabled: &yes})
	require.NoError(t, err)
	require.ErrorIs(t, login("tim"), auth.ErrCredentials)
}

// TestMirrorOwnAccounts: the directory is neither asked nor believed about the
// store's own accounts.
func TestMirrorOwnAccounts(t *testing.T) {
	own, _ := stored(t)
	m := &Mirror{Own: own, Remote: down{}}
	user, err := m.VerifyPassword(t.Context(), nil, "root", "toor")
	require.NoError(t, err)
	require.Equal(t, "root", user)
	_, err = m.VerifyPassword(t.Context(), nil, "root", "x")
	require.ErrorIs(t, err, auth.ErrCredentials)
	_, err = m.Mailbox(t.Context(), at("root"))
	require.NoError(t, err)

	// All else is a temporary failure.
	_, err = m.VerifyPassword(t.Context(), nil, "tim", "x")
	require.ErrorIs(t, err, errDown)
	require.NotErrorIs(t, err, auth.ErrCredentials)
	_, err = m.Mailbox(t.Context(), at("tim"))
	require.ErrorIs(t, err, errDown)
	require.NotErrorIs(t, err, store.ErrNotFound)

	remote := memory(t)
	require.NoError(t, remote.Set(Account{Name: "mallory", Addresses: []store.Address{at("root")}}, "x"))
	_, err = (&Mirror{Own: own, Remote: remote}).VerifyPassword(t.Context(), nil, "mallory", "x")
	require.ErrorContains(t, err, "root's in the store")
	require.NoError(t, remote.Set(Account{Name: "mallory", Addresses: []store.Address{at("mallory")}}, "x"))
	require.NoError(t, remote.Set(Account{Name: "root", Addresses: []store.Address{at("boss")}}, "x"))
	_, err = (&Mirror{Own: own, Remote: remote}).Mailbox(t.Context(), at("boss"))
	require.ErrorContains(t, err, "store's own")
}

var errDown = errors.New("down")

// down is a directory that is away.
type down struct{}

func (down) VerifyPassword(context.Context, *auth.Conn, string, string) (string, error) {
	return "", fmt.Errorf("x: %w", errDown)
}
func (down) Lookup(context.Context, string) (Account, error)         { return Account{}, errDown }
func (down) Resolve(context.Context, store.Address) (Account, error) { return Account{}, errDown }
func (down) List(context.Context) iter.Seq2[Account, error] {
	return func(yield func(Account, error) bool) { yield(Account{}, errDown) }
}
