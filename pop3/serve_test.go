package pop3_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// Without a Backend nothing is served, and the listener is closed.
func TestNoBackend(t *testing.T) {
	l := memnet.Listen()
	srv := new(pop3.Server)
	require.ErrorContains(t, srv.Serve(l), "Backend must be set")
	_, err := l.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
	require.ErrorContains(t, srv.ServeConn(t.Context(), &octets{in: strings.NewReader("")}), "Backend must be set")
}

// Shutdown sends idle clients away at once, and keeps what they have marked.
func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := two()
		srv, _ := newServer(f)
		nc := pop3test.Dial(t, srv)
		r := bufio.NewReader(nc)
		_, err := io.WriteString(nc, "USER tim\r\nPASS secret\r\nDELE 1\r\n")
		require.NoError(t, err)
		for range 4 {
			_, err := r.ReadString('\n')
			require.NoError(t, err)
		}
		require.Equal(t, 1, srv.Stats().Active)
		require.NoError(t, srv.Shutdown(t.Context()))
		rest, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, "-ERR [SYS/TEMP] shutting down, come back later\r\n", string(rest))
		require.Zero(t, f.commits)
		require.Equal(t, 1, f.closes)
		require.True(t, srv.Stats().ShuttingDown)

		late := pop3test.Dial(t, srv)
		rest, err = io.ReadAll(late)
		require.NoError(t, err)
		require.Equal(t, "-ERR [SYS/TEMP] shutting down, come back later\r\n", string(rest))
	})
}

// What ServeConn returns tells how a conversation ended.
func TestServeConnError(t *testing.T) {
	for in, want := range map[string]string{
		"QUIT\r\n": "",
		"USER tim\r\nPASS secret\r\nDELE 1\r\nQUIT\r\n": "",
		"NOOP\r\n":                   "pop3: client hung up: unexpected EOF",
		"NOOP":                       "pop3: conversation lost: unexpected EOF",
		"USER tim\r\nAUTH PLAIN\r\n": "pop3: conversation lost: no answer to a challenge: EOF",
		"NOOP\n":                     "pop3: hung up: -ERR a line must end in CRLF, this one ended in LF",
		"GET / \r\n":                 "pop3: hung up: -ERR this is a POP3 server",
	} {
		srv, _ := newServer(two())
		err := srv.ServeConn(t.Context(), &octets{in: strings.NewReader(in)})
		if want == "" {
			require.NoError(t, err, in)
		} else {
			require.EqualError(t, err, want, in)
		}
	}
	srv, _ := newServer(two())
	require.NoError(t, srv.Close())
	require.ErrorIs(t, srv.ServeConn(t.Context(), &octets{in: strings.NewReader("NOOP\r\n")}), pop3.ErrServerClosed)
}

// The end of the context cuts a conversation, even one that waits.
func TestServeConnContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := two()
		srv, _ := newServer(f)
		client, server := memnet.Pipe()
		defer client.Close()
		ctx, cancel := context.WithCancelCause(t.Context())
		done := make(chan error)
		go func() { done <- srv.ServeConn(ctx, server) }()
		_, err := io.WriteString(client, "USER tim\r\nPASS secret\r\nDELE 1\r\n")
		require.NoError(t, err)
		synctest.Wait()
		cancel(errors.New("enough"))
		require.EqualError(t, <-done, "pop3: conversation cut: enough")
		require.Equal(t, 1, f.closes)
		require.Zero(t, f.commits)
	})
}

// Refusals other than errors of the client's are counted too.
func TestRefusalBudget(t *testing.T) {
	srv, _ := newServer(two())
	srv.Limits.Refusals = 3
	pop3test.Play(t, srv, login+strings.Repeat("C: RETR 9\nS: -ERR no such message\n", 3)+"C: RETR 9\nS: -ERR too many errors\nS: EOF\n")
}

// The trace tells of everything, and never of an argument or a body.
func TestTrace(t *testing.T) {
	var events []string
	f := two()
	srv, _ := newServer(f)
	srv.Trace = func(c *pop3.Conn, e pop3.Event) {
		require.Same(t, srv, c.Server())
		events = append(events, fmt.Sprintf("%d %s %v %v", e.Kind, e.Verb, e.Reply.OK, e.Err))
		require.NotContains(t, fmt.Sprintf("%+v", e), "secret")
		require.True(t, e.Reply == pop3.Reply{OK: e.Reply.OK, Code: e.Reply.Code, Text: e.Reply.Text, Close: e.Reply.Close}, "replies compare")
	}
	pop3test.Play(t, srv, login+"C: RETR 1\nS: +OK\nS: A: b\nS: \nS: a\nS: .\nC: XYZZY\nS: -ERR\nC: QUIT\nS: +OK\nS: EOF\n")
	require.Equal(t, []string{
		"0  false <nil>", "1 USER true <nil>", "1 PASS true <nil>", "1 RETR true <nil>", "1  false <nil>", "1 QUIT true <nil>", "2  false <nil>",
	}, events)
}
