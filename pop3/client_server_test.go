package pop3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// over connects a Client to a server, with buffers of a size between them.
func over(t *testing.T, srv *pop3test.Server, size int, o *pop3.Options) *pop3.Client {
	t.Helper()
	near, far := memnet.PipeSize(size)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer far.Close()
		_ = srv.Config.ServeConn(context.Background(), far)
	}()
	t.Cleanup(func() { near.Close(); <-done })
	if o == nil {
		o = inClear(pop3.UserPass("tim", "secret"))
	}
	c, err := pop3.NewClient(t.Context(), near, o)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// awkward are messages that are hard to send and receive right.
func awkward() []string {
	list := []string{
		"Subject: dots\r\n\r\n.\r\n..\r\n.one\r\n\r\n",
		"Subject: no body\r\n",
		"",
		"\r\n",
		"Subject: long\r\n\r\n" + strings.Repeat(strings.Repeat("x", 998)+"\r\n", 20),
		"Subject: one line\r\n\r\n" + strings.Repeat("y", 10_000) + "\r\n",
	}
	return slices.Repeat(list, 5)
}

func mailboxOf(messages ...string) pop3test.Mailbox {
	return pop3test.Mailbox{User: "tim", Password: "secret", Messages: messages}
}

// Messages brings all messages as they are, pipelined or not, however little is
// between the two; and those that are deleted are gone after Quit.
func TestMessages(t *testing.T) {
	for _, size := range []int{1, 7, 100, memnet.DefaultSize} {
		for _, ignore := range [][]string{nil, {"PIPELINING"}} {
			t.Run(fmt.Sprint(size, ignore), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					want := awkward()
					if size > 1000 { // more than is asked for ahead
						want = append(want, slices.Repeat([]string{"\r\n" + strings.Repeat("z\r\n", 100_000)}, 3)...)
					}
					srv := pop3test.NewUnstartedServer(t, mailboxOf(want...))
					o := inClear(pop3.Password("tim", "secret")...)
					o.Ignore = ignore
					c := over(t, srv, size, o)
					n := 0
					for m, err := range c.Messages(t.Context(), pop3.Fetch{}) {
						require.NoError(t, err)
						require.Equal(t, n+1, m.Number)
						require.EqualValues(t, len(want[n]), m.Size)
						require.Equal(t, fmt.Sprint(n+1), m.UIDL)
						b, err := io.ReadAll(m.Body)
						require.NoError(t, err)
						require.Equal(t, want[n], string(b))
						if n%2 == 0 {
							require.NoError(t, m.Delete())
						}
						n++
					}
					require.Len(t, want, n)
					require.NoError(t, c.Quit(t.Context()))
					require.Len(t, srv.Store.Messages("tim"), n/2)
				})
			})
		}
	}
}

// What is not read to its end cannot be deleted, is passed over, and the loop
// can end anywhere; the conversation goes on.
func TestMessagesPartly(t *testing.T) {
	for stop := range 12 {
		synctest.Test(t, func(t *testing.T) {
			want := awkward()[:12]
			srv := pop3test.NewUnstartedServer(t, mailboxOf(want...))
			c := over(t, srv, 1000, nil)
			n := 0
			for m, err := range c.Messages(t.Context(), pop3.Fetch{}) {
				require.NoError(t, err)
				switch n % 3 {
				case 0:
					require.ErrorIs(t, m.Delete(), pop3.ErrUnread)
				case 1:
					_, err := m.Body.Read(make([]byte, 3))
					require.True(t, err == nil || err == io.EOF)
				case 2:
					_, err := io.Copy(io.Discard, m.Body)
					require.NoError(t, err)
					require.NoError(t, m.Delete())
				}
				if n == stop {
					break
				}
				n++
			}
			require.NoError(t, c.Noop(t.Context()))
			require.NoError(t, c.Quit(t.Context()))
			require.Len(t, srv.Store.Messages("tim"), len(want)-(stop+1)/3)
		})
	}
}

