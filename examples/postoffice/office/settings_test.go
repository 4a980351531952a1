package office

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/logs"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// fromFile is the Config of a file for a test.
func fromFile(t *testing.T, text string) Config {
	t.Helper()
	f, err := config.Parse("postoffice.toml", []byte(text))
	require.NoError(t, err)
	c, err := Configured(f)
	require.NoError(t, err)
	return c
}

// Without server.metrics nothing is shown, and a reload changes it.
func TestNoMetrics(t *testing.T) {
	a := administer(t, listener("smtp", "smtp"), listener("http", "http"))
	client := &http.Client{Transport: new(http.Transport)}
	shown := func() (int, string) { return a.ask(t, client, "GET", "/metrics", "") }
	a.greeted(t, "smtp", "220 ").quit()
	status, text := shown()
	require.Equal(t, 200, status)
	require.Contains(t, text, `postoffice_conversations_total{protocol="smtp",server="smtp"} 1`)
	require.NoError(t, a.reload(t, func(c *Config) { c.NoMetrics = true }))
	a.greeted(t, "smtp", "220 ").quit()
	status, _ = shown()
	require.Equal(t, 200, status, "a connection keeps the settings that it began with, for one more request")
	status, _ = shown()
	require.Equal(t, 404, status)
	require.NoError(t, a.reload(t, func(c *Config) { c.NoMetrics = false }))
	_, _ = shown()
	_, text = shown()
	require.Contains(t, text, `postoffice_conversations_total{protocol="smtp",server="smtp"} 1`, "what was not to be counted was not")
}

// The message tracking log is written, or not, and kept as long as the configuration says.
func TestTrackingSettings(t *testing.T) {
	for text, want := range map[string]struct{ there, old bool }{
		"":                                   {true, true},
		"[log]\ntracking-days = 2\n":         {true, false},
		"[log]\ntracking = false\n":          {false, true},
		"log.tracking-days = 90\nweb = {}\n": {true, true},
	} {
		c := fromFile(t, text)
		c.Dir, c.Virtual, c.Web, c.NewStore, c.NoDemo = t.TempDir(), nil, nil, true, false
		folder := filepath.Join(c.Dir, trackDir)
		require.NoError(t, os.MkdirAll(folder, 0o700))
		old := filepath.Join(folder, time.Now().AddDate(0, 0, -30).UTC().Format("20060102")+".log")
		require.NoError(t, os.WriteFile(old, nil, 0o600))
		o := start(t, c)
		o.submit(t, "c@client.example", "Subject: x\r\n\r\n", "alice@postoffice.test")
		require.NoError(t, o.stop())
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		_, err = os.Stat(old)
		require.Equal(t, want.old, err == nil, "%q: %v", text, names)
		require.Equal(t, want.there, len(names) > map[bool]int{true: 1}[want.old], "%q: %v", text, names)
	}
}

