package office

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve/dnstest"
	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/mime/header"
)

// article is one of another server.
func (o *running) article(id, groups string) string {
	return "Path: peer.example!not-for-mail\r\nFrom: a@peer.example\r\nNewsgroups: " + groups + "\r\nSubject: fed\r\nDate: " +
		header.FormatDate(o.now()) + "\r\nMessage-ID: " + id + "\r\n\r\nHello\r\n.\r\n"
}

// Who may feed us is as the configuration says: by address, by the name that the DNS has for it, by login, and by both at
// once; all others are refused each of the commands, and are not told of them.
func TestNewsPeers(t *testing.T) {
	dns := dnstest.NewServer(t, "here.example. A 127.0.0.1\nthere.example. A 192.0.2.1\nbroken.example. A 192.0.2.2\n")
	dns.Fail("broken.example", dnstest.Fault{Code: 2})
	const login = "insecure-auth = true\nauthentication = ['PLAIN']\n"
	for name, tt := range map[string]struct {
		peer         string
		before, logs bool // may feed without a login, and with alice's
	}{
		"nobody":           {"", false, false},
		"address":          {"networks = ['127.0.0.0/8']\n", true, true},
		"another address":  {"networks = ['192.0.2.0/24']\n", false, false},
		"host":             {"hosts = ['there.example', 'here.example']\n", true, true},
		"another host":     {"hosts = ['there.example', 'nowhere.example']\n", false, false},
		"DNS is down":      {"hosts = ['broken.example']\nnetworks = ['192.0.2.9']\n", false, false},
		"login":            {"user = 'ALICE'\n", false, true},
		"another login":    {"user = 'bob'\n", false, false},
		"both":             {"user = 'alice'\nnetworks = ['127.0.0.1']\n", false, true},
		"login from there": {"user = 'alice'\nnetworks = ['192.0.2.1']\n", false, false},
		"address or host":  {"networks = ['192.0.2.9']\nhosts = ['here.example']\n", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			text := ""
			if tt.peer != "" {
				text = "[[news.peer]]\nname = 'peer.example'\n" + tt.peer
			}
			f, err := config.Parse("p.toml", []byte(text+"[[virtual]]\nname = 'nntp'\nprotocol = 'nntp'\naddresses = ['127.0.0.1:0']\n"+login))
			require.NoError(t, err)
			c, err := Configured(f)
			require.NoError(t, err)
			c.Dir, c.Web, c.NoDemo = t.TempDir(), nil, false
			office := open(t, c)
			office.sender.resolver.use(dns.Client())
			o := serveOffice(t, office)
			nc := newClient(t, o.connect(t, "nntp"))
			require.Regexp(t, "^20[01] ", nc.line())
			try := func(id string, may bool, refusal string) {
				if !may {
					nc.want("IHAVE "+id, refusal)
					nc.want("CHECK "+id, refusal)
					nc.want("MODE STREAM", refusal)
					nc.want("TAKETHIS "+id+"\r\n"+o.article(id, "local.test")+"DATE", refusal)
					require.Regexp(t, "^111 ", nc.line(), "the article was read, and not obeyed")
					return
				}
				nc.want("CHECK "+id, "238 ")
				nc.send("TAKETHIS " + id + "\r\n" + o.article(id, "local.test"))
				require.Regexp(t, "^239 ", nc.line())
				nc.want("CHECK "+id, "438 ")
			}
			try("<1@peer.example>", tt.before, "480 ")
			alice := o.DemoUsers()[0]
			nc.want("AUTHINFO USER "+alice.Name, "381")
			nc.want("AUTHINFO PASS "+alice.Password, "281")
			try("<2@peer.example>", tt.logs, "502 ")
			nc.want("QUIT", "205")
		})
	}
}