// Only what was not seen is fetched.
func TestMessagesSeen(t *testing.T) {
	srv := pop3test.NewUnstartedServer(t, mailboxOf("A: 1\r\n", "A: 2\r\n", "A: 3\r\n", "A: 4\r\n"))
	c := over(t, srv, 0, nil)
	seen := map[string]bool{"1": true, "3": true}
	var got []string
	f := pop3.Fetch{
		Seen: func(uidl string) bool { return seen[uidl] },
		Want: func(e pop3.Entry) bool { return e.Number != 4 },
	}
	for m, err := range c.Messages(t.Context(), f) {
		require.NoError(t, err)
		got = append(got, m.UIDL)
	}
	require.Equal(t, []string{"2"}, got)
}

// Within the loop nothing else is possible but to close; and an end by panic
// leaves no goroutine, and nothing to go on with.
func TestMessagesBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := pop3test.NewUnstartedServer(t, mailboxOf(awkward()...))
		c := over(t, srv, 10, nil)
		require.PanicsWithValue(t, "enough", func() {
			for range c.Messages(t.Context(), pop3.Fetch{}) {
				require.ErrorIs(t, c.Noop(t.Context()), pop3.ErrBusy)
				require.ErrorIs(t, c.Quit(t.Context()), pop3.ErrBusy)
				_, err := c.Retr(t.Context(), 1)
				require.ErrorIs(t, err, pop3.ErrBusy)
				panic("enough")
			}
		})
		require.ErrorContains(t, c.Noop(t.Context()), "abandoned")
		synctest.Wait() // until the server has noticed

		c = over(t, srv, 10, nil)
		n := 0
		for m, err := range c.Messages(t.Context(), pop3.Fetch{}) {
			if n++; n == 1 {
				require.NoError(t, err)
				require.NoError(t, c.Close())
				_, err = m.Body.Read(make([]byte, 1))
			}
			require.ErrorIs(t, err, net.ErrClosed)
		}
		require.Equal(t, 2, n)
	})
}

// The end of the context cuts whatever is under way, a Body too.
func TestClientContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := pop3test.NewUnstartedServer(t, mailboxOf(awkward()...))
		why := errors.New("enough")
		c := over(t, srv, 10, nil)
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		body, err := c.Retr(ctx, 5)
		require.NoError(t, err)
		_, err = io.CopyN(io.Discard, body, 1000)
		require.NoError(t, err)
		cancel(why)
		synctest.Wait()
		_, err = io.Copy(io.Discard, body)
		require.ErrorIs(t, err, why)
		require.ErrorContains(t, c.Noop(t.Context()), "the conversation is over")
		synctest.Wait() // until the server has noticed

		c = over(t, srv, 10, nil)
		ctx, cancelLoop := context.WithCancelCause(t.Context())
		defer cancelLoop(nil)
		var last error
		for m, err := range c.Messages(ctx, pop3.Fetch{}) {
			if last = err; err == nil && m.Number == 5 {
				cancelLoop(why)
				synctest.Wait()
				_, err = io.Copy(io.Discard, m.Body)
				require.ErrorIs(t, err, why)
				require.ErrorIs(t, m.Delete(), pop3.ErrUnread)
			}
		}
		require.ErrorIs(t, last, why)
		require.ErrorIs(t, c.Noop(ctx), net.ErrClosed)
	})
}

