package pop3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// A message that cannot be opened is refused; the session goes on.
func TestBodyFails(t *testing.T) {
	f := two()
	f.body = func(id string) (io.ReadCloser, error) {
		if id == "a" {
			return nil, errors.New("disk on fire")
		}
		return nil, pop3.Err("", "expunged meanwhile")
	}
	srv, log := newServer(f)
	pop3test.Play(t, srv, login+"C: RETR 1\nS: -ERR [SYS/TEMP] local error\nC: TOP 1 0\nS: -ERR [SYS/TEMP]\n"+
		"C: RETR 2\nS: -ERR expunged meanwhile\nC: NOOP\nS: +OK\n")
	require.Contains(t, log.String(), "disk on fire")
}

// closer counts the Closes of a body.
type closer struct {
	io.Reader
	closed *int
}

func (c closer) Close() error { *c.closed++; return nil }

// A message that cannot be sent whole has no end: the server hangs up.
func TestBodyBreaks(t *testing.T) {
	long := strings.Repeat("A: b\r\n", 10_000)
	for name, c := range map[string]struct {
		body   io.Reader
		logged string
	}{
		"read error": {io.MultiReader(strings.NewReader(long), iotest.ErrReader(errors.New("disk on fire"))), "disk on fire"},
		"panic":      {io.MultiReader(strings.NewReader(long), panicking{}), "lost my mind"},
	} {
		t.Run(name, func(t *testing.T) {
			closed := 0
			f := two()
			f.body = func(string) (io.ReadCloser, error) { return closer{c.body, &closed}, nil }
			srv, log := newServer(f)
			got := converse(t, srv, "USER tim\r\nPASS secret\r\nDELE 1\r\nRETR 2\r\nNOOP\r\nQUIT\r\n")
			_, rest, ok := strings.Cut(got, "+OK 11 octets\r\n")
			require.True(t, ok, got)
			require.Equal(t, strings.Repeat("A: b\r\n", strings.Count(rest, "\n")), rest)
			require.Contains(t, log.String(), c.logged)
			require.Equal(t, 1, closed)
			require.Equal(t, 1, f.closes)
			require.Zero(t, f.commits)
		})
	}
}

// A message that breaks within what is read before the answer is refused, and the
// session goes on.
func TestBodyBreaksEarly(t *testing.T) {
	closed := 0
	f := two()
	f.body = func(id string) (io.ReadCloser, error) {
		if id == "a" {
			return closer{io.MultiReader(strings.NewReader("A: b\r\n"), iotest.ErrReader(errors.New("disk on fire"))), &closed}, nil
		}
		return closer{strings.NewReader("A: b\r\n\r\n.\r\n"), &closed}, nil
	}
	srv, log := newServer(f)
	pop3test.Play(t, srv, login+"C: RETR 1\nS: -ERR [SYS/TEMP] local error\nC: TOP 1 9\nS: -ERR [SYS/TEMP]\n"+
		"C: RETR 2\nS: +OK\nS: A: b\nS:\nS: ..\nS: .\nC: DELE 2\nS: +OK\nC: QUIT\nS: +OK\n")
	require.Contains(t, log.String(), "disk on fire")
	require.Contains(t, log.String(), `reading message`)
	require.Equal(t, 3, closed)
	require.Equal(t, []string{"b"}, f.committed)
}

// What no client takes is mended on its way, by RETR and TOP, however it comes
// from the store, and the session goes on.
func TestBodyMended(t *testing.T) {
	for name, c := range map[string]struct{ stored, retr, top string }{
		"bare LF":  {"A: b\n\nx\n.\nSTAT\n", "A: b\r\n\r\nx\r\n..\r\nSTAT\r\n.\r\n", "A: b\r\n\r\nx\r\n.\r\n"},
		"bare CR":  {"A: b\r\rx\r.\rSTAT\r", "A: b\r\n\r\nx\r\n..\r\nSTAT\r\n.\r\n", "A: b\r\n\r\nx\r\n.\r\n"},
		"final CR": {"A: b\r\n\r\nx\r", "A: b\r\n\r\nx\r\n.\r\n", "A: b\r\n\r\nx\r\n.\r\n"},
		"NUL":      {"A: b\r\n\r\n\x00\r\ny", "A: b\r\n\r\n\x80\r\ny\r\n.\r\n", "A: b\r\n\r\n\x80\r\n.\r\n"},
		"mixed":    {"A: b\n x\r\n\n.\r\r\n", "A: b\r\n x\r\n\r\n..\r\n\r\n.\r\n", "A: b\r\n x\r\n\r\n..\r\n.\r\n"},
		"a letter": {"A\nB\n\nC\n", "A\r\nB\r\n\r\nC\r\n.\r\n", "A\r\nB\r\n\r\nC\r\n.\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, split := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
				f := two()
				f.body = func(string) (io.ReadCloser, error) { return io.NopCloser(split(strings.NewReader(c.stored))), nil }
				srv, log := newServer(f)
				got := converse(t, srv, "USER tim\r\nPASS secret\r\nRETR 1\r\nTOP 1 1\r\nDELE 1\r\nQUIT\r\n")
				_, rest, ok := strings.Cut(got, " octets\r\n")
				require.True(t, ok, got)
				retr, ok := strings.CutPrefix(rest, c.retr)
				require.True(t, ok, rest)
				require.Equal(t, "+OK top of message follows\r\n"+c.top+"+OK message 1 deleted\r\n+OK bye\r\n", retr)
				require.Equal(t, []string{"a"}, f.committed)
				require.Empty(t, log.String())
			}
		})
	}
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("lost my mind") }

