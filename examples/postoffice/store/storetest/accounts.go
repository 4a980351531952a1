package storetest

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

func addr(local, domain string) store.Address { return store.Address{Local: local, Domain: domain} }

var accountRules = []rule{
	{name: "add", why: "an account is found by name and by every address, however their case is", check: func(e *env) {
		n := store.NewAccount{
			Name: "Bob", Addresses: []store.Address{addr("Bob.Smith", "Example.ORG"), addr("bob", domain), addr("j\u00fcrgen", domain)},
			PasswordHash: "secret", Quota: store.Quota{Warn: 800, NoSend: -1, NoReceive: 1000},
			Profile: store.Profile{Display: "Bob Smith", Given: "Bob", Surname: "Smith", Phone: "+1 555 0100"},
			Without: []string{"imap4", "pop3"},
		}
		a, err := e.s.AddAccount(e.ctx, n)
		e.NoError(err)
		e.NotZero(a.ID)
		e.Equal(n, store.NewAccount{Name: a.Name, Addresses: a.Addresses, PasswordHash: a.PasswordHash, Disabled: a.Disabled, Quota: a.Quota, Profile: a.Profile, Without: a.Without})
		e.False(a.Created.IsZero())
		got, err := e.s.Account(e.ctx, "BOB")
		e.NoError(err)
		e.Equal(a, got)
		for _, ad := range []store.Address{addr("bob.smith", domain), addr("BOB", "EXAMPLE.org"), addr("Ju\u0308rgen", domain)} {
			got, err := e.s.Resolve(e.ctx, ad)
			e.NoError(err, ad)
			e.Equal(a, got)
		}
		in := e.folder(a.Inbox)
		e.Equal(store.Inbox, in.Name)
		e.Equal(a.ID, in.Owner)
		for _, ad := range []store.Address{addr("bob", "example.net"), addr("nobody", domain), addr("", ""), addr("bob@example.org", "")} {
			_, err := e.s.Resolve(e.ctx, ad)
			e.ErrorIs(err, store.ErrNotFound, ad)
		}
		_, err = e.s.Account(e.ctx, "nobody")
		e.ErrorIs(err, store.ErrNotFound)
	}},
	{name: "taken", why: "names and addresses belong to one account, and a refused account leaves nothing", check: func(e *env) {
		e.account("bob")
		for _, n := range []store.NewAccount{
			{Name: "BOB", Addresses: []store.Address{addr("robert", domain)}},
			{Name: "robert", Addresses: []store.Address{addr("robert", domain), addr("Bob", domain)}},
		} {
			_, err := e.s.AddAccount(e.ctx, n)
			e.ErrorIs(err, store.ErrExists)
		}
		_, err := e.s.Resolve(e.ctx, addr("robert", domain))
		e.ErrorIs(err, store.ErrNotFound)
		e.account("robert")
	}},
	{name: "invalid", why: "what cannot be a name or a local address is refused", check: func(e *env) {
		good := []store.Address{addr("a", domain)}
		for _, n := range []store.NewAccount{
			{Name: "", Addresses: good},
			{Name: "a\x00b", Addresses: good},
			{Name: "a\xff", Addresses: good},
			{Name: strings.Repeat("a", store.MaxName+1), Addresses: good},
			{Name: "a"},
			{Name: "a", Addresses: []store.Address{addr("", domain)}},
			{Name: "a", Addresses: []store.Address{addr("a\r\nb", domain)}},
			{Name: "a", Addresses: []store.Address{addr("a", "elsewhere.example")}},
			{Name: "a", Addresses: []store.Address{addr("a", domain), addr("A", domain)}},
			{Name: "a", Addresses: good, Profile: store.Profile{Display: "a\nb"}},
			{Name: "a", Addresses: good, Profile: store.Profile{Phone: strings.Repeat("1", store.MaxName+1)}},
			{Name: "a", Addresses: good, Without: []string{""}},
			{Name: "a", Addresses: good, Without: []string{"pop3 imap4"}},
			{Name: "a", Addresses: good, Without: make([]string, 100)},
		} {
			_, err := e.s.AddAccount(e.ctx, n)
			e.ErrorIs(err, store.ErrInvalid, "%q", n)
		}
		for _, err := range e.s.ListAccounts(e.ctx) {
			e.Fail("an account", err)
		}
	}},
	{name: "postmaster", why: "every local domain has a postmaster (RFC 5321, 4.5.1)", check: checkPostmaster},
	{name: "administrators", why: "an account is an administrator when somebody has said so, and never else", check: checkAdministrators},
	{name: "change", why: "a change changes what it names and nothing else", check: func(e *env) {
		e.account("eve")
		a := e.account("bob")
		want := a
		for _, step := range []struct {
			change store.AccountChange
			apply  func()
		}{
			{store.AccountChange{PasswordHash: new(store.PasswordHash("new"))}, func() { want.PasswordHash = "new" }},
			{store.AccountChange{Disabled: new(true)}, func() { want.Disabled = true }},
			{store.AccountChange{If: new(store.PasswordHash("old")), Disabled: new(false), PasswordHash: new(store.PasswordHash("x"))}, func() {}},
			{store.AccountChange{If: new(store.PasswordHash("new")), PasswordHash: new(store.PasswordHash("newer"))}, func() { want.PasswordHash = "newer" }},
			{store.AccountChange{Quota: &store.Quota{Warn: 5, NoReceive: 77}}, func() {
				want.Quota = store.Quota{Warn: 5, NoReceive: 77}
				want.Limits = want.Quota
			}},
			{store.AccountChange{Profile: &store.Profile{Given: "Rob", Surname: "Roy"}}, func() { want.Profile = store.Profile{Given: "Rob", Surname: "Roy"} }},
			{store.AccountChange{Without: &[]string{"pop3", "nntp", "pop3"}}, func() { want.Without = []string{"nntp", "pop3"} }},
			{store.AccountChange{Without: &[]string{}}, func() { want.Without = nil }},
			{store.AccountChange{Addresses: []store.Address{addr("rob", domain)}}, func() { want.Addresses = []store.Address{addr("rob", domain)} }},
		} {
			step.apply()
			got, err := e.s.ChangeAccount(e.ctx, a.ID, step.change)
			e.NoError(err)
			e.Equal(want, got)
			got, err = e.s.Account(e.ctx, "bob")
			e.NoError(err)
			e.Equal(want, got)
		}
		_, err := e.s.Resolve(e.ctx, addr("bob", domain))
		e.ErrorIs(err, store.ErrNotFound)
		_, err = e.s.ChangeAccount(e.ctx, a.ID, store.AccountChange{Quota: &store.Quota{Warn: 1}, Addresses: []store.Address{addr("eve", domain)}})
		e.ErrorIs(err, store.ErrExists)
		_, err = e.s.ChangeAccount(e.ctx, a.ID, store.AccountChange{Addresses: []store.Address{}})
		e.ErrorIs(err, store.ErrInvalid)
		_, err = e.s.ChangeAccount(e.ctx, a.ID+100, store.AccountChange{})
		e.ErrorIs(err, store.ErrNotFound)
		got, err := e.s.Account(e.ctx, "bob")
		e.NoError(err)
		e.Equal(want, got)
	}},
	{name: "quota", why: "what holds is an account's own quota, or else the default, which holds for mail at once", check: checkDefaultQuota},
	{name: "list", why: "accounts are listed in order, once each, also while they are removed", check: func(e *env) {
		var want []string
		for i := range 300 {
			want = append(want, fmt.Sprintf("user%03d", i))
			e.account(want[i])
		}
		var got []string
		for a, err := range e.s.ListAccounts(e.ctx) {
			e.NoError(err)
			got = append(got, a.Name)
			if a.Name == "user100" {
				e.NoError(e.s.RemoveAccount(e.ctx, a.ID, false))
			}
		}
		e.Equal(want, got)
		for a, err := range e.s.ListAccounts(e.ctx) {
			e.NoError(err)
			e.Equal("user000", a.Name)
			break
		}
	}},
	{name: "remove", why: "a removed account takes its mail along, and its name may be used again, with nothing of it", check: func(e *env) {
		a := e.account("bob")
		sub := e.create(a.ID, a.Inbox, "below")
		uid := e.deliver(a.Inbox, "one")
		old := e.folder(a.Inbox)
		e.NoError(e.s.RemoveAccount(e.ctx, a.ID, false))
		for _, id := range []store.FolderID{a.Inbox, sub.ID} {
			_, err := e.s.Folder(e.ctx, id)
			e.ErrorIs(err, store.ErrNotFound)
		}
		_, err := e.s.Open(e.ctx, a.Inbox, uid)
		e.ErrorIs(err, store.ErrNotFound)
		_, err = e.s.CreateFolder(e.ctx, store.NewFolder{Owner: a.ID, Name: "more"})
		e.ErrorIs(err, store.ErrNotFound)
		e.ErrorIs(e.s.RemoveAccount(e.ctx, a.ID, false), store.ErrNotFound)
		e.ErrorIs(e.s.RemoveAccount(e.ctx, store.Public, false), store.ErrNotFound)
		again := e.account("bob")
		e.NotEqual(a.ID, again.ID)
		e.Greater(e.folder(again.Inbox).UIDValidity, old.UIDValidity)
		e.Empty(e.uids(again.Inbox))
	}},
	{name: "keep", why: "mail that is kept when its account is removed stays readable, and can be removed later", check: func(e *env) {
		a := e.account("bob")
		e.create(a.ID, 0, "work")
		uid := e.deliver(a.Inbox, "kept")
		e.NoError(e.s.RemoveAccount(e.ctx, a.ID, true))
		_, err := e.s.Resolve(e.ctx, addr("bob", domain))
		e.ErrorIs(err, store.ErrNotFound)
		_, err = e.s.ChangeAccount(e.ctx, a.ID, store.AccountChange{})
		e.ErrorIs(err, store.ErrNotFound)
		e.account("bob")
		e.ElementsMatch([]string{store.Inbox, "work"}, e.names(a.ID))
		e.Equal("kept", e.read(a.Inbox, uid))
		e.NoError(e.s.DeleteFolder(e.ctx, a.Inbox))
		e.Equal([]string{"work"}, e.names(a.ID))
		e.NoError(e.s.RemoveAccount(e.ctx, a.ID, false))
		e.Empty(e.names(a.ID))
	}},
	{name: "domains", why: "the list of domains keeps its order, and a domain with addresses cannot leave it", check: func(e *env) {
		e.account("bob")
		e.NoError(e.s.SetDomains(e.ctx, []string{"B.example", "EXAMPLE.org", "a.example"}))
		got, err := e.s.Domains(e.ctx)
		e.NoError(err)
		e.Equal([]string{"b.example", domain, "a.example"}, got)
		e.ErrorIs(e.s.SetDomains(e.ctx, []string{"a.example"}), store.ErrNotEmpty)
		for _, bad := range []string{"", "a b", "a@b", "a\n"} {
			e.ErrorIs(e.s.SetDomains(e.ctx, []string{domain, bad}), store.ErrInvalid, "%q", bad)
		}
		e.ErrorIs(e.s.SetDomains(e.ctx, []string{domain, "Example.org"}), store.ErrInvalid)
		again, err := e.s.Domains(e.ctx)
		e.NoError(err)
		e.Equal(got, again)
	}},
}

