package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4/imap4test"
)

func TestIMAP4(t *testing.T) {
	srv := imap4test.NewUnstartedServer(t)
	require.NoError(t, srv.Users.Set("tim", "correct horse"))
	require.NoError(t, srv.Users.Set("tom", "battery staple"))
	srv.StartTLS()
	args := []string{
		"imap4", "-tls", srv.Addr, "-user", "tim", "-password", "correct horse", "-v",
		"-other", "tom", "-other-password", "battery staple", "-scratch", "wirepost-test", "-run", "^(ACL|LOGIN|STATUS)/",
	}
	status, stdout, stderr := command(t.Context(), args...)
	require.Equal(t, 0, status, stdout)
	require.Empty(t, stderr)
	require.Regexp(t, `\n\d{2,} passed, 0 failed, \d+ do not apply\n$`, stdout)
	require.Contains(t, stdout, hidden)
	require.NotContains(t, stdout, "correct horse")
	require.NotContains(t, stdout, "battery staple")
}

// Without a name for mailboxes most cases do not apply, and nothing fails.
func TestIMAP4WithoutScratch(t *testing.T) {
	srv := imap4test.NewUnstartedServer(t)
	require.NoError(t, srv.Users.Set("tim", "correct horse"))
	srv.Start()
	status, stdout, _ := command(t.Context(), "imap4", srv.Addr, "-user", "tim", "-password", "correct horse", "-run", "^(SELECT|LOGIN)/")
	require.Equal(t, 0, status, stdout)
	require.Contains(t, stdout, "\nn/a   ")
}