// The octets of a message arrive as the store has them, stuffed and unstuffed.
func TestOctets(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for name, message := range map[string]string{
		"empty":         "",
		"dots":          ".\r\n..\r\n...\r\n.a\r\na.\r\n\r\n.\r\n",
		"long line":     "A: b\r\n\r\n" + long + "\r\n." + long + "\r\n",
		"many lines":    "A: b\r\n\r\n" + strings.Repeat(".\r\nabc\r\n", 50000),
		"octets":        "A: \x01\x7f\x80\xff\r\n\r\n\xfe\r\n",
		"looks like it": "A: b\r\n\r\n.\r\n-ERR no\r\n+OK yes\r\n.\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			for _, split := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.HalfReader} {
				f := &fake{messages: []pop3.Message{{ID: "a", UIDL: "u", Size: int64(len(message))}}}
				f.body = func(string) (io.ReadCloser, error) { return io.NopCloser(split(strings.NewReader(message))), nil }
				srv, _ := newServer(f)
				got := converse(t, srv, "USER tim\r\nPASS secret\r\nRETR 1\r\nNOOP\r\n")
				_, rest, _ := strings.Cut(got, fmt.Sprintf("+OK %d octets\r\n", len(message)))
				stuffed, ok := strings.CutSuffix(rest, ".\r\n+OK\r\n")
				require.True(t, ok)
				unstuffed := strings.ReplaceAll("\r\n"+stuffed, "\r\n.", "\r\n")[len("\r\n"):]
				require.True(t, message == unstuffed)
			}
		})
	}
}

// A client that does not read is cut off, and removes nothing.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := two()
		f.body = func(string) (io.ReadCloser, error) {
			return io.NopCloser(io.LimitReader(endless{}, 10<<20)), nil
		}
		began, closed := time.Now(), time.Time{}
		f.close = func() { closed = time.Now() }
		srv, log := newServer(f)
		nc := pop3test.Dial(t, srv)
		_, err := io.WriteString(nc, "USER tim\r\nPASS secret\r\nDELE 1\r\nRETR 2\r\nQUIT\r\n")
		require.NoError(t, err)
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		require.Equal(t, 5*time.Minute, closed.Sub(began))
		require.Equal(t, 1, f.closes)
		require.Zero(t, f.commits)
		require.Empty(t, log.String(), "not the Maildrop's fault")
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// A Middleware sees every command, may answer one that the engine does not know,
// and may keep a message back, which is closed all the same.
func TestMiddleware(t *testing.T) {
	closed := 0
	f := two()
	f.body = func(string) (io.ReadCloser, error) {
		return closer{strings.NewReader("A: b\r\n\r\nx\r\n"), &closed}, nil
	}
	srv, log := newServer(f)
	var seen []string
	srv.Middleware = []pop3.Middleware{func(next pop3.CommandFunc) pop3.CommandFunc {
		return func(ctx context.Context, c *pop3.Conn, cmd pop3.Command) pop3.Reply {
			seen = append(seen, cmd.Verb+"|"+cmd.Args)
			switch r := next(ctx, c, cmd); {
			case cmd.Verb == "XYZZY":
				return pop3.OK("nothing happens")
			case cmd.Verb == "RETR" && cmd.Args == "2":
				return pop3.Err("", "not today")
			default:
				return r
			}
		}
	}}
	pop3test.Play(t, srv, login+"C: xyzzy a b\nS: +OK nothing happens\nC: XODD\nS: -ERR command not known\nC:\nS: -ERR command not known\n"+
		"C: RETR 2\nS: -ERR not today\nC: retr 1\nS: +OK\nS: A: b\nS:\nS: x\nS: .\nC: QUIT\nS: +OK\n")
	require.Equal(t, []string{"XYZZY|a b", "XODD|", "RETR|2", "RETR|1", "QUIT|"}, seen[len(seen)-5:])
	require.Equal(t, 2, closed)
	require.Empty(t, log.String())
}
