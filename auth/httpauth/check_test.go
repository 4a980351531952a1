package httpauth_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/auth/httpauth"
)

// TestNobody: where nobody can log in, people are told of TLS and the log of the cause, once.
func TestNobody(t *testing.T) {
	next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("let in") })
	for _, c := range []struct {
		name, page, log string
		handler         *httpauth.Handler
	}{
		{"TLS", "needs HTTPS", "needs HTTPS", &httpauth.Handler{Auth: &auth.Authenticator{Accounts: people}, Next: next, Schemes: []string{"Basic"}}},
		{"no ConnContext", "Nobody can", "ConnContext", &httpauth.Handler{Auth: &auth.Authenticator{Accounts: people}, Next: next, Schemes: []string{"NTLM"}}},
		{"a misspelt scheme", "Nobody can", `"Bsaic"`, &httpauth.Handler{Auth: &auth.Authenticator{Accounts: people}, Next: next, Schemes: []string{"Bsaic"}}},
		{"accounts that can do nothing", "Nobody can", "no way to log in", &httpauth.Handler{Auth: &auth.Authenticator{Accounts: 1}, Next: next}},
		{"accounts that cannot do that", "Nobody can", "none of the schemes", &httpauth.Handler{
			Auth: &auth.Authenticator{Accounts: people, Mechanisms: []string{"PLAIN"}}, Next: next, Schemes: []string{"NTLM"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			c.handler.Auth.Logger = slog.New(slog.NewTextHandler(&log, nil))
			for range 2 {
				w := httptest.NewRecorder()
				c.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://x.example/", nil))
				require.Equal(t, http.StatusForbidden, w.Code)
				require.Contains(t, w.Body.String(), c.page)
			}
			require.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
			require.Contains(t, strings.ReplaceAll(log.String(), `\"`, `"`), c.log)
		})
	}
}

func TestCheck(t *testing.T) {
	good := func() *httpauth.Handler {
		return &httpauth.Handler{Auth: &auth.Authenticator{Accounts: people}, Next: http.NotFoundHandler(), Schemes: []string{"ntlm", "Basic"}}
	}
	require.NoError(t, good().Check())
	for want, spoil := range map[string]func(*httpauth.Handler){
		"Auth is nil": func(h *httpauth.Handler) { h.Auth = nil },
		"Next is nil": func(h *httpauth.Handler) { h.Next = nil },
		`"Bsaic"`:     func(h *httpauth.Handler) { h.Schemes = []string{"Bsaic"} },
		"Accounts":    func(h *httpauth.Handler) { h.Auth.Accounts = nil },
	} {
		h := good()
		spoil(h)
		require.ErrorContains(t, h.Check(), want)
	}
}
