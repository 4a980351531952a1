package wire

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
)

var slow = Timeouts{
	Line:  time.Hour,
	Write: time.Hour,
	Body:  Progress{Stall: time.Hour},
}

// TestInterrupt checks what an Interrupt ends and what it leaves alone.
func TestInterrupt(t *testing.T) {
	for name, f := range map[string]func(t *testing.T, c *Conn, peer net.Conn){
		"idle": func(t *testing.T, c *Conn, _ net.Conn) {
			time.AfterFunc(time.Minute, c.Interrupt)
			start := time.Now()
			_, err := c.ReadLine(MaxLine)
			require.Equal(t, ErrInterrupted, err)
			require.Equal(t, time.Minute, time.Since(start))
		},
		"before the wait": func(t *testing.T, c *Conn, _ net.Conn) {
			c.Interrupt()
			start := time.Now()
			_, err := c.ReadLine(MaxLine)
			require.Equal(t, ErrInterrupted, err)
			require.Zero(t, time.Since(start))
		},
		"before the wait, with a line to read": func(t *testing.T, c *Conn, peer net.Conn) {
			send(t, peer, "a\r\nb\r\n")
			requireLine(t, c, "a")
			c.Interrupt()
			requireLine(t, c, "b")
			_, err := c.ReadLine(MaxLine)
			require.Equal(t, ErrInterrupted, err)
		},
		"answers are sent first": func(t *testing.T, c *Conn, peer net.Conn) {
			_, err := c.WriteString("250 ok\r\n")
			require.NoError(t, err)
			c.Interrupt()
			_, err = c.ReadLine(MaxLine)
			require.Equal(t, ErrInterrupted, err)
			b := make([]byte, len("250 ok\r\n"))
			_, err = io.ReadFull(peer, b)
			require.NoError(t, err)
		},
		"within a line": func(t *testing.T, c *Conn, peer net.Conn) {
			send(t, peer, "NO")
			time.AfterFunc(time.Minute, c.Interrupt)
			time.AfterFunc(2*time.Minute, func() { send(t, peer, "OP\r\n") })
			requireLine(t, c, "NOOP")
			_, err := c.ReadLine(MaxLine)
			require.Equal(t, ErrInterrupted, err)
		},
		"within a body": func(t *testing.T, c *Conn, peer net.Conn) {
			time.AfterFunc(time.Minute, c.Interrupt)
			time.AfterFunc(2*time.Minute, func() { send(t, peer, "x\r\n.\r\n") })
			b, err := io.ReadAll(c.DotReader(BodyLimit{}))
			require.NoError(t, err)
			require.Equal(t, "x\r\n", string(b))
			_, err = c.ReadLine(MaxLine)
			require.Equal(t, ErrInterrupted, err)
		},
		"within a counted body": func(t *testing.T, c *Conn, peer net.Conn) {
			time.AfterFunc(time.Minute, c.Interrupt)
			time.AfterFunc(2*time.Minute, func() { send(t, peer, "xyz") })
			b, err := io.ReadAll(c.CountedReader(3))
			require.NoError(t, err)
			require.Equal(t, "xyz", string(b))
			_, err = c.ReadLine(MaxLine)
			require.Equal(t, ErrInterrupted, err)
		},
		"several are one": func(t *testing.T, c *Conn, _ net.Conn) {
			c.Interrupt()
			c.Interrupt()
			_, err := c.ReadLine(MaxLine)
			require.Equal(t, ErrInterrupted, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, peer := inMemory(t, slow)
				f(t, c, peer)
				// The conversation can go on, with its time limits.
				time.AfterFunc(time.Minute, func() { send(t, peer, "QUIT\r\n") })
				requireLine(t, c, "QUIT")
				start := time.Now()
				_, err := c.ReadLine(MaxLine)
				require.Error(t, err)
				require.NotEqual(t, ErrInterrupted, err)
				require.Equal(t, time.Hour, time.Since(start))
			})
		})
	}
}

