package wire

import (
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
)

// TestLeftDeadline checks that a deadline that was left from an earlier wait
// neither cuts a later one short nor makes it longer.
func TestLeftDeadline(t *testing.T) {
	const line, stall = 5 * time.Minute, 3 * time.Minute
	for _, secure := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := inMemory(t, Timeouts{Line: line, Body: Progress{Stall: stall}})
			time.AfterFunc(time.Second, func() { send(t, peer, "STARTTLS\r\n") })
			requireLine(t, c, "STARTTLS")
			if secure {
				peer = secured(t, c, peer)
			}
			requireSoon := func(d time.Duration, text string, read func() error) {
				time.AfterFunc(d, func() { send(t, peer, text) })
				start := time.Now()
				require.NoError(t, read())
				require.Equal(t, d, time.Since(start))
			}
			command := func() error { _, err := c.ReadLine(MaxLine); return err }
			body := func() error { return c.DotReader(BodyLimit{}).Drain() }

			requireSoon(line-1, "DATA\r\n", command)
			requireSoon(stall-1, ".\r\n", body)
			requireSoon(line-1, "NOOP\r\n", command)
			time.Sleep(time.Hour) // all that was set is over
			requireSoon(time.Minute, "NOOP\r\n", command)
			c.Timeouts.Line = 0
			requireSoon(time.Hour, "NOOP\r\n", command)
			c.Timeouts.Line = line

			for _, wait := range []struct {
				limit time.Duration
				read  func() error
				err   error
			}{
				{line, command, os.ErrDeadlineExceeded},
				{stall, body, ErrTooSlow},
				{line, command, os.ErrDeadlineExceeded},
			} {
				requireSoon(time.Second, "NOOP\r\n", command)
				start := time.Now()
				require.ErrorIs(t, wait.read(), wait.err)
				require.Equal(t, wait.limit, time.Since(start))
			}
		})
	}
}

// A meddler is a connection to which something happens at the end of a Read.
type meddler struct {
	net.Conn
	meddle func()
}

func (m *meddler) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	m.meddle()
	return n, err
}

// TestInterruptWithOctets checks an Interrupt that comes together with the
// first octets of a line: the line has its time all the same.
func TestInterruptWithOctets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := memnet.Pipe()
		defer near.Close()
		defer far.Close()
		m := &meddler{Conn: near}
		c := New(m, slow)
		m.meddle = sync.OnceFunc(c.Interrupt)
		send(t, far, "NO")
		time.AfterFunc(time.Minute, func() { send(t, far, "OP\r\n") })
		requireLine(t, c, "NOOP")
		_, err := c.ReadLine(MaxLine)
		require.Equal(t, ErrInterrupted, err)
	})
}
