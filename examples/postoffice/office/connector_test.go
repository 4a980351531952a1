package office

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// submission is a conversation of a demo user's, up to MAIL.
func (o *running) submission(t *testing.T, u DemoUser) *client {
	t.Helper()
	c := o.dial(t, "submissions")
	c.want("EHLO client.example", "250 ")
	c.want(plain(u.Name, u.Password), "235 ")
	c.want("MAIL FROM:<"+u.Address+">", "250 ")
	return c
}

// What comes and what leaves in each mode, from the configuration and changed while the server runs. Our own users have
// each other's mail in all of them.
func TestModes(t *testing.T) {
	far := smtptest.NewServer(t)
	dir := t.TempDir()
	o := start(t, Config{Dir: dir, Relaying: Relaying{SmartHosts: []string{far.Addr}}, Connector: Connector{Mode: manage.None}})
	remote, err := OpenMail(t.Context(), dir)
	require.NoError(t, err)
	local := o.Mail()
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	require.NoError(t, o.Lists().Set(t.Context(), manage.MailList{Address: "all@postoffice.test", Members: []string{bob.Address}}))
	for i, tt := range []struct {
		mode        manage.Mode
		set         manage.Mail // nil: it is so from the start
		mail, leave string
	}{
		{manage.None, nil, "421 4.3.2 ", "452 4.3.2 "},
		{manage.In, remote, "250 ", "452 4.3.2 "},
		{manage.Out, local, "421 4.3.2 ", "250 "},
		{manage.InOut, remote, "250 ", "250 "},
	} {
		t.Run(string(tt.mode), func(t *testing.T) {
			if tt.set != nil {
				require.NoError(t, tt.set.SetMode(t.Context(), tt.mode))
			}
			for _, m := range []manage.Mail{local, remote} {
				mode, err := m.Mode(t.Context())
				require.NoError(t, err)
				require.Equal(t, tt.mode, mode)
			}
			c := o.dial(t, "smtp")
			c.want("EHLO client.example", "250 ")
			c.want("MAIL FROM:<a@client.example>", tt.mail)
			c.hangUp()
			c = o.submission(t, alice)
			c.want("RCPT TO:<"+bob.Address+">", "250 ")
			c.want("RCPT TO:<carol@elsewhere.example>", tt.leave)
			c.want("RSET", "250 ")
			c.quit()
			o.send(t, alice, hello, bob.Address)
			o.send(t, alice, hello, "all@postoffice.test") // through the queue
			until(t, func() bool { return len(o.inbox(t, "bob")) == 2*(i+1) })
		})
	}
	for _, m := range []manage.Mail{local, remote} {
		require.ErrorContains(t, m.SetMode(t.Context(), "sideways"), "choose in-out, in, out or none")
	}
	require.NoError(t, o.stop())
	offline, err := OpenMail(t.Context(), dir)
	require.NoError(t, err)
	_, err = offline.Mode(t.Context())
	require.ErrorIs(t, err, errNoServer)
	require.ErrorIs(t, offline.SetMode(t.Context(), manage.In), errNoServer)
	require.NoError(t, offline.Close())
}

// What waits is kept in mode "in", and sent in mode "none".
func TestFlush(t *testing.T) {
	far := smtptest.NewServer(t)
	far.On("MAIL", smtptest.Answer{Reply: smtp.R(451, smtp.Enhanced{4, 3, 0}, "not now"), Times: 1})
	o := start(t, Config{Dir: t.TempDir(), Relaying: Relaying{SmartHosts: []string{far.Addr}}})
	o.send(t, o.DemoUsers()[0], hello, "carol@elsewhere.example")
	waiting := func(least, most time.Duration) {
		eventually(t, func() bool {
			list, err := o.Mail().List(t.Context(), queue.Filter{}, 1)
			require.NoError(t, err)
			in := func() time.Duration { return time.Until(list[0].Due) }
			return len(list) == 1 && list[0].Tries == 1 && list[0].State == "waiting" && least < in() && in() < most
		})
	}
	retry := func() {
		_, err := o.Mail().Do(t.Context(), manage.Retry, queue.Filter{}, "")
		require.NoError(t, err)
	}
	waiting(30*time.Minute, 2*time.Hour) // by its schedule
	require.NoError(t, o.Mail().SetMode(t.Context(), manage.In))
	retry()
	waiting(0, 5*time.Minute) // it was looked at, and not tried
	require.NoError(t, o.Mail().SetMode(t.Context(), manage.None))
	retry()
	eventually(t, func() bool { return len(far.Messages()) == 1 })
}

