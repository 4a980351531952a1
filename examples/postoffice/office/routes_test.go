package office

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve/dnstest"
	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// deaf is an address where nobody answers.
func deaf(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// sentTo lists the recipients of all that a server was sent.
func sentTo(s *smtptest.Server) (all []string) {
	for _, m := range s.Messages() {
		for _, to := range m.Envelope.To {
			all = append(all, to.Path.String())
		}
	}
	return all
}

// to are the spaces of a route.
func to(patterns ...string) (all []queue.AddressSpace) {
	for _, p := range patterns {
		all = append(all, queue.AddressSpace{Pattern: p, Cost: 5})
	}
	return all
}

// Mail takes the cheapest way of the most specific space, the dearer one if that is down, and where none leads the hosts that
// the DNS names. What a route refuses, parks or finds too large is its own affair.
func TestRoutes(t *testing.T) {
	partner, spare, branch, world := smtptest.NewServer(t), smtptest.NewServer(t), smtptest.NewServer(t), smtptest.NewServer(t)
	_, port, err := net.SplitHostPort(world.Addr)
	require.NoError(t, err)
	zone := dnstest.NewServer(t, "world.test. MX 10 mx.world.test.\nmx.world.test. A 127.0.0.1")
	o := start(t, Config{
		Dir:      t.TempDir(),
		Relaying: Relaying{Resolver: zone.Listen(), Port: port, Private: true},
		Connector: Connector{
			MaxSize: 10_000,
			Routes: []queue.Connector{
				{Name: "partner", Spaces: to("partner.example", "*.partner.example"), Next: []string{partner.Addr}, Domains: map[string]queue.RouteOptions{
					"shut.partner.example": {Refuse: true},
					"wait.partner.example": {Park: true},
					"big.partner.example":  {MaxSize: 1 << 20},
				}},
				{Name: "dear", Spaces: []queue.AddressSpace{{Pattern: "*.partner.example", Cost: 50}}, Next: []string{deaf(t)}},
				{Name: "down", Spaces: to("down.example"), Next: []string{deaf(t)}},
				{Name: "spare", Spaces: []queue.AddressSpace{{Pattern: "down.example", Cost: 100}}, Next: []string{spare.Addr}},
				{Name: "branch", Spaces: to("branch.partner.example"), Next: []string{branch.Addr}},
			},
		},
	})
	alice := o.DemoUsers()[0]
	o.send(t, alice, hello, "a@partner.example", "b@x.PARTNER.example", "c@branch.partner.example", "d@world.test", "f@shut.partner.example", "g@wait.partner.example")
	o.send(t, alice, hello, "j@down.example")
	eventually(t, func() bool { return len(sentTo(spare)) == 1 })
	o.send(t, alice, hello, "e@down.example")
	large := hello + strings.Repeat("x\r\n", 4000)
	o.send(t, alice, large, "h@partner.example", "i@big.partner.example")
	eventually(t, func() bool {
		return len(sentTo(partner)) == 3 && len(sentTo(branch)) == 1 && len(sentTo(world)) == 1 && len(sentTo(spare)) == 2
	})
	require.ElementsMatch(t, []string{"a@partner.example", "b@x.PARTNER.example", "i@big.partner.example"}, sentTo(partner))
	require.Equal(t, []string{"c@branch.partner.example"}, sentTo(branch))
	require.Equal(t, []string{"d@world.test"}, sentTo(world))
	require.Equal(t, []string{"j@down.example", "e@down.example"}, sentTo(spare), "the route that is down is left")
	var reports string
	eventually(t, func() bool {
		reports = strings.Join(o.read(t, alice), "")
		return strings.Count(reports, "Content-Type: multipart/report") == 2
	})
	for _, want := range []string{"f@shut.partner.example\r\n", "\r\nStatus: 5.7.1\r\n", "h@partner.example\r\n", "\r\nStatus: 5.3.4\r\n"} {
		require.Contains(t, reports, want)
	}
	list, err := o.Mail().List(t.Context(), queue.Filter{Domain: ".partner.example"}, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "parked", list[0].State)
	require.Equal(t, []string{"g@wait.partner.example"}, list[0].To)
}

// A route's user fetches the mail that waits for it by ATRN; nobody else does, and nothing while nothing leaves.
func TestRouteFetched(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), Connector: Connector{
		Routes: []queue.Connector{{Name: "dialup", Spaces: to("dialup.example"), Next: []string{deaf(t)}, Options: queue.RouteOptions{Park: true}}},
		Fetch:  []Parked{{Domain: "dialup.example", User: "bob"}},
	}})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	o.send(t, alice, hello, "carol@dialup.example")
	atrn := func(u DemoUser, want string) {
		c := o.dial(t, "smtps")
		c.want("EHLO dialup.example", "250 ")
		c.want(plain(u.Name, u.Password), "235")
		c.want("ATRN dialup.example", want)
		c.hangUp()
	}
	atrn(alice, "450 ")
	require.NoError(t, o.Mail().SetMode(t.Context(), "in"))
	atrn(bob, "453 ")
	require.NoError(t, o.Mail().SetMode(t.Context(), "out"))
	atrn(bob, "250 ")
}

