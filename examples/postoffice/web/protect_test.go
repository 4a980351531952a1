package web

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHosts(t *testing.T) {
	site := newSite(t, newOffice())
	for host, want := range map[string]int{
		"localhost": 200, "localhost:2081": 200, "LOCALHOST.": 200, "127.0.0.1:2081": 200, "127.8.8.8": 200, "[::1]:2081": 200, "[::1]": 200,
		"admin.example.org": 200, "Admin.Example.Org:443": 200,
		"evil.example": 421, "admin.example.org.evil.example": 421, "192.0.2.1": 421, "": 421, "localhost.evil.example": 421, "[::2]:1": 421,
		"adm\u0131n.example.org": 421,
	} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/login", nil)
		r.Host = host
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		require.Equal(t, want, w.Code, host)
		if want == 421 {
			require.NotContains(t, w.Body.String(), "password", host)
		}
	}
}

// TestOtherSites checks that no form of another site does anything, not even logs in.
func TestOtherSites(t *testing.T) {
	o := newOffice()
	c := loggedIn(t, o)
	for _, header := range []http.Header{
		{"Sec-Fetch-Site": {"cross-site"}},
		{"Sec-Fetch-Site": {"same-site"}},
		{"Origin": {"https://evil.example"}},
		{"Origin": {"null"}},
	} {
		for _, path := range []string{"/login", "/logout", "/servers"} {
			r := newPost(path, form("name", "transfer", "action", "pause"))
			r.Header.Del("Sec-Fetch-Site")
			maps.Copy(r.Header, header)
			res := c.do(r)
			require.Equal(t, http.StatusForbidden, res.StatusCode, "%v", header)
			require.Contains(t, body(t, res), "sent by another site")
		}
	}
	require.Empty(t, o.done())
	code, _, _ := c.post("/servers", "name", "transfer", "action", "pause")
	require.Equal(t, http.StatusSeeOther, code)
	require.Equal(t, []string{"pause transfer"}, o.done())
}

// TestNobody checks that without a session nothing is shown and nothing done.
func TestNobody(t *testing.T) {
	o := newOffice()
	site := newSite(t, o)
	for name, path := range pagesToVisit() {
		c := newClient(t, site)
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader("action=stop&name=transfer&confirmed=yes"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.AddCookie(&http.Cookie{Name: "postoffice", Value: "guess"})
			res := c.do(r)
			if res.StatusCode == http.StatusMethodNotAllowed {
				continue
			}
			require.Equal(t, http.StatusSeeOther, res.StatusCode, name)
			require.True(t, strings.HasPrefix(res.Header.Get("Location"), "/login"), name)
			require.Less(t, len(body(t, res)), 200, "no more than a link")
		}
	}
	require.Empty(t, o.done())
}

func TestHeaders(t *testing.T) {
	c := loggedIn(t, newOffice())
	for _, path := range []string{"/", "/login", "/none", asset("style.css")} {
		h := c.do(httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)).Header
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			require.Contains(t, csp, part, path)
		}
		require.NotContains(t, csp, "unsafe")
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		require.Equal(t, "same-origin", h.Get("Referrer-Policy"))
		if strings.HasPrefix(path, "/static/") {
			require.Contains(t, h.Get("Cache-Control"), "immutable")
		} else {
			require.Equal(t, "no-store", h.Get("Cache-Control"))
		}
	}
}

func TestNotThere(t *testing.T) {
	c := newClient(t, newSite(t, newOffice()))
	for path, want := range map[string]int{"/none": 404, "/static/": 404, "/static/none.css": 404, "/../login": 307, "/login/": 404} {
		code, _ := c.get(path)
		require.Equal(t, want, code, path)
	}
	for method, path := range map[string]string{http.MethodDelete: "/accounts", http.MethodPost: "/about", http.MethodPut: "/login"} {
		r := httptest.NewRequest(method, "http://localhost"+path, nil)
		require.Equal(t, http.StatusMethodNotAllowed, c.do(r).StatusCode, path)
	}
	code, _ := c.get("/favicon.ico")
	require.Equal(t, http.StatusMovedPermanently, code)
}

// TestForms checks what is posted and is no form, or too much of one.
func TestForms(t *testing.T) {
	o := newOffice()
	c := loggedIn(t, o)
	r := newPost("/servers", form("name", "transfer", "action", "pause"))
	r.Header.Set("Content-Type", "text/plain")
	require.Equal(t, http.StatusBadRequest, c.do(r).StatusCode)
	code, _, text := c.post("/groups/edit", "address", "big@office.example", "members", strings.Repeat("x", maxPost))
	require.Equal(t, http.StatusBadRequest, code)
	require.Contains(t, text, "too large")
	code, _, _ = c.post("/login", "name", strings.Repeat("x", maxPost))
	require.Equal(t, http.StatusBadRequest, code)
	require.Empty(t, o.done())
}

// TestAfter checks that the login leads to pages of this site only.
func TestAfter(t *testing.T) {
	c := newClient(t, newSite(t, newOffice()))
	res := c.do(httptest.NewRequest(http.MethodGet, "http://localhost/queues/mail?route=example.org&live=1", nil))
	u, err := url.Parse(res.Header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "/queues/mail?route=example.org", u.Query().Get("next"))
	_, page := c.get(u.String())
	require.Contains(t, page, `value="/queues/mail?route=example.org"`)
	for next, want := range map[string]string{
		u.Query().Get("next"): "/queues/mail?route=example.org", "": "/", "/none": "/", "//evil.example/queues": "/", "https://evil.example/queues": "/",
		`/\evil.example`: "/", "/logout": "/", "javascript:alert(1)": "/", "/queues#x": "/queues",
	} {
		code, location, _ := newClient(t, c.site).post("/login", "name", "ann@office.example", "password", testPassword, "next", next)
		require.Equal(t, http.StatusSeeOther, code)
		require.Equal(t, want, location, next)
	}
}
