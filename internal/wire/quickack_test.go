//go:build linux

package wire

import (
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestQuickAck asks the kernel.
func TestQuickAck(t *testing.T) {
	near, _ := onLoopback(t)
	raw, err := near.SyscallConn()
	require.NoError(t, err)
	option := func(f func(fd int) error) {
		require.NoError(t, raw.Control(func(fd uintptr) { err = f(int(fd)) }))
		require.NoError(t, err)
	}
	var on int
	get := func(fd int) (err error) {
		on, err = syscall.GetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_QUICKACK)
		return err
	}
	option(func(fd int) error { return syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 0) })
	option(get)
	require.Zero(t, on)
	New(near, Timeouts{}).QuickAck()
	option(get)
	require.Equal(t, 1, on)
}

// TestQuickAckElsewhere checks that it is harmless where it has no meaning,
// and on a connection that is closed.
func TestQuickAckElsewhere(t *testing.T) {
	for _, nc := range []net.Conn{new(tape), first(unixPair(t)), first(onLoopback(t))} {
		if _, ok := nc.(*net.TCPConn); ok {
			require.NoError(t, nc.Close())
		}
		require.NotPanics(t, New(nc, Timeouts{}).QuickAck)
	}
}

func first[A net.Conn](a, _ A) net.Conn { return a }