// The route's login is used under the TLS that the route asks for; without a word of TLS the host must prove who it is first.
func TestRouteLogin(t *testing.T) {
	far := smtptest.NewUnstartedServer(t)
	require.NoError(t, far.Users.Set("relay", "open sesame"))
	far.Config.RequireAuth = true
	far.Start()
	o := start(t, Config{Dir: t.TempDir(), Relaying: Relaying{SmartHosts: []string{deaf(t)}}, Connector: Connector{
		Logins: map[string]smtp.Login{"l": smtp.Password("relay", "open sesame")},
		Routes: []queue.Connector{
			{Name: "required", Spaces: to("required.example"), Next: []string{far.Addr}, Options: queue.RouteOptions{Login: "l", TLS: smtp.TLSRequired}},
			{Name: "usual", Spaces: to("usual.example"), Next: []string{far.Addr}, Options: queue.RouteOptions{Login: "l"}},
		},
	}})
	alice := o.DemoUsers()[0]
	o.send(t, alice, hello, "carol@usual.example")
	eventually(t, func() bool {
		list, err := o.Mail().List(t.Context(), queue.Filter{}, 1)
		require.NoError(t, err)
		return len(list) == 1 && list[0].Tries == 1
	})
	o.send(t, alice, hello, "carol@required.example")
	eventually(t, func() bool { return len(far.Messages()) == 1 })
	got := far.Messages()[0]
	require.Equal(t, "relay", got.User)
	require.True(t, got.TLS)
	require.Equal(t, []string{"carol@required.example"}, sentTo(far))
}

// Mail for other sites goes to the neighbour that leads there, whatever the routes say; mail for our own stays.
func TestSites(t *testing.T) {
	paris, out := smtptest.NewServer(t), smtptest.NewServer(t)
	o := start(t, Config{Dir: t.TempDir(), Relaying: Relaying{SmartHosts: []string{out.Addr}}, Connector: Connector{
		Sites: Sites{
			Own:     "berlin",
			Links:   []queue.Link{{From: "berlin", To: "paris", Next: []string{paris.Addr}}, {From: "paris", To: "rome", Next: []string{"rome.test"}}},
			Domains: map[string]string{"paris.test": "paris", "*.rome.test": "rome", "postoffice.test": "rome"},
		},
	}})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	o.send(t, alice, hello, "a@paris.test", "b@sub.rome.test", "c@elsewhere.example", bob.Address)
	eventually(t, func() bool { return len(sentTo(paris)) == 2 && len(sentTo(out)) == 1 })
	require.ElementsMatch(t, []string{"a@paris.test", "b@sub.rome.test"}, sentTo(paris))
	require.Contains(t, o.mailOf(t, bob), "Subject: hello\r\n")
}

