//go:build unix

package wire

import (
	"io"
	"net"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestIdleSocket checks it at the very moment at which a socket has nothing.
func TestIdleSocket(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) (near, far net.Conn){
		"TCP":  func(t *testing.T) (_, _ net.Conn) { return onLoopback(t) },
		"Unix": unixPair,
	} {
		t.Run(name, func(t *testing.T) {
			near, far := open(t)
			c := New(near, Timeouts{Line: time.Minute})
			require.NotNil(t, c.try)
			empty := make(chan bool)
			try := c.try
			c.try = func(fd uintptr) bool {
				done := try(fd)
				if !done {
					empty <- isEmpty(c)
				}
				return done
			}
			ended := make(chan error)
			go func() {
				for {
					if _, err := c.ReadLine(MaxLine); err != nil {
						ended <- err
						return
					}
					// It stays away until the next wait.
					_, _ = c.WriteString("250 ok\r\n")
				}
			}()
			require.True(t, <-empty)
			send(t, far, "NOOP\r\n")
			require.True(t, <-empty)
			send(t, far, "NOOP\r\nNOOP\r\n"+string(padding(3*smallSize)))
			require.True(t, <-empty)
			c.Interrupt()
			require.Equal(t, ErrInterrupted, <-ended)
			require.True(t, isEmpty(c))
		})
	}
}

func unixPair(t *testing.T) (near, far net.Conn) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	require.NoError(t, err)
	defer l.Close()
	far, err = net.Dial("unix", l.Addr().String())
	require.NoError(t, err)
	near, err = l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = near.Close()
		_ = far.Close()
	})
	return near, far
}

// TestSocketEnd checks how sockets end.
func TestSocketEnd(t *testing.T) {
	near, far := onLoopback(t)
	c := New(near, Timeouts{})
	send(t, far, "NOOP\r\n")
	requireLine(t, c, "NOOP")
	require.NoError(t, far.SetLinger(0))
	require.NoError(t, far.Close()) // a reset
	_, err := c.ReadLine(MaxLine)
	require.ErrorIs(t, err, syscall.ECONNRESET)
	require.True(t, isEmpty(c))

	near, far = onLoopback(t)
	c = New(near, Timeouts{})
	require.NoError(t, far.Close())
	_, err = c.ReadLine(MaxLine)
	require.Equal(t, io.EOF, err)
	require.True(t, isEmpty(c))

	near, _ = onLoopback(t)
	c = New(near, Timeouts{})
	require.NoError(t, near.Close())
	_, err = c.ReadLine(MaxLine)
	require.ErrorIs(t, err, net.ErrClosed)
	require.True(t, isEmpty(c))
}
