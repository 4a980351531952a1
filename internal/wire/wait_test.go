package wire

import (
	"crypto/tls"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestIdle checks it for connections that do not tell when they are readable.
func TestIdle(t *testing.T) {
	for _, secure := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := inMemory(t, Timeouts{Line: time.Minute})
			if secure {
				peer = secured(t, c, peer)
			}
			require.Nil(t, c.try)
			ended := make(chan error, 1)
			lines := 0
			go func() {
				for {
					if _, err := c.ReadLine(MaxLine); err != nil {
						ended <- err
						return
					}
					lines++
					_, _ = c.WriteString("250 ok\r\n")
				}
			}()
			idle := func() bool { synctest.Wait(); return isEmpty(c) }
			require.True(t, idle())
			send(t, peer, "NOOP\r\n")
			require.True(t, idle())
			send(t, peer, "one\r\ntwo\r\nhalf")
			require.False(t, idle(), "half a line has to be somewhere")
			send(t, peer, " a line\r\n")
			require.True(t, idle())
			send(t, peer, string(padding(3*smallSize)))
			require.True(t, idle())
			require.Equal(t, 4+(3*smallSize+75)/76, lines)
			c.Interrupt()
			require.Equal(t, ErrInterrupted, <-ended)
			require.True(t, isEmpty(c))
			_ = peer.Close()
		})
	}
}

// A prefixed connection hands out what something else has read ahead of us,
// as after a PROXY header. It has the SyscallConn of its socket.
type prefixed struct {
	*net.TCPConn
	ahead []byte
}

func (p *prefixed) Read(b []byte) (int, error) {
	if len(p.ahead) > 0 {
		n := copy(b, p.ahead)
		p.ahead = p.ahead[n:]
		return n, nil
	}
	return p.TCPConn.Read(b)
}

// TestEmbeddedSocket checks that a Read that somebody laid over a socket is
// not passed by.
func TestEmbeddedSocket(t *testing.T) {
	near, far := onLoopback(t)
	var nc net.Conn = &prefixed{near, []byte("ahead\r\nof ")}
	require.Implements(t, (*syscall.Conn)(nil), nc)
	c := New(nc, Timeouts{})
	requireLine(t, c, "ahead")
	send(t, far, "us\r\n")
	requireLine(t, c, "of us")
	send(t, far, "QUIT\r\n")
	requireLine(t, c, "QUIT")
}

// secured changes c to TLS and returns the client's end.
func secured(t *testing.T, c *Conn, peer net.Conn) *tls.Conn {
	client := tls.Client(peer, clientConfig)
	done := make(chan error, 1)
	go func() { done <- client.Handshake() }()
	require.NoError(t, c.StartTLS(t.Context(), serverConfig, time.Minute))
	require.NoError(t, <-done)
	return client
}
