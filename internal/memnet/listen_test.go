package memnet_test

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
)

func TestDial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memnet.ListenAt(netip.MustParseAddrPort("[2001:db8::25]:25"))
		require.Equal(t, "[2001:db8::25]:25", l.Addr().String())
		for _, tt := range []struct {
			from netip.AddrPort
			want string
		}{
			{netip.MustParseAddrPort("192.0.2.7:1234"), "192.0.2.7:1234"},
			{netip.MustParseAddrPort("192.0.2.7:0"), "192.0.2.7:40001"},
			{netip.MustParseAddrPort("[2001:db8::1]:0"), "[2001:db8::1]:40002"},
		} {
			a, err := l.DialFrom(t.Context(), tt.from)
			require.NoError(t, err)
			b, err := l.Accept()
			require.NoError(t, err)
			require.Equal(t, tt.want, b.RemoteAddr().String())
			require.Equal(t, tt.want, a.LocalAddr().String())
			require.Equal(t, l.Addr(), a.RemoteAddr())
			require.Equal(t, l.Addr(), b.LocalAddr())
			require.IsType(t, (*net.TCPAddr)(nil), b.RemoteAddr())
		}
	})
}

func TestDialGivesPortsOut(t *testing.T) {
	l := memnet.Listen()
	seen := map[string]bool{}
	for range 30_000 { // more than there are ports above the first
		a, err := l.Dial(t.Context())
		require.NoError(t, err)
		addr, err := netip.ParseAddrPort(a.LocalAddr().String())
		require.NoError(t, err)
		require.GreaterOrEqual(t, addr.Port(), uint16(40_000))
		require.Equal(t, "127.0.0.1", addr.Addr().String())
		seen[addr.String()] = true
		b, err := l.Accept()
		require.NoError(t, err)
		require.NoError(t, b.Close())
	}
	require.Len(t, seen, 1<<16-40_000)
}

func TestDialWaitsWhenManyWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		n := 0
		var err error
		for ; n < 1000; n++ {
			if _, err = l.Dial(ctx); err != nil {
				break
			}
		}
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 128, n)

		var late net.Conn
		var lateErr error
		go func() { late, lateErr = l.Dial(t.Context()) }()
		synctest.Wait()
		require.Nil(t, late)
		_, err = l.Accept()
		require.NoError(t, err)
		synctest.Wait()
		require.NoError(t, lateErr)
		require.NotNil(t, late)
	})
}

func TestListenerClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		var acceptErr error
		go func() { _, acceptErr = l.Accept() }()
		synctest.Wait()
		require.NoError(t, acceptErr)
		require.NoError(t, l.Close())
		synctest.Wait()
		require.ErrorIs(t, acceptErr, net.ErrClosed)
		require.ErrorIs(t, l.Close(), net.ErrClosed)
		_, err := l.Dial(t.Context())
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
	})
}

// TestListenerCloseHangsUp closes while a connection waits for Accept.
func TestListenerCloseHangsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		a, err := l.Dial(t.Context())
		require.NoError(t, err)
		require.NoError(t, l.Close())
		_, err = a.Write([]byte("x"))
		require.ErrorIs(t, err, syscall.EPIPE)
		_, err = l.Accept()
		require.ErrorIs(t, err, net.ErrClosed)
	})
}

func TestListenerBufferSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		l.BufferSize = 7
		a, err := l.Dial(t.Context())
		require.NoError(t, err)
		require.NoError(t, a.SetWriteDeadline(time.Now().Add(time.Second)))
		n, err := a.Write(make([]byte, 100))
		require.Error(t, err)
		require.Equal(t, 7, n)
	})
}