// TestAbort checks that everything that waits fails, and all that comes later.
func TestAbort(t *testing.T) {
	for name, wait := range map[string]func(c *Conn, peer net.Conn) error{
		"idle": func(c *Conn, _ net.Conn) error {
			_, err := c.ReadLine(MaxLine)
			return err
		},
		"within a line": func(c *Conn, peer net.Conn) error {
			send(t, peer, "NO")
			_, err := c.ReadLine(MaxLine)
			return err
		},
		"within a body": func(c *Conn, peer net.Conn) error {
			send(t, peer, "x\r\n.")
			_, err := io.ReadAll(c.DotReader(BodyLimit{}))
			return err
		},
		"while it is drained": func(c *Conn, _ net.Conn) error {
			return c.DotReader(BodyLimit{}).Drain()
		},
		"within a counted body": func(c *Conn, _ net.Conn) error {
			_, err := io.ReadAll(c.CountedReader(3))
			return err
		},
		"writing": func(c *Conn, _ net.Conn) error {
			_, err := c.Write(make([]byte, 1<<20))
			return err
		},
	} {
		for _, early := range []bool{false, true} {
			for _, limits := range []Timeouts{slow, {}} {
				t.Run(name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						c, peer := inMemory(t, limits)
						if early {
							c.Abort()
						} else {
							time.AfterFunc(time.Minute, c.Abort)
						}
						start := time.Now()
						require.Equal(t, net.ErrClosed, wait(c, peer))
						require.LessOrEqual(t, time.Since(start), time.Minute)

						synctest.Wait()
						_, err := c.ReadLine(MaxLine)
						require.Equal(t, net.ErrClosed, err)
						require.Equal(t, net.ErrClosed, c.DotReader(BodyLimit{}).Drain())
						_, _ = c.WriteString("250 ok\r\n") // queued, if there is no error yet
						require.Equal(t, net.ErrClosed, c.Flush())
					})
				})
			}
		}
	}
}

// TestInterruptRace checks that Interrupts at any moment lose nothing and hit
// nothing but the wait for a command.
func TestInterruptRace(t *testing.T) {
	const lines = 2000
	ends := map[string]func(t *testing.T) (near, far net.Conn){
		"TCP":    func(t *testing.T) (_, _ net.Conn) { return onLoopback(t) },
		"memory": func(*testing.T) (_, _ net.Conn) { return memnet.Pipe() },
	}
	for name, open := range ends {
		t.Run(name, func(t *testing.T) {
			near, far := open(t)
			defer near.Close()
			defer far.Close()
			c := New(near, slow)
			var wg sync.WaitGroup
			stop := make(chan struct{})
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						c.Interrupt()
					}
				}
			})
			wg.Go(func() {
				for range lines {
					send(t, far, "NO")
					send(t, far, "OP\r\nx\r")
					send(t, far, "\n.\r\n")
				}
			})
			interruptions := 0
			for range lines {
				line, err := c.ReadLine(MaxLine)
				for err == ErrInterrupted {
					interruptions++
					line, err = c.ReadLine(MaxLine)
				}
				require.NoError(t, err)
				require.Equal(t, "NOOP", string(line))
				var body strings.Builder
				_, err = c.DotReader(BodyLimit{}).WriteTo(&body)
				require.NoError(t, err)
				require.Equal(t, "x\r\n", body.String())
			}
			close(stop)
			wg.Wait()
			t.Log(interruptions, "interruptions")
		})
	}
}

// TestAbortRace checks that an Abort at any moment ends the conversation.
func TestAbortRace(t *testing.T) {
	for range 200 {
		near, far := memnet.Pipe()
		c := New(near, Timeouts{Line: time.Hour})
		var wg sync.WaitGroup
		wg.Go(func() {
			send(t, far, strings.Repeat("NOOP\r\n", 100))
			c.Interrupt()
			c.Abort()
		})
		wg.Go(func() {
			for {
				_, err := c.ReadLine(MaxLine)
				if err == net.ErrClosed {
					return
				}
				if err != ErrInterrupted && !assert.NoError(t, err) {
					return
				}
				_, err = c.WriteString("250 ok\r\n")
				assert.NoError(t, err)
			}
		})
		wg.Wait()
		_ = near.Close()
		_ = far.Close()
	}
}
