package pop3test_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// The Store keeps its own promises.
func TestStore(t *testing.T) {
	pop3test.TestBackend(t, func(_ *testing.T, user string, messages []string) pop3.Backend {
		store := new(pop3test.Store)
		for _, m := range messages {
			store.Deliver(user, m)
		}
		return store
	})
}

// What arrives in a session is for the next one, and UIDLs are not used again.
func TestStoreDelivers(t *testing.T) {
	srv := pop3test.NewUnstartedServer(t, pop3test.Mailbox{User: "Tim", Password: "secret", Messages: []string{"\r\n"}})
	const login = "S: +OK\nC: USER tim\nS: +OK\nC: PASS secret\nS: +OK\n"
	pop3test.Play(t, srv.Config, login+"C: UIDL 1\nS: +OK 1 1\nC: DELE 1\nS: +OK\nC: QUIT\nS: +OK\nS: EOF\n")
	require.Empty(t, srv.Store.Messages("TIM"))
	require.False(t, srv.Store.Locked("tim"))
	srv.Store.Deliver("tim", "A: b\r\n")
	require.Equal(t, []string{"A: b\r\n"}, srv.Store.Messages("tim"))
	pop3test.Play(t, srv.Config, login+"C: UIDL 1\nS: +OK 1 2\n")
}

// A message with UTF-8 in its header is for clients that ask for such.
func TestStoreUTF8(t *testing.T) {
	srv := pop3test.NewUnstartedServer(t, pop3test.Mailbox{
		User: "tim", Password: "secret", Messages: []string{"Subject: \u00fc\r\n\r\n", "Subject: u\r\n\r\n\u00fc\r\n"},
	})
	const login = "C: USER tim\nS: +OK\nC: PASS secret\nS: +OK\n"
	pop3test.Play(t, srv.Config, "S: +OK\n"+login+"C: TOP 1 0\nS: -ERR [UTF8]\nC: TOP 2 0\nS: +OK\nS: Subject: u\nS: \nS: .\nC: QUIT\nS: +OK\n")
	pop3test.Play(t, srv.Config, "S: +OK\nC: UTF8\nS: +OK\n"+login+"C: TOP 1 0\nS: +OK\nS: Subject: \u00fc\nS: \nS: .\n")
}

// A server on loopback, in one line.
func TestNewServer(t *testing.T) {
	srv := pop3test.NewServer(t, pop3test.Mailbox{User: "tim", Password: "secret", Messages: []string{"A: b\r\n\r\n"}})
	require.NotEmpty(t, srv.Addr)
	nc, err := srv.Dial(t.Context())
	require.NoError(t, err)
	_, err = io.WriteString(nc, "USER tim\r\nPASS secret\r\nSTAT\r\nQUIT\r\n")
	require.NoError(t, err)
	b, err := io.ReadAll(nc)
	require.NoError(t, err)
	require.Contains(t, string(b), "\r\n+OK 1 8\r\n")
}

// Servers in memory live in synctest bubbles, and TLS with them.
func TestInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := pop3test.NewUnstartedServer(t, pop3test.Mailbox{User: "tim", Password: "secret"})
		srv.StartInMemory()
		require.Empty(t, srv.Addr)
		nc, err := srv.Dial(t.Context())
		require.NoError(t, err)
		_, err = io.WriteString(nc, "STLS\r\n")
		require.NoError(t, err)
		r := bufio.NewReader(nc)
		for range 2 {
			_, err := r.ReadString('\n')
			require.NoError(t, err)
		}
		require.NoError(t, tls.Client(nc, srv.ClientTLS).Handshake())
	})
}

// The engine passes the cases that are made for any server, in the clear and
// under TLS.
func TestConformance(t *testing.T) {
	for name, start := range map[string]func(*pop3test.Server){
		"clear":    (*pop3test.Server).Start,
		"implicit": (*pop3test.Server).StartTLS,
		"STLS": func(s *pop3test.Server) {
			s.Config.Auth.AllowInsecure = false
			s.Start()
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := pop3test.NewUnstartedServer(t, pop3test.Mailbox{User: "tim", Password: "sec ret", Messages: messages()})
			srv.Config.Limits = pop3.Limits{ConnsPerAddr: -1}
			start(srv)
			pop3test.TestServer(t, pop3test.Target{
				Addr:        srv.Addr,
				ImplicitTLS: name == "implicit",
				User:        "tim",
				Password:    "sec ret",
				MayDelete:   true,
			})
		})
	}
}

func messages() []string {
	list := []string{
		"Subject: dots\r\n\r\n.\r\n..\r\n.one\r\n\r\n",
		"Subject: no body\r\n",
		"Subject: empty body\r\n\r\n",
		"Subject: long\r\n\r\n" + strings.Repeat(strings.Repeat("x", 998)+"\r\n", 100),
		"",
	}
	return slices.Repeat(list, 4)
}

// A server that breaks rules is found out.
func TestConformanceFails(t *testing.T) {
	srv := pop3test.NewUnstartedServer(t, pop3test.Mailbox{User: "tim", Password: "secret", Messages: messages()})
	srv.Config.Backend = pop3.BackendFunc(func(ctx context.Context, c *pop3.Conn) (pop3.Maildrop, error) {
		drop, err := srv.Store.Open(ctx, c)
		return liar{drop}, err
	})
	srv.Start()
	verdicts := make(map[string]pop3test.Verdict)
	pop3test.Check(t.Context(), pop3test.Target{Addr: srv.Addr, User: "tim", Password: "secret"}, func(r pop3test.Result) {
		require.NotContains(t, verdicts, r.Name, "names are unique")
		require.Regexp(t, `^(RFC \d+, [\d.]+|draft-.*)$`, r.Ref)
		if r.Verdict != pop3test.NotApplicable {
			require.NotEmpty(t, r.Transcript, r.Name)
		}
		if r.Verdict != pop3test.Pass {
			require.NotEmpty(t, r.Detail, r.Name)
		}
		verdicts[r.Name] = r.Verdict
	})
	require.Equal(t, pop3test.Fail, verdicts["listing/sizes are exact"])
	require.Equal(t, pop3test.Pass, verdicts["listing/UIDL"])
	require.Equal(t, pop3test.NotApplicable, verdicts["update/QUIT removes"])
}

// liar has one octet more in each message than there is.
type liar struct{ pop3.Maildrop }

func (l liar) Messages(ctx context.Context) ([]pop3.Message, error) {
	list, err := l.Maildrop.Messages(ctx)
	for i := range list {
		list[i].Size++
	}
	return list, err
}
