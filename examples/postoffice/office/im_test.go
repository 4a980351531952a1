package office

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/chat"
	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/rvp"
)

func changeWithout(services []string) store.AccountChange {
	return store.AccountChange{Without: &services}
}

// A messaging user is a client of instant messages, and what it was told.
type messaging struct {
	*rvp.Client
	events chan rvp.ClientEvent
}

// im returns a client that has not logged on.
func (o *running) im(t *testing.T, u DemoUser) *messaging {
	t.Helper()
	locator, err := chat.Locate(o.Addresses()["http"], "postoffice.test")
	require.NoError(t, err)
	m := &messaging{events: make(chan rvp.ClientEvent, 100)}
	m.Client = &rvp.Client{
		User: u.Name + "@postoffice.test", Password: u.Password, Locator: locator,
		Events: func(e rvp.ClientEvent) { m.events <- e },
		Logger: slog.New(slog.DiscardHandler),
	}
	t.Cleanup(func() { _ = m.LogOff(context.Background()) })
	return m
}

// heard waits for a message and returns its text.
func (m *messaging) heard() string {
	for e := range m.events {
		if e, ok := e.(*rvp.MessageEvent); ok && e.Message.Kind() == rvp.Text {
			return string(e.Message.Body)
		}
	}
	return ""
}

// became waits until a contact has a state.
func (m *messaging) became(s rvp.State) {
	for e := range m.events {
		if e, ok := e.(*rvp.PresenceEvent); ok && e.State == s {
			return
		}
	}
}

// The demo users find each other, see each other's state and talk. Who is
// there the administration knows, in this process and by the control socket.
func TestInstantMessages(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir, LegacyAuth: true})
	require.True(t, o.ServesIM())
	require.Equal(t, []string{"im.postoffice.test"}, o.IMDomains())
	alice, bob := o.im(t, o.DemoUsers()[0]), o.im(t, o.DemoUsers()[1])
	require.NoError(t, alice.LogOn(t.Context()))
	require.NoError(t, bob.LogOn(t.Context()))
	node, err := alice.Find(t.Context(), "bob@postoffice.test")
	require.NoError(t, err)
	require.Equal(t, bob.Node(), node)
	p, err := alice.Watch(t.Context(), node)
	require.NoError(t, err)
	require.Equal(t, rvp.Online, p.State)
	require.Equal(t, "bob", p.DisplayName)
	require.Equal(t, "bob@postoffice.test", p.Email)
	require.NoError(t, bob.SetState(t.Context(), rvp.Busy))
	alice.became(rvp.Busy)
	require.NoError(t, alice.Converse(node).Send(t.Context(), "Hello"))
	require.Equal(t, "Hello", bob.heard())

	remote, err := OpenPeople(t.Context(), dir)
	require.NoError(t, err)
	defer remote.Close()
	for _, people := range []manage.People{o.People(), remote} {
		online, err := people.Online(t.Context())
		require.NoError(t, err)
		require.Len(t, online, 2)
		require.Equal(t, "alice online im im.postoffice.test", online[0].User+" "+online[0].State+" "+online[0].Protocol+" "+online[0].Server)
		require.Equal(t, "bob busy", online[1].User+" "+online[1].State)
		require.Regexp(t, `^127\.0\.0\.1:\d+$`, online[1].Remote)
		require.False(t, online[1].Since.IsZero())
	}
}

// States and subscriptions are there again after the server was. The clients
// come back by themselves.
func TestInstantMessagesStay(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir, LegacyAuth: true})
	alice := o.im(t, o.DemoUsers()[0])
	require.NoError(t, alice.SetState(t.Context(), rvp.AtLunch))
	require.NoError(t, alice.LogOn(t.Context()))
	require.NoError(t, o.stop())
	again := start(t, Config{Dir: dir, LegacyAuth: true})
	online, err := again.People().Online(t.Context())
	require.NoError(t, err)
	require.Len(t, online, 1)
	require.Equal(t, "at-lunch", online[0].State)
}

