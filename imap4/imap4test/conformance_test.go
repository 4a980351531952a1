package imap4test_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"regexp"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/imap4test"
	"github.com/wirepost/wirepost/imap4/memory"
)

// The engine passes the cases that are made for any server: in the clear, under
// TLS of either kind, and with stores of every kind.
func TestConformance(t *testing.T) {
	bare := memory.Store{NoACL: true, NoMetadata: true, NoMetas: true, NoNamespaces: true, NoQuota: true, NoRecent: true, NoReplace: true, NoSummaries: true}
	for _, mode := range []struct {
		name     string
		set      func(*imap4test.Server)
		implicit bool
		only     string
		least    int
	}{
		{"clear", func(*imap4test.Server) {}, false, "", 900},
		{"implicit", func(*imap4test.Server) {}, true, "^(order|LOGIN|IDLE|STARTTLS|literals/a)", 120},
		{"STARTTLS", func(s *imap4test.Server) { s.Config.Auth.AllowInsecure = false }, false, "^(order|LOGIN|IDLE|STARTTLS)", 120},
		{"bare", func(s *imap4test.Server) { s.Store = &bare }, false, "^(order|sessions|[A-Z])", 400},
		{"forgetful", func(s *imap4test.Server) { s.Store.History = -1 }, false, "^(sessions|QRESYNC|CONDSTORE|UID)", 30},
	} {
		t.Run(mode.name, func(t *testing.T) {
			srv := imap4test.NewUnstartedServer(t,
				imap4test.User{Name: "alice", Password: "sec ret"}, imap4test.User{Name: "bob", Password: "secret"})
			srv.Config.Limits = imap4.Limits{ConnsPerAddr: -1}
			mode.set(srv)
			if mode.implicit {
				srv.StartTLS()
			} else {
				srv.Start()
			}
			passed := 0
			imap4test.Check(t.Context(), imap4test.Target{
				Addr: srv.Addr, ImplicitTLS: mode.implicit, TLSConfig: srv.ClientTLS,
				User: "alice", Password: "sec ret", Other: "bob", OtherPassword: "secret", Scratch: "scratch",
				Only: regexp.MustCompile(mode.only),
			}, func(r imap4test.Result) {
				switch {
				case r.Verdict == imap4test.Pass:
					passed++
					require.NotEmpty(t, r.Transcript, r.Name)
				case r.Verdict == imap4test.Fail:
					t.Errorf("%s (%s): %s\n%s", r.Name, r.Ref, r.Requirement, r.Detail)
					for _, line := range r.Transcript {
						t.Log(line)
					}
				}
			})
			require.Greater(t, passed, mode.least)
		})
	}
}

// Without a login, and without scratch mailboxes, only what needs neither is
// checked, and nothing is touched.
func TestWithoutLogin(t *testing.T) {
	srv := imap4test.NewServer(t, imap4test.User{Name: "alice", Password: "secret"})
	for _, target := range []imap4test.Target{
		{Addr: srv.Addr},
		{Dial: srv.Dial, User: "alice", Password: "secret"},
	} {
		counts := make(map[imap4test.Verdict]int)
		imap4test.Check(t.Context(), target, func(r imap4test.Result) {
			counts[r.Verdict]++
			require.False(t, r.Verdict == imap4test.Fail, "%s: %s", r.Name, r.Detail)
		})
		require.Greater(t, counts[imap4test.Pass], 40)
		require.Greater(t, counts[imap4test.NotApplicable], 500)
	}
	for m, err := range srv.Store.Account("alice").Mailboxes(t.Context()) {
		require.NoError(t, err)
		require.Equal(t, []string{"INBOX"}, m.Name)
	}
}

// A server on loopback has its users' messages.
func TestNewServer(t *testing.T) {
	srv := imap4test.NewServer(t, imap4test.User{Name: "tim", Password: "secret", Messages: []string{"A: b\r\n\r\n"}})
	require.NotEmpty(t, srv.Addr)
	srv.Deliver("tim", "C: d\r\n\r\n")
	nc, err := srv.Dial(t.Context())
	require.NoError(t, err)
	_, err = io.WriteString(nc, "a LOGIN tim secret\r\nb SELECT INBOX\r\nc LOGOUT\r\n")
	require.NoError(t, err)
	b, err := io.ReadAll(nc)
	require.NoError(t, err)
	require.Contains(t, string(b), "\r\n* 2 EXISTS\r\n")
}

// Servers in memory live in synctest bubbles, and TLS with them.
func TestInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := imap4test.NewUnstartedServer(t, imap4test.User{Name: "tim", Password: "secret"})
		srv.StartInMemory()
		require.Empty(t, srv.Addr)
		nc, err := srv.Dial(t.Context())
		require.NoError(t, err)
		_, err = io.WriteString(nc, "a STARTTLS\r\n")
		require.NoError(t, err)
		r := bufio.NewReader(nc)
		for range 2 {
			_, err := r.ReadString('\n')
			require.NoError(t, err)
		}
		require.NoError(t, tls.Client(nc, srv.ClientTLS).Handshake())
	})
}
