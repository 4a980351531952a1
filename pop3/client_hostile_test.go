package pop3_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/pop3"
)

// A message that does not end is given up at Options.MessageSize, by whoever reads
// nothing of it too.
func TestEndlessMessage(t *testing.T) {
	for name, leave := range map[string]func(*pop3.Body, *pop3.Client) error{
		"read":  func(b *pop3.Body, _ *pop3.Client) error { _, err := io.Copy(io.Discard, b); return err },
		"close": func(b *pop3.Body, _ *pop3.Client) error { return b.Close() },
		"next":  func(_ *pop3.Body, c *pop3.Client) error { return c.Noop(t.Context()) },
	} {
		nc, _ := script{"+OK\r\n", "-ERR\r\n", "+OK\r\n" + strings.Repeat("A: b\r\n", 50_000)}.connect(t)
		o := inClear()
		o.MessageSize = 100_000
		c, err := pop3.NewClient(t.Context(), nc, o)
		require.NoError(t, err)
		body, err := c.Retr(t.Context(), 1)
		require.NoError(t, err)
		require.ErrorIs(t, leave(body, c), pop3.ErrTooLarge, name)
		require.ErrorIs(t, c.Noop(t.Context()), pop3.ErrTooLarge, name)
		require.NoError(t, c.Close())
	}
}

// The context of a method is for all that it does, though it may have to read what
// is left of a Body first, whose own context has no end.
func TestLeftBodyIsCut(t *testing.T) {
	for name, do := range map[string]func(*pop3.Client, context.Context) error{
		"Quit": (*pop3.Client).Quit,
		"Retr": func(c *pop3.Client, ctx context.Context) error { _, err := c.Retr(ctx, 2); return err },
		"Messages": func(c *pop3.Client, ctx context.Context) (err error) {
			for _, err = range c.Messages(ctx, pop3.Fetch{}) {
			}
			return err
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			near, far := memnet.Pipe()
			var server sync.WaitGroup
			defer server.Wait()
			defer far.Close()
			server.Go(func() {
				r := bufio.NewReader(far)
				for _, says := range []string{"+OK\r\n", "-ERR\r\n"} {
					_, _ = io.WriteString(far, says)
					_, _ = r.ReadString('\n')
				}
				_, err := io.WriteString(far, "+OK\r\n")
				for err == nil { // a line a minute is not too slow
					time.Sleep(time.Minute)
					_, err = io.WriteString(far, "A: b\r\n")
				}
			})
			c, err := pop3.NewClient(context.Background(), near, inClear())
			require.NoError(t, err)
			_, err = c.Retr(context.Background(), 1)
			require.NoError(t, err)
			// One that is over already is not begun, and breaks nothing.
			over, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, c.Noop(over), context.Canceled)

			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			require.ErrorIs(t, do(c, ctx), context.DeadlineExceeded, name)
			require.Equal(t, time.Hour, time.Since(began), name)
			require.Error(t, c.Noop(t.Context()))
			c.Close()
		})
	}
}

// Names can be longer than RFC 1939, 7 says, but not as long as would fill the
// memory.
func TestLongNames(t *testing.T) {
	answer := func(n, length int) script {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%d %0*d\r\n", i+1, length, i)
		}
		return script{"+OK\r\n", plainCAPA, "+OK\r\n" + b.String() + ".\r\n"}
	}
	for _, tt := range []struct {
		n, length, limit int
		want             error
	}{{1, 4000, 100, nil}, {100, 128, 100, nil}, {100, 200, 100, pop3.ErrReply}, {100, 200, math.MaxInt, nil}} {
		nc, _ := answer(tt.n, tt.length).connect(t)
		o := inClear()
		o.Messages = tt.limit
		c, err := pop3.NewClient(t.Context(), nc, o)
		require.NoError(t, err)
		list, err := c.UIDL(t.Context())
		require.ErrorIs(t, err, tt.want)
		if tt.want == nil {
			require.Len(t, list, tt.n)
			require.Len(t, list[0].UIDL, tt.length)
		}
		require.NoError(t, c.Close())
	}
}

