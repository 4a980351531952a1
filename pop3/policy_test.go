package pop3_test

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// own is a Maildrop with a Policy of its own.
type own struct {
	pop3.Maildrop
	policy pop3.Policy
}

func (o own) Policy() pop3.Policy { return o.policy }

// wrapped stands around another Maildrop.
type wrapped struct{ pop3.Maildrop }

func (w wrapped) Unwrap() pop3.Maildrop { return w.Maildrop }

// A user who comes too soon is sent away before the maildrop is opened; others
// are not, nor is who waits (RFC 2449, 6.5).
func TestLoginDelay(t *testing.T) {
	f := two()
	opened := 0
	f.open = func() error { opened++; return nil }
	srv, _ := newServer(f)
	srv.Policy.LoginDelay = time.Minute
	logIn := func(t *testing.T, user, want string) {
		t.Helper()
		play(t, srv, "S: +OK\nC: USER "+user+"\nS: +OK\nC: PASS secret\nS: "+want+"\nC: QUIT\nS: +OK\nS: EOF\n")
	}
	synctest.Test(t, func(t *testing.T) {
		logIn(t, "tim", "+OK")
		logIn(t, "tim", "-ERR [LOGIN-DELAY] too soon")
		logIn(t, "tom", "+OK")
		time.Sleep(59 * time.Second)
		logIn(t, "tim", "-ERR [LOGIN-DELAY] too soon")
		require.Equal(t, 2, opened)
		time.Sleep(2 * time.Second)
		logIn(t, "tim", "+OK")
		require.Equal(t, 3, opened)
	})
}

// play is pop3test.Play within a bubble.
func play(t *testing.T, srv *pop3.Server, script string) {
	t.Helper()
	p := dialogue.Player{Conn: pop3test.Dial(t, srv), ReadReply: readLine}
	require.NoError(t, p.Play(script))
}

// readLine reads a line as a reply.
func readLine(r *bufio.Reader) ([]string, error) {
	line, err := r.ReadString('\n')
	return []string{strings.TrimSuffix(line, "\r\n")}, err
}

// A login that fails, for whatever reason, does not count.
func TestLoginDelayCountsSuccess(t *testing.T) {
	f := two()
	refusal := error(pop3.ErrInUse)
	f.open = func() error { return refusal }
	srv, _ := newServer(f)
	srv.Policy.LoginDelay = time.Hour
	synctest.Test(t, func(t *testing.T) {
		play(t, srv, "S: +OK\nC: USER tim\nS: +OK\nC: PASS wrong\nS: -ERR [AUTH]\nC: USER tim\nS: +OK\nC: PASS secret\nS: -ERR [IN-USE]\n")
		refusal = nil
		play(t, srv, login)
		play(t, srv, "S: +OK\nC: USER tim\nS: +OK\nC: PASS secret\nS: -ERR [LOGIN-DELAY]\n")
	})
}

// A Backend that knows of more logins than the Server refuses by ErrTooSoon.
func TestErrTooSoon(t *testing.T) {
	f := two()
	f.open = func() error { return pop3.ErrTooSoon }
	srv, _ := newServer(f)
	pop3test.Play(t, srv, "S: +OK\nC: USER tim\nS: +OK\nC: PASS secret\nS: -ERR [LOGIN-DELAY] too soon after the last login\nC: STAT\nS: -ERR\n")
}

// A Maildrop's own Policy is told after the login, and kept to (RFC 2449, 6.5).
func TestPolicyHolder(t *testing.T) {
	srv, _ := newServer(pop3.BackendFunc(func(context.Context, *pop3.Conn) (pop3.Maildrop, error) {
		return wrapped{own{two(), pop3.Policy{LoginDelay: time.Second, Expire: pop3.Never}}}, nil
	}))
	srv.Policy = pop3.Policy{LoginDelay: time.Hour, Expire: time.Hour}
	srv.PolicyPerUser = true
	capa := func(delay, expire string) string {
		return "C: CAPA\n" + strings.Repeat("S: \n", 8) + "S: LOGIN-DELAY " + delay + "\nS: EXPIRE " + expire + "\nS: \nS: \nS: .\n"
	}
	synctest.Test(t, func(t *testing.T) {
		play(t, srv, "S: +OK\n"+capa("3600 USER", "0 USER")+"C: USER tim\nS: +OK\nC: PASS secret\nS: +OK\n"+capa("1", "NEVER"))
		time.Sleep(2 * time.Second)
		play(t, srv, login)
	})
}

// What is remembered of logins is bounded by those that matter.
func TestDelaysAreForgotten(t *testing.T) {
	srv, _ := newServer(two())
	srv.Policy.LoginDelay = time.Second
	synctest.Test(t, func(t *testing.T) {
		for i := range 1000 {
			nc := pop3test.Dial(t, srv)
			_, err := io.WriteString(nc, "USER u"+strings.Repeat("x", i%200)+string(rune('a'+i/200))+"\r\nPASS secret\r\nQUIT\r\n")
			require.NoError(t, err)
			b, err := io.ReadAll(nc)
			require.NoError(t, err)
			require.Contains(t, string(b), "maildrop has")
			time.Sleep(time.Second)
		}
		require.LessOrEqual(t, pop3.Delayed(srv), 64)
	})
}
