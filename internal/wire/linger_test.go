package wire

import (
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestLinger checks how long Linger waits for the peer, and that the last
// reply is sent before.
func TestLinger(t *testing.T) {
	const last = "421 too many errors\r\n"
	for name, tc := range map[string]struct {
		peer func(peer net.Conn)
		wait time.Duration
	}{
		"peer hangs up":     {func(peer net.Conn) { time.Sleep(time.Second); _ = peer.Close() }, time.Second},
		"peer waits for us": {func(peer net.Conn) { _, _ = io.Copy(io.Discard, peer); _ = peer.Close() }, 0},
		"peer does nothing": {func(net.Conn) {}, lingerTime},
		"peer talks slowly": {func(peer net.Conn) {
			for range 30 {
				_, _ = peer.Write([]byte("NOOP\r\n")) // fails once we have gone
				time.Sleep(100 * time.Millisecond)
			}
		}, lingerTime},
		"peer talks much": {func(peer net.Conn) { _, _ = peer.Write(make([]byte, 1<<20)) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, peer := inMemory(t, Timeouts{Line: time.Hour})
				var wg sync.WaitGroup
				wg.Go(func() { tc.peer(peer) })
				_, err := c.WriteString(last)
				require.NoError(t, err)
				start := time.Now()
				c.Linger()
				require.Equal(t, tc.wait, time.Since(start))
				require.NoError(t, c.NetConn().Close())
				wg.Wait()
				if tc.wait == lingerTime {
					b, err := io.ReadAll(peer)
					require.NoError(t, err)
					require.Equal(t, last, string(b))
				}
			})
		})
	}
}

// TestLingerReset checks the purpose of it: a peer that sent what we did not
// read still gets the last reply.
func TestLingerReset(t *testing.T) {
	near, far := onLoopback(t)
	c := New(near, Timeouts{})
	send(t, far, "DATA\r\n"+string(padding(100_000)))
	requireLine(t, c, "DATA")
	_, err := c.WriteString("421 go away\r\n")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		c.Linger()
		_ = near.Close()
	})
	b, err := io.ReadAll(far)
	require.NoError(t, err)
	require.Equal(t, "421 go away\r\n", string(b))
	require.NoError(t, far.Close())
	wg.Wait()
}

// TestLingerEnds checks that it waits for nobody who cannot be told of the
// end, or has ended.
func TestLingerEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := inMemory(t, Timeouts{})
		start := time.Now()
		c.Abort()
		c.Linger()
		require.NoError(t, peer.Close())

		c, peer = inMemory(t, Timeouts{})
		require.NoError(t, peer.Close())
		_, err := c.WriteString("421 bye\r\n")
		require.NoError(t, err)
		c.Linger()

		near, far := net.Pipe() // it cannot be closed by half
		go func() { _, _ = io.Copy(io.Discard, far) }()
		c = New(near, Timeouts{})
		_, err = c.WriteString("421 bye\r\n")
		require.NoError(t, err)
		c.Linger()
		require.NoError(t, near.Close())
		require.Zero(t, time.Since(start))
	})
}
