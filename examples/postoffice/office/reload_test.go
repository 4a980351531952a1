package office

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/logs"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// listener is a virtual server with what config.Parse would set.
func listener(name, protocol string, change ...func(*config.Virtual)) config.Virtual {
	v := config.Virtual{
		Name: name, Protocol: protocol, Start: "auto", LogLevel: "default", Authentication: []string{"all"},
		Addresses: []string{"127.0.0.1:0"}, TLSAddresses: []string{"127.0.0.1:0"},
	}
	for _, c := range change {
		c(&v)
	}
	return v
}

// An administered Office has a configuration that can be changed. The time of tests goes on, since
// conversations are real ones.
type administered struct {
	*running
	next Config
	err  error
	book *logs.Book
}

// administer starts an Office with such virtual servers.
func administer(t *testing.T, servers ...config.Virtual) *administered {
	t.Helper()
	a := new(administered)
	var err error
	a.book, err = logs.Open(logs.Options{Writer: t.Output()})
	require.NoError(t, err)
	a.next = Config{
		Dir: t.TempDir(), Virtual: servers, Logs: a.book, Levels: "info",
		Reload: func() (Config, error) {
			c := a.next
			c.Ephemeral = true
			return c, a.err
		},
	}
	a.running = start(t, a.next)
	return a
}

// reload has the configuration changed.
func (a *administered) reload(t *testing.T, change func(*Config)) error {
	t.Helper()
	a.next.Virtual = append([]config.Virtual{}, a.next.Virtual...)
	change(&a.next)
	return a.Servers().Reload(t.Context())
}

// connect connects to a virtual server, and says hello if it wants to hear that.
func (a *administered) connect(t *testing.T, service string) *client {
	t.Helper()
	nc, err := net.Dial("tcp", a.Addresses()[service])
	require.NoError(t, err)
	return newClient(t, nc)
}

// greeted is connect with what the server says first.
func (a *administered) greeted(t *testing.T, service, greeting string) *client {
	t.Helper()
	c := a.connect(t, service)
	require.Regexp(t, "^"+greeting, c.line())
	return c
}

