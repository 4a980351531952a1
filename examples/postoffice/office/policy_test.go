package office

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// managed manages a data folder while no server runs on it, and another while one does.
func managed(t *testing.T, c Config, do func(*testing.T, manage.Accounts, manage.Lists)) {
	t.Helper()
	for _, name := range []string{"stopped", "running"} {
		t.Run(name, func(t *testing.T) {
			c := c
			c.Dir = t.TempDir()
			if name == "stopped" {
				require.NoError(t, open(t, c).Close())
			} else {
				start(t, c)
			}
			do(t, reopenedAccounts{t, c.Dir}, reopenedLists{t, c.Dir})
		})
	}
}

// reopenedAccounts are opened anew for each order, as commands do: without a server, only one at a time has the store.
type reopenedAccounts struct {
	t   *testing.T
	dir string
}

func (r reopenedAccounts) with(ctx context.Context, do func(manage.Accounts) error) error {
	a, err := OpenAccounts(ctx, r.dir)
	require.NoError(r.t, err)
	return errors.Join(do(a), a.Close())
}

func (r reopenedAccounts) Close() error { return nil }

func (r reopenedAccounts) List(ctx context.Context) (list []manage.User, err error) {
	err = r.with(ctx, func(a manage.Accounts) (err error) {
		list, err = a.List(ctx)
		return err
	})
	return list, err
}

func (r reopenedAccounts) Add(ctx context.Context, u manage.NewUser) (user manage.User, err error) {
	err = r.with(ctx, func(a manage.Accounts) (err error) {
		user, err = a.Add(ctx, u)
		return err
	})
	return user, err
}

func (r reopenedAccounts) Change(ctx context.Context, name string, c manage.UserChange) error {
	return r.with(ctx, func(a manage.Accounts) error { return a.Change(ctx, name, c) })
}

func (r reopenedAccounts) Remove(ctx context.Context, name string) error {
	return r.with(ctx, func(a manage.Accounts) error { return a.Remove(ctx, name) })
}

// reopenedLists are the same for lists.
type reopenedLists struct {
	t   *testing.T
	dir string
}

func (r reopenedLists) with(ctx context.Context, do func(manage.Lists) error) error {
	l, err := OpenLists(ctx, r.dir)
	require.NoError(r.t, err)
	return errors.Join(do(l), l.Close())
}

func (r reopenedLists) Close() error { return nil }

func (r reopenedLists) List(ctx context.Context) (list []manage.MailList, err error) {
	err = r.with(ctx, func(l manage.Lists) (err error) {
		list, err = l.List(ctx)
		return err
	})
	return list, err
}

func (r reopenedLists) Set(ctx context.Context, m manage.MailList) error {
	return r.with(ctx, func(l manage.Lists) error { return l.Set(ctx, m) })
}

func (r reopenedLists) Remove(ctx context.Context, address string) error {
	return r.with(ctx, func(l manage.Lists) error { return l.Remove(ctx, address) })
}

// A new account's addresses follow from the rules, each with a number if somebody has it.
func TestAddressRules(t *testing.T) {
	c := Config{Accounts: Policy{AddressRules: []config.Template{"%g.%s@%d", "%1g%3s@%d", "%i@%d", "%m@%d"}, Services: []string{"pop3", "imap4", "submission", "http"}}}
	managed(t, c, func(t *testing.T, a manage.Accounts, l manage.Lists) {
		require.NoError(t, l.Set(t.Context(), manage.MailList{Address: "tf2", Members: []string{"alice"}}))
		for _, tt := range []struct {
			user manage.NewUser
			want []string
		}{
			{
				manage.NewUser{Name: "tim", Profile: manage.Profile{Given: "Tim", Surname: "Fee Miller"}},
				[]string{"tim.feemiller", "tfee", "tf", "tim"},
			},
			{
				manage.NewUser{Name: "tim2", Profile: manage.Profile{Given: "Tim", Surname: "Feeney"}},
				[]string{"tim.feeney", "tfee2", "tf3", "tim2"},
			},
			{manage.NewUser{Name: "zoe"}, []string{"zoe"}},
			{manage.NewUser{Name: "ALICE2@postoffice.test"}, []string{"alice2"}},
			{manage.NewUser{Name: "Alice.@elsewhere.example"}, []string{"alice3"}}, // alice is taken, and so is alice2
			{manage.NewUser{Name: "own", Addresses: []string{"x.y@postoffice.test"}}, []string{"x.y"}},
			{manage.NewUser{Name: "j\u00fc", Profile: manage.Profile{Surname: "\u00fc"}}, []string{"u", "ju"}},
			{manage.NewUser{Name: "\u00fc"}, []string{"u2"}},
			{manage.NewUser{Name: "\u5f20"}, []string{"\u5f20"}},
		} {
			tt.user.Password = "eight xs"
			u, err := a.Add(t.Context(), tt.user)
			require.NoError(t, err, tt.user.Name)
			for i := range tt.want {
				tt.want[i] += "@postoffice.test"
			}
			require.Equal(t, tt.want, u.Addresses, tt.user.Name)
			require.Equal(t, []string{"im", "ldap", "nntp"}, u.Without)
			require.Equal(t, tt.user.Profile, u.Profile)
		}
	})
}

