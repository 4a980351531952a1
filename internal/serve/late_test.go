package serve_test

import (
	"context"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/serve"
)

// A deafConn goes on after Close.
type deafConn struct {
	net.Conn
	closed bool
}

func (c *deafConn) Close() error { c.closed = true; return nil }

// A lateListener accepts one connection, at once or once it is closed.
type lateListener struct {
	conn   *deafConn
	now    chan struct{}
	closed chan struct{}
}

func (l *lateListener) Accept() (net.Conn, error) {
	select {
	case <-l.now:
	case <-l.closed:
	}
	if l.conn == nil {
		<-l.closed
		return nil, net.ErrClosed
	}
	c := l.conn
	l.conn, l.now = nil, nil
	return c, nil
}

func (l *lateListener) Close() error   { close(l.closed); return nil }
func (l *lateListener) Addr() net.Addr { return &net.TCPAddr{} }

// TestLate has a connection, and the header of another, come in just when
// Shutdown has begun: no conversation begins with them.
func TestLate(t *testing.T) {
	for _, proxied := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			near, far := memnet.Pipe()
			defer near.Close()
			defer far.Close()
			conn := &deafConn{Conn: far}
			ln := &lateListener{conn: conn, now: make(chan struct{}), closed: make(chan struct{})}
			handled := false
			o := serve.Options{Handle: func(context.Context, net.Conn) { handled = true }}
			if proxied {
				o.ProxyFrom = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
				close(ln.now)
			}
			var l serve.Life
			served, down := make(chan error, 1), make(chan error, 1)
			go func() { served <- l.Serve(ln, &o) }()
			synctest.Wait()
			go func() { down <- l.Shutdown(t.Context()) }()
			synctest.Wait()
			if proxied {
				require.Empty(t, down, "the connection does not hear that it is closed")
				_, err := io.WriteString(near, v1)
				require.NoError(t, err)
			}
			require.NoError(t, <-down)
			require.ErrorIs(t, <-served, serve.ErrClosed)
			require.True(t, conn.closed)
			require.False(t, handled)
			require.Equal(t, serve.Stats{Accepted: 1, Draining: true}, l.Stats())
		})
	}
}

// TestStorm does everything at once.
func TestStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startProxied(t, serve.Options{MaxConns: 20, MaxConnsPerAddr: 5})
		s.ln.BufferSize = 100
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				from := netip.AddrFrom4([4]byte{192, 0, 2, byte(i % 10)})
				if i%3 == 0 {
					from = netip.MustParseAddr(proxy)
				}
				for j := range 20 {
					nc, err := s.ln.DialFrom(t.Context(), netip.AddrPortFrom(from, 0))
					if err != nil {
						return // Shutdown has begun
					}
					io.WriteString(nc, v1)
					time.Sleep(time.Duration(i*j) * time.Millisecond)
					nc.Close()
				}
			})
		}
		for i := range 10 {
			wg.Go(func() {
				for range 50 {
					if leave, err := s.life.Enter(func() {}, func() {}); err == nil {
						time.Sleep(time.Duration(i) * time.Millisecond)
						leave()
					}
					s.life.Stats()
				}
			})
		}
		wg.Go(func() {
			for range 20 {
				s.life.Pause()
				time.Sleep(time.Millisecond)
				s.life.Resume()
				time.Sleep(9 * time.Millisecond)
			}
		})
		time.Sleep(5 * time.Second)
		require.LessOrEqual(t, s.life.Stats().Conns, 20)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for range 3 {
			wg.Go(func() { s.life.Shutdown(ctx) })
		}
		wg.Wait()
		st := s.life.Stats()
		require.Zero(t, st.Conns)
		require.Zero(t, st.Active)
		require.NotZero(t, st.RefusedFull+st.RefusedAddr)
		require.NotZero(t, st.RefusedPaused)
	})
}
