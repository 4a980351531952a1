//go:build unix

package wire

import (
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSlowTaker checks a socket whose peer does not take at once all that is
// sent: the rest follows in order, and the deadline of that is not left to
// the next write.
func TestSlowTaker(t *testing.T) {
	near, far := onLoopback(t)
	require.NoError(t, near.SetWriteBuffer(4<<10))
	c := New(near, Timeouts{Write: time.Minute})
	text := string(padding(8 << 20))

	full := make(chan struct{}) // the socket has taken a part only
	once := sync.OnceFunc(func() { close(full) })
	put := c.put
	c.put = func(fd uintptr) bool {
		done := put(fd)
		if c.n < c.held {
			once()
		}
		return done
	}
	got := make(chan string)
	go func() {
		<-full
		for _, n := range []int{len(text), len("bye\r\n")} {
			b := make([]byte, n)
			_, _ = io.ReadFull(far, b) // what is missing is in b
			got <- string(b)
		}
	}()

	_, err := c.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, c.Flush())
	require.True(t, text == <-got)
	_, err = c.WriteString("bye\r\n")
	require.NoError(t, err)
	require.NoError(t, c.Flush())
	require.False(t, c.limited)
	require.Equal(t, "bye\r\n", <-got)
	require.EqualValues(t, len(text)+len("bye\r\n"), c.BytesWritten())
}
