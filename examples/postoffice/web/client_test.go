package web

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A client is a browser without script, and without a network.
type client struct {
	t       testing.TB
	site    http.Handler
	cookies map[string]*http.Cookie
	tls     bool
}

func newClient(t testing.TB, site http.Handler) *client {
	return &client{t: t, site: site, cookies: make(map[string]*http.Cookie)}
}

func (c *client) do(r *http.Request) *http.Response {
	c.t.Helper()
	if r.RemoteAddr = "192.0.2.1:4711"; c.tls {
		r.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true}
	}
	for _, cookie := range c.cookies {
		r.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	w := httptest.NewRecorder()
	c.site.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		if c.cookies[cookie.Name] = cookie; cookie.MaxAge < 0 {
			delete(c.cookies, cookie.Name)
		}
	}
	return w.Result()
}

func (c *client) get(path string) (int, string) {
	c.t.Helper()
	res := c.do(httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil))
	return res.StatusCode, body(c.t, res)
}

func body(t testing.TB, res *http.Response) string {
	t.Helper()
	var b strings.Builder
	_, err := io.Copy(&b, res.Body)
	require.NoError(t, err)
	return b.String()
}

func newPost(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://localhost"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// post sends a form of fields and values in turn.
func (c *client) post(path string, fields ...string) (code int, location, text string) {
	c.t.Helper()
	res := c.do(newPost(path, form(fields...)))
	return res.StatusCode, res.Header.Get("Location"), body(c.t, res)
}

func form(fields ...string) url.Values {
	f := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		f.Add(fields[i], fields[i+1])
	}
	return f
}

func (c *client) login(name string) {
	c.t.Helper()
	code, location, text := c.post("/login", "name", name, "password", testPassword)
	require.Equal(c.t, http.StatusSeeOther, code, text)
	require.Equal(c.t, "/", location)
}

// loggedIn is a client of a new site of an office, with ann at it.
func loggedIn(t testing.TB, o *office) *client {
	t.Helper()
	c := newClient(t, newSite(t, o))
	c.login("ann@office.example")
	return c
}