// Instant messages are switched off for one user: nobody sees him, and he can't log on.
func TestInstantMessagesOff(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), LegacyAuth: true})
	o.change(t, "bob", changeWithout([]string{"im"}))
	alice, bob := o.im(t, o.DemoUsers()[0]), o.im(t, o.DemoUsers()[1])
	require.NoError(t, alice.LogOn(t.Context()))
	require.ErrorIs(t, bob.LogOn(t.Context()), rvp.ErrNoUser)
	node, err := alice.Find(t.Context(), "bob@postoffice.test")
	require.NoError(t, err)
	_, err = alice.Watch(t.Context(), node)
	require.ErrorIs(t, err, rvp.ErrNoUser)
	_, err = alice.Presence(t.Context(), rvp.Node{Host: node.Host, Name: "postmaster"})
	require.ErrorIs(t, err, rvp.ErrNoUser, "an address, but nobody's name")
}

// Without passwords that are kept readable nobody can log on, nor with another's.
func TestInstantMessagesLogin(t *testing.T) {
	t.Run("no secrets", func(t *testing.T) {
		o := start(t, Config{Dir: t.TempDir()})
		require.False(t, o.ServesIM())
		err := o.im(t, o.DemoUsers()[0]).LogOn(t.Context())
		require.ErrorIs(t, err, rvp.ErrDenied)
	})
	t.Run("another's", func(t *testing.T) {
		o := start(t, Config{Dir: t.TempDir(), LegacyAuth: true})
		alice := o.im(t, o.DemoUsers()[0])
		alice.Account, alice.Password = "bob", o.DemoUsers()[1].Password
		require.ErrorIs(t, alice.LogOn(t.Context()), rvp.ErrDenied)
	})
	t.Run("wrong", func(t *testing.T) {
		o := start(t, Config{Dir: t.TempDir(), LegacyAuth: true})
		alice := o.im(t, o.DemoUsers()[0])
		alice.Password = "wrong"
		require.ErrorIs(t, alice.LogOn(t.Context()), rvp.ErrLogin)
	})
}

// An office may have several domains of instant messages, whose users are those of its
// mail domains.
func TestIMDomains(t *testing.T) {
	plan, err := new(Config).imPlan([]string{"Example.org", "example.net"})
	require.NoError(t, err)
	require.Equal(t, []string{"im.example.org"}, plan.Domains)
	require.Equal(t, []string{"Example.org"}, plan.mail)
	for im, mail := range map[string]string{
		"im.example.net": "example.net", "EXAMPLE.NET": "example.net", "im.example.org": "example.org", "chat.example.net": "example.org",
	} {
		require.Equal(t, mail, mailDomain(im, []string{"example.org", "example.net"}), im)
	}
	o := start(t, Config{Dir: t.TempDir(), IM: &config.IM{Domains: []string{"im.postoffice.test", "postoffice.test"}, HomeServer: true}})
	for target, status := range map[string]int{
		"http://im.postoffice.test/instmsg/aliases/alice":                            400,
		"http://POSTOFFICE.test/instmsg/aliases/alice":                               400,
		"http://elsewhere.test/instmsg/aliases/alice":                                404,
		"/instmsg/aliases/alice":                                                     400,
		"/instmsg/local/postoffice.test/instmsg/aliases/alice":                       400,
		"/instmsg/local/im.postoffice.test/instmsg/aliases/mallory":                  404,
		"http://im.postoffice.test/instmsg/local/elsewhere.test/instmsg/aliases/bob": 404,
	} {
		req, err := http.NewRequestWithContext(t.Context(), "PROPFIND", "http://"+o.Addresses()["http"]+"/", nil)
		require.NoError(t, err)
		req.URL.Opaque = target
		req.Header["RVP-Notifications-Version"] = []string{"0.2"}
		req.Header.Set("Depth", "0")
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, status, resp.StatusCode, target)
	}
}

// Who has logged in is there, by each protocol, until the conversation is over.
func TestPeople(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	online := func() (list []string) {
		people, err := o.People().Online(t.Context())
		require.NoError(t, err)
		for _, p := range people {
			require.Regexp(t, `^127\.0\.0\.1:\d+$`, p.Remote)
			list = append(list, p.User+" "+p.Protocol+" "+p.Server)
		}
		return list
	}
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	require.Empty(t, online())
	mail := o.imapClient(t, alice)
	news := o.newsClient(t, &bob)
	list := online()
	slices.Sort(list)
	require.Equal(t, []string{"alice imap4 imap", "bob nntp nntp"}, list)
	require.NoError(t, mail.Close())
	require.NoError(t, news.Close())
	eventually(t, func() bool { return len(online()) == 0 })
}
