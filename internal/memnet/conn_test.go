package memnet_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/nettest"

	"github.com/wirepost/wirepost/internal/memnet"
)

// TestConn runs the checks that the Go project runs on its own connections.
func TestConn(t *testing.T) {
	nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
		a, b := memnet.Pipe()
		return a, b, func() { a.Close(); b.Close() }, nil
	})
}

// TestConnSmall runs the same with writes that have to wait for room.
func TestConnSmall(t *testing.T) {
	nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
		a, b := memnet.PipeSize(100)
		return a, b, func() { a.Close(); b.Close() }, nil
	})
}

func TestWriteDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memnet.Pipe()
		sent := make([]byte, memnet.DefaultSize)
		rand.Read(sent)
		n, err := a.Write(sent)
		require.NoError(t, err)
		require.Equal(t, len(sent), n)
		require.NoError(t, a.Close())
		got, err := io.ReadAll(b)
		require.NoError(t, err)
		require.True(t, bytes.Equal(sent, got))
	})
}

func TestWriteWaitsWhenFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memnet.PipeSize(10)
		done := false
		var written error
		go func() { _, written = a.Write([]byte("fifteen octets.")); done = true }()
		synctest.Wait()
		require.False(t, done, "10 octets are the limit")
		buf := make([]byte, 4)
		_, err := io.ReadFull(b, buf)
		require.NoError(t, err)
		synctest.Wait()
		require.False(t, done, "15 less 4 is still more than 10")
		_, err = io.ReadFull(b, buf)
		require.NoError(t, err)
		synctest.Wait()
		require.True(t, done)
		require.NoError(t, written)
		require.NoError(t, a.Close())
		rest, err := io.ReadAll(b)
		require.NoError(t, err)
		require.Equal(t, "octets.", string(rest))
	})
}

// TestWritesDoNotMix has several Writes wait for room at once.
func TestWritesDoNotMix(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memnet.PipeSize(3)
		var wg sync.WaitGroup
		for _, letter := range "abcdefgh" {
			wg.Go(func() { io.WriteString(a, strings.Repeat(string(letter), 100)) })
		}
		go func() { wg.Wait(); a.Close() }()
		got, err := io.ReadAll(b)
		require.NoError(t, err)
		require.Len(t, got, 800)
		require.Len(t, slices.Compact(got), 8, "each in one piece")
	})
}

func TestWriteCopies(t *testing.T) {
	a, b := memnet.Pipe()
	p := []byte("before")
	_, err := a.Write(p)
	require.NoError(t, err)
	copy(p, "after!")
	require.NoError(t, a.Close())
	got, err := io.ReadAll(b)
	require.NoError(t, err)
	require.Equal(t, "before", string(got))
}

func TestDeadlines(t *testing.T) {
	start := func(c net.Conn, op string) error {
		p := make([]byte, 100)
		if op == "read" {
			_, err := c.Read(p)
			return err
		}
		_, err := c.Write(p)
		return err
	}
	set := map[string]func(net.Conn, time.Time) error{"read": net.Conn.SetReadDeadline, "write": net.Conn.SetWriteDeadline}
	for _, op := range []string{"read", "write"} {
		for _, tt := range []struct {
			name string
			do   func(c net.Conn) // while the operation waits
			want time.Duration    // when it ends
		}{
			{"set before", func(net.Conn) {}, time.Hour},
			{"moved on", func(c net.Conn) { set[op](c, time.Now().Add(2*time.Hour)) }, 2 * time.Hour},
			{"moved back", func(c net.Conn) { set[op](c, time.Now().Add(time.Second)) }, time.Second},
			{"moved into the past", func(c net.Conn) { c.SetDeadline(time.Unix(1, 0)) }, 0},
			{"lifted and set", func(c net.Conn) {
				c.SetDeadline(time.Time{})
				time.Sleep(5 * time.Hour)
				set[op](c, time.Now())
			}, 5 * time.Hour},
		} {
			t.Run(op+" "+tt.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a, _ := memnet.PipeSize(10)
					require.NoError(t, set[op](a, time.Now().Add(time.Hour)))
					begin := time.Now()
					var err error
					var took time.Duration
					go func() { err = start(a, op); took = time.Since(begin) }()
					synctest.Wait()
					tt.do(a)
					time.Sleep(24 * time.Hour)
					synctest.Wait()
					require.ErrorIs(t, err, os.ErrDeadlineExceeded)
					ne, ok := errors.AsType[net.Error](err)
					require.True(t, ok)
					require.True(t, ne.Timeout())
					require.Equal(t, tt.want, took)
				})
			})
		}
	}
}

