package office

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/nntp"
)

// newsConfig is what the [news] of a configuration file says.
func newsConfig(t *testing.T, text string) News {
	t.Helper()
	f, err := config.Parse("news.toml", []byte(text))
	require.NoError(t, err)
	n, err := newsOf(&f.News)
	require.NoError(t, err)
	return n
}

// reads connects to a news server and asks for a newsgroup.
func (a *administered) reads(t *testing.T, group, reply string) {
	t.Helper()
	c := a.greeted(t, "nntp", "20[01] ")
	c.want("GROUP "+group, reply)
	c.want("QUIT", "205")
}

// Who may read what is as the configuration says, from the next conversation on.
func TestNewsAccess(t *testing.T) {
	a := administer(t, listener("nntp", "nntp"))
	a.reads(t, "local.general", "211")
	there := a.greeted(t, "nntp", "20[01] ")
	require.NoError(t, a.reload(t, func(c *Config) {
		c.News = newsConfig(t, "[[news.access]]\ngroups = \"local.*,!local.test\"\nread = \"users\"\n")
	}))
	a.reads(t, "local.general", "411")
	a.reads(t, "local.test", "211")
	there.want("GROUP local.general", "211")
	there.want("QUIT", "205")
}

// What a feed fetches from another server is there to be read.
func TestNewsFeed(t *testing.T) {
	there := administer(t, listener("nntp", "nntp", func(v *config.Virtual) { v.InsecureAuth, v.Authentication = true, []string{"PLAIN"} }))
	alice := there.DemoUsers()[0]
	c := there.greeted(t, "nntp", "20[01] ")
	c.want("AUTHINFO USER "+alice.Name, "381")
	c.want("AUTHINFO PASS "+alice.Password, "281")
	c.want("POST", "340")
	c.send("From: alice@postoffice.test\r\nNewsgroups: local.general\r\nSubject: fed\r\nMessage-ID: <fed@postoffice.test>\r\n\r\nHello\r\n.\r\n")
	require.Regexp(t, "^240 ", c.line())
	c.want("QUIT", "205")

	here := start(t, Config{Dir: t.TempDir(), News: newsConfig(t, `
[news]
path-identity = "news.here.test"
[[news.feed]]
name = "there"
direction = "pull"
host = "`+there.Addresses()["nntp"]+`"
by-number = true
`)})
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-ticker.C {
		require.True(t, time.Now().Before(deadline), "the article has not come within a minute")
		if stats := here.exchange.feeds.Load().Stats()[0]; !stats.Last.IsZero() { // the first look has ended
			require.NoError(t, stats.Err)
			break
		}
	}
	_, err := here.groups.Find(t.Context(), "<fed@postoffice.test>")
	require.NoError(t, err)
	require.Equal(t, "news.here.test", here.server("nntp").(*nntp.Server).Hostname)
	require.DirExists(t, here.path(feedDir))
}

// Articles expire as the configuration says, and one that is taken in force later too.
func TestNewsExpires(t *testing.T) {
	a := administer(t, listener("nntp", "nntp", func(v *config.Virtual) { v.InsecureAuth, v.Authentication = true, []string{"PLAIN"} }))
	alice := a.DemoUsers()[0]
	c := a.greeted(t, "nntp", "20[01] ")
	c.want("AUTHINFO USER "+alice.Name, "381")
	c.want("AUTHINFO PASS "+alice.Password, "281")
	for range 3 {
		c.want("POST", "340")
		c.send("From: alice@postoffice.test\r\nNewsgroups: local.general\r\nSubject: old\r\n\r\nHello\r\n.\r\n")
		require.Regexp(t, "^240 ", c.line())
	}
	require.NoError(t, a.expireNews(t.Context()))
	require.EqualValues(t, 3, articles(t, a))
	require.NoError(t, a.reload(t, func(c *Config) {
		c.News = newsConfig(t, "[[news.expire]]\ngroups = \"local.*\"\narticles = 1\n")
	}))
	require.NoError(t, a.expireNews(t.Context()))
	require.EqualValues(t, 1, articles(t, a))
}

func articles(t *testing.T, a *administered) int64 {
	t.Helper()
	groups, err := a.Groups().List(t.Context())
	require.NoError(t, err)
	for _, g := range groups {
		if g.Name == "local.general" {
			return g.Articles
		}
	}
	return -1
}

// A file's default is that nobody but an administrator is obeyed, as it is without a file.
func TestNewsOfDefault(t *testing.T) {
	n := newsConfig(t, "")
	require.Equal(t, (&News{}).policy().Rules, n.policy().Rules)
	require.Empty(t, n.Feeds)
}
