package smtptest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// The engine passes the cases that are made for any server.
func TestConformance(t *testing.T) {
	srv := smtptest.NewUnstartedServer(t)
	srv.Config.Domains = []string{"here.example"}
	srv.Mailboxes = []string{"alice@here.example"}
	srv.Config.Limits = smtp.Limits{ConnsPerAddr: -1}
	require.NoError(t, srv.Users.Set("alice", "secret"))
	srv.Start()
	smtptest.TestServer(t, smtptest.Target{
		Addr:     srv.Addr,
		To:       "alice@here.example",
		User:     "alice",
		Password: "secret",
	})
}
