package smtptest_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	netsmtp "net/smtp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// say sends lines and returns the last line of the reply to each, the greeting
// first.
func say(t *testing.T, nc net.Conn, lines ...string) []string {
	r := bufio.NewReader(nc)
	var replies []string
	for i := -1; i < len(lines); i++ {
		if i >= 0 {
			_, err := fmt.Fprintf(nc, "%s\r\n", lines[i])
			require.NoError(t, err)
		}
		for {
			line, err := r.ReadString('\n')
			require.NoError(t, err)
			if line[3] == ' ' {
				replies = append(replies, strings.TrimSpace(line))
				break
			}
		}
	}
	return replies
}

// A Server on loopback is one that any client can use, and keeps what it is
// sent.
func TestServer(t *testing.T) {
	srv := smtptest.NewUnstartedServer(t)
	srv.Config.TLSConfig = nil // SendMail begins TLS where it can, and trusts no certificate of a test
	srv.Start()
	require.Empty(t, srv.Messages())
	text := []byte("Subject: hi\r\n\r\n.dot\r\n")
	require.NoError(t, netsmtp.SendMail(srv.Addr, nil, "a@client.example", []string{"b@one.example", "c@two.example"}, text))
	got := srv.Messages()
	require.Len(t, got, 1)
	m := got[0]
	require.Equal(t, string(text), string(m.Data))
	require.Equal(t, "a@client.example", m.Envelope.From.Path.String())
	require.Len(t, m.Envelope.To, 2)
	require.Equal(t, "c@two.example", m.Envelope.To[1].Path.String())
	require.Equal(t, "localhost", m.Hello)
	require.Empty(t, m.User)
	got[0].Data = nil
	require.NotNil(t, srv.Messages()[0].Data, "what Messages returns is the caller's")
}

// Users log in over TLS, which the client's configuration trusts.
func TestServerLogin(t *testing.T) {
	srv := smtptest.NewUnstartedServer(t)
	require.NoError(t, srv.Users.Set("ann", "sesame"))
	srv.Start()
	c, err := netsmtp.Dial(srv.Addr)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.StartTLS(srv.ClientTLS))
	require.Error(t, c.Auth(netsmtp.PlainAuth("", "ann", "wrong", "127.0.0.1")))

	c, err = netsmtp.Dial(srv.Addr)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.StartTLS(srv.ClientTLS))
	require.NoError(t, c.Auth(netsmtp.PlainAuth("", "ann", "sesame", "127.0.0.1")))
	require.NoError(t, c.Mail("ann@here.example"))
	require.NoError(t, c.Rcpt("b@elsewhere.example"))
	w, err := c.Data()
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, c.Quit())
	m := srv.Messages()[0]
	require.Equal(t, "ann", m.User)
	require.True(t, m.TLS)
}

// Mailboxes, where they are set, are all that there are, and the postmaster.
func TestServerMailboxes(t *testing.T) {
	srv := smtptest.NewUnstartedServer(t)
	srv.Mailboxes = []string{"ann@here.example"}
	srv.StartInMemory()
	nc, err := srv.Dial(t.Context())
	require.NoError(t, err)
	replies := say(t, nc, "EHLO client.example", "MAIL FROM:<>", "RCPT TO:<bob@here.example>", "RCPT TO:<ann@here.example>", "RCPT TO:<postmaster>")
	require.Contains(t, replies[3], "550 5.1.1")
	require.Contains(t, replies[4], "250 2.1.5")
	require.Contains(t, replies[5], "250 2.1.5")
}

// A Server in memory works in a bubble, in its time, and with its clock; a
// message that was cut short is not kept.
func TestServerInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := smtptest.NewUnstartedServer(t)
		srv.Config.Limits = smtp.Limits{BodyStall: time.Hour, BodyGrace: time.Hour}
		srv.StartInMemory()
		require.Empty(t, srv.Addr)
		nc, err := srv.Dial(t.Context())
		require.NoError(t, err)
		say(t, nc, "EHLO client.example", "MAIL FROM:<>", "RCPT TO:<a@b.example>", "DATA")
		began := time.Now()
		_, err = fmt.Fprint(nc, "half of it\r\n")
		require.NoError(t, err)
		line, err := bufio.NewReader(nc).ReadString('\n')
		require.NoError(t, err)
		require.Contains(t, line, "421 4.4.2")
		require.Equal(t, time.Hour, time.Since(began))
		require.Empty(t, srv.Messages())

		nc, err = srv.Dial(t.Context())
		require.NoError(t, err)
		require.Contains(t, say(t, nc, "EHLO client.example", "STARTTLS")[2], "220")
		require.NoError(t, tls.Client(nc, srv.ClientTLS).HandshakeContext(t.Context()), "the certificate holds in the year 2000")
	})
}
