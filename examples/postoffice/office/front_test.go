package office

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth/httpauth"
	"github.com/wirepost/wirepost/examples/postoffice/config"
)

// ask sends a request to the virtual server for HTTP and returns the answer.
func (o *running) ask(t *testing.T, client *http.Client, method, path, body string) (status int, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+o.Addresses()["http"]+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Depth", "1")
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(b)
}

// as is an HTTP client that logs in as a user.
func (o *running) as(t *testing.T, u DemoUser) *http.Client {
	t.Helper()
	login := &httpauth.Transport{Host: o.Addresses()["http"], User: u.Name, Password: u.Password}
	t.Cleanup(login.CloseIdleConnections)
	return &http.Client{Transport: login}
}

// One virtual server for HTTP has all that is there, by path.
func TestFront(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	for _, tt := range []struct {
		method, path string
		status       int
		want         string
	}{
		{"GET", "/", 200, "postoffice"},
		{"GET", "/healthz", 200, "ok"},
		{"GET", "/readyz", 200, "queue"},
		{"GET", "/metrics", 200, `postoffice_connections_total{protocol="smtp",server="smtp"}`},
		{"GET", "/metrics", 200, `postoffice_queue_`},
		{"PROPFIND", "/instmsg/aliases/mallory", 404, "There is no such user."},
		{"DELETE", "/instmsg/aliases/alice", 501, ""},
		{"GET", "/davos", 501, ""},
		{"PROPFIND", "/dav/", 403, "Forbidden"}, // no login can be had without TLS
	} {
		status, text := o.ask(t, http.DefaultClient, tt.method, tt.path, "")
		require.Equal(t, tt.status, status, "%s %s: %s", tt.method, tt.path, text)
		require.Contains(t, text, tt.want, "%s %s", tt.method, tt.path)
	}
}

// What is inside is shown to programs on this machine and to administrators:
// not by way of a proxy, nor to pages of other sites by a name that points here.
func TestInside(t *testing.T) {
	shown := func(remote, host string, header http.Header) bool {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr, r.Host = remote, host
		if header != nil {
			r.Header = header
		}
		return isLocal(r)
	}
	require.True(t, shown("127.0.0.1:5000", "127.0.0.1:2080", nil))
	require.True(t, shown("[::1]:5000", "localhost:2080", nil))
	require.True(t, shown("[::ffff:127.0.0.1]:5000", "[::1]", nil))
	require.False(t, shown("192.0.2.1:5000", "127.0.0.1:2080", nil))
	require.False(t, shown("127.0.0.1:5000", "rebound.example", nil))
	require.False(t, shown("127.0.0.1:5000", "127.0.0.1", http.Header{"X-Forwarded-For": {"192.0.2.1"}}))
	require.False(t, shown("127.0.0.1:5000", "127.0.0.1", http.Header{"Via": {"1.1 proxy"}}))
	require.False(t, shown("", "", nil))
}

// Who is not on this machine has to be an administrator.
func TestInsideLogin(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), LegacyAuth: true})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	for _, tt := range []struct {
		user   DemoUser
		status int
	}{
		{alice, 200}, // who made the office
		{bob, 403},
		{DemoUser{Name: "alice", Password: "wrong"}, 401},
	} {
		client := o.as(t, tt.user)
		client.Transport = viaProxy{client.Transport}
		status, _ := o.ask(t, client, "GET", "/metrics", "")
		require.Equal(t, tt.status, status, tt.user.Name)
	}
}

// viaProxy makes requests look as if a proxy had sent them on.
type viaProxy struct{ http.RoundTripper }

func (v viaProxy) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Forwarded", "for=192.0.2.1")
	return v.RoundTripper.RoundTrip(r)
}

// Mail that came by SMTP is there by WebDAV, for those who may use HTTP.
func TestWebDAV(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), LegacyAuth: true})
	alice := o.DemoUsers()[0]
	o.submit(t, "bob@postoffice.test", "Subject: by the web\r\n\r\nHello\r\n", "alice@postoffice.test")
	client := o.as(t, alice)
	status, text := o.ask(t, client, "PUT", "/dav/alice/INBOX/note.eml", "Subject: put\r\n\r\nHello\r\n")
	require.Equal(t, 201, status, text)
	status, text = o.ask(t, client, "PROPFIND", "/dav/alice/INBOX/", "")
	require.Equal(t, 207, status, text)
	require.Contains(t, text, "by the web")
	require.Contains(t, text, "<D:displayname>put</D:displayname>")
	require.Len(t, o.read(t, alice), 2)

	without := []string{"http"}
	account, err := o.store.Account(t.Context(), "alice")
	require.NoError(t, err)
	_, err = o.store.ChangeAccount(t.Context(), account.ID, changeWithout(without))
	require.NoError(t, err)
	status, _ = o.ask(t, client, "PROPFIND", "/dav/alice/INBOX/", "")
	require.Contains(t, []int{401, 403}, status)
}

// A client that has sent half a request does not hold up the end.
func TestHTTPShutdown(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	c, err := net.Dial("tcp", o.Addresses()["http"])
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
	require.NoError(t, err)
	require.NoError(t, o.stop())
	_, err = c.Read(make([]byte, 1))
	require.Error(t, err)
}

// The administration is for those who may: on a first start that is alice.
func TestAdmin(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	login := func(u DemoUser) (int, string) {
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		resp, err := client.PostForm("http://"+o.Addresses()["admin"]+"/login", url.Values{"name": {u.Name}, "password": {u.Password}})
		require.NoError(t, err)
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(text)
	}
	status, _ := login(o.DemoUsers()[0])
	require.Equal(t, http.StatusSeeOther, status)
	status, text := login(o.DemoUsers()[1])
	require.Equal(t, http.StatusForbidden, status)
	require.Contains(t, text, "does not administer the server")
}

// The configuration says who may administer, in letters of any case.
func TestAdministrators(t *testing.T) {
	o := open(t, Config{Dir: t.TempDir(), Web: &config.Web{Administrators: []string{"BOB", "nobody"}}})
	defer o.Close()
	require.True(t, o.mayAdminister(t.Context(), "bob"))
	require.False(t, o.mayAdminister(t.Context(), "alice"))
	require.False(t, o.mayAdminister(t.Context(), "nobody"))
	require.False(t, o.mayAdminister(t.Context(), ""))
}

// Beyond this machine the administration has TLS.
func TestAdminBeyond(t *testing.T) {
	v := (&Config{Web: &config.Web{Address: ":2081"}}).adminVirtual()
	require.Empty(t, v[0].Addresses)
	require.Equal(t, []string{":2081"}, v[0].TLSAddresses)
	require.Empty(t, (&Config{Web: &config.Web{}}).adminVirtual())
}
