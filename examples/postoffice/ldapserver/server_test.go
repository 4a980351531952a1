package ldapserver

import (
	"context"
	"io"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
)

func TestCheck(t *testing.T) {
	for want, s := range map[string]*Server{
		"Server.People":          {Domain: "example.org"},
		"Server.Domain or":       {People: office},
		"begin with dc=":         {People: office, BaseDN: "c=US"},
		"not the name of an ent": {People: office, BaseDN: "nonsense"},
	} {
		require.ErrorContains(t, s.Check(), want)
		ln := memnet.Listen()
		require.ErrorContains(t, s.Serve(ln), want)
		require.ErrorIs(t, ln.Close(), net.ErrClosed, "Serve has closed it")
		require.Error(t, s.ServeConn(t.Context(), nil))
	}
	ln := memnet.Listen()
	require.ErrorContains(t, (&Server{}).ServeTLS(ln), "needs a TLSConfig")
	for _, dn := range []string{"o=Example", "ou=mail,o=Example", "dc=a,dc=b"} {
		require.NoError(t, (&Server{People: office, BaseDN: dn}).Check())
	}
}

// TestShutdown has the server finish what it was asked, say goodbye, and serve no
// more.
func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		people := endless{make(chan struct{}, 1)}
		i := start(t, func(s *Server) { s.AnonymousRead, s.People = true, people })
		idle, slow := i.conn(), i.conn()
		require.NoError(t, write(slow, searchMessage(7)))
		<-people.begun
		synctest.Wait()
		done := make(chan error, 1)
		go func() { done <- i.Shutdown(t.Context()) }()
		requireGoodbye(t, idle, unavailable)
		// What runs may go on until its own limit.
		begun := time.Now()
		tag, id, code := response(t, slow)
		require.Equal(t, []int{0x65, 7, timeLimitExceeded}, []int{tag, id, code})
		require.Equal(t, 30*time.Second, time.Since(begun))
		requireGoodbye(t, slow, unavailable)
		require.NoError(t, <-done)
		require.ErrorIs(t, i.ServeConn(t.Context(), idle), ErrServerClosed)
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		people := endless{make(chan struct{}, 1)}
		i := start(t, func(s *Server) { s.AnonymousRead, s.People = true, people })
		c := i.conn()
		require.NoError(t, write(c, searchMessage(1)))
		<-people.begun
		require.NoError(t, i.Close())
		requireEnd(t, c)
		require.NoError(t, i.Shutdown(t.Context()))
	})
}

func TestServeConn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{People: office, Domain: "example.org", AnonymousRead: true}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for _, polite := range []bool{true, false} {
			a, b := memnet.Pipe()
			done := make(chan error, 1)
			go func() { done <- s.ServeConn(ctx, b) }()
			c := ldap.NewConn(a, false)
			c.Start()
			require.Len(t, names(t, c, sub("(uid=tim)")), 1)
			if polite {
				require.NoError(t, c.Unbind())
				require.NoError(t, <-done)
				continue
			}
			cancel()
			require.Error(t, <-done)
			c.Close()
		}
	})
}

func TestPause(t *testing.T) {
	i := start(t, open)
	i.Pause()
	requireGoodbye(t, i.conn(), unavailable)
	i.Resume()
	require.Len(t, names(t, i.dial(), sub("(uid=tim)")), 1)
}

func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := start(t, func(s *Server) { s.Limits = Limits{IdleTime: time.Minute, RequestTime: time.Second} })
		c, begun := i.conn(), time.Now()
		requireEnd(t, c)
		require.Equal(t, time.Minute, time.Since(begun))

		// A message that begins has to come to its end.
		c, begun = i.conn(), time.Now()
		require.NoError(t, write(c, []byte{0x30, 5}))
		requireEnd(t, c)
		require.Equal(t, time.Second, time.Since(begun))
	})
}

// TestBusyIsNotIdle has a search that takes longer than a client may be silent.
func TestBusyIsNotIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := start(t, func(s *Server) {
			s.AnonymousRead, s.People = true, endless{make(chan struct{}, 1)}
			s.Limits = Limits{IdleTime: time.Second}
		})
		c := i.conn()
		require.NoError(t, write(c, searchMessage(1)))
		_, _, code := response(t, c)
		require.Equal(t, timeLimitExceeded, code)
		requireEnd(t, c)
	})
}

// TestSlowReader has a client that takes nothing of the answer.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{People: crowd(500), Domain: "example.org", AnonymousRead: true}
		a, b := memnet.PipeSize(4096)
		done := make(chan error, 1)
		begun := time.Now()
		go func() { done <- s.ServeConn(t.Context(), b) }()
		require.NoError(t, write(a, searchMessage(1)))
		require.Error(t, <-done)
		require.Equal(t, time.Minute, time.Since(begun))
		require.NoError(t, a.Close())
	})
}

func TestConns(t *testing.T) {
	i := start(t, func(s *Server) { s.Limits.ConnsPerAddr = 1 })
	c := i.dial()
	_, err := c.WhoAmI(nil)
	require.NoError(t, err)
	requireGoodbye(t, i.conn(), busy)
}

func TestDeny(t *testing.T) {
	i := start(t, func(s *Server) { s.Deny = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	requireGoodbye(t, i.conn(), insufficientAccessRights)
}

// requireGoodbye reads a Notice of Disconnection, and then the end.
func requireGoodbye(t *testing.T, c net.Conn, why int) {
	t.Helper()
	tag, id, code := response(t, c)
	require.Equal(t, []int{tagExtended, 0, why}, []int{tag, id, code})
	requireEnd(t, c)
}

func write(c net.Conn, b []byte) error { _, err := c.Write(b); return err }

// requireEnd reads to the end of the connection, where nothing more comes.
func requireEnd(t *testing.T, c net.Conn) {
	t.Helper()
	b, err := io.ReadAll(c)
	require.NoError(t, err)
	require.Empty(t, b)
}

// response reads a message without the client library: its tag, number and result
// code.
func response(t *testing.T, c net.Conn) (tag, id, code int) {
	t.Helper()
	tag, id, code, _ = saslResponse(t, c)
	return tag, id, code
}

// saslResponse reads what a mechanism has to say, too.
func saslResponse(t *testing.T, c net.Conn) (tag, id, code int, challenge []byte) {
	t.Helper()
	head := make([]byte, 2)
	_, err := io.ReadFull(c, head)
	require.NoError(t, err)
	if head[1] >= 0x80 {
		head = append(head, make([]byte, head[1]&0x7f)...)
		_, err = io.ReadFull(c, head[2:])
		require.NoError(t, err)
	}
	_, length, _, _, ok := header(head)
	require.True(t, ok)
	body := make([]byte, length)
	_, err = io.ReadFull(c, body)
	require.NoError(t, err)
	m := &cursor{rest: body}
	id = m.number(tagInteger)
	op, inner := m.next()
	if op == 0x64 { // an entry, which has no code
		return int(op), id, 0, nil
	}
	r := &cursor{rest: inner}
	code = r.number(tagEnumerated)
	r.octets(tagOctets)
	r.octets(tagOctets)
	if r.is(0x87) {
		challenge = r.octets(0x87)
	}
	require.False(t, m.bad || r.bad)
	return int(op), id, code, challenge
}

// readAll reads until the server hangs up.
func readAll(t *testing.T, c net.Conn) []byte {
	t.Helper()
	b, err := io.ReadAll(c)
	require.NoError(t, err)
	return b
}
