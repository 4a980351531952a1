package wire

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
)

// TestDuplex sends a batch to a peer that answers as it goes and stops reading
// when nobody takes its answers. Neither part fits into what is between them.
func TestDuplex(t *testing.T) {
	const commands = 10_000
	synctest.Test(t, func(t *testing.T) {
		near, far := memnet.PipeSize(1000)
		defer near.Close()
		defer far.Close()
		go func() {
			defer far.Close()
			lines := bufio.NewScanner(far)
			for lines.Scan() && lines.Text() != "QUIT" {
				send(t, far, "250 "+lines.Text()+"\r\n")
			}
		}()
		c := New(near, Timeouts{Line: time.Minute, Write: time.Minute})
		_, err := c.WriteString("EHLO\r\n")
		require.NoError(t, err)
		err = c.Duplex([]byte(strings.Repeat("NOOP\r\n", commands)), func() error {
			requireLine(t, c, "250 EHLO")
			for range commands {
				requireLine(t, c, "250 NOOP")
			}
			return nil
		})
		require.NoError(t, err)
		require.EqualValues(t, len("EHLO\r\n")+commands*len("NOOP\r\n"), c.BytesWritten())

		_, err = c.WriteString("QUIT\r\n")
		require.NoError(t, err)
		_, err = c.ReadLine(MaxLine)
		require.Equal(t, io.EOF, err)
	})
}

// TestDuplexReadFails checks that what is half sent does not wait for a peer
// that takes nothing once its answers are of no use.
func TestDuplexReadFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := inMemory(t, Timeouts{Write: time.Hour})
		wrong := errors.New("wrong answer")
		start := time.Now()
		require.Equal(t, wrong, c.Duplex(make([]byte, 1<<20), func() error {
			time.Sleep(time.Minute)
			return wrong
		}))
		require.Equal(t, time.Minute, time.Since(start))
		_, err := c.ReadLine(MaxLine)
		require.Equal(t, net.ErrClosed, err)
	})
}

// TestDuplexWriteFails checks that a failure to send is reported and sticks,
// while what was answered is read.
func TestDuplexWriteFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := inMemory(t, Timeouts{Write: time.Minute})
		send(t, peer, "421 enough\r\n550 I said\r\n")
		start := time.Now()
		err := c.Duplex(make([]byte, 1<<20), func() error {
			requireLine(t, c, "421 enough")
			return nil
		})
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.LessOrEqual(t, time.Since(start), 5*time.Minute, "a minute for each piece that went")
		require.ErrorIs(t, c.Flush(), os.ErrDeadlineExceeded)
		require.EqualValues(t, memnet.DefaultSize, c.BytesWritten())
		requireLine(t, c, "550 I said")

		_, err = c.ReadLine(MaxLine)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded, "it sends first")
		send(t, peer, "551 once more\r\n")
		c.LastWords()
		requireLine(t, c, "551 once more")
	})
	for _, want := range []error{io.ErrClosedPipe, io.ErrShortWrite} {
		nc := &failing{after: 1, err: want}
		if want == io.ErrShortWrite {
			nc.err = nil
		}
		c := New(nc, Timeouts{})
		require.Equal(t, want, c.Duplex(make([]byte, 3*largeSize), func() error { return nil }))
		require.Equal(t, want, c.Duplex([]byte("more"), nil))
		require.Len(t, nc.writes, 2)
		require.Len(t, nc.writes[0], largeSize)
	}
}

// TestLastWords checks that what was queued when a write failed is not sent
// after all.
func TestLastWords(t *testing.T) {
	nc := &failing{err: io.ErrClosedPipe, tape: tape{in: [][]byte{[]byte("421 bye\r\n")}}}
	c := New(nc, Timeouts{})
	_, err := c.WriteString("NOOP\r\n")
	require.NoError(t, err)
	_, err = c.ReadLine(MaxLine)
	require.Equal(t, io.ErrClosedPipe, err)
	c.LastWords()
	requireLine(t, c, "421 bye")
	_, err = c.ReadLine(MaxLine)
	require.Equal(t, io.EOF, err)
	require.Len(t, nc.writes, 1)
}
