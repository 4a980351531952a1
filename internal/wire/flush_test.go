package wire

import (
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

// answerAll answers every line with itself.
func answerAll(t *testing.T, c *Conn) {
	for {
		line, err := c.ReadLine(MaxLine)
		if err == io.EOF {
			return
		}
		require.NoError(t, err)
		_, err = c.WriteString("250 " + string(line) + "\r\n")
		require.NoError(t, err)
	}
}

// TestPipelining checks that the answers to a batch of commands cost one
// write.
func TestPipelining(t *testing.T) {
	c := play(strings.Repeat("NOOP\r\n", 500), "QUIT\r\n")
	answerAll(t, c)
	require.Equal(t, []string{strings.Repeat("250 NOOP\r\n", 500), "250 QUIT\r\n"}, tapeOf(c).writes)
	require.EqualValues(t, 500*len("250 NOOP\r\n")+len("250 QUIT\r\n"), c.BytesWritten())
}

// TestNoAnswerWithheld checks that before each read that may wait all that
// was said is sent, though half a line be buffered.
func TestNoAnswerWithheld(t *testing.T) {
	splits("a\r\nbc\r\ndef\r\n", func(c *Conn, how string) {
		p := tapeOf(c)
		sent := strings.Builder{}
		for _, chunk := range p.in {
			sent.Write(chunk)
		}
		said := 0
		p.onRead = func() {
			require.Equal(t, said, len(strings.Join(p.writes, "")), how)
		}
		for range 3 {
			line, err := c.ReadLine(MaxLine)
			require.NoError(t, err)
			n, err := c.Write([]byte("250 " + string(line) + "\r\n"))
			require.NoError(t, err)
			said += n
		}
		_, err := c.ReadLine(MaxLine)
		require.Equal(t, io.EOF, err)
		require.Equal(t, "250 a\r\n250 bc\r\n250 def\r\n", strings.Join(p.writes, ""))
	})
}

// TestBodyFlushes checks the same of bodies: their sender waits for a word.
func TestBodyFlushes(t *testing.T) {
	for name, read := range map[string]func(c *Conn) ([]byte, error){
		"dot":     func(c *Conn) ([]byte, error) { return io.ReadAll(c.DotReader(BodyLimit{})) },
		"counted": func(c *Conn) ([]byte, error) { return io.ReadAll(c.CountedReader(3)) },
	} {
		t.Run(name, func(t *testing.T) {
			c := play("DATA\r\n", "x\r\n.\r\n")
			p := tapeOf(c)
			requireLine(t, c, "DATA")
			p.onRead = func() { require.Equal(t, []string{"354 go on\r\n"}, p.writes) }
			_, err := c.WriteString("354 go on\r\n")
			require.NoError(t, err)
			require.Empty(t, p.writes)
			b, err := read(c)
			require.NoError(t, err)
			require.Equal(t, "x\r\n", string(b))
		})
	}
}

// TestWriteMuch checks that what is written leaves in order and in pieces, so
// that memory is bounded.
func TestWriteMuch(t *testing.T) {
	text := string(padding(1<<20 + 3))
	for name, write := range map[string]func(c *Conn) (int, error){
		"Write":       func(c *Conn) (int, error) { return c.Write([]byte(text)) },
		"WriteString": func(c *Conn) (int, error) { return c.WriteString(text) },
		"in small pieces": func(c *Conn) (total int, err error) {
			for s := text; len(s) > 0 && err == nil; {
				var n int
				n, err = c.WriteString(s[:min(len(s), 1000)])
				s = s[n:]
				total += n
			}
			return total, err
		},
		"after a little": func(c *Conn) (int, error) {
			a, _ := c.WriteString(text[:10])
			b, err := c.Write([]byte(text[10:]))
			return a + b, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := play()
			n, err := write(c)
			require.NoError(t, err)
			require.Equal(t, len(text), n)
			require.LessOrEqual(t, len(*c.out), largeSize)
			require.Positive(t, c.held)
			require.NoError(t, c.Flush())
			require.Nil(t, c.out)
			for _, w := range tapeOf(c).writes {
				require.LessOrEqual(t, len(w), largeSize)
			}
			require.Len(t, tapeOf(c).writes, len(text)/largeSize+1)
			require.True(t, text == strings.Join(tapeOf(c).writes, ""))
		})
	}
}

