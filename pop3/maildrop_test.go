package pop3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// Only QUIT in TRANSACTION removes, and the maildrop is closed once whatever
// happens (RFC 1939, 6).
func TestCommit(t *testing.T) {
	for name, c := range map[string]struct {
		script    string
		committed []string
	}{
		"QUIT":                {"C: DELE 2\nS: +OK\nC: DELE 1\nS: +OK\nC: QUIT\nS: +OK\nS: EOF\n", []string{"a", "b"}},
		"QUIT without a mark": {"C: QUIT\nS: +OK\nS: EOF\n", nil},
		"RSET":                {"C: DELE 1\nS: +OK\nC: RSET\nS: +OK\nC: QUIT\nS: +OK\n", nil},
		"RSET and again":      {"C: DELE 1\nS: +OK\nC: RSET\nS: +OK\nC: DELE 2\nS: +OK\nC: QUIT\nS: +OK\n", []string{"b"}},
		"hang-up":             {"C: DELE 1\nS: +OK\nhangup\nS: EOF\n", nil},
		"half a QUIT":         {"C: DELE 1\nS: +OK\nC! \"QUIT\"\nhangup\nS: EOF\n", nil},
		"QUIT with LF":        {"C: DELE 1\nS: +OK\nC! \"QUIT\\n\"\nS: -ERR\nS: EOF\n", nil},
		"QUIT now":            {"C: DELE 1\nS: +OK\nC: QUIT now\nS: -ERR syntax\nhangup\nS: EOF\n", nil},
		"time-out":            {"C: DELE 1\nS: +OK\nwait 11m\nS: EOF\n", nil},
		"too many errors":     {"C: DELE 1\nS: +OK\nC! \"" + strings.Repeat(`X\r\n`, 21) + "\"\n" + strings.Repeat("S: -ERR\n", 21) + "S: EOF\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := two()
			srv, log := newServer(f)
			pop3test.Play(t, srv, login+c.script)
			require.Equal(t, c.committed, f.committed)
			require.Equal(t, 1, f.closes)
			require.Empty(t, log.String())
		})
	}
}

// A QUIT that could not remove says so, and what the store's error says stays
// here.
func TestCommitFails(t *testing.T) {
	for want, err := range map[string]error{
		"-ERR [SYS/TEMP] some deleted messages not removed": errors.New("disk on fire"),
		"-ERR [SYS/PERM] read-only maildrop":                fmt.Errorf("quota: %w", pop3.Err(pop3.SysPerm, "read-only maildrop")),
	} {
		f := two()
		f.commit = func() error { return err }
		srv, log := newServer(f)
		pop3test.Play(t, srv, login+"C: DELE 1\nS: +OK\nC: QUIT\nS: "+want+"\nS: EOF\n")
		require.Equal(t, 1, f.commits)
		require.Equal(t, 1, f.closes)
		require.Equal(t, strings.Contains(want, "SYS/TEMP"), strings.Contains(log.String(), "disk on fire"))
	}
}

// What refuses a login leaves nobody logged in, and no maildrop open.
func TestOpenFails(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, c := range map[string]struct {
		spoil  func(*fake)
		want   string
		logged string
		closes int
	}{
		"in use": {func(f *fake) { f.open = func() error { return fmt.Errorf("locking: %w", pop3.ErrInUse) } }, "-ERR [IN-USE] the maildrop is in use", "", 0},
		"refused": {func(f *fake) {
			f.open = func() error { return pop3.Err(pop3.LoginDelay, "once a minute\r\n+OK injected") }
		}, "-ERR [LOGIN-DELAY] once a minute  +OK injected", "", 0},
		"not refused at all": {func(f *fake) { f.open = func() error { return pop3.OK("come in") } }, "-ERR [SYS/TEMP] local error", "come in", 0},
		"open":               {func(f *fake) { f.open = func() error { return broken } }, "-ERR [SYS/TEMP] local error", "disk on fire", 0},
		"list":               {func(f *fake) { f.list = func() error { return broken } }, "-ERR [SYS/TEMP] local error", "disk on fire", 1},
		"bad UIDL":           {func(f *fake) { f.messages[1].UIDL = "u1" }, "-ERR [SYS/PERM] the maildrop cannot be served", "same UIDL", 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := two()
			c.spoil(f)
			srv, log := newServer(f)
			pop3test.Play(t, srv, "S: +OK\nC: USER tim\nS: +OK\nC: PASS secret\nS: "+c.want+
				"\nC: STAT\nS: -ERR out of order, log in first\nC: AUTH PLAIN AHRpbQBzZWNyZXQ=\nS: "+c.want+"\nC: QUIT\nS: +OK\nS: EOF\n")
			require.Equal(t, 2*c.closes, f.closes)
			require.Contains(t, log.String(), c.logged)
			if c.logged == "" {
				require.Empty(t, log.String())
			}
		})
	}
}

// A panic of the Backend ends one conversation, with an answer if one is due.
func TestPanic(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(f *fake)
		want  string
	}{
		"open":   {func(f *fake) { f.open = func() error { panic("lost my mind") } }, "S: -ERR [SYS/TEMP] internal error\n"},
		"list":   {func(f *fake) { f.list = func() error { panic("lost my mind") } }, "S: -ERR [SYS/TEMP] internal error\n"},
		"body":   {func(f *fake) { f.body = func(string) (io.ReadCloser, error) { panic("lost my mind") } }, "S: +OK\nC: DELE 1\nS: +OK\nC: RETR 2\nS: -ERR [SYS/TEMP] internal error\n"},
		"commit": {func(f *fake) { f.commit = func() error { panic("lost my mind") } }, "S: +OK\nC: DELE 1\nS: +OK\nC: QUIT\nS: -ERR [SYS/TEMP] internal error\n"},
		"close":  {func(f *fake) { f.close = func() { panic("lost my mind") } }, "S: +OK\nC: QUIT\nS: -ERR [SYS/TEMP] internal error\n"},
	} {
		t.Run(name, func(t *testing.T) {
			f := two()
			c.spoil(f)
			srv, log := newServer(f)
			pop3test.Play(t, srv, "S: +OK\nC: USER tim\nS: +OK\nC: PASS secret\n"+c.want+"S: EOF\n")
			require.Equal(t, 1, strings.Count(log.String(), "lost my mind"))
			require.Empty(t, f.committed)
			if name != "open" {
				require.Equal(t, 1, f.closes)
			}
		})
	}
}

// A hang-up in the midst of a session closes the maildrop, whatever that does.
func TestPanicOfCloseOnHangUp(t *testing.T) {
	f := two()
	f.close = func() { panic("lost my mind") }
	srv, log := newServer(f)
	err := srv.ServeConn(t.Context(), &octets{in: strings.NewReader("USER tim\r\nPASS secret\r\n")})
	require.EqualError(t, err, "pop3: panic: lost my mind")
	require.Contains(t, log.String(), "lost my mind")
	require.Equal(t, 1, f.closes)
}

// Neither names nor passwords of failed logins get into the engine's log or
// replies; a fault of the accounts is not the client's.
func TestAccountsFail(t *testing.T) {
	srv, log := newServer(two())
	srv.Auth.Accounts = down{}
	pop3test.Play(t, srv, "S: +OK\n"+strings.Repeat("C: USER tim\nS: +OK\nC: PASS secret\nS: -ERR [SYS/TEMP] cannot check logins now\n", 10))
	require.Contains(t, log.String(), "directory is down")
	require.NotContains(t, log.String(), "secret")
}

type down struct{}

func (down) VerifyPassword(context.Context, *auth.Conn, string, string) (string, error) {
	return "", errors.New("directory is down")
}
