package office

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/rvp"
)

// imRequest sends a request by somebody who has not logged in.
func (o *running) imRequest(t *testing.T, method, target string, fields ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+o.Addresses()["http"]+"/", nil)
	require.NoError(t, err)
	req.URL.Opaque = target
	for i := 0; i < len(fields); i += 2 {
		req.Header[fields[i]] = []string{fields[i+1]}
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp
}

// measured is the page of metrics.
func (o *running) measured(t *testing.T) string {
	t.Helper()
	resp, err := http.Get("http://" + o.Addresses()["http"] + "/metrics")
	require.NoError(t, err)
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(page)
}

// statuses are what PROPFINDs without Depth, which home servers refuse, get.
func (o *running) statuses(t *testing.T, users ...string) (list []int) {
	t.Helper()
	for _, user := range users {
		list = append(list, o.imRequest(t, "PROPFIND", "http://im.postoffice.test/instmsg/aliases/"+user).StatusCode)
	}
	return list
}

// An office may be a router, or a home server, or both, or neither.
func TestIMRoles(t *testing.T) {
	for name, c := range map[string]struct {
		router, home bool
		want         []int // for alice, who is elsewhere, bob and nobody
	}{
		"both":        {true, true, []int{302, 412, 404}},
		"router":      {true, false, []int{302, 404, 404}},
		"home server": {false, true, []int{412, 412, 404}},
		"neither":     {false, false, []int{404, 404, 404}},
	} {
		t.Run(name, func(t *testing.T) {
			o := start(t, Config{Dir: t.TempDir(), IM: &config.IM{
				Domains: []string{"im.postoffice.test"}, HomeServer: c.home, Router: c.router, Homes: map[string]string{"alice": "im2.postoffice.test"},
			}})
			require.Equal(t, c.want, o.statuses(t, "alice", "bob", "nobody"))
			require.Equal(t, c.home || c.router, len(o.IMDomains()) == 1)
			if c.router {
				moved := o.imRequest(t, "PROPFIND", "http://im.postoffice.test/instmsg/aliases/alice")
				require.Equal(t, "http://im2.postoffice.test/instmsg/local/im.postoffice.test/instmsg/aliases/alice", moved.Header.Get("Location"))
			}
			online, err := o.People().Online(t.Context())
			require.NoError(t, err)
			require.Empty(t, online)
		})
	}
}

// Users log on and talk where there is no router in this process. Another one sends them to the
// name of this machine.
func TestIMHomeServerOnly(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), LegacyAuth: true, IM: &config.IM{Domains: []string{"first.test", "im.postoffice.test"}, HomeServer: true}})
	alice, bob := o.im(t, o.DemoUsers()[0]), o.im(t, o.DemoUsers()[1])
	require.NoError(t, alice.LogOn(t.Context()))
	require.NoError(t, bob.LogOn(t.Context()))
	require.NoError(t, alice.Converse(bob.Node()).Send(t.Context(), "Hello"))
	require.Equal(t, "Hello", bob.heard())
	for user, status := range map[string]int{"bob": 412, "nobody": 404} {
		target := "http://home.postoffice.test/instmsg/local/im.postoffice.test/instmsg/aliases/" + user
		require.Equal(t, status, o.imRequest(t, "PROPFIND", target).StatusCode)
	}
}

// administerIM starts an Office for instant messages that can be reloaded.
func administerIM(t *testing.T, im config.IM) *administered {
	t.Helper()
	a := new(administered)
	a.next = Config{Dir: t.TempDir(), LegacyAuth: true, IM: &im, Virtual: []config.Virtual{listener("http", "http")}, Reload: func() (Config, error) {
		c := a.next
		c.Ephemeral = true
		return c, nil
	}}
	a.running = start(t, a.next)
	return a
}

// A webProxy is an HTTP proxy that notes what it is asked for, and does it itself.
type webProxy struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newWebProxy(t *testing.T) *webProxy {
	p := new(webProxy)
	p.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked = append(p.asked, r.Method+" "+r.RequestURI)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *webProxy) all() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.asked...)
}

