package pop3_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// greeting connects to srv and returns the first line.
func greeting(t *testing.T, srv *pop3test.Server) string {
	t.Helper()
	nc, err := srv.Dial(t.Context())
	require.NoError(t, err)
	line, err := bufio.NewReader(nc).ReadString('\n')
	require.NoError(t, err)
	return line
}

// Whoever is not served is told why.
func TestRefusals(t *testing.T) {
	full := withoutAPOP(t)
	full.Config.Limits.Conns = 1
	full.StartInMemory()
	require.Equal(t, "+OK localhost POP3\r\n", greeting(t, full))
	require.Equal(t, "-ERR [SYS/TEMP] too many connections, try again later\r\n", greeting(t, full))
	require.EqualValues(t, 1, full.Config.Stats().RefusedFull)

	perAddr := withoutAPOP(t)
	perAddr.Config.Limits.ConnsPerAddr = 1
	perAddr.StartInMemory()
	require.Equal(t, "+OK localhost POP3\r\n", greeting(t, perAddr))
	require.Equal(t, "-ERR [SYS/TEMP] too many connections, try again later\r\n", greeting(t, perAddr))
	require.EqualValues(t, 1, perAddr.Config.Stats().RefusedAddr)

	denied := withoutAPOP(t)
	denied.Config.Deny = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	denied.StartInMemory()
	require.Equal(t, "-ERR [SYS/PERM] no service for your address\r\n", greeting(t, denied))
	require.EqualValues(t, 1, denied.Config.Stats().Denied)
}

func TestPause(t *testing.T) {
	srv := withoutAPOP(t)
	srv.StartInMemory()
	srv.Config.Pause()
	require.True(t, srv.Config.Stats().Paused)
	require.Equal(t, "-ERR [SYS/TEMP] shutting down, come back later\r\n", greeting(t, srv))
	srv.Config.Resume()
	require.Equal(t, "+OK localhost POP3\r\n", greeting(t, srv))
}

// Where no mechanism that carries a password is enabled, USER is not offered,
// TLS or not.
func TestNoPasswords(t *testing.T) {
	srv := withoutAPOP(t)
	srv.Config.Auth.Mechanisms = []string{}
	srv.StartTLS()
	nc, err := tls.Dial("tcp", srv.Addr, srv.ClientTLS)
	require.NoError(t, err)
	defer nc.Close()
	_, err = io.WriteString(nc, "CAPA\r\nUSER tim\r\nAUTH PLAIN\r\nQUIT\r\n")
	require.NoError(t, err)
	got, err := io.ReadAll(nc)
	require.NoError(t, err)
	require.Equal(t, "+OK localhost POP3\r\n"+
		"+OK capabilities follow\r\nTOP\r\nUIDL\r\nPIPELINING\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nUTF8 USER\r\nLANG\r\n.\r\n"+
		"-ERR command not offered here\r\n-ERR login mechanism not offered\r\n+OK bye\r\n", string(got))
}

// A limit that guards memory cannot be taken away, and no line is longer than
// the wire can hold.
func TestLineLimits(t *testing.T) {
	for _, n := range []int{-1, 1 << 30} {
		srv := withoutAPOP(t)
		srv.Config.Limits = pop3.Limits{Line: n, AuthLine: n}
		line := make([]byte, 128<<10)
		for i := range line {
			line[i] = 'x'
		}
		got := converse(t, srv.Config, string(line)+"\r\nQUIT\r\n")
		require.Equal(t, "+OK localhost POP3\r\n-ERR line too long\r\n+OK bye\r\n", got)
	}
}

// withoutAPOP is a server whose greeting is the same each time.
func withoutAPOP(t *testing.T) *pop3test.Server {
	srv := pop3test.NewUnstartedServer(t, mailbox)
	srv.Config.Auth.Mechanisms = []string{"PLAIN", "LOGIN"}
	return srv
}
