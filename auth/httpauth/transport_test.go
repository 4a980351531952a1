package httpauth_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/auth/httpauth"
)

// TestStrongest: the client takes the best that it may use.
func TestStrongest(t *testing.T) {
	all := []string{"Basic", "Negotiate", "NTLM", "Digest"}
	for _, c := range []struct {
		schemes, algorithms, allowed []string
		secure                       bool
		want                         string
	}{
		{all, nil, nil, true, "Digest"},
		{all, []string{"MD5"}, nil, true, "NTLM"},
		{[]string{"Negotiate", "Basic", "Digest"}, []string{"MD5"}, nil, true, "Negotiate"},
		{[]string{"Basic", "Digest"}, []string{"MD5-sess"}, nil, true, "Digest"},
		{[]string{"Basic"}, nil, nil, true, "Basic"},
		{[]string{"Basic"}, nil, nil, false, ""},
		{all, nil, []string{"basic"}, true, "Basic"},
		{all, nil, []string{"NTLM", "Basic"}, true, "NTLM"},
		{all, nil, []string{}, true, ""},
		{[]string{"Digest"}, []string{"MD5", "SHA-512-256-sess", "SHA-256"}, nil, false, "Digest"},
	} {
		s := open(t, &httpauth.Handler{
			Auth:    &auth.Authenticator{Accounts: people, AllowInsecure: true},
			Schemes: c.schemes, Digest: httpauth.Digest{Algorithms: c.algorithms},
		}, c.secure)
		client := s.client(t, &httpauth.Transport{User: "tim", Password: "tanstaaftanstaaf", Schemes: c.allowed})
		resp, body := do(t, client, "GET", s.base, "")
		if c.want == "" {
			require.Equal(t, 401, resp.StatusCode)
			continue
		}
		require.Equal(t, "tim "+c.want+" ", body, c)
	}
}

// TestOthers: the password is for Host.
func TestOthers(t *testing.T) {
	s := open(t, &httpauth.Handler{}, false)
	client := s.client(t, &httpauth.Transport{User: "tim", Password: "tanstaaftanstaaf"})
	for url, status := range map[string]int{
		"http://im.example/": 200, "http://IM.example:80/": 200, "http://im.example:81/": 401, "http://other.example/": 401,
	} {
		resp, _ := do(t, client, "GET", url, "")
		require.Equal(t, status, resp.StatusCode, url)
	}
	resp, _ := do(t, client, "GET", s.base, "", "Authorization", "Basic eDp5")
	require.Equal(t, 401, resp.StatusCode, "its own Authorization stays")
	_, err := (&http.Client{Transport: &httpauth.Transport{}}).Post(s.base, "text/plain", strings.NewReader("x"))
	require.ErrorContains(t, err, "Host is empty")
}

// TestBodies: a body is sent as often as it takes, with a length.
func TestBodies(t *testing.T) {
	for _, scheme := range []string{"NTLM", "Digest"} {
		s := open(t, &httpauth.Handler{Schemes: []string{scheme}}, false)
		client := s.client(t, &httpauth.Transport{User: "tim", Password: "tanstaaftanstaaf", MaxBody: 1000})
		for _, size := range []int{0, 1000, 1001} {
			req, err := http.NewRequestWithContext(t.Context(), "NOTIFY", s.base, io.LimitReader(strings.NewReader(strings.Repeat("x", size)), 2000))
			require.NoError(t, err)
			require.Nil(t, req.GetBody)
			resp, err := client.Do(req)
			if size > 1000 {
				require.ErrorContains(t, err, "GetBody")
				continue
			}
			require.NoError(t, err)
			b, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			resp.Body.Close()
			require.Equal(t, "tim "+scheme+" "+strings.Repeat("x", size), string(b))
		}
	}
}

// TestAtOnce: requests that are under way together do not disturb each other.
func TestAtOnce(t *testing.T) {
	for _, scheme := range []string{"NTLM", "Digest"} {
		s := open(t, &httpauth.Handler{Schemes: []string{scheme}}, true)
		client := s.client(t, &httpauth.Transport{User: "tim", Password: "tanstaaftanstaaf"})
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for j := range 5 {
					sent := fmt.Sprint(i, j)
					resp, err := client.Post(s.base, "text/plain", strings.NewReader(sent))
					if err != nil {
						t.Error(err)
						return
					}
					b, err := io.ReadAll(resp.Body)
					resp.Body.Close()
					if want := "tim " + scheme + " " + sent; err != nil || string(b) != want {
						t.Errorf("%q, %v, want %q", b, err, want)
					}
				}
			})
		}
		wg.Wait()
	}
}

// TestDisagreeable: servers whose challenges are of no use.
func TestDisagreeable(t *testing.T) {
	for line, want := range map[string]string{
		"NTLM TlRMTVNTUAAD":            "NTLM",
		"NTLM":                         "broke off",
		"Negotiate !":                  "broke off",
		`Digest realm="x", nonce="y"`:  "",
		`Digest nonce=y, qop="x"`:      "",
		`Digest nonce=y, algorithm=RC`: "",
		"=":                            "",
		"Kerberos":                     "",
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", line)
			w.WriteHeader(http.StatusUnauthorized)
		}))
		t.Cleanup(srv.Close)
		client := &http.Client{Transport: &httpauth.Transport{Host: srv.Listener.Addr().String(), User: "tim", Password: "tanstaaftanstaaf"}}
		t.Cleanup(client.CloseIdleConnections)
		resp, err := client.Get(srv.URL)
		if want == "" {
			require.NoError(t, err, line)
			require.Equal(t, 401, resp.StatusCode)
			resp.Body.Close()
			continue
		}
		require.ErrorContains(t, err, want, line)
	}
}

// TestPrinted: the password is not.
func TestPrinted(t *testing.T) {
	tr := &httpauth.Transport{Host: "im.example", User: "tim", Password: "s3cr3t"}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "transport", tr)
	fmt.Fprintf(&log, "%v %+v %#v %s", tr, tr, tr, tr)
	require.NotContains(t, log.String(), "s3cr3t")
	require.Contains(t, log.String(), "im.example")
}

// A connection that is lost within a login by NTLM costs another try.
func TestLostConnection(t *testing.T) {
	for lost, want := range []int{http.StatusOK, http.StatusOK, http.StatusOK, http.StatusUnauthorized} {
		h := &httpauth.Handler{
			Auth:    &auth.Authenticator{Accounts: people, Logger: slog.New(slog.DiscardHandler)},
			Schemes: []string{"NTLM"}, Next: http.HandlerFunc(echo),
		}
		var begun atomic.Int32
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.Header.Get("Authorization"), "NTLM TlRMTVNTUAAB") && int(begun.Add(1)) <= lost {
				w.Header().Set("Connection", "close")
			}
			h.ServeHTTP(w, r)
		}))
		srv.Config.ConnContext = httpauth.ConnContext
		srv.Start()
		defer srv.Close()
		tr := &httpauth.Transport{Host: srv.Listener.Addr().String(), User: "tim", Password: "tanstaaftanstaaf"}
		defer tr.CloseIdleConnections()
		resp, _ := do(t, &http.Client{Transport: tr}, http.MethodPost, srv.URL, "a body")
		require.Equal(t, want, resp.StatusCode, "%d lost", lost)
	}
}