// What a peer may send is as the configuration says, from the next conversation on, and its name is told in the Path.
func TestNewsPeerGroups(t *testing.T) {
	a := administer(t, listener("nntp", "nntp"))
	peer := func(text string) func(*Config) {
		return func(c *Config) {
			c.News = newsConfig(t, "[[news.peer]]\nname = 'peer.example'\nnetworks = ['127.0.0.1']\n"+text)
		}
	}
	send := func(id, groups, code string) {
		t.Helper()
		c := a.greeted(t, "nntp", "20[01] ")
		c.want("IHAVE "+id, "335")
		c.send(a.article(id, groups))
		require.Regexp(t, "^"+code+" ", c.line())
		c.want("QUIT", "205")
	}
	require.NoError(t, a.reload(t, peer("groups = '*,!local.general,@local.secret'\nstreaming = false\n")))
	send("<1@peer.example>", "local.general", "437")
	send("<2@peer.example>", "local.general,local.test", "235")
	send("<3@peer.example>", "local.test,local.secret", "437")
	c := a.greeted(t, "nntp", "20[01] ")
	c.want("CHECK <4@peer.example>", "480")
	c.want("HDR Path <2@peer.example>", "225")
	require.Equal(t, "0 postoffice.test!!peer.example!not-for-mail", c.line())
	require.Equal(t, ".", c.line())
	c.want("QUIT", "205")

	require.NoError(t, a.reload(t, peer("distributions = 'world'\n")))
	send("<5@peer.example>", "local.test\r\nDistribution: local", "437")
	send("<6@peer.example>", "local.test\r\nDistribution: world", "235")
	c = a.greeted(t, "nntp", "20[01] ")
	c.want("MODE STREAM", "203")
	c.want("QUIT", "205")
	require.NoError(t, a.reload(t, func(c *Config) { c.News = newsConfig(t, "") }))
	c = a.greeted(t, "nntp", "20[01] ")
	c.want("IHAVE <7@peer.example>", "480")
	c.want("QUIT", "205")
}

// A feed that is added, changed or removed while the server runs is so at once, and what has come meanwhile is sent.
func TestNewsFeedsChange(t *testing.T) {
	there := administer(t, listener("nntp", "nntp", func(v *config.Virtual) { v.Hostname = "there.example" }))
	require.NoError(t, there.reload(t, func(c *Config) {
		c.News = newsConfig(t, "[[news.peer]]\nname = 'here.example'\nnetworks = ['127.0.0.1']\n")
	}))
	here := administer(t, listener("nntp", "nntp"))
	peer := "[[news.peer]]\nname = 'peer.example'\nnetworks = ['127.0.0.1']\n"
	feed := "[[news.feed]]\nname = 'there.example'\nhost = '" + there.Addresses()["nntp"] + "'\ngroups = '"
	say := func(text string) func(*Config) {
		return func(c *Config) { c.News = newsConfig(t, text) }
	}
	post := func(id string) {
		c := here.greeted(t, "nntp", "20[01] ")
		c.want("IHAVE "+id, "335")
		c.send(here.article(id, "local.test"))
		require.Regexp(t, "^235 ", c.line())
		c.want("QUIT", "205")
	}
	has := func(id string) bool {
		seen, err := there.groups.Seen(t.Context(), id)
		require.NoError(t, err)
		return seen
	}
	require.NoError(t, here.reload(t, say(peer)))
	require.Nil(t, here.exchange.feeds.Load())
	post("<before@peer.example>")
	require.NoError(t, here.reload(t, say(peer+feed+"*'\n")))
	post("<fed@peer.example>")
	eventually(t, func() bool { return has("<fed@peer.example>") && has("<before@peer.example>") })
	first := here.exchange.feeds.Load()
	require.NoError(t, here.reload(t, func(c *Config) { c.Virtual[0].Limits.Conns = 99 }))
	require.Same(t, first, here.exchange.feeds.Load(), "what is as it was goes on")
	require.NoError(t, here.reload(t, say(peer+feed+"other.*'\n")))
	require.NotSame(t, first, here.exchange.feeds.Load())
	post("<not@peer.example>")
	require.NoError(t, here.reload(t, say(peer+feed+"*'\nmax-size = '1 MiB'\n")))
	eventually(t, func() bool { return has("<not@peer.example>") })
	require.NoError(t, here.reload(t, say(peer)))
	require.Nil(t, here.exchange.feeds.Load())
	post("<after@peer.example>")
	require.False(t, has("<after@peer.example>"))
}

// A feed that can't begin is told, and the ones before go on.
func TestNewsFeedsFail(t *testing.T) {
	a := administer(t, listener("nntp", "nntp"))
	feed := func(names ...string) func(*Config) {
		var text strings.Builder
		for _, name := range names {
			text.WriteString("[[news.feed]]\nname = '" + name + "'\nhost = '192.0.2.1:119'\ndirection = 'pull'\n")
		}
		return func(c *Config) { c.News = newsConfig(t, text.String()) }
	}
	require.NoError(t, a.reload(t, feed("one")))
	err := a.reload(t, func(c *Config) {
		feed("two", "three")(c)
		c.News.Feeds[1].Name = "two"
	})
	require.ErrorContains(t, err, "news feeds: ")
	require.Equal(t, "one", a.exchange.feeds.Load().Sites[0].Name)
	require.NoError(t, a.reload(t, feed("two")))
	require.Equal(t, "two", a.exchange.feeds.Load().Sites[0].Name)
}
