package smtp_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// However many recipients a client sends, the server keeps no more than
// Limits.Recipients of them, and the message goes to those.
func TestManyRecipients(t *testing.T) {
	const all, batch = 100_000, 1000
	srv, inbox := newServer(t)
	srv.Backend = smtp.HandlerFunc(func(_ context.Context, _ *smtp.Conn, env *smtp.Envelope, _ io.Reader) (smtp.Reply, error) {
		inbox.keep(message{to: make([]string, len(env.To))})
		return smtp.Reply{}, nil
	})
	p := connect(t, silent(srv))
	p.to(smtp.Mailed)
	before := heap()
	var lines strings.Builder
	for n := 0; n < all; n += batch {
		lines.Reset()
		for i := range batch {
			fmt.Fprintf(&lines, "RCPT TO:<%060d@here.example>\r\n", n+i)
		}
		p.send(lines.String())
		want := "452 4.5.3"
		if n < 1000 {
			want = "250 2.1.5"
		}
		for range batch {
			p.expect(want)
		}
	}
	require.Less(t, heap()-before, int64(1<<20), "1000 recipients of some 100 octets")
	p.want("354", "DATA")
	p.want("250", ".")
	require.Len(t, inbox.delivered()[0].to, 1000)
}

// heap is how many octets are in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A line beyond the limit, in each place where a line may come, is refused, and
// the conversation goes on. It is over where what follows cannot be told from a
// chunk: behind BDAT, and behind a line of which not even the verb is known.
func TestHugeLines(t *testing.T) {
	long, huge := strings.Repeat("x", 60_000), strings.Repeat("x", 1<<20)
	srv, inbox := newServer(t)
	srv.Limits.Errors = -1
	srv.Auth = insecure(authenticator(t))
	p := connect(t, srv)
	for _, v := range smtp.Verbs() {
		if v.Name == "BDAT" {
			continue
		}
		p.want("500 5.5.2 line too long", v.Name+" "+long)
		other := connect(t, srv)
		other.send(v.Name + " " + huge + "\r\nNOOP\r\n")
		other.expect("500 5.5.2 line too long")
		other.end()
	}
	for _, spaces := range []int{3000, 60_000, 1 << 20} {
		for _, state := range states {
			bdat := connect(t, srv)
			bdat.to(state)
			bdat.send("BDAT 6" + strings.Repeat(" ", spaces) + "LAST\r\nNOOP\r\n")
			bdat.expect("50")
			bdat.end()
		}
	}
	p.want("500 5.5.2 line too long", long)
	p.to(smtp.Greeted)
	p.want("334", "AUTH PLAIN")
	p.want("500 5.5.2 line too long", huge)
	p.want("250", "MAIL FROM:<a@client.example>")
	p.want("250", "RCPT TO:<one@here.example>")
	p.want("354", "DATA")
	p.want("554 5.6.0 message has a line that is too long", "Subject: x\r\n\r\n"+huge+"\r\n.")
	require.Empty(t, inbox.delivered())
	p.deliver("hi")
	require.Len(t, inbox.delivered(), 1)
}

// With Limits.TextLine below zero, lines of any length are streamed.
func TestNoTextLineLimit(t *testing.T) {
	huge := strings.Repeat("x", 1<<20)
	srv, inbox := newServer(t)
	srv.Limits.TextLine = -1
	p := connect(t, srv)
	p.to(smtp.Greeted)
	p.deliver(huge)
	require.Equal(t, huge+"\r\n", inbox.delivered()[0].data)
}

// Negative limits are none; but those that guard memory have a bound always.
func TestNoLimits(t *testing.T) {
	srv, inbox := newServer(t)
	srv.Limits = smtp.Limits{
		Message: -1, TextLine: -1, Recipients: -1, Line: -1, AuthLine: -1, Errors: -1, Refusals: -1, Logins: -1, Junk: -1, Tarpit: -1,
		Conns: -1, ConnsPerAddr: -1, Command: -1, Write: -1, Handshake: -1, BodyRate: -1, BodyGrace: -1, BodyStall: -1, BodyTime: -1,
	}
	srv.Auth = insecure(authenticator(t))
	p := connect(t, silent(srv))
	for range 1000 {
		p.want("500", "XYZZY")
	}
	p.to(smtp.Greeted)
	for range 100 {
		p.want("535", "AUTH PLAIN AGFubmEAd3Jvbmc=")
	}
	p.want("250", "MAIL FROM:<> SIZE=9223372036854775807")
	for range 1000 {
		p.want("550", "RCPT TO:<nobody@here.example>")
	}
	for range 1000 {
		p.want("250", "RCPT TO:<one@here.example>")
	}
	p.want("452", "RCPT TO:<one@here.example>")
	p.want("500", strings.Repeat("x", 2049))
	p.want("354", "DATA")
	p.want("250", ".")
	require.Len(t, inbox.delivered(), 1)
}

// A client that pipelines more than all buffers hold is answered in full.
func TestDeepPipeline(t *testing.T) {
	const n = 50_000
	srv, _ := newServer(t)
	srv.Limits.Junk = -1
	p := connect(t, srv)
	go func() {
		// An error here shows as replies that are missing.
		_, _ = io.WriteString(p.nc, strings.Repeat("NOOP\r\n", n)+"QUIT\r\n")
	}()
	for range n {
		p.expect("250 2.0.0 ok\n")
	}
	p.expect("221")
}
