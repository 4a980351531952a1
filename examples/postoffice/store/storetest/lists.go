package storetest

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

func (e *env) lists() (all []store.List) {
	e.Helper()
	for l, err := range e.s.ListLists(e.ctx) {
		e.NoError(err)
		all = append(all, l)
	}
	return all
}

var listRules = []rule{
	{name: "set", why: "a list is found by its address however its case is, as it was set last", check: func(e *env) {
		l := store.List{
			Address: addr("Sales", "Example.ORG"), Display: "The sales people", Owner: addr("boss", domain),
			Members: []store.Address{addr("zoe", domain), addr("Bob", "elsewhere.example"), addr("all", domain)},
			Senders: []string{"example.org", "bob@elsewhere.example"}, Hidden: true,
		}
		e.NoError(e.s.SetList(e.ctx, l))
		e.reopen()
		for _, a := range []store.Address{l.Address, addr("SALES", domain)} {
			got, err := e.s.List(e.ctx, a)
			e.NoError(err)
			e.Equal(l, got)
		}
		l = store.List{Address: addr("sales", domain), Members: []store.Address{addr("ann", domain)}, Alias: true}
		e.NoError(e.s.SetList(e.ctx, l))
		e.Equal([]store.List{l}, e.lists())
		for _, a := range []store.Address{addr("sales", "example.net"), addr("ann", domain), addr("", "")} {
			_, err := e.s.List(e.ctx, a)
			e.ErrorIs(err, store.ErrNotFound, a)
		}
	}},
	{name: "taken", why: "an address is an account's or a list's, not both", check: func(e *env) {
		bob := e.account("bob")
		e.ErrorIs(e.s.SetList(e.ctx, store.List{Address: addr("BOB", domain)}), store.ErrExists)
		e.NoError(e.s.SetList(e.ctx, store.List{Address: addr("sales", domain)}))
		_, err := e.s.AddAccount(e.ctx, store.NewAccount{Name: "x", Addresses: []store.Address{addr("x", domain), addr("Sales", domain)}})
		e.ErrorIs(err, store.ErrExists)
		_, err = e.s.ChangeAccount(e.ctx, bob.ID, store.AccountChange{Addresses: []store.Address{addr("sales", domain)}})
		e.ErrorIs(err, store.ErrExists)
		_, err = e.s.Resolve(e.ctx, addr("sales", domain))
		e.ErrorIs(err, store.ErrNotFound)
	}},
	{name: "invalid", why: "what cannot be a list is refused, and nothing of it is left", check: func(e *env) {
		here := addr("l", domain)
		e.NoError(e.s.SetList(e.ctx, store.List{Address: here, Members: []store.Address{addr("a", domain)}}))
		for i, l := range []store.List{
			{},
			{Address: addr("l", "elsewhere.example")},
			{Address: addr("a\nb", domain)},
			{Address: here, Display: "a\x00"},
			{Address: here, Owner: addr("", domain)},
			{Address: here, Members: []store.Address{addr("a", "")}},
			{Address: here, Members: []store.Address{addr("a", domain), addr("A", domain)}},
			{Address: here, Members: make([]store.Address, store.MaxMembers+1)},
			{Address: here, Senders: []string{""}},
			{Address: here, Senders: []string{"@" + domain}},
			{Address: here, Senders: []string{"a b"}},
			{Address: here, Senders: []string{"a@b\r\n"}},
			{Address: here, Senders: make([]string, store.MaxSenders+1)},
		} {
			e.ErrorIs(e.s.SetList(e.ctx, l), store.ErrInvalid, i)
		}
		e.Equal([]store.List{{Address: here, Members: []store.Address{addr("a", domain)}}}, e.lists())
	}},
	{name: "list", why: "lists are listed in order, once each", check: func(e *env) {
		var want []string
		for i := range 300 {
			want = append(want, fmt.Sprintf("list%03d", i))
			e.NoError(e.s.SetList(e.ctx, store.List{Address: addr(strings.ToUpper(want[i]), domain)}))
		}
		var got []string
		for _, l := range e.lists() {
			got = append(got, strings.ToLower(l.Address.Local))
		}
		e.Equal(want, got)
	}},
	{name: "remove", why: "who is removed is no longer a member of anything", check: func(e *env) {
		bob := e.account("bob")
		e.NoError(e.s.SetList(e.ctx, store.List{Address: addr("inner", domain), Members: []store.Address{addr("BOB", domain)}}))
		e.NoError(e.s.SetList(e.ctx, store.List{Address: addr("outer", domain), Members: []store.Address{
			addr("a", domain), addr("Inner", domain), addr("bob", domain), addr("z", domain),
		}}))
		e.NoError(e.s.RemoveAccount(e.ctx, bob.ID, false))
		e.NoError(e.s.RemoveList(e.ctx, addr("INNER", domain)))
		e.ErrorIs(e.s.RemoveList(e.ctx, addr("inner", domain)), store.ErrNotFound)
		e.ErrorIs(e.s.RemoveList(e.ctx, addr("bob", domain)), store.ErrNotFound)
		e.Equal([]store.List{{Address: addr("outer", domain), Members: []store.Address{addr("a", domain), addr("z", domain)}}}, e.lists())
	}},
	{name: "domains", why: "a domain with lists cannot leave the local ones", check: func(e *env) {
		e.NoError(e.s.SetList(e.ctx, store.List{Address: addr("l", "example.net")}))
		e.ErrorIs(e.s.SetDomains(e.ctx, []string{domain}), store.ErrNotEmpty)
		e.NoError(e.s.RemoveList(e.ctx, addr("l", "example.net")))
		e.NoError(e.s.SetDomains(e.ctx, []string{domain}))
	}},
	{name: "postmaster", why: "postmaster's list serves all local domains but those with their own postmaster (RFC 5321, 4.5.1)", check: func(e *env) {
		admins := store.List{Address: addr("postmaster", domain), Members: []store.Address{addr("bob", domain)}}
		e.NoError(e.s.SetList(e.ctx, admins))
		for _, d := range []string{"example.net", domain, ""} {
			got, err := e.s.List(e.ctx, addr("Postmaster", d))
			e.NoError(err)
			e.Equal(admins, got)
		}
		_, err := e.s.List(e.ctx, addr("postmaster", "elsewhere.example"))
		e.ErrorIs(err, store.ErrNotFound)
		_, err = e.s.AddAccount(e.ctx, store.NewAccount{Name: "net", Addresses: []store.Address{addr("postmaster", "example.net")}})
		e.NoError(err)
		_, err = e.s.List(e.ctx, addr("postmaster", "example.net"))
		e.ErrorIs(err, store.ErrNotFound)
	}},
}
