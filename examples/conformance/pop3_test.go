package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// goodMaildrop is a POP3 server that keeps to the standards, with twenty
// messages.
func goodMaildrop(t *testing.T, start func(*pop3test.Server)) *pop3test.Server {
	t.Helper()
	messages := []string{"Subject: dots\r\n\r\n.\r\n..\r\n", "Subject: one\r\n\r\nHello\r\n"}
	srv := pop3test.NewUnstartedServer(t, pop3test.Mailbox{
		User: "tim", Password: "correct horse", Messages: slices.Repeat(messages, 10),
	})
	srv.Config.Limits = pop3.Limits{ConnsPerAddr: -1}
	start(srv)
	return srv
}

func TestPOP3(t *testing.T) {
	for _, tt := range []struct {
		name  string
		flags []string
		start func(*pop3test.Server)
		left  int // messages, at least
	}{
		{"clear", nil, (*pop3test.Server).Start, 20},
		{"tls", []string{"-tls"}, (*pop3test.Server).StartTLS, 20},
		{"delete", []string{"-delete"}, (*pop3test.Server).Start, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := goodMaildrop(t, tt.start)
			args := append(tt.flags, "pop3", srv.Addr, "-user", "tim", "-password", "correct horse", "-v")
			status, stdout, stderr := command(t.Context(), args...)
			require.Equal(t, 0, status, stdout)
			require.Empty(t, stderr)
			require.Regexp(t, `\n\d{2,} passed, 0 failed, \d+ do not apply\n$`, stdout)
			require.NotContains(t, stdout, "correct horse")
			require.Contains(t, stdout, hidden)
			left := len(srv.Store.Messages("tim"))
			require.GreaterOrEqual(t, left, tt.left)
			require.Equal(t, slices.Contains(tt.flags, "-delete"), left < 20, "only -delete removes messages")
		})
	}
}

// Without a login some cases do not apply, and nothing fails.
func TestPOP3WithoutLogin(t *testing.T) {
	srv := goodMaildrop(t, (*pop3test.Server).Start)
	status, stdout, _ := command(t.Context(), "pop3", srv.Addr)
	require.Equal(t, 0, status, stdout)
	require.Contains(t, stdout, "\nn/a   ")
}

func TestBadPOP3(t *testing.T) {
	status, stdout, stderr := command(t.Context(), "pop3", badServer(t, "+OK bad\r\n", "-ERR\n"))
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "a line that ends in a bare LF")
	require.Regexp(t, `^conformance: \d+ of \d+ cases failed\n$`, stderr)
}

// A wrong password fails the cases that log in, and is not shown.
func TestPOP3WrongPassword(t *testing.T) {
	srv := goodMaildrop(t, (*pop3test.Server).Start)
	status, stdout, _ := command(t.Context(), "pop3", srv.Addr, "-user", "tim", "-password", "battery staple")
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "the login is refused: -ERR [AUTH]")
	require.NotContains(t, stdout, "battery staple")
	require.Contains(t, strings.ReplaceAll(stdout, "\n", " "), "| C: PASS "+hidden)
}

func TestPOP3Selection(t *testing.T) {
	srv := goodMaildrop(t, (*pop3test.Server).Start)
	status, stdout, _ := command(t.Context(), "pop3", "-run", "^STLS/whole$", srv.Addr)
	require.Equal(t, 0, status, stdout)
	require.Contains(t, stdout, "\n1 passed, 0 failed, 0 do not apply\n")
}
