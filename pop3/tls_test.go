package pop3_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// A handshake that fails ends the conversation: nothing is obeyed in the clear
// after it.
func TestSTLSFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := pop3test.NewUnstartedServer(t, mailbox)
		nc := pop3test.Dial(t, srv.Config)
		r := bufio.NewReader(nc)
		_, err := io.WriteString(nc, "STLS\r\n")
		require.NoError(t, err)
		for range 2 {
			_, err := r.ReadString('\n')
			require.NoError(t, err)
		}
		_, err = io.WriteString(nc, "USER tim\r\nPASS secret\r\nSTAT\r\n")
		require.NoError(t, err)
		rest, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NotContains(t, string(rest), "OK")
	})
}

// STLS keeps nothing of what was said before it, and then is over.
func TestSTLS(t *testing.T) {
	srv := pop3test.NewUnstartedServer(t, mailbox)
	srv.Config.Auth.AllowInsecure = false
	srv.StartInMemory()
	nc, err := srv.Dial(t.Context())
	require.NoError(t, err)
	r := bufio.NewReader(nc)
	say := func(line, want string) {
		t.Helper()
		_, err := io.WriteString(nc, line+"\r\n")
		require.NoError(t, err)
		got, err := r.ReadString('\n')
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(got, want), "%s: %s", line, got)
	}
	greeting, err := r.ReadString('\n')
	require.NoError(t, err)
	require.Regexp(t, `^\+OK localhost POP3 <[^<> ]+@localhost>\r\n$`, greeting)
	say("STLS now", "-ERR syntax")
	say("STLS", "+OK begin TLS")
	secured := tls.Client(nc, srv.ClientTLS)
	require.NoError(t, secured.Handshake())
	nc, r = secured, bufio.NewReader(secured)
	say("STLS", "-ERR TLS is active already")
	say("PASS secret", "-ERR out of order")
	say("USER tim", "+OK")
	say("PASS secret", "+OK maildrop has 3 messages")
	say("CAPA", "+OK")
	for _, want := range []string{"TOP", "UIDL", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE", "USER", "SASL SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 PLAIN LOGIN DIGEST-MD5 CRAM-MD5 NTLM", "UTF8 USER", "LANG", "."} {
		got, err := r.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, want+"\r\n", got)
	}
}

// A name given in the clear is not good for a PASS under TLS.
func TestSTLSForgetsUSER(t *testing.T) {
	srv := pop3test.NewUnstartedServer(t, mailbox)
	srv.StartInMemory()
	nc, err := srv.Dial(t.Context())
	require.NoError(t, err)
	_, err = io.WriteString(nc, "USER tim\r\n")
	require.NoError(t, err)
	r := bufio.NewReader(nc)
	for range 2 {
		_, err = r.ReadString('\n')
		require.NoError(t, err)
	}
	_, err = io.WriteString(nc, "STLS\r\n")
	require.NoError(t, err)
	_, err = r.ReadString('\n')
	require.NoError(t, err)
	secured := tls.Client(nc, srv.ClientTLS)
	_, err = io.WriteString(secured, "PASS secret\r\n")
	require.NoError(t, err)
	got, err := bufio.NewReader(secured).ReadString('\n')
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(got, "-ERR out of order"), got)
}

// ServeTLS begins with TLS, and without a certificate not at all.
func TestServeTLS(t *testing.T) {
	srv := withoutAPOP(t)
	srv.StartTLS()
	nc, err := tls.Dial("tcp", srv.Addr, srv.ClientTLS)
	require.NoError(t, err)
	defer nc.Close()
	got, err := bufio.NewReader(nc).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "+OK localhost POP3\r\n", got)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.ErrorContains(t, new(pop3.Server).ServeTLS(l), "TLSConfig")
}