// What can be changed while the server runs is so for who comes next; who is there stays, with what
// held before.
func TestReload(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*config.Virtual)
		before func(*client)
		after  func(*client)
	}{
		{
			"hostname",
			func(v *config.Virtual) { v.Hostname = "mx.postoffice.test" },
			func(c *client) { c.want("HELO x.example", "250 postoffice.test") },
			func(c *client) { c.want("HELO x.example", "250 mx.postoffice.test") },
		},
		{
			"message size",
			func(v *config.Virtual) { v.Limits.MessageSize = 1000 },
			func(c *client) { c.want("MAIL FROM:<> SIZE=2000", "250") },
			func(c *client) { c.want("MAIL FROM:<> SIZE=2000", "552") },
		},
		{
			"local domain",
			func(v *config.Virtual) { v.LocalDomains = []string{"second.test"} },
			func(c *client) { c.want("MAIL FROM:<>", "250"); c.want("RCPT TO:<alice@second.test>", "550 5.7.1") },
			func(c *client) { c.want("MAIL FROM:<>", "250"); c.want("RCPT TO:<alice@second.test>", "550 5.1.1") },
		},
		{
			"alias domain",
			func(v *config.Virtual) { v.AliasDomains = map[string]string{"alias.test": "postoffice.test"} },
			func(c *client) { c.want("MAIL FROM:<>", "250"); c.want("RCPT TO:<alice@alias.test>", "550 5.7.1") },
			func(c *client) { c.want("MAIL FROM:<>", "250"); c.want("RCPT TO:<alice@ALIAS.test>", "250") },
		},
		{
			"relay domain",
			func(v *config.Virtual) { v.RelayDomains = []string{"*.far.test", "near.test"} },
			func(c *client) { c.want("MAIL FROM:<>", "250"); c.want("RCPT TO:<a@b.far.test>", "550 5.7.1") },
			func(c *client) {
				c.want("MAIL FROM:<>", "250")
				c.want("RCPT TO:<a@b.far.test>", "250")
				c.want("RCPT TO:<a@near.test>", "250")
				c.want("RCPT TO:<a@b.near.test>", "550 5.7.1")
			},
		},
		{
			"networks that may relay",
			func(v *config.Virtual) { v.RelayFrom = networks("127.0.0.0/8") },
			func(c *client) { c.want("MAIL FROM:<>", "250"); c.want("RCPT TO:<a@far.test>", "550 5.7.1") },
			func(c *client) { c.want("MAIL FROM:<>", "250"); c.want("RCPT TO:<a@far.test>", "250") },
		},
		{
			"mechanisms",
			func(v *config.Virtual) { v.Authentication, v.InsecureAuth = []string{"PLAIN"}, true },
			func(c *client) { c.want("AUTH PLAIN AGEAYg==", "538") },
			func(c *client) { c.want("AUTH PLAIN AGEAYg==", "535"); c.want("AUTH LOGIN", "504") },
		},
		{
			"no logins",
			func(v *config.Virtual) { v.Authentication = []string{} },
			func(c *client) { c.want("AUTH PLAIN AGEAYg==", "538") },
			func(c *client) { c.want("AUTH PLAIN AGEAYg==", "502") },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := administer(t, listener("smtp", "smtp"), listener("pop3", "pop3"))
			there := a.greeted(t, "smtp", "220 ")
			pop3 := a.find(t, "pop3")
			engine := a.server("pop3")
			address := a.Addresses()["smtp"]
			require.NoError(t, a.reload(t, func(c *Config) { tt.change(&c.Virtual[0]) }))
			require.Equal(t, address, a.Addresses()["smtp"], "it listens where it did")
			if tt.name != "hostname" { // whose certificate all show to who asks for it
				require.Same(t, engine, a.server("pop3"), "whose settings are as they were is left alone")
			}
			require.Equal(t, pop3, a.find(t, "pop3"))
			there.want("EHLO x.example", "250 ")
			tt.before(there)
			next := a.greeted(t, "smtp", "220 ")
			next.want("EHLO x.example", "250 ")
			tt.after(next)
			require.EqualValues(t, 2, a.find(t, "smtp").Open)
			there.quit()
			next.quit()
			require.EqualValues(t, 2, a.find(t, "smtp").Total)
		})
	}
}

func networks(list ...string) (n config.Networks) {
	for _, text := range list {
		var one config.Network
		if err := one.UnmarshalText([]byte(text)); err != nil {
			panic(err)
		}
		n = append(n, one)
	}
	return n
}

// Deny and limits of connections hold for those who connect from then on.
func TestReloadAccess(t *testing.T) {
	a := administer(t, listener("smtp", "smtp"))
	there := a.greeted(t, "smtp", "220 ")
	require.NoError(t, a.reload(t, func(c *Config) { c.Virtual[0].Deny = networks("127.0.0.1") }))
	a.greeted(t, "smtp", "554 ").gone()
	there.want("NOOP", "250")
	require.EqualValues(t, 1, a.find(t, "smtp").Refused)
	require.NoError(t, a.reload(t, func(c *Config) { c.Virtual[0].Deny = nil; c.Virtual[0].Limits.Conns = 1 }))
	second := a.greeted(t, "smtp", "220 ")
	a.greeted(t, "smtp", "421 ").gone()
	second.quit()
	there.quit()
	require.EqualValues(t, 2, a.find(t, "smtp").Refused, "those of former engines count")
}

// Virtual servers come and go, and one gets the place of another.
func TestReloadServers(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	place := free.Addr().String()
	require.NoError(t, free.Close())
	at := func(v *config.Virtual) { v.Addresses = []string{place} }
	a := administer(t, listener("smtp", "smtp"), listener("old", "pop3"))
	old := a.greeted(t, "old", "[+]OK ")
	require.NoError(t, a.reload(t, func(c *Config) {
		c.Addresses = map[string]string{"new": place}
		c.Virtual[1] = listener("new", "imap4", at)
	}))
	require.Regexp(t, "^-ERR ", old.line())
	old.gone()
	a.greeted(t, "new", `\* OK `).hangUp()
	require.Equal(t, place, a.Addresses()["new"])
	list, err := a.Servers().List(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 2)

	// The place of one that has another now is free for a third.
	require.NoError(t, a.reload(t, func(c *Config) {
		c.Addresses = map[string]string{"third": place}
		c.Virtual = append(c.Virtual, listener("third", "pop3", at))
	}))
	a.greeted(t, "third", "[+]OK ").hangUp()
	a.greeted(t, "new", `\* OK `).hangUp()

	require.NoError(t, a.reload(t, func(c *Config) { c.Virtual[1].Start = "disabled" }))
	require.Equal(t, manage.Stopped, a.find(t, "new").State)
	require.NoError(t, a.reload(t, func(c *Config) { c.Virtual[1].Start = "auto" }))
	require.Equal(t, manage.Running, a.find(t, "new").State)
}

