package nntptest_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

// The engine passes the cases that are made for any server: in the clear, under
// TLS, and with a login that wants TLS.
func TestConformance(t *testing.T) {
	for name, start := range map[string]func(*nntptest.Server){
		"clear":    (*nntptest.Server).Start,
		"implicit": (*nntptest.Server).StartTLS,
		"STARTTLS": func(s *nntptest.Server) {
			s.Config.Auth.AllowInsecure = false
			s.Config.Auth.Mechanisms = []string{"PLAIN"}
			s.Config.Access = afterLogin
			s.Start()
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := good(t)
			start(srv)
			target := nntptest.Target{Addr: srv.Addr, ImplicitTLS: name == "implicit", Group: "example.test", MayPost: true, MayFeed: true}
			if name != "clear" {
				target.User, target.Password = "tim", "secret"
			}
			nntptest.TestServer(t, target)
		})
	}
}

func good(t *testing.T) *nntptest.Server {
	srv := nntptest.NewUnstartedServer(t, "example.test", "example.other", "example.mod:m")
	srv.Config.Limits = nntp.Limits{ConnsPerAddr: -1, Posts: -1}
	srv.Config.Logger = nil
	require.NoError(t, srv.Users.Set("tim", "secret"))
	description := "a test"
	require.NoError(t, srv.Store.ChangeGroup(t.Context(), nntp.GroupChange{Name: "example.test", Description: &description}))
	srv.Post("From: ann@example.org\r\nNewsgroups: example.test\r\nSubject: first\r\n\r\nHello.\r\n")
	srv.Post("From: ann@example.org\r\nNewsgroups: example.test,example.other\r\nSubject: second\r\n\r\nHello.\r\n")
	return srv
}

func afterLogin(ctx context.Context, c *nntp.Conn) (nntp.Access, error) {
	if c.Identity().Name() == "" {
		return nntp.Access{}, nil
	}
	return nntptest.FullAccess(ctx, c)
}

// Without knowledge of the server some cases do not apply, and none fails.
func TestConformanceUnknown(t *testing.T) {
	srv := good(t)
	srv.Start()
	verdicts := make(map[nntptest.Verdict]int)
	names := make(map[string]bool)
	nntptest.Check(t.Context(), nntptest.Target{Addr: srv.Addr}, func(r nntptest.Result) {
		verdicts[r.Verdict]++
		require.False(t, names[r.Name], "names are unique: %s", r.Name)
		names[r.Name] = true
		require.Regexp(t, `^(RFC \d+, [\d.]+|draft-.*)$`, r.Ref)
		require.NotEqual(t, nntptest.Fail, r.Verdict, r.Name)
		if r.Verdict == nntptest.NotApplicable {
			require.NotEmpty(t, r.Detail)
		}
	})
	require.NotZero(t, verdicts[nntptest.Pass])
	require.NotZero(t, verdicts[nntptest.NotApplicable])
}

// A server on loopback, in one line.
func TestNewServer(t *testing.T) {
	srv := nntptest.NewServer(t, "example.test")
	id := srv.Post("From: ann@example.org\r\nNewsgroups: example.test\r\nSubject: s\r\n\r\nHello.\r\n")
	nc, err := srv.Dial(t.Context())
	require.NoError(t, err)
	_, err = io.WriteString(nc, "STAT "+id+"\r\nQUIT\r\n")
	require.NoError(t, err)
	b, err := io.ReadAll(nc)
	require.NoError(t, err)
	require.Contains(t, string(b), "\r\n223 0 "+id+"\r\n")
}

// Servers in memory live in synctest bubbles, and TLS with them.
func TestInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := nntptest.NewUnstartedServer(t)
		srv.StartInMemory()
		require.Empty(t, srv.Addr)
		nc, err := srv.Dial(t.Context())
		require.NoError(t, err)
		_, err = io.WriteString(nc, "STARTTLS\r\n")
		require.NoError(t, err)
		r := bufio.NewReader(nc)
		for range 2 {
			_, err := r.ReadString('\n')
			require.NoError(t, err)
		}
		require.NoError(t, tls.Client(nc, srv.ClientTLS).Handshake())
	})
}
