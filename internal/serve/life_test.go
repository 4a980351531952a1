package serve_test

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/serve"
)

func TestServe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, serve.Options{})
		c := s.dial("", "")
		require.Equal(t, greeting, c.line())
		c.say("x")
		require.Equal(t, "x", c.line())
		require.Equal(t, serve.Stats{Accepted: 1, Conns: 1, Active: 1}, s.life.Stats())
		c.hangUp()
		require.Equal(t, serve.Stats{Accepted: 1}, s.life.Stats())
		require.Empty(t, s.logged())
	})
}

// TestHandleReturns checks that serve closes what Handle leaves open.
func TestHandleReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, serve.Options{Handle: func(context.Context, net.Conn) {}})
		require.Equal(t, "", s.dial("", "").line())
		require.Zero(t, s.life.Stats().Conns)
	})
}

func TestZeroLife(t *testing.T) {
	for name, end := range map[string]func(*serve.Life) error{
		"close":    (*serve.Life).Close,
		"shutdown": func(l *serve.Life) error { return l.Shutdown(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			var l serve.Life
			require.False(t, l.Draining())
			require.Zero(t, l.Stats())
			l.Resume()
			l.Pause()
			require.True(t, l.Stats().Paused)
			for range 2 {
				require.NoError(t, end(&l))
			}
			require.True(t, l.Draining())

			leave, err := l.Enter(nil, nil)
			require.ErrorIs(t, err, serve.ErrClosed)
			require.Nil(t, leave)

			ln := memnet.Listen()
			err = l.Serve(ln, &serve.Options{Handle: func(context.Context, net.Conn) {}})
			require.ErrorIs(t, err, serve.ErrClosed)
			require.ErrorIs(t, ln.Close(), net.ErrClosed, "Serve has closed it")
		})
	}
}

func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, serve.Options{})
		idle, busy := s.dial("", ""), s.dial("", "work\n")
		require.Equal(t, greeting, idle.line())
		require.Equal(t, greeting, busy.line())

		begin := time.Now()
		done := make(chan error, 1)
		go func() { done <- s.life.Shutdown(t.Context()) }()
		synctest.Wait()
		require.ErrorIs(t, <-s.err, serve.ErrClosed)
		_, err := s.ln.Dial(t.Context())
		require.Error(t, err, "nothing is accepted any more")
		_, err = s.life.Enter(nil, nil)
		require.ErrorIs(t, err, serve.ErrClosed)

		require.Equal(t, "bye", idle.line())
		require.Equal(t, "", idle.line())
		time.Sleep(time.Until(begin.Add(time.Minute - time.Millisecond)))
		require.Empty(t, done, "it waits for the busy one")
		require.Equal(t, 1, s.life.Stats().Active)
		require.Equal(t, "work", busy.line())
		require.Equal(t, "bye", busy.line())
		require.NoError(t, <-done)
		require.Equal(t, serve.Stats{Accepted: 2, Draining: true}, s.life.Stats())
	})
}

func TestShutdownGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, serve.Options{})
		idle, busy := s.dial("", ""), s.dial("", "work\n")
		require.Equal(t, greeting, busy.line())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		require.ErrorIs(t, s.life.Shutdown(ctx), context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(begin))
		require.Zero(t, s.life.Stats().Conns, "it has waited for them all the same")
		require.Equal(t, "", busy.line(), "cut in its work")
		require.Equal(t, greeting, idle.line())
		require.Equal(t, "bye", idle.line())
	})
}

// TestShutdownDone has a context that is over when there is nobody to wait for.
func TestShutdownDone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var l serve.Life
	require.NoError(t, l.Shutdown(ctx))
}

// TestShutdownUnentered waits for a Handle that never calls Enter, and cuts it
// in the end.
func TestShutdownUnentered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var readErr error
		s := start(t, serve.Options{Handle: func(_ context.Context, nc net.Conn) {
			_, readErr = nc.Read(make([]byte, 1))
		}})
		s.dial("", "")
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		begin := time.Now()
		require.ErrorIs(t, s.life.Shutdown(ctx), context.DeadlineExceeded)
		require.Equal(t, time.Hour, time.Since(begin))
		require.ErrorIs(t, readErr, net.ErrClosed)
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ctx context.Context
		s := start(t, serve.Options{})
		o := serve.Options{Handle: func(c context.Context, nc net.Conn) { ctx = c; s.handle(c, nc) }}
		s.fill(&o)
		other := memnet.Listen()
		otherErr := make(chan error, 1)
		go func() { otherErr <- s.life.Serve(other, &o) }()
		busy := s.dial("", "work\n")
		require.Equal(t, greeting, busy.line())
		_, err := other.Dial(t.Context())
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, 2, s.life.Stats().Conns)
		require.NoError(t, ctx.Err())

		begin := time.Now()
		require.NoError(t, s.life.Close())
		require.NoError(t, s.life.Close())
		require.NoError(t, s.life.Shutdown(t.Context()), "waits for what Close has cut")
		require.Zero(t, time.Since(begin))
		require.ErrorIs(t, ctx.Err(), context.Canceled)
		require.ErrorIs(t, <-s.err, serve.ErrClosed)
		require.ErrorIs(t, <-otherErr, serve.ErrClosed)
		require.Equal(t, "", busy.line())
		require.Zero(t, s.life.Stats().Conns)
	})
}