// Each priority has its own schedule, and a route may have other ones.
func TestSchedules(t *testing.T) {
	far := smtptest.NewServer(t)
	far.On("MAIL", smtptest.Answer{Reply: smtp.R(451, smtp.Enhanced{4, 3, 0}, "not now")})
	every := func(d time.Duration) *queue.Schedule {
		return &queue.Schedule{Intervals: []time.Duration{d}, Expire: 4 * d}
	}
	o := start(t, Config{Dir: t.TempDir(), Relaying: Relaying{SmartHosts: []string{far.Addr}}, Connector: Connector{
		Schedules: queue.Schedules{Normal: every(3 * time.Hour), Urgent: every(time.Hour), NonUrgent: every(10 * time.Hour)},
		Routes: []queue.Connector{{Name: "slow", Spaces: to("slow.example"), Next: []string{far.Addr}, Options: queue.RouteOptions{
			Schedules: &queue.Schedules{Normal: every(30 * time.Hour)},
		}}},
	}})
	for i, tt := range []struct {
		params, domain string
		want           time.Duration
	}{
		{" MT-PRIORITY=3", "fast.example", time.Hour},
		{"", "fast.example", 3 * time.Hour},
		{" MT-PRIORITY=-3", "fast.example", 10 * time.Hour},
		{"", "slow.example", 30 * time.Hour},
	} {
		c := o.dial(t, "submissions")
		c.want("EHLO client.example", "250 ")
		c.want(plain(o.DemoUsers()[0].Name, o.DemoUsers()[0].Password), "235 ")
		c.want("MAIL FROM:<alice@postoffice.test>"+tt.params, "250 ")
		name := "r" + string(rune('a'+i)) + "@" + tt.domain
		c.want("RCPT TO:<"+name+">", "250 ")
		c.want("DATA", "354")
		c.want(hello+".", "250 ")
		c.quit()
		eventually(t, func() bool {
			list, err := o.Mail().List(t.Context(), queue.Filter{To: name}, 1)
			require.NoError(t, err)
			if len(list) == 0 || list[0].Tries != 1 {
				return false
			}
			require.WithinDuration(t, list[0].Arrived.Add(tt.want), list[0].Due, 10*time.Minute)
			return true
		})
	}
}

// A connection carries as many messages as it may, and limits reach the queue and its connections.
func TestConnectionLimits(t *testing.T) {
	far := smtptest.NewServer(t)
	o := start(t, Config{Dir: t.TempDir(), Relaying: Relaying{SmartHosts: []string{far.Addr}}, Connector: Connector{
		PerConnection: 1, PerDestination: 1, Outbound: 7, Delivery: time.Minute, Timeouts: smtp.Timeouts{End: time.Hour},
	}})
	for range 3 {
		o.send(t, o.DemoUsers()[0], hello, "carol@elsewhere.example")
	}
	eventually(t, func() bool { return len(far.Messages()) == 3 })
	connections := 0
	for _, r := range far.Records() {
		if r.Verb == "EHLO" {
			connections++
		}
	}
	require.Equal(t, 3, connections)
	require.Equal(t, queue.Limits{Deliveries: 7, PerRoute: 1, Timeout: time.Minute}, o.queue.Limits)
	require.Equal(t, 1, o.sender.current().Pool.PerDestination)
	require.Equal(t, time.Hour, o.sender.current().Options.Timeouts.End)
}

// Another configuration is in force at once for mail that comes, and for mail that waits.
func TestConnectorReload(t *testing.T) {
	far := smtptest.NewServer(t)
	var next Connector
	var fails error
	c := Config{Dir: t.TempDir(), Connector: Connector{Routes: []queue.Connector{{Name: "r", Spaces: to("elsewhere.example"), Next: []string{deaf(t)}}}}}
	c.Reload = func() (Config, error) {
		again := c
		again.Connector, again.Ephemeral = next, true
		return again, fails
	}
	o := start(t, c)
	alice := o.DemoUsers()[0]
	o.send(t, alice, hello, "carol@elsewhere.example")
	next = Connector{Mode: "out", RejectFrom: []string{alice.Address}, Routes: []queue.Connector{{Name: "other", Spaces: to("elsewhere.example"), Next: []string{far.Addr}}}}
	require.NoError(t, o.Reload(t.Context()))
	sender := o.submission(t, alice)
	sender.want("RCPT TO:<carol@elsewhere.example>", "550 5.7.1 ")
	sender.quit()
	mode, err := o.Mail().Mode(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, "out", mode)
	eventually(t, func() bool {
		_, err := o.Mail().Do(context.Background(), manage.Retry, queue.Filter{}, "")
		require.NoError(t, err)
		return len(far.Messages()) == 1
	})
	next.AcceptFrom = []string{"a b@"}
	require.ErrorContains(t, o.Reload(t.Context()), "nothing was changed")
	next, fails = Connector{}, errors.New("no such file")
	require.ErrorContains(t, o.Reload(t.Context()), "no such file")
	require.NoError(t, o.Mail().SetMode(t.Context(), "in"))
	fails = nil
	require.NoError(t, o.Reload(t.Context()))
	o.submission(t, alice).want("RCPT TO:<carol@elsewhere.example>", "250 ")
}