// What [web] says is in force after a reload: paths, names, administrators and how long sessions last.
func TestReloadWeb(t *testing.T) {
	web := func(change func(*config.Web)) func(*Config) {
		return func(c *Config) {
			w := config.Default().Web
			change(&w)
			c.Web = &w
		}
	}
	a := administer(t, listener("http", "http"))
	status := func(path string) int {
		code, _ := a.ask(t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, "PROPFIND", path, "")
		return code
	}
	require.Equal(t, 403, status("/dav/"), "no login can be had without TLS")
	require.NoError(t, a.reload(t, web(func(w *config.Web) { w.Prefix = "/mail" })))
	require.Equal(t, 403, status("/mail/"))
	require.NotEqual(t, 403, status("/dav/"))
	require.NoError(t, a.reload(t, web(func(w *config.Web) { w.WebDAV = false })))
	require.Equal(t, 404, status("/dav/"))

	visit := func(host, name, password string) (int, *http.Cookie) {
		body := strings.NewReader(url.Values{"name": {name}, "password": {password}}.Encode())
		req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+a.Addresses()["admin"]+"/login", body)
		require.NoError(t, err)
		req.Host = host
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := new(http.Transport).RoundTrip(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		for _, c := range resp.Cookies() {
			if c.Name != "" && c.Value != "" {
				return resp.StatusCode, c
			}
		}
		return resp.StatusCode, nil
	}
	alice, bob := a.DemoUsers()[0], a.DemoUsers()[1]
	code, _ := visit("localhost", alice.Name, alice.Password)
	require.Equal(t, 303, code)
	code, _ = visit("proxy.example", alice.Name, alice.Password)
	require.Equal(t, 421, code)
	require.NoError(t, a.reload(t, web(func(w *config.Web) { w.Hosts = []string{"proxy.example", "192.0.2.1"} })))
	for _, host := range []string{"Proxy.Example:443", "192.0.2.1", "localhost", "postoffice.test"} {
		code, _ = visit(host, alice.Name, alice.Password)
		require.Equal(t, 303, code, host)
	}
	code, _ = visit("other.example", alice.Name, alice.Password)
	require.Equal(t, 421, code)

	engine := a.server("admin")
	require.NoError(t, a.reload(t, web(func(w *config.Web) {
		w.Hosts, w.Administrators = []string{"proxy.example", "192.0.2.1"}, []string{"bob"}
	})))
	require.Same(t, engine, a.server("admin"), "those who have logged in stay so")
	code, _ = visit("localhost", alice.Name, alice.Password)
	require.Equal(t, 403, code)
	code, session := visit("localhost", bob.Name, bob.Password)
	require.Equal(t, 303, code)
	require.NotNil(t, session)
	require.NoError(t, a.reload(t, web(func(w *config.Web) { w.SessionLife = config.Duration(time.Nanosecond) })))
	code, session = visit("localhost", alice.Name, alice.Password)
	require.Equal(t, 303, code)
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+a.Addresses()["admin"]+"/", nil)
	require.NoError(t, err)
	req.AddCookie(session)
	resp, err := new(http.Transport).RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, "/login", resp.Header.Get("Location"), "a session that lasts no time is over")
}

// How one may log in by HTTP and LDAP is as the configuration says.
func TestAuthenticationOfWebAndDirectory(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, open(t, Config{Dir: dir, LegacyAuth: true}).Close())
	at := func(list string) Config {
		return fromFile(t, "[accounts]\nlegacy-passwords = true\n[web]\nadmin-address = ''\n[[virtual]]\nname = 'http'\nprotocol = 'http'\naddresses = ['127.0.0.1:0']\ninsecure-auth = true\n"+
			"authentication = ["+strings.ReplaceAll(list, "SIMPLE", "BASIC")+"]\n[[virtual]]\nname = 'ldap'\nprotocol = 'ldap'\naddresses = ['127.0.0.1:0']\ninsecure-auth = true\n"+
			"authentication = ["+strings.NewReplacer("BASIC", "SIMPLE", "'DIGEST'", "'DIGEST-MD5'").Replace(list)+"]\n")
	}
	for list, want := range map[string]struct {
		http   string
		simple bool
		sasl   []string
	}{
		"'BASIC'":           {"Basic", true, []string{"PLAIN"}},
		"'DIGEST'":          {"Digest", false, []string{"DIGEST-MD5"}},
		"'NTLM'":            {"NTLM", false, []string{"NTLM"}},
		"'DIGEST', 'BASIC'": {"Digest Basic", true, []string{"DIGEST-MD5", "PLAIN"}},
		"":                  {"", false, nil},
	} {
		t.Run(list, func(t *testing.T) {
			c := at(list)
			c.Dir, c.LegacyAuth = dir, true
			o := start(t, c)
			alice := o.DemoUsers()[0]
			resp, err := http.Get("http://" + o.Addresses()["http"] + "/dav/")
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			var schemes []string
			for _, line := range resp.Header.Values("WWW-Authenticate") {
				if name, _, _ := strings.Cut(line, " "); len(schemes) == 0 || schemes[len(schemes)-1] != name {
					schemes = append(schemes, name)
				}
			}
			require.Equal(t, want.http, strings.Join(schemes, " "))
			require.Equal(t, map[bool]int{true: 401, false: 403}[want.http != ""], resp.StatusCode)

			l, err := ldap.DialURL("ldap://" + o.Addresses()["ldap"])
			require.NoError(t, err)
			defer l.Close()
			root, err := l.Search(ldap.NewSearchRequest("", ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"supportedSASLMechanisms"}, nil))
			require.NoError(t, err)
			require.ElementsMatch(t, want.sasl, root.Entries[0].GetAttributeValues("supportedSASLMechanisms"))
			err = l.Bind("alice", alice.Password)
			if want.simple {
				require.NoError(t, err)
			} else {
				require.True(t, ldap.IsErrorWithCode(err, ldap.LDAPResultAuthMethodNotSupported), "%v", err)
			}
		})
	}
}