// A virtual server that is stopped or paused stays so, with the new settings when it is started.
func TestReloadKeepsStates(t *testing.T) {
	a := administer(t, listener("stopped", "smtp"), listener("paused", "smtp"))
	a.do(t, "stopped", manage.Stop)
	a.do(t, "paused", manage.Pause)
	require.NoError(t, a.reload(t, func(c *Config) {
		c.Virtual[0].Hostname, c.Virtual[1].Hostname = "a.postoffice.test", "b.postoffice.test"
	}))
	require.Equal(t, manage.Stopped, a.find(t, "stopped").State)
	require.Equal(t, manage.Paused, a.find(t, "paused").State)
	a.greeted(t, "paused", "421 ").gone()
	a.do(t, "stopped", manage.Start)
	a.do(t, "paused", manage.Resume)
	a.greeted(t, "stopped", `220 a\.postoffice\.test `).quit()
	a.greeted(t, "paused", `220 b\.postoffice\.test `).quit()
}

// A configuration that can't be changes nothing, and says why.
func TestReloadFails(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*administered, *Config)
		want   string
	}{
		"file":        {func(a *administered, _ *Config) { a.err = errors.New("config: 1 to change") }, "nothing was changed: config: 1 to change"},
		"domain":      {func(_ *administered, c *Config) { c.Domain = "no domain" }, `nothing was changed: domain "no domain"`},
		"certificate": {func(_ *administered, c *Config) { c.Virtual[0].Certificate = "nowhere.pem" }, "nothing was changed: smtp: certificate nowhere.pem: "},
		"client CA":   {func(_ *administered, c *Config) { c.ClientCA = "nowhere.pem" }, "nothing was changed: client CA: "},
		"level":       {func(_ *administered, c *Config) { c.Levels = "loud" }, "nothing was changed: log levels: "},
		"smart host":  {func(_ *administered, c *Config) { c.Relaying.SmartHosts = []string{"a b"} }, "nothing was changed: "},
		"park":        {func(_ *administered, c *Config) { c.Relaying.Park = []Parked{{Domain: "*.*"}} }, "nothing was changed: "},
	} {
		t.Run(name, func(t *testing.T) {
			a := administer(t, listener("smtp", "smtp"))
			engine := a.server("smtp")
			err := a.reload(t, func(c *Config) {
				c.Virtual[0].Hostname = "other.test"
				c.Virtual[0].LocalDomains = []string{"second.test"}
				tt.change(a, c)
			})
			require.ErrorContains(t, err, tt.want)
			require.Same(t, engine, a.server("smtp"))
			require.False(t, a.domains.has("second.test"))
			domains, err := a.store.Domains(t.Context())
			require.NoError(t, err)
			require.Equal(t, []string{"postoffice.test"}, domains)
		})
	}
}

// What comes of a reload is in the log, whoever asked for it.
func TestReloadIsLogged(t *testing.T) {
	paper := new(sheet)
	book, err := logs.Open(logs.Options{Writer: paper, JSON: true})
	require.NoError(t, err)
	a := new(administered)
	a.next = Config{Dir: t.TempDir(), Virtual: []config.Virtual{listener("smtp", "smtp")}, Ephemeral: true, Logs: book, Logger: book.Logger("server")}
	a.next.Reload = func() (Config, error) { return a.next, a.err }
	office, err := Open(t.Context(), a.next)
	require.NoError(t, err)
	a.running = serveOffice(t, office)
	require.NoError(t, a.reload(t, func(*Config) {}))
	require.True(t, paper.has(t, "server", "configuration was read again"))
	require.Error(t, a.reload(t, func(*Config) { a.err = errors.New("a mistake in line 7") }))
	require.True(t, paper.has(t, "server", "configuration was not read again as it should"))
	require.Contains(t, paper.text.String(), "nothing was changed: a mistake in line 7")
	a.err = nil
	require.Error(t, a.reload(t, func(c *Config) { c.lasting = map[string]any{"log.format": "json"} }))
	require.True(t, paper.has(t, "server", "not all of it is in force"))
	require.Contains(t, paper.text.String(), "log.format")
}