// A failing tape fails at the write after so many.
type failing struct {
	tape
	after int
	err   error
}

func (f *failing) Write(b []byte) (int, error) {
	if len(f.writes) < f.after {
		return f.tape.Write(b)
	}
	f.writes = append(f.writes, "")
	return len(b) / 2, f.err
}

// TestWriteError checks that the first error sticks: nothing is sent behind a
// gap, and nothing is read any more.
func TestWriteError(t *testing.T) {
	broken := errors.New("broken")
	for name, write := range map[string]func(c *Conn) error{
		"Flush": func(c *Conn) error {
			_, err := c.WriteString("250 ok\r\n")
			require.NoError(t, err)
			return c.Flush()
		},
		"Write": func(c *Conn) error {
			n, err := c.Write(make([]byte, largeSize+1))
			require.Equal(t, largeSize, n)
			return err
		},
		"WriteString": func(c *Conn) error {
			n, err := c.WriteString(strings.Repeat("x", largeSize+1))
			require.Equal(t, largeSize, n)
			return err
		},
		"ReadLine": func(c *Conn) error {
			_, err := c.WriteString("250 ok\r\n")
			require.NoError(t, err)
			_, err = c.ReadLine(MaxLine)
			return err
		},
		"DotReader": func(c *Conn) error {
			_, err := c.WriteString("354 go on\r\n")
			require.NoError(t, err)
			return c.DotReader(BodyLimit{}).Drain()
		},
	} {
		for _, want := range []error{broken, io.ErrShortWrite, os.ErrDeadlineExceeded} {
			t.Run(name+" "+want.Error(), func(t *testing.T) {
				nc := &failing{err: want, tape: tape{in: [][]byte{[]byte("NOOP\r\n")}}}
				if want == io.ErrShortWrite {
					nc.err = nil
				}
				c := New(nc, Timeouts{})
				require.Equal(t, want, write(c))

				_, err := c.WriteString("more")
				require.Equal(t, want, err)
				_, err = c.Write([]byte("more"))
				require.Equal(t, want, err)
				require.Equal(t, want, c.Flush())
				_, err = c.ReadLine(MaxLine)
				require.Equal(t, want, err)
				require.Equal(t, want, c.CountedReader(1).Drain())
				require.Len(t, nc.writes, 1)
				require.Nil(t, c.out)
			})
		}
	}
}

// TestWriteTimeout checks that a peer that takes nothing is given up.
func TestWriteTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := memnet.PipeSize(1000)
		defer far.Close()
		defer near.Close()
		c := New(near, Timeouts{Write: 5 * time.Minute})
		start := time.Now()
		_, err := c.WriteString(strings.Repeat("x", 1001))
		require.NoError(t, err)
		require.ErrorIs(t, c.Flush(), os.ErrDeadlineExceeded)
		require.Equal(t, 5*time.Minute, time.Since(start))
		require.EqualValues(t, 1000, c.BytesWritten())
		require.ErrorIs(t, c.Flush(), os.ErrDeadlineExceeded)
		require.Equal(t, 5*time.Minute, time.Since(start))
	})
}

// TestNoWriteTimeout checks that a deadline does not outlive the limit that it
// was made from.
func TestNoWriteTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := inMemory(t, Timeouts{Write: time.Minute})
		for _, limit := range []time.Duration{time.Minute, 0, time.Minute} {
			c.Timeouts.Write = limit
			_, err := c.WriteString("250 ok\r\n")
			require.NoError(t, err)
			require.NoError(t, c.Flush())
			time.Sleep(time.Hour)
		}
	})
}

func TestRelease(t *testing.T) {
	c := play("NOOP\r\nNOOP\r\n")
	requireLine(t, c, "NOOP")
	require.Equal(t, len("NOOP\r\n"), c.Buffered())
	_, err := c.WriteString("250 ok\r\n")
	require.NoError(t, err)
	require.False(t, isEmpty(c))
	c.Release()
	require.True(t, isEmpty(c))
	_, err = c.WriteString("more")
	require.Equal(t, net.ErrClosed, err)
	require.True(t, isEmpty(c))
	_, err = c.ReadLine(MaxLine)
	require.Equal(t, net.ErrClosed, err)
	require.Empty(t, tapeOf(c).writes)
	require.True(t, isEmpty(c))
}