// What an account is like can be changed, and no more than was asked for is.
func TestChangeUser(t *testing.T) {
	managed(t, Config{}, func(t *testing.T, a manage.Accounts, _ manage.Lists) {
		want := manage.User{Name: "alice", Addresses: []string{"alice@postoffice.test"}, Without: []string{}, Administrator: true}
		for _, tt := range []struct {
			change manage.UserChange
			apply  func()
		}{
			{manage.UserChange{Profile: &manage.Profile{Display: "Alice L\u00e4mmle", Given: "Alice", Surname: "L\u00e4mmle", Phone: "1"}}, func() {
				want.Profile = manage.Profile{Display: "Alice L\u00e4mmle", Given: "Alice", Surname: "L\u00e4mmle", Phone: "1"}
			}},
			{manage.UserChange{Without: &[]string{"pop3", "im", "pop3"}}, func() { want.Without = []string{"im", "pop3"} }},
			{manage.UserChange{Quota: &manage.Quota{Warn: 1, NoSend: -1, NoReceive: 3}}, func() { want.Quota = manage.Quota{Warn: 1, NoSend: -1, NoReceive: 3} }},
			{manage.UserChange{Addresses: &[]string{"a@postoffice.test", "alice@postoffice.test"}}, func() {
				want.Addresses = []string{"a@postoffice.test", "alice@postoffice.test"}
			}},
			{manage.UserChange{Administrator: new(false)}, func() { want.Administrator = false }},
			{manage.UserChange{Without: &[]string{}, Disabled: new(true)}, func() { want.Without, want.Disabled = []string{}, true }},
		} {
			require.NoError(t, a.Change(t.Context(), "Alice", tt.change))
			tt.apply()
			users, err := a.List(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, users[0])
		}
		for why, c := range map[string]manage.UserChange{
			"do not become smaller": {Quota: &manage.Quota{Warn: 3000, NoSend: 2000, NoReceive: 1000}},
			`there is no service "gopher" to be switched off, but pop3, imap4`: {Without: &[]string{"pop3", "gopher"}},
			"an account has one address at least":                              {Addresses: &[]string{}},
			`"alice" is not an address`:                                        {Addresses: &[]string{"alice"}},
			"exists already":                                                   {Addresses: &[]string{"bob@postoffice.test"}},
			"not local":                                                        {Addresses: &[]string{"a@elsewhere.example"}},
			"is not UTF-8":                                                     {Profile: &manage.Profile{Phone: "\xff"}},
			"control characters":                                               {Profile: &manage.Profile{Phone: "1\r\n2"}},
		} {
			require.ErrorContains(t, a.Change(t.Context(), "alice", c), why)
		}
		users, err := a.List(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, users[0])
	})
}

// Lists and aliases are managed alike while the server runs and while it does not.
func TestLists(t *testing.T) {
	managed(t, Config{}, func(t *testing.T, _ manage.Accounts, l manage.Lists) {
		all, err := l.List(t.Context())
		require.NoError(t, err)
		require.Equal(t, []manage.MailList{}, all)
		require.NoError(t, l.Set(t.Context(), manage.MailList{
			Address: "sales", Display: "Sales", Members: []string{"alice", "bob@postoffice.test", "Alice@postoffice.test", "x@elsewhere.example"},
			Owner: "bob", Senders: []string{"postoffice.test", "x@B\u00fccher.example"}, Hidden: true,
		}))
		require.NoError(t, l.Set(t.Context(), manage.MailList{Address: "a/b%41@postoffice.test", Members: []string{"sales@postoffice.test"}, Alias: true}))
		all, err = l.List(t.Context())
		require.NoError(t, err)
		require.Equal(t, []manage.MailList{
			{Address: "a/b%41@postoffice.test", Members: []string{"sales@postoffice.test"}, Senders: []string{}, Alias: true},
			{
				Address: "sales@postoffice.test", Display: "Sales", Members: []string{"alice@postoffice.test", "bob@postoffice.test", "x@elsewhere.example"},
				Owner: "bob@postoffice.test", Senders: []string{"postoffice.test", "x@xn--bcher-kva.example"}, Hidden: true,
			},
		}, all)
		for why, m := range map[string]manage.MailList{
			"a list has an address":                  {},
			"alias x: say whose it is":               {Address: "x", Alias: true},
			"alias x: an alias has no owner":         {Address: "x", Alias: true, Members: []string{"alice"}, Owner: "bob"},
			"list x: it can't be a member of itself": {Address: "x", Members: []string{"X@postoffice.test"}},
			"list x: it can't be its own owner":      {Address: "x", Owner: "x"},
			"is an account's: exists already":        {Address: "alice"},
			"its domain is not local":                {Address: "x@elsewhere.example"},
			`invalid: domain "a b": want`:            {Address: "x", Senders: []string{"a b"}},
			"is not UTF-8":                           {Address: "x", Display: "\xff"},
		} {
			require.ErrorContains(t, l.Set(t.Context(), m), why)
		}
		require.NoError(t, l.Remove(t.Context(), "a/b%41@postoffice.test"))
		require.ErrorContains(t, l.Remove(t.Context(), "a/b%41"), "not found")
		require.NoError(t, l.Remove(t.Context(), "SALES"))
	})
}