// How others are connected to changes too, and what is being sent is sent to the end.
func TestSenderReload(t *testing.T) {
	far := smtptest.NewServer(t)
	require.NoError(t, far.Users.Set("us", "secret"))
	_, port, err := net.SplitHostPort(far.Addr)
	require.NoError(t, err)
	c := Config{Dir: t.TempDir()}
	var next Config
	c.Reload = func() (Config, error) { return next, nil }
	next = c
	next.Ephemeral = true
	o := start(t, c)
	old := o.sender.current()
	require.NoError(t, o.Reload(t.Context()))
	require.Same(t, old, o.sender.current(), "what is as it was goes on")
	next.Relaying.Port = port
	next.Connector = Connector{
		Timeouts: smtp.Timeouts{Data: time.Minute}, Logins: map[string]smtp.Login{"x": smtp.Password("us", "secret")},
		Routes: []queue.Connector{{Name: "r", Spaces: to("elsewhere.example"), Next: []string{"127.0.0.1:" + port}, Options: queue.RouteOptions{Login: "x", TLS: smtp.TLSNone}}},
	}
	require.NoError(t, o.Reload(t.Context()))
	sender := o.sender.current()
	require.NotSame(t, old, sender)
	require.Equal(t, time.Minute, sender.Options.Timeouts.Data)
	require.Equal(t, port, sender.Port)
	_, err = old.Pool.Get(t.Context(), far.Addr, nil)
	require.Error(t, err, "it is closed, since nobody used it")
	o.send(t, o.DemoUsers()[0], hello, "carol@elsewhere.example")
	eventually(t, func() bool { return len(far.Messages()) == 1 })
	require.True(t, slices.ContainsFunc(far.Records(), func(r smtptest.Record) bool { return r.Verb == "AUTH" }), "by a login that there was not before")
}

// Mistakes in a Connector are explained before anything is opened.
func TestBadConnector(t *testing.T) {
	route := func(r queue.Connector) Connector { return Connector{Routes: []queue.Connector{r}} }
	for want, c := range map[string]Connector{
		"there is no mode": {Mode: "inwards"},
		"deliveries: -1":   {Outbound: -1},
		`no notice "everything"; choose from bounce`: {Notices: []string{"everything"}},
		`no notice ""`:                           {Notices: []string{""}},
		`administrator "boss" is not an address`: {Administrator: "boss"},
		`sender "a b"`:                           {AcceptFrom: []string{"a b"}},
		`sender "group:"`:                        {RejectFrom: []string{"group:"}},
		`sender "@x.example"`:                    {RejectFrom: []string{"@x.example"}},
		"a route has no name":                    route(queue.Connector{Next: []string{"x.example"}}),
		`"out": give it a name of its own`:       route(queue.Connector{Name: "out"}),
		`"(local)": give it a name of its own`:   route(queue.Connector{Name: "(local)"}),
		`there is no login "x"`:                  route(queue.Connector{Name: "r", Options: queue.RouteOptions{Login: "x"}}),
		`there is no login "y"`:                  route(queue.Connector{Name: "r", Domains: map[string]queue.RouteOptions{"a.example": {Login: "y"}}}),
		"cost 101":                               route(queue.Connector{Name: "r", Spaces: []queue.AddressSpace{{Pattern: "a.example", Cost: 101}}}),
		`pattern "*example"`:                     route(queue.Connector{Name: "r", Spaces: to("*example")}),
		"connector: relay: ":                     route(queue.Connector{Name: "r", Next: []string{"ftp://x"}}),
		`no links lead there from "a"`:           {Sites: Sites{Own: "a", Domains: map[string]string{"b.example": "b"}}},
		"it needs two sites":                     {Sites: Sites{Own: "a", Links: []queue.Link{{From: "a", To: "a"}}}},
	} {
		_, err := Open(t.Context(), Config{Dir: filepath.Join(t.TempDir(), "none"), Connector: c})
		require.ErrorContains(t, err, want)
	}
}