// The commands one by one.
func TestClientCommands(t *testing.T) {
	srv := pop3test.NewUnstartedServer(t, mailboxOf("A: 1\r\n\r\none\r\ntwo\r\n", "A: 2\r\n", "A: 3\r\n"))
	c := over(t, srv, 0, nil)
	ctx := t.Context()
	count, octets, err := c.Stat(ctx)
	require.NoError(t, err)
	require.Equal(t, 3, count)
	require.EqualValues(t, 30, octets)
	require.NoError(t, c.Dele(ctx, 2))
	list, err := c.List(ctx)
	require.NoError(t, err)
	require.Equal(t, []pop3.Entry{{Number: 1, Size: 18}, {Number: 3, Size: 6}}, list)
	list, err = c.UIDL(ctx)
	require.NoError(t, err)
	require.Equal(t, []pop3.Entry{{Number: 1, UIDL: "1"}, {Number: 3, UIDL: "3"}}, list)
	require.ErrorContains(t, c.Dele(ctx, 2), "message is deleted")
	_, err = c.Retr(ctx, 2)
	require.Equal(t, pop3.Err("", "message is deleted"), err)
	require.NoError(t, c.Reset(ctx))
	body, err := c.Top(ctx, 1, 1)
	require.NoError(t, err)
	top, err := io.ReadAll(body)
	require.NoError(t, err)
	require.Equal(t, "A: 1\r\n\r\none\r\n", string(top))
	require.NoError(t, body.Close())
	_, err = body.Read(make([]byte, 1))
	require.Equal(t, io.EOF, err)
	// A Body that is left alone is read by the next command.
	left, err := c.Retr(ctx, 1)
	require.NoError(t, err)
	r, err := c.Do(ctx, "LIST", "2")
	require.NoError(t, err)
	require.Equal(t, "2 6", r.Text)
	_, err = left.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.ErrClosedPipe)
	r, err = c.Do(ctx, "lang", "de")
	require.NoError(t, err)
	require.Equal(t, "de Sprache gewechselt", r.Text)
	require.NoError(t, c.Capa(ctx))
	args, ok := c.Extension("UTF8")
	require.True(t, ok)
	require.Equal(t, "USER", args)
	require.Contains(t, c.Extensions(), "PIPELINING")
	require.NoError(t, c.Quit(ctx))
	require.ErrorIs(t, c.Noop(ctx), net.ErrClosed)
	require.NoError(t, c.Close())
	require.Len(t, srv.Store.Messages("tim"), 3)
}

// UTF8 brings messages that others are refused.
func TestClientUTF8(t *testing.T) {
	for _, utf8 := range []bool{true, false} {
		srv := pop3test.NewUnstartedServer(t, mailboxOf())
		srv.Config.Backend = polyglot()
		o := inClear(pop3.UserPass("tim", "secret"))
		o.UTF8 = utf8
		c := over(t, srv, 0, o)
		for m, err := range c.Messages(t.Context(), pop3.Fetch{}) {
			if utf8 || m.Number == 1 {
				require.NoError(t, err)
				continue
			}
			require.Nil(t, m.Body)
			require.ErrorIs(t, m.Delete(), pop3.ErrUnread)
			r, ok := errors.AsType[pop3.Reply](err)
			require.True(t, ok)
			require.Equal(t, pop3.NeedsUTF8, r.Code)
		}
		require.NoError(t, c.Quit(t.Context()))
	}
}

// STLS, and TLS from the beginning, with a certificate that is verified, or not.
func TestClientTLS(t *testing.T) {
	for _, implicit := range []bool{false, true} {
		srv := pop3test.NewUnstartedServer(t, mailboxOf("A: b\r\n"))
		srv.Config.Auth.AllowInsecure = false
		dial := pop3.Dial
		if implicit {
			srv.StartTLS()
			dial = pop3.DialTLS
		} else {
			srv.Start()
		}
		c, err := dial(t.Context(), srv.Addr, &pop3.Options{TLSConfig: srv.ClientTLS, Auth: pop3.Password("tim", "secret")})
		require.NoError(t, err)
		require.NotNil(t, c.TLS())
		require.Equal(t, srv.Addr, c.RemoteAddr().String())
		require.NotNil(t, c.LocalAddr())
		count, _, err := c.Stat(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, count)
		require.NoError(t, c.Quit(t.Context()))

		_, err = dial(t.Context(), srv.Addr, nil)
		require.ErrorIs(t, err, pop3.ErrHandshake)
		_, err = dial(t.Context(), srv.Addr, &pop3.Options{TLSConfig: srv.ClientTLS, ServerName: "elsewhere.example"})
		require.ErrorIs(t, err, pop3.ErrHandshake)
		c, err = dial(t.Context(), srv.Addr, &pop3.Options{TLS: pop3.TLSRequired, Auth: pop3.Password("tim", "secret")})
		require.NoError(t, err)
		require.NoError(t, c.Quit(t.Context()))
	}
	_, err := pop3.Dial(t.Context(), "localhost", nil)
	require.ErrorContains(t, err, `addr must be "host:port"`)
}

// A server that says nothing for too long is given up.
func TestClientTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := memnet.Pipe()
		defer far.Close()
		began := time.Now()
		_, err := pop3.NewClient(t.Context(), near, nil)
		require.ErrorContains(t, err, "no answer in time")
		require.Equal(t, 5*time.Minute, time.Since(began))
	})
}
