package testkit_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/serve"
	"github.com/wirepost/wirepost/internal/testkit"
)

// A tb is a test whose end can be seen.
type tb struct {
	testing.TB
	cleanups []func()
	failures []string
}

func (t *tb) Helper() {}

func (t *tb) Context() context.Context { return context.Background() }

func (t *tb) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

func (t *tb) Errorf(format string, args ...any) {
	t.failures = append(t.failures, fmt.Sprintf(format, args...))
}

// end is the end of the test.
func (t *tb) end() {
	for len(t.cleanups) > 0 {
		last := t.cleanups[len(t.cleanups)-1]
		t.cleanups = t.cleanups[:len(t.cleanups)-1]
		last()
	}
}

// An echo is an Engine that echoes one line.
type echo struct {
	serve.Life
	cfg *tls.Config
	err error // of Shutdown
}

func (e *echo) Serve(l net.Listener) error { return e.serve(l, nil) }

func (e *echo) ServeTLS(l net.Listener) error { return e.serve(l, e.cfg) }

func (e *echo) serve(l net.Listener, cfg *tls.Config) error {
	return e.Life.Serve(l, &serve.Options{TLSConfig: cfg, Handle: func(ctx context.Context, nc net.Conn) { _ = e.ServeConn(ctx, nc) }})
}

func (e *echo) ServeConn(_ context.Context, nc net.Conn) error {
	line, err := bufio.NewReader(nc).ReadString('\n')
	if err == nil {
		_, err = io.WriteString(nc, line)
	}
	return err
}

func (e *echo) Shutdown(ctx context.Context) error { return errors.Join(e.Life.Shutdown(ctx), e.err) }

func echoes(t *testing.T, nc net.Conn) {
	t.Helper()
	_, err := io.WriteString(nc, "hello\n")
	require.NoError(t, err)
	line, err := bufio.NewReader(nc).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "hello\n", line)
}

func TestStart(t *testing.T) {
	fake := &tb{TB: t}
	h := testkit.Host{TB: fake, Kit: "echotest", Closed: serve.ErrClosed}
	server, client := h.TLS()
	for _, start := range []func(testkit.Engine) string{h.Start, h.StartTLS} {
		require.NotEmpty(t, start(&echo{cfg: server}))
		nc, err := h.Dial(t.Context())
		require.NoError(t, err)
		idle, err := h.Dial(t.Context())
		require.NoError(t, err)
		if len(fake.cleanups) > 3 {
			nc = tls.Client(nc, client)
		}
		echoes(t, nc)
		defer func() { require.ErrorIs(t, idle.Close(), net.ErrClosed) }()
	}
	fake.end()
	require.Empty(t, fake.failures)
}

// TestHostFails checks that a test fails whose Engine ends otherwise than it should.
func TestHostFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := &tb{TB: t}
		h := testkit.Host{TB: fake, Kit: "echotest", Closed: net.ErrClosed}
		h.StartInMemory(&echo{err: errors.New("stuck")})
		nc, err := h.Dial(t.Context())
		require.NoError(t, err)
		echoes(t, nc)
		fake.end()
		require.Equal(t, []string{"echotest: Shutdown: stuck", "echotest: Serve: server closed"}, fake.failures)
	})
}