// Whoever may not use the address book can't log in to it.
func TestSwitchLDAP(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), InsecureAuth: true})
	bind := func(u DemoUser) error {
		l, err := ldap.DialURL("ldap://" + o.Addresses()["ldap"])
		require.NoError(t, err)
		defer l.Close()
		return l.Bind(u.Name, u.Password)
	}
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	require.NoError(t, bind(alice))
	require.NoError(t, o.Accounts().Change(t.Context(), "alice", manage.UserChange{Without: &[]string{"ldap"}}))
	require.True(t, ldap.IsErrorWithCode(bind(alice), ldap.LDAPResultUnwillingToPerform))
	require.NoError(t, bind(bob))
}

// A sheet keeps what is logged.
type sheet struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (s *sheet) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

// has tells whether a line of a category has the message.
func (s *sheet) has(t *testing.T, category, message string) bool {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := json.NewDecoder(bytes.NewReader(s.text.Bytes()))
	for {
		var line struct{ Category, Msg string }
		err := lines.Decode(&line)
		if err == io.EOF {
			return false
		}
		require.NoError(t, err)
		if line.Category == category && strings.Contains(line.Msg, message) {
			return true
		}
	}
}

// Each category of the log has lines of its own, and log.levels decides about them.
func TestLogCategories(t *testing.T) {
	dns := dnstest.NewServer(t, "")
	for _, level := range []string{"debug", "error"} {
		paper := new(sheet)
		book, err := logs.Open(logs.Options{Writer: paper, JSON: true})
		require.NoError(t, err)
		c := fromFile(t, "[log.levels]\nauth = '"+level+"'\ndns = '"+level+"'\ntls = '"+level+"'\n")
		c.Dir, c.Virtual, c.Web, c.Ephemeral, c.InsecureAuth = t.TempDir(), nil, nil, true, true
		c.Logs, c.Logger = book, book.Logger("server")
		office, err := Open(t.Context(), c)
		require.NoError(t, err)
		o := serveOffice(t, office)
		l, err := ldap.DialURL("ldap://" + o.Addresses()["ldap"])
		require.NoError(t, err)
		require.Error(t, l.Bind("alice", "wrong"))
		require.NoError(t, l.Close())
		o.sender.resolver.use(dns.Client())
		_, err = o.sender.resolver.Lookup(t.Context(), "nowhere.example", dnsresolve.TypeMX)
		require.Error(t, err)
		for category, message := range map[string]string{"auth": "login", "dns": "looked up", "tls": "certificate"} {
			require.Equal(t, level == "debug", paper.has(t, category, message), "%s at level %s", category, level)
		}
	}
}

// A certificate that is about to expire, or has, is told when it is read.
func TestCertificatesToldOf(t *testing.T) {
	paper := new(sheet)
	book, err := logs.Open(logs.Options{Writer: paper, JSON: true})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "c.pem")
	write := func(left time.Duration) {
		content, err := selfSigned("mx.example", time.Now().Add(left-certLife))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, content, 0o600))
	}
	write(24 * time.Hour)
	a := new(administered)
	a.next = Config{Dir: t.TempDir(), Certificate: file, Virtual: []config.Virtual{listener("smtp", "smtp")}, Ephemeral: true, Logs: book, Logger: book.Logger("server")}
	a.next.Reload = func() (Config, error) { return a.next, nil }
	office, err := Open(t.Context(), a.next)
	require.NoError(t, err)
	a.running = serveOffice(t, office)
	require.True(t, paper.has(t, "tls", "is about to expire"))
	require.False(t, paper.has(t, "tls", "has expired"))
	write(-24 * time.Hour)
	require.NoError(t, a.reload(t, func(*Config) {}))
	require.True(t, paper.has(t, "tls", "has expired"))
}