func checkPostmaster(e *env) {
	resolve := func(local, domain string) string {
		a, err := e.s.Resolve(e.ctx, addr(local, domain))
		if err != nil {
			e.ErrorIs(err, store.ErrNotFound)
			return ""
		}
		return a.Name
	}
	e.Empty(resolve("postmaster", domain), "there is nobody yet")
	e.account("first")
	for _, d := range []string{domain, "Example.NET", "", "elsewhere.example"} {
		e.Empty(resolve("PostMaster", d), "nobody inherits it")
	}
	_, err := e.s.AddAccount(e.ctx, store.NewAccount{Name: "admin", Addresses: []store.Address{addr("postmaster", domain)}})
	e.NoError(err)
	e.Equal("admin", resolve("POSTMASTER", domain))
	e.Equal("admin", resolve("postmaster", "example.net"))
	_, err = e.s.AddAccount(e.ctx, store.NewAccount{Name: "netadmin", Addresses: []store.Address{addr("Postmaster", "example.net")}})
	e.NoError(err)
	e.Equal("netadmin", resolve("postmaster", "example.net"))
	e.Equal("admin", resolve("postmaster", ""))
}

func checkAdministrators(e *env) {
	names := func() (names []string) {
		list, err := e.s.Administrators(e.ctx)
		e.NoError(err)
		for _, a := range list {
			e.True(a.Administrator)
			names = append(names, a.Name)
		}
		return names
	}
	bob := e.account("bob")
	e.account("postmaster")
	e.Empty(names(), "neither who is the oldest nor who is called so")
	eve, err := e.s.AddAccount(e.ctx, store.NewAccount{Name: "eve", Addresses: []store.Address{addr("eve", domain)}, Administrator: true})
	e.NoError(err)
	e.True(eve.Administrator)
	bob, err = e.s.ChangeAccount(e.ctx, bob.ID, store.AccountChange{Administrator: new(true)})
	e.NoError(err)
	e.True(bob.Administrator)
	e.Equal([]string{"bob", "eve"}, names(), "the oldest first")
	e.reopen()
	e.Equal([]string{"bob", "eve"}, names())
	_, err = e.s.ChangeAccount(e.ctx, bob.ID, store.AccountChange{Disabled: new(true)})
	e.NoError(err)
	e.Equal([]string{"bob", "eve"}, names(), "who is locked stays one")
	_, err = e.s.ChangeAccount(e.ctx, bob.ID, store.AccountChange{Administrator: new(false)})
	e.NoError(err)
	e.NoError(e.s.RemoveAccount(e.ctx, eve.ID, true))
	e.Empty(names())
}

