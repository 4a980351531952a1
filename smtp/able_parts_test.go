package smtp_test

import (
	"context"
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// ATRN hands over the connection with what has come behind the command, and
// the conversation is over then (RFC 2645, 5).
func TestATRN(t *testing.T) {
	srv, inbox := newServer(t)
	srv.Auth = insecure(authenticator(t))
	makeAble(srv, inbox)
	p := connect(t, srv)
	p.to(smtp.Greeted)
	p.want("235", "AUTH PLAIN AGFubmEAc2VzYW1l")
	p.send("ATRN a.example,b.example\r\n220 client.example\r\n")
	p.expect("250 2.0.0 ok, now reversing")
	line, err := p.r.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "EHLO mx.here.example\r\n", line)
	p.end()
	require.Contains(t, inbox.called(), "turned a.example b.example 220 client.example")
}

// A Session may trust a client's priorities though it has not logged in; and
// what it does not trust it does not see.
func TestTrustPriority(t *testing.T) {
	for _, trusts := range []bool{true, false} {
		srv, inbox := newServer(t)
		srv.Backend = wrapping(srv.Backend, func(_ *smtp.Conn, in smtp.Session) smtp.Session { return trusting{in, trusts} })
		p := connect(t, srv)
		p.to(smtp.Greeted)
		want, reply := int8(9), "250 2.1.0"
		if !trusts {
			want, reply = 0, "250 2.3.6 0 "
		}
		p.want(reply, "MAIL FROM:<a@client.example> MT-PRIORITY=9")
		p.want("250", "RCPT TO:<one@here.example>")
		p.want("354", "DATA")
		p.want("250", ".")
		require.Equal(t, want, inbox.delivered()[0].from.Priority)
	}
}

type trusting struct {
	smtp.Session
	trusts bool
}

func (s trusting) Unwrap() smtp.Session { return s.Session }

func (s trusting) Capabilities() smtp.Capabilities {
	return smtp.Capabilities{Priority: true, TrustPriority: s.trusts}
}

// XCLIENT makes the conversation that of another client: address and name, a
// new Session, and no login of the peer's. Nobody but a trusted peer may.
func TestXCLIENT(t *testing.T) {
	srv, inbox := newServer(t)
	srv.Auth = insecure(authenticator(t))
	makeAble(srv, inbox)
	var conn *smtp.Conn
	inner := srv.Backend
	srv.Backend = smtp.BackendFunc(func(ctx context.Context, c *smtp.Conn) (smtp.Session, error) {
		conn = c
		return inner.NewSession(ctx, c)
	})
	p := connect(t, srv)
	p.to(smtp.Greeted)
	p.want("235", "AUTH PLAIN AGFubmEAc2VzYW1l")
	p.want("220 mx.here.example", "XCLIENT ADDR=IPV6:2001:db8::1 PORT=99 NAME=x.example DESTADDR=192.0.2.9 HELO=h.example PROTO=ESMTP")
	require.Equal(t, "[2001:db8::1]:99", conn.RemoteAddr().String())
	require.Equal(t, "x.example", conn.RemoteName())
	require.Empty(t, conn.Identity().Name(), "the peer's login is not the client's")
	require.Equal(t, 2, count(inbox.called(), "open"))
	require.Equal(t, 1, count(inbox.called(), "close"))
	p.to(smtp.Greeted)
	p.want("220", "XCLIENT ADDR=[UNAVAILABLE] LOGIN=bob")
	require.Equal(t, "unknown", conn.RemoteAddr().String())
	require.Empty(t, conn.RemoteName())
	require.Equal(t, "bob", conn.Identity().Name())
	p.to(smtp.Greeted)
	p.want("250", "XFORWARD NAME=f.example IDENT=q+2B1")
	require.Equal(t, smtp.Forwarded{Name: "f.example", Ident: "q+1"}, conn.Forwarded())
	p.want("250", "RSET")
	require.Zero(t, conn.Forwarded())

	srv, inbox = newServer(t)
	makeAble(srv, inbox)
	srv.XClientFrom = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	srv.XForwardFrom = srv.XClientFrom
	p = connect(t, srv)
	p.to(smtp.Greeted)
	p.want("502", "XCLIENT ADDR=192.0.2.1")
	p.want("502", "XFORWARD ADDR=192.0.2.1")
}

