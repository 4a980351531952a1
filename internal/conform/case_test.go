package conform_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/conform"
	"github.com/wirepost/wirepost/internal/memnet"
)

const timeout = 10 * time.Second

// A server is a script: it says what it says, then keeps the connection until
// the client closes it, or hangs up at once.
type server struct {
	says   string
	stays  bool
	closed chan string // what the client sent, once it has closed
}

// dial connects to a new conversation.
func (s *server) dial(context.Context) (net.Conn, error) {
	client, far := memnet.Pipe()
	go func() {
		defer far.Close()
		io.WriteString(far, s.says)
		if s.stays {
			heard, _ := io.ReadAll(far)
			s.closed <- string(heard)
		}
	}()
	return client, nil
}

// staying is a server whose clients must close their connections.
func staying(says string) *server {
	return &server{says: says, stays: true, closed: make(chan string, 10)}
}

// do runs a case in a bubble.
func do(t *testing.T, run func(context.Context, *conform.Run)) (r conform.Result) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r = conform.Do(t.Context(), conform.Case{Name: "a/b", Ref: "RFC 5321, 4.2", Requirement: "it holds", Run: run}, timeout)
	})
	return r
}

func TestVerdicts(t *testing.T) {
	for _, tt := range []struct {
		name string
		run  func(context.Context, *conform.Run)
		want conform.Verdict
		why  string
	}{
		{"returns", func(context.Context, *conform.Run) {}, conform.Pass, ""},
		{"fails", func(_ context.Context, r *conform.Run) { r.Failf("%d is not %d", 1, 2) }, conform.Fail, "1 is not 2"},
		{"does not apply", func(_ context.Context, r *conform.Run) { r.NotApplicable("no AUTH") }, conform.NotApplicable, "no AUTH"},
	} {
		r := do(t, tt.run)
		require.Equal(t, conform.Result{
			Name: "a/b", Ref: "RFC 5321, 4.2", Requirement: "it holds", Verdict: tt.want, Detail: tt.why,
		}, r, tt.name)
	}
}

// Failf ends the case from however deep it is called, and what was deferred is
// done.
func TestFailfEndsTheCase(t *testing.T) {
	var trail []string
	r := do(t, func(_ context.Context, r *conform.Run) {
		defer func() { trail = append(trail, "outer") }()
		func() {
			defer func() { trail = append(trail, "inner") }()
			r.Failf("deep down")
			trail = append(trail, "behind inner")
		}()
		trail = append(trail, "behind outer")
	})
	require.Equal(t, conform.Fail, r.Verdict)
	require.Equal(t, []string{"inner", "outer"}, trail)
}

// However a case ends, its connections are closed.
func TestPeersAreClosed(t *testing.T) {
	for name, end := range map[string]func(*conform.Run){
		"pass": func(*conform.Run) {},
		"fail": func(r *conform.Run) { r.Failf("no") },
		"n/a":  func(r *conform.Run) { r.NotApplicable("no") },
	} {
		t.Run(name, func(t *testing.T) {
			s := staying("")
			do(t, func(ctx context.Context, r *conform.Run) {
				r.Dial(ctx, s.dial).Send("one")
				r.Dial(ctx, s.dial).Send("two")
				end(r)
			})
			require.ElementsMatch(t, []string{"one", "two"}, []string{<-s.closed, <-s.closed})
		})
	}
}

func TestCannotConnect(t *testing.T) {
	r := do(t, func(ctx context.Context, r *conform.Run) {
		r.Dial(ctx, func(context.Context) (net.Conn, error) { return nil, errors.New("no route") })
	})
	require.Equal(t, conform.Fail, r.Verdict)
	require.Equal(t, "cannot connect: no route", r.Detail)
}

// A dialling that hangs is given up.
func TestDialTimesOut(t *testing.T) {
	r := do(t, func(ctx context.Context, r *conform.Run) {
		r.Dial(ctx, func(ctx context.Context) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() })
	})
	require.Equal(t, conform.Fail, r.Verdict)
	require.Equal(t, timeout, r.Duration)
}

// The end of the context ends the case at once, and the server is not blamed,
// nor praised.
func TestInterrupted(t *testing.T) {
	for name, run := range map[string]func(*conform.Run, *conform.Peer){
		"waiting for a line":   func(_ *conform.Run, p *conform.Peer) { p.Line() },
		"a hang-up is failure": func(r *conform.Run, p *conform.Peer) { p.Line(); r.Failf("hung up") },
		"waiting for an octet": func(_ *conform.Run, p *conform.Peer) { p.Octets(1) },
		"sending without end":  func(_ *conform.Run, p *conform.Peer) { p.SendQuietly(strings.Repeat("x", 1<<20), "much") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				near, far := memnet.Pipe()
				defer far.Close()
				r := conform.Do(ctx, conform.Case{Run: func(ctx context.Context, r *conform.Run) {
					run(r, r.Dial(ctx, func(context.Context) (net.Conn, error) { return near, nil }))
				}}, timeout)
				require.Equal(t, conform.NotApplicable, r.Verdict)
				require.Equal(t, "interrupted", r.Detail)
				require.Equal(t, time.Second, r.Duration)
			})
		})
	}
}

// A detail quotes what the server has sent, and must not carry its control
// characters, nor all of it, to where it is shown.
func TestDetailIsPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"\x1b[2Jcleared":          `\x1b[2Jcleared`,
		"one\r\ntwo\x00\x7f":      `one\r\ntwo\x00\x7f`,
		"not UTF-8: \xff\xc0\xaf": `not UTF-8: \xff\xc0\xaf`,
		"gr\u00fc\u00dfe":         "gr\u00fc\u00dfe",
		"\u202eright to left":     `\u202eright to left`,
		`a quoted "\x00" stays`:   `a quoted "\x00" stays`,
		strings.Repeat("x", 5000): strings.Repeat("x", 1000) + "...",
	} {
		r := do(t, func(_ context.Context, r *conform.Run) { r.Failf("%s", in) })
		require.Equal(t, want, r.Detail)
	}
}