// One conversation too many is told to come back later; submission is not counted.
func TestInboundLimit(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), Connector: Connector{Inbound: 2}})
	first, second := o.dial(t, "smtp"), o.dial(t, "smtp")
	connect := func() string {
		c := newClient(t, dialTCP(t, o.Addresses()["smtp"]))
		line := c.line()
		c.hangUp()
		return line
	}
	require.Equal(t, "421 4.3.2 too many connections, come back later", connect())
	o.submission(t, o.DemoUsers()[0]).quit()
	first.quit()
	until(t, func() bool { return strings.HasPrefix(connect(), "220 ") })
	second.quit()
}

// Whose mail leaves: by address, domain, group and group in a group, whichever of his addresses somebody uses.
func TestRestrictions(t *testing.T) {
	type conn struct{ accept, reject []string }
	for name, tt := range map[string]struct {
		conn
		alice, bob, guest bool
	}{
		"everybody":         {conn{}, true, true, true},
		"accept address":    {conn{accept: []string{"ALICE@postoffice.test"}}, true, false, false},
		"accept alias":      {conn{accept: []string{"bob.alias@postoffice.test"}}, false, true, false},
		"accept domain":     {conn{accept: []string{"Postoffice.TEST"}}, true, true, false},
		"accept below":      {conn{accept: []string{"*.example"}}, false, false, true},
		"accept group":      {conn{accept: []string{"group:Sales People"}}, true, false, false},
		"accept outer":      {conn{accept: []string{"group:everyone@postoffice.test"}}, true, true, false},
		"accept group name": {conn{accept: []string{"group:everyone"}}, true, true, false},
		"unknown group":     {conn{accept: []string{"group:nobody"}}, false, false, false},
		"reject":            {conn{reject: []string{"alice@postoffice.test", "client.example"}}, false, true, false},
		"reject group":      {conn{reject: []string{"group:sales"}}, false, true, true},
		"reject first":      {conn{[]string{"*"}, []string{"bob@postoffice.test"}}, true, false, true},
		"nobody":            {conn{reject: []string{"*"}}, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := start(t, Config{Dir: t.TempDir(), Relaying: Relaying{Trusted: loopback}, Connector: Connector{Mode: manage.InOut, AcceptFrom: tt.accept, RejectFrom: tt.reject}})
			at := func(s string) store.Address { return store.Address{Local: s, Domain: "postoffice.test"} }
			o.change(t, "bob", store.AccountChange{Addresses: []store.Address{at("bob"), at("bob.alias")}})
			for _, l := range []store.List{
				{Address: at("sales"), Display: "Sales People", Members: []store.Address{at("alice")}},
				{Address: at("everyone"), Members: []store.Address{at("sales"), at("bob")}},
			} {
				require.NoError(t, o.store.SetList(t.Context(), l))
			}
			answer := map[bool]string{true: "250 2.1.5 ", false: "550 5.7.1 you may not send to other domains"}
			for i, may := range []bool{tt.alice, tt.bob} {
				c := o.submission(t, o.DemoUsers()[i])
				c.want("RCPT TO:<carol@elsewhere.example>", answer[may])
				c.want("RCPT TO:<carol@elsewhere.example>", answer[may])
				c.want("RCPT TO:<alice@postoffice.test>", "250 ")
				c.quit()
			}
			c := o.dial(t, "smtp")
			c.want("EHLO client.example", "250 ")
			c.want("MAIL FROM:<guest@client.example>", "250 ")
			c.want("RCPT TO:<carol@elsewhere.example>", answer[tt.guest])
			c.want("RCPT TO:<alice@postoffice.test>", "250 ")
			c.want("RSET", "250 ")
			c.want("MAIL FROM:<>", "250 ")
			c.want("RCPT TO:<carol@elsewhere.example>", answer[len(tt.accept) == 0 && name != "nobody" || name == "reject first"])
			c.quit()
		})
	}
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// A mailbox with too much unread mail gets no more until it was looked at again and had less, neither directly nor through the
// queue.
func TestMaxUnread(t *testing.T) {
	far := smtptest.NewServer(t)
	o := open(t, Config{Dir: t.TempDir(), Relaying: Relaying{SmartHosts: []string{far.Addr}}, Connector: Connector{MaxUnread: 2, BackOff: time.Hour}})
	var clock stopped
	clock.set(time.Now())
	o.gateway.now = clock.now
	r := serveOffice(t, o)
	for i := range 2 {
		r.submit(t, "a@client.example", fmt.Sprintf("Subject: %d\r\n\r\n", i), "alice@postoffice.test")
	}
	c := r.dial(t, "smtp")
	c.want("EHLO client.example", "250 ")
	c.want("MAIL FROM:<a@client.example>", "250 ")
	full := func() {
		t.Helper()
		c.want("RCPT TO:<alice@postoffice.test>", "452 4.2.2 too many unread messages")
	}
	full()
	c.want("RCPT TO:<bob@postoffice.test>", "250 ")
	first := func(m store.FlagMode) {
		alice, err := o.store.Account(t.Context(), "alice")
		require.NoError(t, err)
		_, _, err = o.store.SetFlags(t.Context(), alice.Inbox, store.FlagChange{
			UIDs: store.UIDSet{{From: 1, To: 1}}, Mode: m, Flags: store.Flags{System: store.Seen},
		})
		require.NoError(t, err)
	}
	first(store.Add)
	clock.set(clock.now().Add(59 * time.Minute))
	full()
	clock.set(clock.now().Add(time.Minute))
	c.want("RCPT TO:<alice@postoffice.test>", "250 ")
	first(store.Remove)
	full()
	c.want("RSET", "250 ")
	// Mail that the queue has waits there.
	r.send(t, r.DemoUsers()[1], hello, "carol@elsewhere.example")
	env, err := smtp.NewEnvelope("bob@postoffice.test", "alice@postoffice.test")
	require.NoError(t, err)
	_, err = o.queue.Add(t.Context(), queue.Submission{Envelope: env, Body: strings.NewReader(hello), Size: -1, Own: true})
	require.NoError(t, err)
	until(t, func() bool {
		list, err := r.Mail().List(t.Context(), queue.Filter{To: "alice@postoffice.test"}, 1)
		require.NoError(t, err)
		return len(list) == 1 && strings.Contains(list[0].Last, "452 4.2.2 too many unread")
	})
	c.quit()
}

// The administrator is told of what he wants to know of, with the headers, and of nothing else.
func TestNotices(t *testing.T) {
	far := smtptest.NewServer(t)
	far.On("RCPT", smtptest.Answer{Reply: smtp.R(550, smtp.Enhanced{5, 1, 1}, "never heard of her"), Times: 1})
	far.On("RCPT", smtptest.Answer{Reply: smtp.R(554, smtp.Enhanced{5, 5, 4}, "what is that?"), Times: 1})
	o := start(t, Config{Dir: t.TempDir(), Relaying: Relaying{SmartHosts: []string{far.Addr}}, Connector: Connector{
		Administrator: "bob@postoffice.test", Notices: []string{"protocol", "ambiguous"},
	}})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	o.send(t, alice, hello, "carol@elsewhere.example")
	require.Contains(t, o.mailOf(t, alice), "Status: 5.1.1\r\n")
	o.send(t, alice, hello, "dora@elsewhere.example")
	told := o.mailOf(t, bob)
	for _, want := range []string{"Status: 5.5.4\r\n", "dora@elsewhere.example", "Subject: hello\r\n"} {
		require.Contains(t, told, want)
	}
	require.NotContains(t, told, "carol@")
	require.Len(t, o.inbox(t, "bob"), 1)
}
