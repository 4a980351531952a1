package office

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// connect connects to a service, and leaves the greeting to be read.
func (o *running) connect(t *testing.T, service string) net.Conn {
	t.Helper()
	nc, err := net.Dial("tcp", o.Addresses()[service])
	require.NoError(t, err)
	return nc
}

// Each protocol refuses, in its own words, those who may not use it, and lets in those who may.
func TestSwitches(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), InsecureAuth: true})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	for _, tt := range []struct {
		service, dial string
		login         func(c *client, u DemoUser, good, bad string, ok bool)
		good, bad     string
	}{
		{"pop3", "pop3", func(c *client, u DemoUser, good, bad string, ok bool) {
			c.want("USER "+u.Name, "+OK")
			c.want("PASS "+u.Password, map[bool]string{true: good, false: bad}[ok])
		}, "+OK", "-ERR [AUTH] this service is switched off for you"},
		{"submission", "submission", func(c *client, u DemoUser, good, bad string, ok bool) {
			c.want("EHLO client.example", "250 ")
			c.want(plain(u.Name, u.Password), map[bool]string{true: good, false: bad}[ok])
			if !ok {
				c.want("MAIL FROM:<"+u.Address+">", "530 5.7.0")
			}
		}, "235", "525 5.7.13 this service is switched off for you"},
	} {
		t.Run(tt.service, func(t *testing.T) {
			require.NoError(t, o.Accounts().Change(t.Context(), "alice", manage.UserChange{Without: &[]string{tt.service}}))
			tt.login(o.dial(t, tt.dial), alice, tt.good, tt.bad, false)
			tt.login(o.dial(t, tt.dial), bob, tt.good, tt.bad, true)
			require.NoError(t, o.Accounts().Change(t.Context(), "alice", manage.UserChange{Without: &[]string{}}))
			tt.login(o.dial(t, tt.dial), alice, tt.good, tt.bad, true)
		})
	}
	t.Run("imap4", func(t *testing.T) {
		require.NoError(t, o.Accounts().Change(t.Context(), "alice", manage.UserChange{Without: &[]string{"imap4"}}))
		c := newClient(t, o.connect(t, "imap"))
		require.Regexp(t, `^\* OK`, c.line())
		c.send("a LOGIN alice " + alice.Password + "\r\n")
		require.Regexp(t, `^a NO \[AUTHORIZATIONFAILED\] this service is switched off`, c.line())
		c.send("a LOGIN bob " + bob.Password + "\r\n")
		require.Regexp(t, `^a OK`, c.line())
	})
	t.Run("nntp", func(t *testing.T) {
		require.NoError(t, o.Accounts().Change(t.Context(), "alice", manage.UserChange{Without: &[]string{"nntp"}}))
		c := newClient(t, o.connect(t, "nntp"))
		require.Regexp(t, `^20[01] `, c.line())
		c.want("AUTHINFO USER alice", "381")
		c.want("AUTHINFO PASS "+alice.Password, "481 this service is switched off")
		c.want("AUTHINFO USER bob", "381")
		c.want("AUTHINFO PASS "+bob.Password, "281")
	})
	for user, want := range map[string]bool{"alice": false, "bob": true} {
		may, err := o.mayUse(t.Context(), user, "nntp")
		require.NoError(t, err)
		require.Equal(t, want, may)
	}
	_, err := o.mayUse(t.Context(), "nobody", "nntp")
	require.ErrorIs(t, err, store.ErrNotFound)
}

// Who is beyond the second limit cannot send, and still gets mail; what anybody may hold follows from the configuration.
func TestNoSend(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), Accounts: Policy{Quota: manage.Quota{NoSend: 300, NoReceive: 3000}}})
	alice := o.DemoUsers()[0]
	send := func(want string) {
		c := o.dial(t, "submissions")
		c.want("EHLO client.example", "250 ")
		c.want(plain(alice.Name, alice.Password), "235")
		c.want("MAIL FROM:<alice@postoffice.test>", want)
		c.quit()
	}
	send("250")
	o.submit(t, "c@client.example", "Subject: x\r\n\r\n"+strings.Repeat("x", 300)+"\r\n", "alice@postoffice.test")
	send("552 5.2.2 your mailbox is over its limit")
	o.submit(t, "c@client.example", "Subject: x\r\n\r\n", "alice@postoffice.test")
	require.NoError(t, o.Accounts().Change(t.Context(), "alice", manage.UserChange{Quota: &manage.Quota{NoSend: -1}}))
	send("250")
}

// Whose mailbox is beyond the first limit is told so, once a day.
func TestWarning(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	now := time.Date(2026, 3, 2, 23, 59, 0, 0, time.UTC)
	o.now = func() time.Time { return now } // nothing else asks for it until the next sweep
	for _, name := range []string{"alice", "bob"} {
		require.NoError(t, o.Accounts().Change(t.Context(), name, manage.UserChange{Quota: &manage.Quota{Warn: 100, NoSend: 5_000_000}}))
	}
	o.submit(t, "c@client.example", "Subject: x\r\n\r\n"+strings.Repeat("x", 1500)+"\r\n", "alice@postoffice.test")
	for day, want := range []int{2, 3} {
		require.NoError(t, o.warnFull(t.Context()))
		require.NoError(t, o.warnFull(t.Context()))
		require.Len(t, o.inbox(t, "alice"), want, day)
		require.Empty(t, o.inbox(t, "bob"))
		now = now.Add(2 * time.Minute)
	}
	text := o.text(t, "alice", 1)
	require.Regexp(t, `^Return-Path: <>\r\nDate: Mon, 02 Mar 2026 23:59:00 \+0000\r\nMessage-ID: <\w+@postoffice\.test>\r\n`+
		`From: Administrator <postmaster@postoffice\.test>\r\nTo: <alice@postoffice\.test>\r\nSubject: `, text)
	require.Contains(t, text, "\r\n\r\nYour mail takes 1 kB. Beyond 5 MB you cannot send. \r\nPlease delete")
}