// What a configuration file says of the connector is what is done.
func TestConnectorOfFile(t *testing.T) {
	c, err := connectorOf(config.Default())
	require.NoError(t, err)
	require.NoError(t, c.check())
	require.Equal(t, queue.Content{}, c.Other.Content)
	f, err := config.Parse("test", []byte(`
[server]
administrator = "boss@postoffice.test"
notices = ["protocol", "network"]
[content]
attachments = "mime"
rich-text = "always"
nondelivery-reports = false
[connector]
mode = "out"
inbound-connections = 1
messages-per-connection = 4
max-size = "1 MiB"
smart-hosts = ["smart.example"]
login = { user = "me", password = "secret" }
max-unread = 9
back-off = "1h"
reject-from = ["group:Guests"]
own-site = "Berlin"
[connector.schedule.normal]
retry = ["1h"]
[connector.schedule.urgent]
expire = "1h"
[connector.timeouts]
delivery = "2h"
command = "1m"
[[connector.route]]
name = "r"
spaces = [{ pattern = "a.example", cost = 2 }, { pattern = "*" }]
next = ["next.example"]
park = true
park-user = "dialup"
login = { user = "you", password = "hidden" }
tls = "required"
[connector.route.content]
attachments = "uuencode"
rich-text = "never"
non-mime-charset = "iso-8859-1"
delivery-reports = false
[[connector.route.domain]]
pattern = "*.b.example"
park-user = "branch"
[[connector.site]]
name = "Berlin"
[[connector.site.link]]
to = "Paris"
next = ["paris.example"]
[[connector.site]]
name = "Paris"
domains = ["paris.example"]
`))
	require.NoError(t, err)
	c, err = connectorOf(f)
	require.NoError(t, err)
	require.NoError(t, c.check())
	require.Equal(t, queue.Content{MIME: true, RichText: true, NoFailed: true}, c.Other.Content)
	require.Equal(t, queue.Content{UUEncode: true, Charset: "iso-8859-1", NoRichText: true, NoDelivered: true, NoFailed: true}, c.Routes[0].Options.Content)
	require.Equal(t, c.Routes[0].Options.Content, c.Routes[0].Domains["*.b.example"].Content)
	require.Equal(t, []Parked{{"a.example", "dialup"}, {"*.b.example", "branch"}}, c.Fetch)
	require.Equal(t, smtp.TLSRequired, c.Routes[0].Options.TLS)
	require.NotNil(t, c.Logins[c.Routes[0].Options.Login])
	require.NotNil(t, c.Logins[c.Other.Login])
	require.Equal(t, []queue.Link{{From: "Berlin", To: "Paris", Cost: 1, Next: []string{"paris.example"}}}, c.Sites.Links)
	require.Equal(t, map[string]string{"paris.example": "Paris"}, c.Sites.Domains)
	require.Equal(t, time.Hour, c.Schedules.For(queue.Urgent).Expire)
	require.Equal(t, []time.Duration{time.Hour}, c.Schedules.For(queue.NonUrgent).Intervals)
	require.Equal(t, time.Minute, c.Timeouts.Rcpt)
	require.Equal(t, []any{2 * time.Hour, 4, 9, time.Hour, int64(1 << 20), "boss@postoffice.test"},
		[]any{c.Delivery, c.PerConnection, c.MaxUnread, c.BackOff, c.MaxSize, c.Administrator})
}

// Flags take the place of the file's schedule of normal mail, and no more of it than they say.
func TestScheduleByFlags(t *testing.T) {
	c := fromFile(t, "[connector.schedule.normal]\nretry = ['1h']\nexpire = '5h'\n[connector.schedule.urgent]\nexpire = '1h'\n")
	c.Relaying.Retry = []time.Duration{3 * time.Second}
	s := c.Connector.schedules(&c.Relaying)
	require.Equal(t, []time.Duration{3 * time.Second}, s.For(queue.Normal).Intervals)
	require.Equal(t, 5*time.Hour, s.For(queue.Normal).Expire)
	require.Equal(t, time.Hour, s.For(queue.Urgent).Expire)
}