// An address that is taken makes one virtual server fail; the others change. The next reload tries
// again.
func TestReloadTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	place := taken.Addr().String()
	a := administer(t, listener("one", "smtp"), listener("two", "smtp"))
	there := a.greeted(t, "one", "220 ")
	err = a.reload(t, func(c *Config) {
		c.Addresses = map[string]string{"one": place}
		c.Virtual[1].Hostname = "other.test"
	})
	require.ErrorContains(t, err, "one: listen tcp "+place)
	s := a.find(t, "one")
	require.Equal(t, manage.Failed, s.State)
	require.Contains(t, s.Error, "address already in use")
	there.want("NOOP", "250")
	a.greeted(t, "two", `220 other\.test `).quit()
	require.NoError(t, taken.Close())
	require.NoError(t, a.reload(t, func(*Config) {}))
	require.Equal(t, manage.Running, a.find(t, "one").State)
	a.greeted(t, "one", "220 ").quit()
	there.quit()
}

// What needs a restart is named, and all else is in force.
func TestReloadNeedsRestart(t *testing.T) {
	file := config.Default()
	configured, err := Configured(file)
	require.NoError(t, err)
	a := administer(t, listener("smtp", "smtp"))
	a.config.lasting = configured.lasting
	for _, tt := range []struct {
		change func(*config.File)
		want   string
	}{
		{func(*config.File) {}, ""},
		{func(f *config.File) { f.Accounts.LDAP.Base = "dc=test"; f.Log.Format = "json" }, "restart the server for changes of accounts.ldap.base, log.format; all others are in force"},
		{func(f *config.File) {
			f.Connector.Outbound = 1
			f.Connector.Timeouts.Delivery = 1
			f.News.PathIdentity = "x.test"
		}, "restart the server for changes of connector.outbound-connections, connector.timeouts.delivery, news.path-identity; all others are in force"},
		{func(f *config.File) {
			f.Connector.Port = 26
			f.Connector.Timeouts.Data = 1
			f.Web.Prefix = "/x"
			f.Server.Metrics = false
		}, ""},
		{func(f *config.File) { f.Connector.SmartHosts = []string{"relay.example.org"} }, ""},
	} {
		file := config.Default()
		tt.change(file)
		next, err := Configured(file)
		require.NoError(t, err)
		err = a.reload(t, func(c *Config) { c.lasting, c.Virtual[0].Hostname = next.lasting, "mx.test" })
		if tt.want == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, tt.want)
		}
		a.greeted(t, "smtp", `220 mx\.test `).quit()
	}
}

// Levels of the log change at once, those of one virtual server too, and a reload has those of the
// configuration again.
func TestLevels(t *testing.T) {
	a := administer(t, listener("one", "smtp", func(v *config.Virtual) { v.LogLevel = "debug" }), listener("two", "smtp"))
	levels := func() map[string]string {
		list, err := a.Servers().Levels(t.Context())
		require.NoError(t, err)
		require.Contains(t, list, "queue")
		for name, level := range list {
			if level == "" {
				delete(list, name)
			}
		}
		return list
	}
	require.Equal(t, map[string]string{"": "info", "smtp/one": "debug"}, levels())
	require.NoError(t, a.Servers().SetLevel(t.Context(), "smtp", "warn"))
	require.NoError(t, a.Servers().SetLevel(t.Context(), "", "error"))
	require.Equal(t, map[string]string{"": "error", "smtp": "warn", "smtp/one": "debug"}, levels())
	require.EqualError(t, a.Servers().SetLevel(t.Context(), "smtp", "loud"), `"loud" is no level; write debug, info, warn or error`)
	require.ErrorContains(t, a.Servers().SetLevel(t.Context(), "smpt", "info"), `no category "smpt"`)
	require.NoError(t, a.reload(t, func(c *Config) { c.Levels, c.Virtual[0].LogLevel = "info,queue=debug", "default" }))
	require.Equal(t, map[string]string{"": "info", "queue": "debug"}, levels())
}

