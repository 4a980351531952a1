package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLogin(t *testing.T) {
	site := newSite(t, newOffice())
	var log bytes.Buffer
	site.Logger = slog.New(slog.NewTextHandler(&log, nil))
	for _, c := range []struct {
		name, password string
		code           int
		text           string
	}{
		{"ann@office.example", "wrong", http.StatusUnauthorized, "Wrong name or password"},
		{"nobody", testPassword, http.StatusUnauthorized, "Wrong name or password"},
		{"", "", http.StatusUnauthorized, "Wrong name or password"},
		{"a\x00b", "x\x00", http.StatusUnauthorized, "Wrong name or password"},
		{"bob@office.example", testPassword, http.StatusForbidden, "does not administer"},
		{`"><script>`, "wrong", http.StatusUnauthorized, `value="&#34;&gt;&lt;script&gt;"`},
	} {
		client := newClient(t, site)
		code, _, text := client.post("/login", "name", c.name, "password", c.password)
		require.Equal(t, c.code, code, c.name)
		require.Contains(t, text, c.text)
		require.NotContains(t, text, testPassword)
		require.Empty(t, client.cookies)
	}
	require.NotContains(t, log.String(), testPassword)
	require.Contains(t, log.String(), "not an administrator")
}

// TestInsecure checks that no password is taken without TLS, unless the program has said so.
func TestInsecure(t *testing.T) {
	site := newSite(t, newOffice())
	site.Auth.AllowInsecure = false
	c := newClient(t, site)
	_, page := c.get("/login")
	require.Contains(t, page, "is not protected by TLS")
	code, _, text := c.post("/login", "name", "ann@office.example", "password", testPassword)
	require.Equal(t, http.StatusForbidden, code)
	require.Contains(t, text, "https")
	c.tls = true
	c.login("ann@office.example")
}

func TestCookie(t *testing.T) {
	for _, secure := range []bool{false, true} {
		c := newClient(t, newSite(t, newOffice()))
		c.tls = secure
		c.login("ann@office.example")
		name := map[bool]string{false: "postoffice", true: "__Host-postoffice"}[secure]
		require.Len(t, c.cookies, 1)
		cookie := c.cookies[name]
		require.NotNil(t, cookie)
		require.Equal(t, secure, cookie.Secure)
		require.True(t, cookie.HttpOnly)
		require.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
		require.Equal(t, "/", cookie.Path)
		require.Empty(t, cookie.Domain)
		require.Len(t, cookie.Value, 43) // 256 bits

		old := cookie.Value
		c.login("ann@office.example")
		require.NotEqual(t, old, c.cookies[name].Value)
		c.cookies[name].Value = old // the session before a login is over
		code, _ := c.get("/")
		require.Equal(t, http.StatusSeeOther, code)
	}
}

func TestLogout(t *testing.T) {
	c := loggedIn(t, newOffice())
	kept := *c.cookies["postoffice"]
	code, location, _ := c.post("/logout")
	require.Equal(t, http.StatusSeeOther, code)
	require.Equal(t, "/login", location)
	require.Empty(t, c.cookies)
	c.cookies["postoffice"] = &kept
	code, _ = c.get("/")
	require.Equal(t, http.StatusSeeOther, code)
}

func TestSessionLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := loggedIn(t, newOffice())
		for range 3 {
			time.Sleep(29 * time.Minute)
			code, _ := c.get("/about")
			require.Equal(t, http.StatusOK, code)
		}
		for range 30 { // what the page fetches by itself does not keep it alive
			time.Sleep(time.Minute)
			c.get("/?live=1")
		}
		code, _ := c.get("/about")
		require.Equal(t, http.StatusSeeOther, code)

		c.login("ann@office.example")
		for range 24*2 - 1 {
			time.Sleep(15 * time.Minute)
			code, _ = c.get("/about")
			require.Equal(t, http.StatusOK, code)
		}
		time.Sleep(15 * time.Minute) // twelve hours are over
		code, _ = c.get("/about")
		require.Equal(t, http.StatusSeeOther, code)
	})
}

// TestRights checks that who may not any more is out at once.
func TestRights(t *testing.T) {
	site := newSite(t, newOffice())
	may := true
	site.MayAdminister = func(string) bool { return may }
	c := newClient(t, site)
	c.login("zoe")
	code, _ := c.get("/about")
	require.Equal(t, http.StatusOK, code)
	may = false
	code, _ = c.get("/about")
	require.Equal(t, http.StatusSeeOther, code)
}

// TestGuessing checks that guesses have to wait, by the time of a bubble.
func TestGuessing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, newSite(t, newOffice()))
		begin := time.Now()
		for range 12 {
			code, _, _ := c.post("/login", "name", "ann@office.example", "password", "guess")
			require.Equal(t, http.StatusUnauthorized, code)
		}
		require.Greater(t, time.Since(begin), time.Minute)
	})
}

// TestSessionsAreBounded checks that logins without end take no memory without end.
func TestSessionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sessions{idle: time.Hour, whole: 2 * time.Hour, list: make(map[sessionKey]*session)}
		first := s.begin("ann")
		for range maxSessions {
			time.Sleep(time.Second)
			s.begin("ann")
		}
		require.Len(t, s.list, maxSessions)
		_, ok := s.find(first, true)
		require.False(t, ok)
		time.Sleep(time.Hour)
		last := s.begin("bob")
		require.Len(t, s.list, 1)
		s.endUser("bob", last)
		require.Len(t, s.list, 1)
		s.endUser("bob", "")
		require.Empty(t, s.list)
	})
}

// TestSessionsEnd checks that a new password ends the other sessions of an account, and no others.
func TestSessionsEnd(t *testing.T) {
	o := newOffice()
	o.users = append(o.users, o.users[0])
	o.users[len(o.users)-1].Name = "zoe"
	ann := loggedIn(t, o)
	zoe := newClient(t, ann.site)
	zoe.login("zoe")
	code, _, text := ann.post("/accounts/edit?name=zoe", "part", "password", "password", "new", "again", "new")
	require.Equal(t, http.StatusSeeOther, code, text)
	require.Equal(t, "new", o.password["zoe"])
	code, _ = zoe.get("/about")
	require.Equal(t, http.StatusSeeOther, code)
	code, page := ann.get("/about")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, page, "Changed the password of zoe.")
	_, page = ann.get("/about") // it is said once
	require.NotContains(t, page, "Changed the password")
}

// TestOneRequest checks a request as a program would make it, over a network.
func TestOneRequest(t *testing.T) {
	server := httptest.NewServer(newSite(t, newOffice()))
	defer server.Close()
	res, err := server.Client().Get(server.URL + "/queues")
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, "/login", res.Request.URL.Path)
	require.True(t, strings.HasPrefix(res.Header.Get("Content-Type"), "text/html"))
}

// TestLive checks what a page fetches by itself, with its script and without.
func TestLive(t *testing.T) {
	c := loggedIn(t, newOffice())
	_, page := c.get("/queues/mail?route=example.org")
	require.Contains(t, page, `<noscript><meta http-equiv="refresh" content="15; url=/queues/mail?live=1&amp;route=example.org"></noscript>`)
	_, location, _ := c.post("/servers", "action", "reload")
	_, page = c.get("/servers?live=1")
	require.NotContains(t, page, "was read again")
	require.Contains(t, page, `action="/servers"`)
	_, page = c.get(location)
	require.Contains(t, page, "was read again")
	_, page = c.get("/accounts")
	require.NotContains(t, page, "noscript")
}
