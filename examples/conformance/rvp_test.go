package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp/rvptest"
)

// goodRVP is a server of instant messages that keeps to the rules.
func goodRVP(t *testing.T) *rvptest.Server {
	t.Helper()
	srv := rvptest.NewUnstartedServer(t,
		rvptest.User{Name: "anna", Password: "correct horse"}, rvptest.User{Name: "ben", Password: "battery staple"})
	srv.Home.Limits.Delivery = time.Second
	return srv
}

func TestRVP(t *testing.T) {
	srv := goodRVP(t)
	srv.Start()
	status, stdout, stderr := command(t.Context(), "rvp", srv.Addr, "-domain", rvptest.Domain, "-user", "anna", "-password", "correct horse",
		"-other", "ben", "-other-password", "battery staple", "-foreign", "-v", "-run", "^(subscribe|Digest|NTLM|foreign|xml)/")
	require.Equal(t, 0, status, stdout)
	require.Empty(t, stderr)
	require.Regexp(t, `\n\d{2,} passed, 0 failed, 0 do not apply\n$`, stdout)
	require.Contains(t, stdout, "subscribe/login")
	require.Contains(t, stdout, "RVP-036, MUST")
	require.Contains(t, stdout, "| N: ", "what Call-Backs got")
	require.NotContains(t, stdout, "correct horse")
}

// Without logins some cases do not apply, and nothing fails.
func TestRVPWithoutLogin(t *testing.T) {
	srv := goodRVP(t)
	srv.Start()
	status, stdout, _ := command(t.Context(), "rvp", srv.Addr, "-domain", rvptest.Domain)
	require.Equal(t, 0, status, stdout)
	require.Contains(t, stdout, "\nn/a   ")
}

func TestRVPWrongPassword(t *testing.T) {
	srv := goodRVP(t)
	srv.Start()
	status, stdout, _ := command(t.Context(), "rvp", srv.Addr, "-domain", rvptest.Domain, "-user", "anna", "-password", "no", "-run", "^subscribe/login$")
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "the login by NTLM is refused: 401")
}

// A server that speaks another protocol is found out, not waited for.
func TestBadRVP(t *testing.T) {
	status, stdout, _ := command(t.Context(), "rvp", badServer(t, "220 hello\r\n", ""), "-user", "anna", "-password", "x", "-timeout", "1s", "-run", "^transport/connections")
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "not an answer of HTTP")
}

// A URL stands for the server and the domain.
func TestRVPURL(t *testing.T) {
	for _, tt := range []struct{ word, domain, addr, want string }{
		{"http://im.example.test", "", "im.example.test:80", "im.example.test"},
		{"http://im.example.test:8080/instmsg/aliases/anna", "", "im.example.test:8080", "im.example.test:8080"},
		{"http://127.0.0.1:8080/", "im.example.test", "127.0.0.1:8080", "im.example.test"},
		{"127.0.0.1:8080", "im.example.test", "127.0.0.1:8080", "im.example.test"},
	} {
		var stderr strings.Builder
		o, err := parse([]string{"rvp", tt.word, "-domain", tt.domain}, &stderr)
		require.NoError(t, err, stderr.String())
		require.Equal(t, tt.addr, o.addr, tt.word)
		require.Equal(t, tt.want, o.domain, tt.word)
	}
}