// Who watches from another domain is told of changes through the proxy that [im] names, and after a
// reload through another one, or none. Clients are called without it.
func TestIMProxy(t *testing.T) {
	first, second := newWebProxy(t), newWebProxy(t)
	im := config.Default().IM
	im.Domains, im.Proxy = []string{"im.postoffice.test"}, first.URL
	a := administerIM(t, im)
	setProxy := func(url string) {
		require.NoError(t, a.reload(t, func(c *Config) {
			next := im
			next.Proxy = url
			c.IM = &next
		}))
	}
	const eve = "http://im.other.test/instmsg/aliases/eve"
	require.Equal(t, 207, a.imRequest(t, "SUBSCRIBE", "http://im.postoffice.test/instmsg/aliases/alice",
		"RVP-From-Principal", eve, "Call-Back", eve, "Notification-Type", "update/propchange", "Subscription-Lifetime", "3600").StatusCode)
	alice := a.im(t, a.DemoUsers()[0])
	require.NoError(t, alice.LogOn(t.Context()))
	eventually(t, func() bool { return len(first.all()) == 1 })
	setProxy(second.URL)
	require.NoError(t, alice.SetState(t.Context(), rvp.Busy))
	eventually(t, func() bool { return len(second.all()) == 1 })
	require.Equal(t, []string{"NOTIFY " + eve}, first.all())
	require.Equal(t, first.all(), second.all())
	require.ErrorContains(t, a.reload(t, func(c *Config) { c.IM.Proxy = "http://[" }), "nothing was changed: im.proxy: ")
	require.NoError(t, alice.SetState(t.Context(), rvp.Away))
	eventually(t, func() bool { return len(second.all()) == 2 })
}

// A reload of [im] is in force at once. Who is logged on stays so, is seen by others, and reached.
func TestIMReload(t *testing.T) {
	im := config.Default().IM
	im.Domains = []string{"im.postoffice.test"}
	a := administerIM(t, im)
	reload := func(change func(*config.IM)) {
		t.Helper()
		require.NoError(t, a.reload(t, func(c *Config) {
			next := im
			change(&next)
			c.IM = &next
		}))
	}
	alice, bob := a.im(t, a.DemoUsers()[0]), a.im(t, a.DemoUsers()[1])
	require.NoError(t, alice.LogOn(t.Context()))
	require.NoError(t, bob.LogOn(t.Context()))
	_, err := alice.Watch(t.Context(), bob.Node())
	require.NoError(t, err)
	before := a.Office.im.servers()
	reload(func(*config.IM) {})
	require.Same(t, before, a.Office.im.servers(), "nothing has changed but how it was said")

	reload(func(c *config.IM) { c.MaxHops = 3; c.Router = false })
	require.NotSame(t, before, a.Office.im.servers())
	require.NoError(t, bob.SetState(t.Context(), rvp.Busy))
	alice.became(rvp.Busy)
	require.NoError(t, alice.Converse(bob.Node()).Send(t.Context(), "Hello"))
	require.Equal(t, "Hello", bob.heard())
	require.Equal(t, []int{412}, a.statuses(t, "alice"))
	page := a.measured(t)
	for _, line := range []string{
		`im_requests_total{method="PROPFIND",server="im.postoffice.test",status="412"} 1`,
		`im_notifications_total{result="delivered",server="im.postoffice.test"} `,
		`im_state_changes_total{server="im.postoffice.test"} 3`,
		`im_users_online 2`,
		`im_subscriptions{type="logon"} 2`,
	} {
		require.Contains(t, page, "\npostoffice_"+line)
	}

	reload(func(c *config.IM) { c.Homes = map[string]string{"alice": "im2.postoffice.test"} })
	require.Equal(t, []int{302, 412}, a.statuses(t, "alice", "bob"))
	reload(func(c *config.IM) { c.HomeServer = false; c.Homes = map[string]string{"alice": "im2.postoffice.test"} })
	require.Equal(t, []int{302, 404}, a.statuses(t, "alice", "bob"))
	reload(func(c *config.IM) { c.HomeServer, c.Router = false, false })
	require.Equal(t, []int{404}, a.statuses(t, "bob"))
	require.Empty(t, a.IMDomains())
	eventually(t, func() bool { return !strings.Contains(a.measured(t), `server="im.postoffice.test"`) })
	reload(func(*config.IM) {})
	online, err := a.People().Online(t.Context())
	require.NoError(t, err)
	require.Len(t, online, 2)
	require.NoError(t, alice.Converse(bob.Node()).Send(t.Context(), "again"))
	require.Equal(t, "again", bob.heard())
}

// No restart is needed for [im].
func TestIMNeedsNoRestart(t *testing.T) {
	was, err := Configured(config.Default())
	require.NoError(t, err)
	file := config.Default()
	file.IM.Domains, file.IM.Router, file.IM.Proxy = []string{"im.example.org"}, false, "http://proxy.example.org:8080"
	next, err := Configured(file)
	require.NoError(t, err)
	require.Empty(t, was.restartFor(&next))
}

// An office that is closed while it reloads leaves nothing behind.
func TestIMReloadWhileClosing(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	require.NoError(t, o.Office.im.close())
	next := Config{IM: &config.IM{Domains: []string{"im.postoffice.test"}, HomeServer: true}}
	require.NoError(t, o.Office.im.reload(&next, []string{"postoffice.test"}))
	require.NoError(t, o.Office.im.close())
	require.Equal(t, 503, o.imRequest(t, "PROPFIND", "http://im.postoffice.test/instmsg/aliases/alice").StatusCode)
	_, err := o.Office.im.store.Counts(context.Background())
	require.NoError(t, err)
}
