package engine_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/engine"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/serve"
	"github.com/wirepost/wirepost/internal/wire"
)

var errClosed = errors.New("echo: server closed")

type reply string

func (r reply) AppendTo(b []byte) []byte { return append(b, string(r)+"\r\n"...) }

var lifecycle = engine.Lifecycle{
	Closed: errClosed,
	Full:   reply("full"), Denied: reply("denied"), ShuttingDown: reply("going"),
	Before: "* ",
}

// An echo is a server whose conversations are one line long.
type echo struct {
	life serve.Life
	ln   *memnet.Listener
	err  chan error // what Serve returned
	ends chan error // what Hold returned
	why  chan error // the causes of the ends of the conversations' contexts
}

func start(t *testing.T, o serve.Options) *echo {
	e := &echo{ln: memnet.Listen(), err: make(chan error, 1), ends: make(chan error, 9), why: make(chan error, 9)}
	o.Handle = func(ctx context.Context, nc net.Conn) { e.ends <- e.hold(ctx, nc) }
	go func() { e.err <- lifecycle.Serve(&e.life, e.ln, &o) }()
	t.Cleanup(func() {
		require.NoError(t, e.life.Close())
		require.NoError(t, e.life.Shutdown(context.Background()))
	})
	return e
}

func (e *echo) hold(ctx context.Context, nc net.Conn) error {
	c := wire.New(nc, wire.Timeouts{})
	return lifecycle.Hold(ctx, &e.life, c, func(ctx context.Context) error {
		defer c.Release()
		line, err := c.ReadLine(100)
		e.why <- context.Cause(ctx)
		if err != nil {
			return err
		}
		if _, err := c.WriteString(string(line) + "\r\n"); err != nil {
			return err
		}
		return c.Flush()
	})
}

func (e *echo) dial(t *testing.T, from string) net.Conn {
	nc, err := e.ln.DialFrom(t.Context(), netip.AddrPortFrom(netip.MustParseAddr(from), 1000))
	require.NoError(t, err)
	t.Cleanup(func() { nc.Close() })
	synctest.Wait()
	return nc
}

func hears(t *testing.T, nc net.Conn, want string) {
	t.Helper()
	line, err := bufio.NewReader(nc).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, want+"\r\n", line)
}

func TestLifecycle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := start(t, serve.Options{MaxConns: 1, Deny: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}})
		hears(t, e.dial(t, "198.51.100.1"), "* denied")
		nc := e.dial(t, "192.0.2.1")
		hears(t, e.dial(t, "192.0.2.2"), "* full")
		e.life.Pause()
		hears(t, e.dial(t, "192.0.2.3"), "* going")
		require.Equal(t, engine.Stats{Active: 1, Accepted: 4, RefusedFull: 1, Denied: 1, Paused: true}, engine.StatsOf(&e.life))
		e.life.Resume()
		_, err := io.WriteString(nc, "hello\r\n")
		require.NoError(t, err)
		hears(t, nc, "hello")
		require.NoError(t, <-e.ends)
		require.NoError(t, <-e.why)
	})
}

// TestRefusalWaits checks that one who does not read is not waited for for ever.
func TestRefusalWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var life serve.Life
		require.NoError(t, life.Close())
		_, nc := memnet.PipeSize(3)
		began := time.Now()
		err := lifecycle.Hold(t.Context(), &life, wire.New(nc, wire.Timeouts{}), nil)
		require.Equal(t, errClosed, err)
		require.Equal(t, 5*time.Second, time.Since(began))
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := start(t, serve.Options{})
		e.dial(t, "192.0.2.1")
		_, other := memnet.Pipe()
		go func() { e.ends <- e.hold(t.Context(), other) }()
		synctest.Wait()
		require.NoError(t, e.life.Close())
		require.Equal(t, errClosed, <-e.err)
		for range 2 {
			require.ErrorIs(t, <-e.ends, net.ErrClosed)
		}
		require.ElementsMatch(t, []error{errClosed, context.Canceled}, []error{<-e.why, <-e.why}, "Close ends the contexts of Serve too")

		client, server := memnet.Pipe()
		require.Equal(t, errClosed, e.hold(t.Context(), server), "too late")
		hears(t, client, "* going")
		require.True(t, engine.StatsOf(&e.life).ShuttingDown)
	})
}

func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := start(t, serve.Options{})
		e.dial(t, "192.0.2.1")
		require.NoError(t, e.life.Shutdown(t.Context()))
		require.ErrorIs(t, <-e.ends, wire.ErrInterrupted)
		require.NoError(t, <-e.why, "the conversation may say goodbye")
		require.Equal(t, errClosed, <-e.err)
	})
}

// TestServeError checks that other errors than that of the end come through.
func TestServeError(t *testing.T) {
	ln := memnet.Listen()
	err := lifecycle.Serve(new(serve.Life), ln, &serve.Options{})
	require.ErrorContains(t, err, "Options.Handle must be set")
}

func BenchmarkHold(b *testing.B) {
	b.ReportAllocs()
	var life serve.Life
	nc, _ := memnet.Pipe()
	c := wire.New(nc, wire.Timeouts{})
	run := func(context.Context) error { return nil }
	for b.Loop() {
		if err := lifecycle.Hold(b.Context(), &life, c, run); err != nil {
			b.Fatal(err)
		}
	}
}