// Certificates are read again, and each virtual server shows its own; who asks one for the name of
// another sees that one's.
func TestIdentities(t *testing.T) {
	dir := t.TempDir()
	write := func(file, host string) config.Path {
		content, err := selfSigned(host, time.Now())
		require.NoError(t, err)
		path := filepath.Join(dir, file)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		return config.Path(path)
	}
	b := write("b.pem", "b.test")
	a := administer(t,
		listener("a", "smtp", func(v *config.Virtual) { v.Hostname = "a.test" }),
		listener("b", "smtp", func(v *config.Virtual) { v.Hostname, v.Certificate = "b.test", b }))
	shown := func(service, name string) string {
		nc, err := tls.Dial("tcp", a.Addresses()[service], &tls.Config{InsecureSkipVerify: true, ServerName: name})
		require.NoError(t, err)
		defer nc.Close()
		return nc.ConnectionState().PeerCertificates[0].Subject.CommonName
	}
	for _, tt := range []struct{ service, name, want string }{
		{"as", "", "a.test"},
		{"as", "a.test", "a.test"},
		{"as", "b.test", "b.test"},
		{"as", "c.test", "a.test"},
		{"bs", "", "b.test"},
		{"bs", "a.test", "a.test"},
	} {
		require.Equal(t, tt.want, shown(tt.service, tt.name), "%s for %q", tt.service, tt.name)
	}
	a.greeted(t, "a", `220 a\.test `).quit()
	a.greeted(t, "b", `220 b\.test `).quit()
	write("b.pem", "renewed.test")
	require.Equal(t, "b.test", shown("bs", ""))
	require.NoError(t, a.reload(t, func(*Config) {}))
	require.Equal(t, "renewed.test", shown("bs", ""))
	require.FileExists(t, filepath.Join(a.config.Dir, "certificate.a.test.pem"))
}

// Two virtual servers for SMTP have their own domains, networks and logins. An alias domain's mail
// comes to the users of its domain, whichever way it takes.
func TestTwoServers(t *testing.T) {
	inside := func(v *config.Virtual) {
		v.Hostname, v.RelayFrom = "inside.postoffice.test", networks("127.0.0.1")
		v.AliasDomains = map[string]string{"alias.test": "postoffice.test"}
	}
	outside := func(v *config.Virtual) {
		v.Hostname, v.Authentication = "mx.postoffice.test", []string{}
		v.Domain = "second.test"
		v.Limits.Recipients = 1
	}
	a := administer(t, listener("inside", "smtp", inside), listener("outside", "smtp", outside))
	carol, err := a.Accounts().Add(t.Context(), manage.NewUser{Name: "carol", Password: "eight xs", Addresses: []string{"carol@second.test"}})
	require.NoError(t, err)
	require.Equal(t, []string{"carol@second.test"}, carol.Addresses)

	c := a.greeted(t, "outside", `220 mx\.postoffice\.test `)
	require.NotContains(t, c.ehlo(), "AUTH")
	c.want("MAIL FROM:<x@client.example>", "250")
	c.want("RCPT TO:<alice@postoffice.test>", "550 5.7.1")
	c.want("RCPT TO:<a@far.test>", "550 5.7.1")
	c.want("RCPT TO:<carol@second.test>", "250")
	c.want("RCPT TO:<carol@second.test>", "452")
	c.want("DATA", "354")
	c.want("Subject: 1\r\n\r\n.", "250")
	c.quit()
	require.Len(t, a.inbox(t, "carol"), 1)

	c = a.greeted(t, "inside", `220 inside\.postoffice\.test `)
	require.Contains(t, c.ehlo(), "STARTTLS")
	c.want("MAIL FROM:<x@client.example>", "250")
	c.want("RCPT TO:<alice@Alias.Test>", "250")
	c.want("RCPT TO:<bob@alias.test> NOTIFY=SUCCESS", "250") // by way of the queue
	c.want("RCPT TO:<nobody@alias.test>", "550 5.1.1")
	c.want("RCPT TO:<a@far.test>", "250")
	c.want("RSET", "250")
	c.want("MAIL FROM:<>", "250")
	c.want("RCPT TO:<alice@alias.test>", "250")
	c.want("DATA", "354")
	c.want("Subject: 2\r\n\r\n.", "250")
	c.want("MAIL FROM:<alice@postoffice.test>", "250")
	c.want("RCPT TO:<bob@alias.test> NOTIFY=SUCCESS", "250")
	c.want("DATA", "354")
	c.want("Subject: 3\r\n\r\n.", "250")
	c.quit()
	require.Len(t, a.inbox(t, "alice"), 1)
	a.arrives(t, "bob", 1)
}