// TestDeadlineExact asks at the instant of the deadline, when timer and sleeper
// are woken in any order, and a moment before it.
func TestDeadlineExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memnet.Pipe()
		_, err := b.Write([]byte("xy"))
		require.NoError(t, err)
		require.NoError(t, a.SetReadDeadline(time.Now().Add(time.Minute)))
		time.Sleep(time.Minute - time.Nanosecond)
		_, err = a.Read(make([]byte, 1))
		require.NoError(t, err)
		time.Sleep(time.Nanosecond)
		_, err = a.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded, "even though there is something to read, as with sockets")
	})
}

func TestPartialWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := memnet.PipeSize(10)
		require.NoError(t, a.SetWriteDeadline(time.Now().Add(time.Second)))
		n, err := a.Write(make([]byte, 100))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Equal(t, 10, n)
	})
}

func TestCloseWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memnet.Pipe()
		_, err := a.Write([]byte("last words"))
		require.NoError(t, err)
		require.NoError(t, a.(*memnet.Conn).CloseWrite())
		got, err := io.ReadAll(b)
		require.NoError(t, err)
		require.Equal(t, "last words", string(got))
		_, err = a.Write([]byte("more"))
		require.ErrorIs(t, err, syscall.EPIPE)

		_, err = b.Write([]byte("answer"))
		require.NoError(t, err, "the other direction goes on")
		require.NoError(t, b.Close())
		got, err = io.ReadAll(a)
		require.NoError(t, err)
		require.Equal(t, "answer", string(got))
	})
}

func TestCloseWakes(t *testing.T) {
	for _, tt := range []struct {
		name string
		op   func(c net.Conn) error
		mine error // after Close of this end
		peer error // after Close of the other
	}{
		{"read", func(c net.Conn) error { _, err := c.Read(make([]byte, 1)); return err }, net.ErrClosed, io.EOF},
		{"write", func(c net.Conn) error { _, err := c.Write(make([]byte, 99)); return err }, net.ErrClosed, syscall.EPIPE},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := memnet.PipeSize(10)
				var errA, errB error
				go func() { errA = tt.op(a) }()
				go func() { errB = tt.op(b) }()
				synctest.Wait()
				require.NoError(t, errA)
				require.NoError(t, errB)
				require.NoError(t, a.Close())
				synctest.Wait()
				require.ErrorIs(t, errA, tt.mine)
				require.ErrorIs(t, errB, tt.peer)
			})
		})
	}
}

func TestClosed(t *testing.T) {
	a, _ := memnet.Pipe()
	require.NoError(t, a.Close())
	for name, err := range map[string]error{
		"Close":            a.Close(),
		"CloseWrite":       a.(*memnet.Conn).CloseWrite(),
		"SetDeadline":      a.SetDeadline(time.Time{}),
		"SetReadDeadline":  a.SetReadDeadline(time.Time{}),
		"SetWriteDeadline": a.SetWriteDeadline(time.Time{}),
	} {
		require.ErrorIs(t, err, net.ErrClosed, name)
		require.ErrorContains(t, err, "127.0.0.1", name)
	}
}

// TestSocketsAgree holds the errors to those of real sockets.
func TestSocketsAgree(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	tcp, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	far, err := ln.Accept()
	require.NoError(t, err)
	defer far.Close()
	mem, _ := memnet.Pipe()
	names := strings.NewReplacer( // which addresses are told, and where
		tcp.LocalAddr().String(), "near", tcp.RemoteAddr().String(), "far",
		mem.LocalAddr().String(), "near", mem.RemoteAddr().String(), "far")
	text := func(err error) string {
		require.IsType(t, (*net.OpError)(nil), err)
		return names.Replace(err.Error())
	}
	same := func(what string, op func(c net.Conn) error) {
		require.Equal(t, text(op(tcp)), text(op(mem)), what)
	}
	past := time.Unix(1, 0)
	same("read deadline", func(c net.Conn) error { c.SetReadDeadline(past); _, err := c.Read(make([]byte, 1)); return err })
	same("write deadline", func(c net.Conn) error { c.SetWriteDeadline(past); _, err := c.Write(make([]byte, 1)); return err })
	for _, c := range []net.Conn{tcp, mem} {
		require.NoError(t, c.SetDeadline(time.Time{}))
		n, err := c.Write(nil)
		require.Zero(t, n)
		require.NoError(t, err)
	}
	same("half closed", func(c net.Conn) error {
		require.NoError(t, c.(interface{ CloseWrite() error }).CloseWrite())
		_, err := c.Write(make([]byte, 1))
		return err
	})
	same("closed", func(c net.Conn) error { c.Close(); _, err := c.Read(make([]byte, 1)); return err })
	same("closed twice", func(c net.Conn) error { return c.Close() })
	same("closed deadline", func(c net.Conn) error { return c.SetDeadline(past) })
}