// What another directory knows of its users is listed, and is not changed here.
func TestForeignUser(t *testing.T) {
	people := &directory.Memory{}
	profile := store.Profile{Display: "Tim Fee", Given: "Tim", Surname: "Fee", Phone: "1"}
	tim := directory.Account{Name: "tim", Addresses: []store.Address{{Local: "tim", Domain: "postoffice.test"}}, Profile: profile}
	require.NoError(t, people.Set(tim, "tanstaaf"))
	o := start(t, Config{Dir: t.TempDir(), Directory: people})
	a := o.Accounts()
	for range 2 { // before he has a mailbox, and with one
		users, err := a.List(t.Context())
		require.NoError(t, err)
		require.Equal(t, []manage.User{{
			Name: "tim", Addresses: []string{"tim@postoffice.test"}, Profile: manage.Profile(profile), Without: []string{}, Foreign: true, Octets: users[0].Octets,
		}}, users)
		o.submit(t, "", "Subject: x\r\n\r\n", "tim@postoffice.test")
	}
	tim.Profile.Phone = "2"
	require.NoError(t, people.Set(tim, "tanstaaf"))
	o.submit(t, "", "Subject: x\r\n\r\n", "tim@postoffice.test")
	require.NoError(t, a.Change(t.Context(), "tim", manage.UserChange{Without: &[]string{"pop3"}, Quota: &manage.Quota{Warn: 1}}))
	users, err := a.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, "2", users[0].Profile.Phone)
	require.Equal(t, []string{"pop3"}, users[0].Without)
	for _, c := range []manage.UserChange{{Password: new("eight xs")}, {Addresses: &[]string{"t@postoffice.test"}}, {Profile: &manage.Profile{}}} {
		require.ErrorContains(t, a.Change(t.Context(), "tim", c), "another directory has the account")
	}
}

// The policy is there for commands after the server has stopped, and a new one takes its place.
func TestPolicy(t *testing.T) {
	dir := t.TempDir()
	for _, p := range []Policy{{Services: []string{"pop3"}, Quota: manage.Quota{NoReceive: 4096}}, {Services: []string{}}, {}} {
		require.NoError(t, open(t, Config{Dir: dir, Accounts: p}).Close())
		s, err := openStore(t.Context(), dir, open(t, Config{Dir: t.TempDir()}).log)
		require.NoError(t, err)
		got, err := policyOf(t.Context(), s)
		require.NoError(t, err)
		require.Equal(t, p.Quota, got.Quota)
		require.Equal(t, p.without(), got.without())
		alice, err := s.Account(t.Context(), "alice")
		require.NoError(t, err)
		require.Equal(t, p.Quota.NoReceive, alice.Limits.NoReceive)
		require.NoError(t, s.Close())
	}
	require.Len(t, (&Policy{Services: []string{}}).without(), len(manage.Switches))
	require.False(t, slices.Contains((&Policy{Services: []string{"pop3"}}).without(), "pop3"))
}

// A configuration without changes leaves all services on.
func TestPolicyFrom(t *testing.T) {
	p := policyFrom(&config.Default().Accounts)
	require.Empty(t, p.without())
	require.Zero(t, p.Quota)
	require.Equal(t, []config.Template{"%m@%d"}, p.AddressRules)
	p = policyFrom(&config.Accounts{Protocols: []string{"pop3", "ldap"}, Quota: config.Quota{Warn: 1, NoSend: 2, NoReceive: 3}})
	require.Equal(t, []string{"imap4", "nntp", "im", "http", "submission"}, p.without())
	p = policyFrom(&config.Accounts{Protocols: nil}) // as a file's empty list is
	require.Len(t, p.without(), len(manage.Switches))
	p = policyFrom(&config.Accounts{Protocols: []string{"pop3", "ldap"}, Quota: config.Quota{Warn: 1, NoSend: 2, NoReceive: 3}})
	require.Equal(t, manage.Quota{Warn: 1, NoSend: 2, NoReceive: 3}, p.Quota)
}