// failingListener fails to close.
type failingListener struct{ *memnet.Listener }

var errListener = errors.New("no close today")

func (l failingListener) Close() error { l.Listener.Close(); return errListener }

func TestCloseError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, end := range []func(*serve.Life) error{
			(*serve.Life).Close,
			func(l *serve.Life) error { return l.Shutdown(t.Context()) },
		} {
			var l serve.Life
			go l.Serve(failingListener{memnet.Listen()}, &serve.Options{Handle: func(context.Context, net.Conn) {}})
			synctest.Wait()
			require.ErrorIs(t, end(&l), errListener)
			require.NoError(t, end(&l))
		}
	})
}

// TestEnter checks the promises about callbacks.
func TestEnter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l serve.Life
		var calls []string
		enter := func(name string) func() {
			leave, err := l.Enter(
				func() { calls = append(calls, name+" interrupted") },
				func() { calls = append(calls, name+" aborted") })
			require.NoError(t, err)
			return leave
		}
		gone, stays := enter("gone"), enter("stays")
		none, err := l.Enter(nil, nil)
		require.NoError(t, err)
		require.Equal(t, 3, l.Stats().Active)
		gone()
		gone()
		require.Equal(t, 2, l.Stats().Active, "to leave twice is to leave once")

		ctx, cancel := context.WithCancel(t.Context())
		for range 2 { // two at once call nothing twice
			go l.Shutdown(ctx)
		}
		synctest.Wait()
		require.Equal(t, []string{"stays interrupted"}, calls)
		cancel()
		synctest.Wait()
		l.Close()
		require.Equal(t, []string{"stays interrupted", "stays aborted"}, calls)
		stays()
		none()
		require.NoError(t, l.Shutdown(t.Context()))
	})
}

// TestLeaveWaits leaves while a callback runs.
func TestLeaveWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l serve.Life
		var running atomic.Bool
		leave, err := l.Enter(func() {
			running.Store(true)
			time.Sleep(time.Minute)
			running.Store(false)
		}, nil)
		require.NoError(t, err)
		down := make(chan error, 1)
		go func() { down <- l.Shutdown(t.Context()) }()
		synctest.Wait()
		require.True(t, running.Load())
		begin := time.Now()
		require.False(t, l.Stats().Paused, "no lock is held over a callback")
		leave()
		require.False(t, running.Load())
		require.Equal(t, time.Minute, time.Since(begin))
		require.NoError(t, <-down)
	})
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, serve.Options{Refuse: refuse})
		before := s.dial("", "")
		require.Equal(t, greeting, before.line())
		s.life.Pause()
		late := s.dial("", "")
		require.Equal(t, "sorry: paused", late.line())
		require.Equal(t, "", late.line())
		before.say("x")
		require.Equal(t, "x", before.line(), "sessions go on")
		leave, err := s.life.Enter(nil, nil)
		require.NoError(t, err, "and so do conversations that are brought")
		leave()
		synctest.Wait()
		require.Equal(t, serve.Stats{Accepted: 2, RefusedPaused: 1, Conns: 1, Active: 1, Paused: true}, s.life.Stats())
		s.life.Resume()
		require.Equal(t, greeting, s.dial("", "").line())
	})
}

func TestPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s *server
		s = start(t, serve.Options{Handle: func(ctx context.Context, nc net.Conn) {
			if serve.Addr(nc).String() == "192.0.2.9" {
				panic("oh\r\nno")
			}
			s.handle(ctx, nc)
		}})
		other := s.dial("", "")
		require.Equal(t, "", s.dial("192.0.2.9", "").line())
		require.Equal(t, greeting, other.line())
		other.say("x")
		require.Equal(t, "x", other.line())
		require.Equal(t, serve.Stats{Accepted: 2, Panics: 1, Conns: 1, Active: 1}, s.life.Stats())
		log := s.logged()
		require.Contains(t, log, "remote=192.0.2.9")
		require.Contains(t, log, `oh\r\nno`)
		require.Contains(t, log, "TestPanic.func", "the stack")
	})
}