// ehlo says hello and returns the extensions.
func (c *client) ehlo() string {
	c.t.Helper()
	c.send("EHLO client.example\r\n")
	var all strings.Builder
	for {
		line := c.line()
		all.WriteString(line + "\n")
		if line[3] == ' ' {
			return all.String()
		}
	}
}

// arrives waits until so many messages are in an INBOX.
func (a *administered) arrives(t *testing.T, name string, n int) {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(time.Minute); len(a.inbox(t, name)) < n; <-ticker.C {
		require.True(t, time.Now().Before(deadline), "no mail for %s within a minute", name)
	}
}

// LMTP has a reply for each recipient.
func TestLMTP(t *testing.T) {
	a := administer(t, listener("lmtp", "lmtp", func(v *config.Virtual) { v.TLSAddresses = nil }))
	c := a.greeted(t, "lmtp", `220 postoffice\.test LMTP`)
	c.want("EHLO client.example", "502")
	c.want("LHLO client.example", "250 ")
	c.want("MAIL FROM:<>", "250")
	c.want("RCPT TO:<alice@postoffice.test>", "250")
	c.want("RCPT TO:<nobody@postoffice.test>", "550 5.1.1")
	c.want("RCPT TO:<bob@postoffice.test>", "250")
	c.want("DATA", "354")
	c.want("Subject: 1\r\n\r\n.", "250")
	require.Regexp(t, "^250 ", c.line())
	c.quit()
	require.Len(t, a.inbox(t, "alice"), 1)
	require.Len(t, a.inbox(t, "bob"), 1)
}

// The default domain of a configuration is that of the store from then on; one that accounts have
// addresses in stays local.
func TestConfiguredDomains(t *testing.T) {
	a := administer(t, listener("smtp", "smtp"))
	require.NoError(t, a.reload(t, func(c *Config) { c.Domain = "new.test"; c.Virtual[0].LocalDomains = []string{"third.test"} }))
	domains, err := a.store.Domains(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"new.test", "postoffice.test", "third.test"}, domains)
	require.NoError(t, a.reload(t, func(c *Config) { c.Virtual[0].LocalDomains = nil }))
	domains, err = a.store.Domains(t.Context())
	require.NoError(t, err)
	require.Contains(t, domains, "postoffice.test", "alice has an address there")
	user, err := a.Accounts().Add(t.Context(), manage.NewUser{Name: "dave", Password: "eight xs"})
	require.NoError(t, err)
	require.Equal(t, []string{"dave@new.test"}, user.Addresses)
}

// Who connects through a load balancer is known by his own address.
func TestProxyFrom(t *testing.T) {
	a := administer(t, listener("smtp", "smtp", func(v *config.Virtual) {
		v.ProxyFrom, v.RelayFrom = networks("127.0.0.1"), networks("192.0.2.1-192.0.2.9")
	}))
	for address, reply := range map[string]string{"192.0.2.9": "250", "192.0.2.10": "550 5.7.1"} {
		c := a.connect(t, "smtp")
		c.send("PROXY TCP4 " + address + " 192.0.2.200 4000 25\r\n")
		require.Regexp(t, "^220 ", c.line())
		c.want("HELO client.example", "250")
		c.want("MAIL FROM:<>", "250")
		c.want("RCPT TO:<a@far.test>", reply)
		c.quit()
	}
}
