package wire

import (
	"bufio"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
)

// echo answers each line by itself, and stops reading while nobody takes that.
func echo(t *testing.T, nc net.Conn) {
	lines := bufio.NewScanner(nc)
	for lines.Scan() {
		send(t, nc, "250 "+lines.Text()+"\r\n")
	}
}

// TestBehind keeps sending batches to a peer that answers as it goes and stops
// reading when nobody takes its answers. The batches overlap with the answers to
// those before, and none of it fits into what is between the two.
func TestBehind(t *testing.T) {
	const batches, size = 100, 50
	synctest.Test(t, func(t *testing.T) {
		near, far := memnet.PipeSize(100)
		defer far.Close()
		go echo(t, far)
		c := New(near, Timeouts{Line: time.Minute, Write: time.Minute})
		b := c.Behind()
		batch := []byte(strings.Repeat("NOOP\r\n", size))
		sent, answered, overlapped := 0, 0, false
		for answered < batches*size {
			overlapped = overlapped || b.Busy() && answered > 0
			if sent == answered {
				require.NoError(t, b.Wait()) // all is answered, so it must have been sent
			}
			if sent < batches*size && sent-answered < 2*size && !b.Busy() {
				require.NoError(t, b.Send(batch))
				sent += size
			}
			requireLine(t, c, "250 NOOP")
			answered++
		}
		require.NoError(t, b.Wait())
		require.False(t, b.Busy())
		require.True(t, overlapped)
		require.EqualValues(t, batches*len(batch), c.BytesWritten())
		near.Close()
	})
}

// TestBehindTCP sends over a socket, which takes a little at once, and a lot
// with time.
func TestBehindTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		nc, err := l.Accept()
		if err == nil {
			defer nc.Close()
			echo(t, nc)
		}
	}()
	nc, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	c := New(nc, Timeouts{Line: time.Minute, Write: time.Minute})
	b := c.Behind()
	require.NoError(t, b.Send([]byte("ONE\r\n")))
	require.False(t, b.Busy(), "a socket takes that at once")
	requireLine(t, c, "250 ONE")
	const many = 100_000
	require.NoError(t, b.Send([]byte(strings.Repeat("NOOP\r\n", many))))
	for range many {
		requireLine(t, c, "250 NOOP")
	}
	require.NoError(t, b.Wait())
	require.EqualValues(t, len("ONE\r\n")+many*len("NOOP\r\n"), c.BytesWritten())
	nc.Close()
	<-done
}

// TestBehindFails checks that an error sticks, and that Abort ends what is under
// way.
func TestBehindFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := inMemory(t, Timeouts{Write: time.Minute})
		b := c.Behind()
		require.NoError(t, b.Send(make([]byte, 1<<20)))
		require.True(t, b.Busy())
		err := b.Wait()
		require.ErrorContains(t, err, "timeout")
		require.Equal(t, err, b.Send([]byte("NOOP\r\n")))

		c, _ = inMemory(t, Timeouts{})
		b = c.Behind()
		require.NoError(t, b.Send(make([]byte, 1<<20)))
		synctest.Wait()
		c.Abort()
		require.Equal(t, net.ErrClosed, b.Wait())
	})
}
