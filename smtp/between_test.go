package smtp_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// Shutdown ends a wait between two chunks as it does one for a command: the
// message is not whole, so nobody gets it.
func TestShutdownBetweenChunks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, inbox := newServer(t)
		p, done := serveConn(t, t.Context(), srv, nil)
		p.expect("220")
		p.to(smtp.Ready)
		p.send("BDAT 4\r\nhi\r\n")
		p.expect("250 2.0.0 4 octets")
		synctest.Wait()
		down := make(chan error, 1)
		go func() { down <- srv.Shutdown(t.Context()) }()
		p.expect("421 4.3.2")
		p.end()
		p.nc.Close()
		require.NoError(t, <-down)
		require.ErrorIs(t, <-done, smtp.ErrServerClosed)
		require.Empty(t, inbox.delivered())
		require.Equal(t, []string{"open", "mail", "rcpt", "data", "reset", "close"}, inbox.called())
	})
}

// A repeated reads the same text again and again, n times.
type repeated struct {
	text string
	n    int
	rest string
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest == "" {
		if r.n == 0 {
			return 0, io.EOF
		}
		r.n--
		r.rest = r.text
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// Chunks of one octet each, however many, take no memory that stays, and a
// fixed amount of work each: nothing is kept of a chunk but its octets.
func TestTinyChunks(t *testing.T) {
	const chunks = 100_000
	var size int64
	srv := silent(&smtp.Server{Domains: []string{"here.example"}, Limits: smtp.Limits{TextLine: -1}})
	var grown int64
	srv.Backend = smtp.HandlerFunc(func(_ context.Context, _ *smtp.Conn, _ *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
		before := heap()
		_, err := io.CopyN(io.Discard, body, chunks-1)
		grown = heap() - before
		n, _ := io.Copy(io.Discard, body)
		size = chunks - 1 + n
		return smtp.Reply{}, err
	})
	tp := &discardTape{tape: &tape{in: io.MultiReader(
		strings.NewReader("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@here.example>\r\n"),
		&repeated{text: "BDAT 1\r\nx", n: chunks}, strings.NewReader("BDAT 2 LAST\r\n\r\nQUIT\r\n"))}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.NoError(t, srv.ServeConn(t.Context(), tp))
	runtime.ReadMemStats(&after)
	require.EqualValues(t, chunks+2, size)
	require.Greater(t, tp.wrote, int64(chunks), "each chunk has a reply")
	t.Logf("%d octets of the heap, %.1f allocations a chunk", grown, float64(after.Mallocs-before.Mallocs)/chunks)
	require.Less(t, grown, int64(64<<10), "of the heap, while the chunks come")
	require.Less(t, float64(after.Mallocs-before.Mallocs)/chunks, 8.0, "allocations a chunk")
}

// A discardTape is a tape that keeps nothing of what is written.
type discardTape struct {
	*tape
	wrote int64
}

func (d *discardTape) Write(p []byte) (int, error) {
	d.wrote += int64(len(p))
	return len(p), nil
}

// A Middleware that hangs up without a word ends the conversation, and whoever
// asks is told so.
func TestMiddlewareHangsUp(t *testing.T) {
	srv, inbox := newServer(t)
	makeAble(srv, inbox)
	srv.Middleware = []smtp.Middleware{func(next smtp.CommandFunc) smtp.CommandFunc {
		return func(ctx context.Context, c *smtp.Conn, cmd smtp.Command) smtp.Reply {
			if cmd.Verb == "NOOP" {
				return smtp.Reply{Close: true}
			}
			return next(ctx, c, cmd)
		}
	}}
	for _, before := range []string{"", "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<one@here.example>\r\nBDAT 1\r\nx"} {
		_, err := play(t.Context(), srv, newReader(before+"NOOP\r\nNOOP\r\n"))
		require.EqualError(t, err, "smtp: hung up without a reply")
		require.NoError(t, errors.Unwrap(err))
	}
	require.Empty(t, inbox.delivered())
}

// If it hangs up because the server does, that is why.
func TestMiddlewareShutDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _ := newServer(t)
		srv.Middleware = []smtp.Middleware{func(smtp.CommandFunc) smtp.CommandFunc {
			return func(ctx context.Context, _ *smtp.Conn, _ smtp.Command) smtp.Reply {
				<-ctx.Done()
				return smtp.Reply{Close: true}
			}
		}}
		p, done := serveConn(t, t.Context(), srv, nil)
		p.expect("220")
		p.send("NOOP\r\n")
		synctest.Wait()
		require.NoError(t, srv.Close())
		require.Equal(t, smtp.ErrServerClosed, <-done)
		p.nc.Close()
	})
}

// A message that needs TLS all the way (RFC 8689) says so to the Session, and
// only under TLS.
func TestRequireTLSMessage(t *testing.T) {
	srv, inbox, client := tlsServer(t)
	makeAble(srv, inbox)
	p := connect(t, srv)
	p.to(smtp.Greeted)
	require.NotContains(t, extensions(p), "REQUIRETLS")
	p.want("555 5.5.4", "MAIL FROM:<a@client.example> REQUIRETLS")
	p.want("220", "STARTTLS")
	p.handshake(client)
	p.to(smtp.Greeted)
	for _, required := range []bool{true, false} {
		params := ""
		if required {
			params = " REQUIRETLS"
		}
		p.want("250 2.1.0", "MAIL FROM:<a@client.example>"+params)
		p.want("250", "RCPT TO:<one@here.example>")
		p.want("354", "DATA")
		p.want("250", "hi\r\n.")
		got := inbox.delivered()
		require.Equal(t, required, got[len(got)-1].from.RequireTLS)
	}
}