// A server that refuses every DELE is told of in few words.
func TestManyNotDeleted(t *testing.T) {
	const n = 5000
	var sizes, names strings.Builder
	for i := range n {
		fmt.Fprintf(&sizes, "%d 6\r\n", i+1)
		fmt.Fprintf(&names, "%d u%d\r\n", i+1, i)
	}
	says := script{"+OK\r\n", "-ERR\r\n", "+OK\r\n" + sizes.String() + ".\r\n", "+OK\r\n" + names.String() + ".\r\n"}
	for range n {
		says = append(says, "+OK\r\nA: b\r\n.\r\n", "-ERR locked\r\n")
	}
	nc, _ := append(says, "+OK\r\n").connect(t)
	c, err := pop3.NewClient(t.Context(), nc, inClear())
	require.NoError(t, err)
	for m, err := range c.Messages(t.Context(), pop3.Fetch{}) {
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, m.Body)
		require.NoError(t, err)
		require.NoError(t, m.Delete())
	}
	err = c.Quit(t.Context())
	require.ErrorIs(t, err, pop3.Err("", "locked"))
	require.EqualError(t, err, "pop3: message 1 is not deleted: -ERR locked (and 4999 more)")
}

// Delete after the loop has gone on would be forgotten, so it says no.
func TestDeleteTooLate(t *testing.T) {
	c, asked := script{
		"+OK\r\n1 6\r\n2 6\r\n.\r\n", "-ERR\r\n", "+OK\r\nA: b\r\n.\r\n", "+OK\r\nA: b\r\n.\r\n", "+OK\r\n", "+OK\r\n",
	}.client(t)
	var all []*pop3.Fetched
	for m, err := range c.Messages(t.Context(), pop3.Fetch{}) {
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, m.Body)
		require.NoError(t, err)
		all = append(all, m)
	}
	require.Len(t, all, 2)
	for _, m := range all {
		require.ErrorContains(t, m.Delete(), "Client.Dele marks it")
	}
	require.NoError(t, c.Dele(t.Context(), all[0].Number))
	require.NoError(t, c.Quit(t.Context()))
	require.Equal(t, []string{"DELE 1", "QUIT"}, asked.all()[5:])
}

// If a message was to be deleted, and the server went before it was asked to, then
// Quit does not say that all is done.
func TestMarkNeverSent(t *testing.T) {
	var sizes strings.Builder
	for i := range 40 { // as many as are asked for before the first DELE
		fmt.Fprintf(&sizes, "%d 6\r\n", i+1)
	}
	c, asked := script{"+OK\r\n" + sizes.String() + ".\r\n", "-ERR\r\n", "+OK\r\nA: b\r\n.\r\n"}.client(t)
	var last error
	for m, err := range c.Messages(t.Context(), pop3.Fetch{}) {
		if last = err; err != nil {
			continue
		}
		_, err = io.Copy(io.Discard, m.Body)
		require.NoError(t, err)
		require.NoError(t, m.Delete())
	}
	require.ErrorIs(t, last, io.ErrUnexpectedEOF)
	require.ErrorIs(t, c.Quit(t.Context()), io.ErrUnexpectedEOF)
	require.Equal(t, []string{"CAPA", "LIST", "UIDL", "RETR 1"}, asked.all())
}

// Why a login was given up is told, also if the server lets the client in all the
// same.
func TestGivenUpAndLetIn(t *testing.T) {
	nc, _ := script{"+OK\r\n", "+OK\r\nSASL SCRAM-SHA-256\r\n.\r\n", "+ \r\n", "+OK\r\n"}.connect(t)
	_, err := pop3.NewClient(t.Context(), nc, inClear(by("SCRAM-SHA-256", "secret")))
	require.ErrorIs(t, err, pop3.ErrReply)
	require.ErrorContains(t, err, "login given up: ")
	require.NotContains(t, err.Error(), "secret")
}