// Submission adds Date and Message-ID where they are missing (RFC 6409, 8).
func TestSubmissionHeaders(t *testing.T) {
	long := "X: " + strings.Repeat("x", 70_000) + "\r\n"
	for in, adds := range map[string]string{
		"Subject: x\r\n\r\nhi\r\n":                  "Date Message-ID",
		"date : x\r\nMESSAGE-ID:\r\n <a@b>\r\n\r\n": "",
		"Date: x\r\n\r\nMessage-ID: y\r\n":          "Message-ID",
		"Subject: x\r\n Date: y\r\n\r\n":            "Date Message-ID",
		"\r\nDate: x\r\n":                           "Date Message-ID",
		"all body\r\n":                              "Date Message-ID ",
		"":                                          "Date Message-ID ",
		long + "Date: x\r\nMessage-ID: <y@z>\r\n\r\nh\r\n": "",
	} {
		srv, inbox := newServer(t)
		srv.Auth = insecure(authenticator(t))
		srv.Submission = true
		srv.Limits.TextLine = -1
		p := connect(t, srv)
		p.to(smtp.Greeted)
		p.want("530", "MAIL FROM:<a@client.example>")
		p.want("235", "AUTH PLAIN AGFubmEAc2VzYW1l")
		p.want("250", "MAIL FROM:<a@client.example>")
		p.want("250", "RCPT TO:<one@elsewhere.example>")
		p.want("354", "DATA")
		p.want("250", in+".")
		got, ok := strings.CutSuffix(inbox.delivered()[0].data, in)
		require.True(t, ok, "%.40q", in)
		var names []string
		for line := range strings.SplitSeq(strings.TrimSuffix(got, "\r\n"), "\r\n") {
			name, _, _ := strings.Cut(line, ":")
			names = append(names, name)
		}
		require.Equal(t, adds, strings.Join(names, " "), "%.40q", in)
	}
}

// Middleware stands around every command, also around one that abandons a
// message, and may answer by itself.
func TestMiddleware(t *testing.T) {
	srv, inbox := newServer(t)
	var seen []string
	note := func(tag string) smtp.Middleware {
		return func(next smtp.CommandFunc) smtp.CommandFunc {
			return func(ctx context.Context, c *smtp.Conn, cmd smtp.Command) smtp.Reply {
				seen = append(seen, tag+cmd.Verb)
				switch cmd.Args {
				case "stop":
					return smtp.R(250, smtp.Enhanced{2, 0, 0}, "stopped")
				case "noop":
					return next(ctx, c, smtp.Command{Verb: "NOOP"})
				case "xyzzy":
					return next(ctx, c, smtp.Command{Verb: "XYZZY"})
				}
				return next(ctx, c, cmd)
			}
		}
	}
	srv.Middleware = []smtp.Middleware{note("1"), note("2")}
	p := connect(t, srv)
	p.want("250 2.0.0 stopped", "HELP stop")
	p.want("250 2.0.0 ok", "HELP noop")
	p.want("500 5.5.2", "HELP xyzzy")
	require.Equal(t, []string{"1HELP", "1HELP", "2NOOP", "1HELP", "2XYZZY"}, seen)
	p.to(smtp.Ready)
	seen = nil
	p.send("BDAT 1\r\nx")
	p.expect("250")
	p.want("250", "NOOP")
	p.want("250", "RSET")
	require.Equal(t, []string{"1BDAT", "2BDAT", "1NOOP", "2NOOP", "1RSET", "2RSET"}, seen)
	require.Empty(t, inbox.delivered())
}

// Behind Limits.TarpitAfter errors each answer to one more takes a second; what
// is in order is not slowed.
func TestTarpit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _ := newServer(t)
		srv.Limits.Tarpit = 0
		p := connect(t, srv)
		began := time.Now()
		for range 10 {
			p.want("500", "XYZZY")
		}
		require.Zero(t, time.Since(began))
		p.want("500", "XYZZY")
		require.Equal(t, time.Second, time.Since(began))
		p.want("250", "NOOP")
		require.Equal(t, time.Second, time.Since(began))
	})
}

// A Session that takes a flaw of the body for nothing gets no message through,
// and the rest of the chunk is not obeyed.
func TestFlawIgnored(t *testing.T) {
	srv, _ := newServer(t)
	srv.Backend = smtp.HandlerFunc(func(_ context.Context, _ *smtp.Conn, _ *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
		_, _ = io.ReadAll(body)
		return smtp.Reply{}, nil
	})
	p := connect(t, srv)
	p.to(smtp.Ready)
	p.send("BDAT 8000 LAST\r\n\x00" + strings.Repeat("\r\nQUIT\r\n", 999) + "1234567")
	p.expect("554 5.6.0")
	p.want("250", "NOOP")
}

// Empty chunks have an end, and so has the time for all chunks together.
func TestChunksForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _ := newServer(t)
		srv.Limits.Junk = 2
		p := connect(t, srv)
		p.to(smtp.Ready)
		p.want("250", "BDAT 0")
		p.want("250", "BDAT 0")
		p.want("421 4.7.0", "BDAT 0")
		srv, _ = newServer(t)
		p = connect(t, srv)
		p.to(smtp.Ready)
		for range 30 {
			p.send("BDAT 1\r\nx")
			p.expect("250 2.0.0 1 octets")
			time.Sleep(4 * time.Minute)
		}
		p.send("BDAT 1\r\nx")
		p.expect("250")
		time.Sleep(time.Minute)
		p.want("421 4.4.2", "BDAT 1")
	})
}

// The end of a conversation is told to a Session that asks for it.
func TestEnded(t *testing.T) {
	for end, want := range map[string]string{"QUIT\r\n": "ended well", "BDAT x\r\n": "ended badly"} {
		srv, inbox := newServer(t)
		makeAble(srv, inbox)
		_, _ = play(t.Context(), srv, newReader("EHLO x\r\n"+end))
		require.Contains(t, inbox.called(), want)
	}
}
