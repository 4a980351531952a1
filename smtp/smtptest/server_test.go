package smtptest_test

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
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
	srv := smtptest.NewServer(t)
	require.Empty(t, srv.Messages())
	nc, err := net.Dial("tcp", srv.Addr)
	require.NoError(t, err)
	defer nc.Close()
	replies := say(t, nc, "EHLO client.example", "MAIL FROM:<a@client.example>", "RCPT TO:<b@one.example>", "RCPT TO:<c@two.example>",
		"DATA", "Subject: hi\r\n\r\n..dot\r\n.", "QUIT")
	require.Contains(t, replies[6], "250 2.0.0")
	got := srv.Messages()
	require.Len(t, got, 1)
	m := got[0]
	require.Equal(t, "Subject: hi\r\n\r\n.dot\r\n", string(m.Data))
	require.Equal(t, "a@client.example", m.Envelope.From.Path.String())
	require.Len(t, m.Envelope.To, 2)
	require.Equal(t, "c@two.example", m.Envelope.To[1].Path.String())
	require.Equal(t, "client.example", m.Hello)
	require.Empty(t, m.User)
	require.False(t, m.TLS)
	got[0].Data = nil
	require.NotNil(t, srv.Messages()[0].Data, "what Messages returns is the caller's")
}

// Users log in over TLS, which the client's configuration trusts.
func TestServerLogin(t *testing.T) {
	srv := smtptest.NewUnstartedServer(t)
	require.NoError(t, srv.Users.Set("ann", "sesame"))
	srv.StartInMemory()
	nc, err := srv.Dial(t.Context())
	require.NoError(t, err)
	replies := say(t, nc, "EHLO client.example", "AUTH PLAIN", "STARTTLS")
	require.Contains(t, replies[2], "538")
	require.Contains(t, replies[3], "220")
	secure := tls.Client(nc, srv.ClientTLS)
	require.NoError(t, secure.HandshakeContext(t.Context()))
	_, err = fmt.Fprint(secure, "NOOP\r\n") // for what say takes for a greeting
	require.NoError(t, err)
	plain := func(password string) string {
		return "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00ann\x00"+password))
	}
	replies = say(t, secure, "EHLO client.example", plain("wrong"), plain("sesame"), "MAIL FROM:<ann@here.example>", "RCPT TO:<b@elsewhere.example>", "DATA", ".")
	require.Contains(t, replies[2], "535 5.7.8")
	require.Contains(t, replies[3], "235 2.7.0")
	require.Contains(t, replies[7], "250 2.0.0")
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
