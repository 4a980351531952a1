package office

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/queue"
)

// TestNobodyInheritsTheAdministration: with the administrators locked, an account that is left is what it was.
func TestNobodyInheritsTheAdministration(t *testing.T) {
	o := open(t, Config{Dir: t.TempDir()})
	defer o.Close()
	accounts := o.Accounts()
	_, err := accounts.Add(t.Context(), manage.NewUser{Name: "eve", Password: "correct horse"})
	require.NoError(t, err)
	require.True(t, o.mayAdminister(t.Context(), "alice"), "a first start says so")
	for _, name := range []string{"alice", "bob"} {
		require.NoError(t, accounts.Change(t.Context(), name, manage.UserChange{Disabled: new(true)}))
	}
	require.False(t, o.mayAdminister(t.Context(), "eve"))
	require.False(t, o.mayAdminister(t.Context(), "alice"))
	is, err := o.HasAdministrator(t.Context())
	require.NoError(t, err)
	require.False(t, is)
	eve, err := o.store.Account(t.Context(), "eve")
	require.NoError(t, err)
	mail, err := o.openMail(t.Context(), eve)
	require.NoError(t, err)
	require.False(t, mail.Administrator)

	require.NoError(t, accounts.Change(t.Context(), "eve", manage.UserChange{Administrator: new(true)}))
	require.True(t, o.mayAdminister(t.Context(), "eve"))
	list, err := accounts.List(t.Context())
	require.NoError(t, err)
	administrators := make(map[string]bool)
	for _, u := range list {
		administrators[u.Name] = u.Administrator
	}
	require.Equal(t, map[string]bool{"alice": true, "bob": false, "eve": true}, administrators)
}

// TestPostmaster: whom mail for postmaster reaches, without and with somebody who has the address.
func TestPostmaster(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	accounts := o.Accounts()
	send := func(to string) {
		c := o.dial(t, "smtp")
		c.want("EHLO client.example", "250 ")
		c.want("MAIL FROM:<x@client.example>", "250")
		c.want("RCPT TO:<"+to+">", "250")
		c.want("DATA", "354")
		c.want("Subject: to "+to+"\r\n\r\n.", "250 2.0.0 ")
		c.quit()
	}
	awaits := func(u DemoUser, n int) {
		t.Helper()
		require.Eventually(t, func() bool { return len(o.read(t, u)) == n }, time.Minute, 10*time.Millisecond)
	}
	send("Postmaster")
	awaits(alice, 1)
	require.Empty(t, o.read(t, bob))

	require.NoError(t, accounts.Change(t.Context(), "bob", manage.UserChange{Administrator: new(true)}))
	send("postmaster@postoffice.test")
	awaits(alice, 2)
	awaits(bob, 1)

	// Nobody: it is taken, and waits for somebody.
	for _, name := range []string{"alice", "bob"} {
		require.NoError(t, accounts.Change(t.Context(), name, manage.UserChange{Administrator: new(false)}))
	}
	send("postmaster@postoffice.test")
	require.Eventually(t, func() bool {
		list, err := o.Mail().List(t.Context(), queue.Filter{}, 10)
		require.NoError(t, err)
		return len(list) == 1 && list[0].Tries > 0
	}, time.Minute, 10*time.Millisecond)
	list, err := o.Mail().List(t.Context(), queue.Filter{}, 10)
	require.NoError(t, err)
	require.Contains(t, list[0].Last, "451 4.3.5")
	require.Contains(t, list[0].Last, "-administrator")
	require.Len(t, o.read(t, alice), 2)
	require.NoError(t, accounts.Change(t.Context(), "bob", manage.UserChange{Administrator: new(true)}))
	_, err = o.Mail().Do(t.Context(), manage.Retry, queue.Filter{}, "")
	require.NoError(t, err)
	awaits(bob, 2)

	// Somebody has the address, or another name for it.
	require.NoError(t, o.Lists().Set(t.Context(), manage.MailList{Address: "postmaster@postoffice.test", Members: []string{alice.Address}, Alias: true}))
	send("postmaster@postoffice.test")
	awaits(alice, 3)
	require.NoError(t, o.Lists().Remove(t.Context(), "postmaster@postoffice.test"))
	addresses := []string{alice.Address, "Postmaster@postoffice.test"}
	require.NoError(t, accounts.Change(t.Context(), "alice", manage.UserChange{Addresses: &addresses}))
	send("postmaster@postoffice.test")
	awaits(alice, 4)
	require.Len(t, o.read(t, bob), 2)
	account, err := o.store.Account(t.Context(), "alice")
	require.NoError(t, err)
	require.False(t, account.Administrator, "the address is not the role")
	_, err = o.store.Resolve(t.Context(), store.Address{Local: "postmaster", Domain: "postoffice.test"})
	require.NoError(t, err)
}

// TestNoDemo: with a configuration file, a first start makes a domain and newsgroups, and nobody.
func TestNoDemo(t *testing.T) {
	o := open(t, Config{Dir: t.TempDir(), Domain: "office.test", NoDemo: true})
	defer o.Close()
	require.Empty(t, o.DemoUsers())
	require.NoFileExists(t, o.path(demoFile))
	require.NoFileExists(t, o.path(firstStartFile))
	some, err := o.HasAccounts(t.Context())
	require.NoError(t, err)
	require.False(t, some)
	u, err := o.Accounts().Add(t.Context(), manage.NewUser{Name: "zoe", Password: "correct horse", Administrator: true})
	require.NoError(t, err)
	require.Equal(t, []string{"zoe@office.test"}, u.Addresses)
	require.True(t, o.mayAdminister(t.Context(), "zoe"))
	require.NotEmpty(t, o.Mechanisms())
}
