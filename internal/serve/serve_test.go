package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/serve"
)

// A server is what the tests of this package talk to. It greets with the
// peer's address, answers each line with itself after a minute's work if that
// line is "work", and says "bye" when it is interrupted while idle.
type server struct {
	t    *testing.T
	life serve.Life
	ln   *memnet.Listener
	err  chan error // what Serve returned

	logMu sync.Mutex
	log   bytes.Buffer
}

// start serves with o, whose empty fields it fills in, until the end of the
// test's bubble.
func start(t *testing.T, o serve.Options) *server {
	s := &server{t: t, ln: memnet.Listen(), err: make(chan error, 1)}
	s.fill(&o)
	go func() { s.err <- s.life.Serve(s.ln, &o) }()
	t.Cleanup(func() {
		s.life.Close()
		require.NoError(t, s.life.Shutdown(context.Background()))
	})
	synctest.Wait()
	return s
}

func (s *server) fill(o *serve.Options) {
	if o.Handle == nil {
		o.Handle = s.handle
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(s, nil))
	}
}

// Write is for the log.
func (s *server) Write(p []byte) (int, error) {
	s.logMu.Lock()
	defer s.logMu.Unlock()
	return s.log.Write(p)
}

func (s *server) logged() string {
	s.logMu.Lock()
	defer s.logMu.Unlock()
	return s.log.String()
}

func (s *server) handle(ctx context.Context, nc net.Conn) {
	leave, err := s.life.Enter(
		func() { nc.SetReadDeadline(time.Unix(1, 0)) },
		func() { nc.SetDeadline(time.Unix(1, 0)) })
	if err != nil {
		fmt.Fprintln(nc, err)
		return
	}
	defer leave()
	fmt.Fprintln(nc, "hello", nc.RemoteAddr())
	lines := bufio.NewReader(nc)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			if os.IsTimeout(err) {
				fmt.Fprintln(nc, "bye")
			}
			return
		}
		if line == "work\n" {
			select {
			case <-time.After(time.Minute):
			case <-ctx.Done():
				return
			}
		}
		fmt.Fprint(nc, line)
	}
}

// dial connects from an address, "" for any, and sends what is to be sent.
func (s *server) dial(from, send string) *client {
	s.t.Helper()
	addr := netip.MustParseAddr("192.0.2.1")
	if from != "" {
		addr = netip.MustParseAddr(from)
	}
	nc, err := s.ln.DialFrom(s.t.Context(), netip.AddrPortFrom(addr, 1000))
	require.NoError(s.t, err)
	s.t.Cleanup(func() { nc.Close() })
	if send != "" {
		_, err = io.WriteString(nc, send)
		require.NoError(s.t, err)
	}
	synctest.Wait()
	return newClient(s.t, nc)
}

type client struct {
	net.Conn
	t     *testing.T
	lines *bufio.Reader
}

func newClient(t *testing.T, nc net.Conn) *client {
	return &client{Conn: nc, t: t, lines: bufio.NewReader(nc)}
}

// line returns the next line without its end, "" at the end of the connection,
// and "..." if nothing comes for a second.
func (c *client) line() string {
	c.t.Helper()
	require.NoError(c.t, c.SetReadDeadline(time.Now().Add(time.Second)))
	line, err := c.lines.ReadString('\n')
	if os.IsTimeout(err) {
		return "..."
	}
	if err != nil {
		require.ErrorIs(c.t, err, io.EOF)
	}
	return strings.TrimSuffix(line, "\n")
}

func (c *client) say(line string) {
	c.t.Helper()
	_, err := io.WriteString(c, line+"\n")
	require.NoError(c.t, err)
}

// hangUp closes and lets the server see it.
func (c *client) hangUp() {
	c.Close()
	synctest.Wait()
}

const greeting = "hello 192.0.2.1:1000"

func refuse(nc net.Conn, why serve.Refusal) { fmt.Fprintln(nc, "sorry:", why) }
