package serve_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/serve"
)

// badListener fails to accept as often as errs says, and tells when.
type badListener struct {
	*memnet.Listener
	errs  []error
	tried []time.Time
}

func (l *badListener) Accept() (net.Conn, error) {
	l.tried = append(l.tried, time.Now())
	if len(l.errs) == 0 {
		return l.Listener.Accept()
	}
	err := l.errs[0]
	l.errs = l.errs[1:]
	if err == nil {
		return l.Listener.Accept()
	}
	return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: os.NewSyscallError("accept4", err)}
}

func (l *badListener) fail(n int, err error) {
	for range n {
		l.errs = append(l.errs, err)
	}
}

func TestAcceptRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{t: t}
		var o serve.Options
		s.fill(&o)
		ln := &badListener{Listener: memnet.Listen()}
		ln.fail(10, syscall.EMFILE)
		ln.fail(1, nil)
		ln.fail(2, syscall.ENOBUFS)
		s.ln = ln.Listener
		done := make(chan error, 1)
		go func() { done <- s.life.Serve(ln, &o) }()
		c := s.dial("", "")
		time.Sleep(time.Minute)
		require.Equal(t, greeting, c.line())
		synctest.Wait()

		var delays []time.Duration
		for i, at := range ln.tried[1:] {
			delays = append(delays, at.Sub(ln.tried[i]))
		}
		ms := time.Millisecond
		require.Equal(t, []time.Duration{
			5 * ms, 10 * ms, 20 * ms, 40 * ms, 80 * ms, 160 * ms, 320 * ms, 640 * ms, time.Second, time.Second,
			0, 5 * ms, 10 * ms, // a new streak
		}, delays)
		require.EqualValues(t, 12, s.life.Stats().AcceptErrors)
		require.Equal(t, 2, strings.Count(s.logged(), "cannot accept"), "once per streak")
		require.Contains(t, s.logged(), "too many open files")

		require.NoError(t, s.life.Close())
		require.ErrorIs(t, <-done, serve.ErrClosed)
		require.NoError(t, s.life.Shutdown(t.Context()))
	})
}

// TestCloseWhileRetrying checks that a failing listener does not delay the end.
func TestCloseWhileRetrying(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{t: t}
		var o serve.Options
		s.fill(&o)
		ln := &badListener{Listener: memnet.Listen()}
		ln.fail(1000, syscall.EMFILE)
		done := make(chan error, 1)
		go func() { done <- s.life.Serve(ln, &o) }()
		time.Sleep(time.Minute + time.Millisecond)
		begin := time.Now()
		require.NoError(t, s.life.Close())
		require.ErrorIs(t, <-done, serve.ErrClosed)
		require.Zero(t, time.Since(begin))
	})
}

func TestAcceptFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, bad := range []error{syscall.EBADF, net.ErrClosed, errors.New("whatever")} {
			s := &server{t: t}
			var o serve.Options
			s.fill(&o)
			ln := &badListener{Listener: memnet.Listen()}
			ln.fail(1, bad)
			err := s.life.Serve(ln, &o)
			require.ErrorIs(t, err, bad)
			require.ErrorContains(t, err, "serve: accept: ")
			require.ErrorIs(t, ln.Close(), net.ErrClosed, "Serve has closed it")
			require.False(t, s.life.Draining(), "other listeners go on")
		}
	})
}

func TestOptionsErrors(t *testing.T) {
	handle := func(context.Context, net.Conn) {}
	bad := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), {}}
	for want, o := range map[string]serve.Options{
		"Options.Handle must be set":                   {},
		"Options.Allow[1] is not a valid prefix":       {Handle: handle, Allow: bad},
		"Options.Deny[1] is not a valid prefix":        {Handle: handle, Deny: bad},
		"serve: Options.ProxyFrom[1] is not a valid p": {Handle: handle, ProxyFrom: bad},
	} {
		ln := memnet.Listen()
		var l serve.Life
		require.ErrorContains(t, l.Serve(ln, &o), want)
		require.ErrorIs(t, ln.Close(), net.ErrClosed, "Serve has closed it")
	}
}

func TestBaseContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		base, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "base"))
		defer cancel()
		var got context.Context
		var from net.Listener
		s := start(t, serve.Options{
			BaseContext: func(ln net.Listener) context.Context { from = ln; return base },
			Handle: func(ctx context.Context, nc net.Conn) {
				got = ctx
				nc.Read(make([]byte, 1))
			},
		})
		c := s.dial("", "")
		require.Equal(t, "base", got.Value(key{}))
		require.Equal(t, net.Listener(s.ln), from)
		require.NoError(t, s.ln.Close())
		require.ErrorIs(t, <-s.err, net.ErrClosed)
		synctest.Wait()
		require.NoError(t, got.Err(), "the conversation outlives its listener")
		c.hangUp()
		require.Error(t, got.Err(), "nothing is left of the Serve call")
		require.NoError(t, base.Err())
	})
}