func checkDefaultQuota(e *env) {
	q, err := e.s.DefaultQuota(e.ctx)
	e.NoError(err)
	e.Zero(q)
	bob := e.account("bob")
	e.Zero(bob.Limits)
	e.NoError(e.s.SetDefaultQuota(e.ctx, store.Quota{Warn: 10, NoSend: -5, NoReceive: 20}))
	e.reopen()
	q, err = e.s.DefaultQuota(e.ctx)
	e.NoError(err)
	e.Equal(store.Quota{Warn: 10, NoSend: -5, NoReceive: 20}, q)
	for _, c := range []struct{ own, limits store.Quota }{
		{store.Quota{}, store.Quota{Warn: 10, NoReceive: 20}},
		{store.Quota{Warn: -1, NoSend: 3}, store.Quota{NoSend: 3, NoReceive: 20}},
		{store.Quota{NoReceive: -1}, store.Quota{Warn: 10}},
	} {
		a, err := e.s.ChangeAccount(e.ctx, bob.ID, store.AccountChange{Quota: &c.own})
		e.NoError(err)
		e.Equal(c.own, a.Quota)
		e.Equal(c.limits, a.Limits)
	}
	e.deliver(bob.Inbox, strings.Repeat("x", 30)) // he has no bound of his own
	_, err = e.s.ChangeAccount(e.ctx, bob.ID, store.AccountChange{Quota: &store.Quota{}})
	e.NoError(err)
	_, err = e.s.Deliver(e.ctx, store.Delivery{To: []store.FolderID{bob.Inbox}}, strings.NewReader("x"))
	e.ErrorIs(err, store.ErrQuota)
	e.NoError(e.s.SetDefaultQuota(e.ctx, store.Quota{NoReceive: 31}))
	e.deliver(bob.Inbox, "x")
}
