//go:build interop

package interop

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/pop3/pop3test"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// ntlmLogin has accounts serve NTLM only.
func ntlmLogin(v1 bool) *auth.Authenticator {
	return &auth.Authenticator{
		Accounts:   &auth.NTLM{Accounts: people{"tim": "tanstaaftanstaaf"}, Domain: "EXAMPLE", AllowV1: v1},
		Mechanisms: []string{"NTLM"},
	}
}

// TestCurlNTLM has curl log in by NTLM to SMTP and POP3.
func TestCurlNTLM(t *testing.T) {
	curl := find(t, "curl", "curl")
	mail := smtptest.NewUnstartedServer(t)
	mail.Config.Auth = ntlmLogin(false)
	mail.Start()
	box := pop3test.NewUnstartedServer(t, pop3test.Mailbox{User: "tim", Password: "not used", Messages: []string{"Subject: waiting\r\n\r\nhello\r\n"}})
	box.Config.Auth = ntlmLogin(false)
	box.Start()
	message := write(t, filepath.Join(t.TempDir(), "message"), "Subject: sent\r\n\r\nhello\r\n")
	ask := func(user string, args ...string) (string, error) {
		return run(t, curl, append([]string{"--silent", "--show-error", "--max-time", "60", "--login-options", "AUTH=NTLM", "--user", user}, args...)...)
	}
	for _, user := range []string{`EXAMPLE\tim`, "tim"} {
		out, err := ask(user+":tanstaaftanstaaf", "smtp://"+mail.Addr, "--mail-from", "a@b.example", "--mail-rcpt", "c@d.example", "--upload-file", message)
		require.NoError(t, err, out)
		out, err = ask(user+":tanstaaftanstaaf", "pop3://"+box.Addr+"/1")
		require.NoError(t, err, out)
		require.Contains(t, out, "Subject: waiting")
	}
	require.Len(t, mail.Messages(), 2)
	require.Equal(t, "tim", mail.Messages()[0].User)
	for _, user := range []string{"tim:wrong", "tom:tanstaaftanstaaf"} {
		out, err := ask(user, "pop3://"+box.Addr+"/1")
		require.Error(t, err, out)
		out, err = ask(user, "smtp://"+mail.Addr, "--mail-from", "a@b.example", "--mail-rcpt", "c@d.example", "--upload-file", message)
		require.Error(t, err, out)
	}
	require.Len(t, mail.Messages(), 2)
}
