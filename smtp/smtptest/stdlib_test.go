package smtptest_test

import (
	netsmtp "net/smtp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp/smtptest"
)

// The code under test is often net/smtp's: one line must do for it.
func TestSendMailOfTheStandardLibrary(t *testing.T) {
	srv := smtptest.NewServer(t)
	require.NoError(t, srv.Users.Set("ann", "sesame"))
	login := netsmtp.PlainAuth("", "ann", "sesame", "127.0.0.1")
	require.NoError(t, netsmtp.SendMail(srv.Addr, login, "a@client.example", []string{"b@here.example"}, []byte("Subject: hi\r\n\r\ntext\r\n")))
	got := srv.Messages()
	require.Len(t, got, 1)
	require.Equal(t, "ann", got[0].User)
	require.Equal(t, "Subject: hi\r\n\r\ntext\r\n", string(got[0].Data))
}

func TestTLSServer(t *testing.T) {
	srv := smtptest.NewTLSServer(t)
	c, err := netsmtp.Dial(srv.Addr)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.StartTLS(srv.ClientTLS))
	require.NoError(t, c.Mail("a@client.example"))
	require.NoError(t, c.Rcpt("b@here.example"))
	w, err := c.Data()
	require.NoError(t, err)
	_, err = w.Write([]byte("Subject: hi\r\n\r\n"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.True(t, srv.Messages()[0].TLS)
}
