package smtp_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// only answers one verb in its own way.
func only(verb, reply string) func(string, string) string {
	return func(v, _ string) string {
		if v == verb {
			return reply
		}
		return ""
	}
}

func TestClientExtensions(t *testing.T) {
	f := &fake{offers: []string{"PIPELINING", "size 1000", "AUTH=LOGIN PLAIN", "AUTH CRAM-MD5", "8bitmime ", "X-Odd  a  b", "not/a/keyword", ""}}
	c := f.client(t, nil)
	require.Equal(t, map[string]string{
		"PIPELINING": "", "SIZE": "1000", "AUTH": "LOGIN PLAIN CRAM-MD5", "8BITMIME": "", "X-ODD": "a  b",
	}, c.Extensions())
	args, ok := c.Extension("SIZE")
	require.True(t, ok)
	require.Equal(t, "1000", args)
	_, ok = c.Extension("STARTTLS")
	require.False(t, ok)
	require.Equal(t, []string{"EHLO [127.0.0.1]"}, f.askedLines())
	require.Equal(t, "127.0.0.1:20000", c.RemoteAddr().String())
	require.Equal(t, "127.0.0.1:40000", c.LocalAddr().String())
	require.Equal(t, smtp.TLSNone, c.Security())
	require.Nil(t, c.TLS())

	c = f.client(t, &smtp.Options{Ignore: []string{"pipelining", "SIZE"}})
	_, ok = c.Extension("PIPELINING")
	require.False(t, ok, "ignored")
	f.offers = []string{"SIZE 9"}
	require.NoError(t, c.Hello(t.Context()))
	require.Empty(t, c.Extensions())
	require.False(t, c.Reusable())
}

func TestClientHello(t *testing.T) {
	for name, want := range map[string]string{
		"client.example":    "EHLO client.example",
		"[IPv6:::1]":        "EHLO [IPv6:::1]",
		"é.example":         "EHLO xn--9ca.example",
		"a b":               "",
		"a\r\nMAIL FROM:<>": "",
		"a\x00":             "",
		"\xff":              "",
	} {
		f := &fake{}
		c, err := smtp.NewClient(t.Context(), f.connect(t), &smtp.Options{Hello: name})
		if want == "" {
			require.ErrorIs(t, err, smtp.ErrUnsafe, "%q", name)
			require.NotContains(t, f.asked(), "EHLO")
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, want, f.askedLines()[0])
		require.NoError(t, c.Close())
	}
}

// TestClientGreetings checks what is made of servers that greet in odd ways.
func TestClientGreetings(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer func(verb, args string) string
		want   string // the error
		asks   string
	}{
		{"refused", only("", "554 5.7.1 no service"), "554 5.7.1 no service", "QUIT"},
		{"busy", only("", "421 4.3.2 busy"), "421 4.3.2 busy", ""},
		{"wrong code", only("", "250 hi"), "malformed reply", ""},
		{"many lines", only("", "220-one\r\n220-two\r\n220 three"), "", "EHLO"},
		{"no text", only("", "220"), "", "EHLO"},
		{"not ours", only("", "* OK IMAP4rev1"), "malformed reply", ""},
		{"EHLO unknown", only("EHLO", "500 5.5.1 what"), "", "EHLO HELO"},
		{"EHLO not now", only("EHLO", "451 4.3.0 later"), "451 4.3.0 later", "EHLO QUIT"},
		{"EHLO gone", only("EHLO", "421 4.3.0 later"), "421 4.3.0 later", "EHLO"},
		{"EHLO and HELO unknown", func(verb, _ string) string {
			return map[string]string{"EHLO": "550 who", "HELO": "550 5.7.1 you again"}[verb]
		}, "550 5.7.1 you again", "EHLO HELO QUIT"},
		{"EHLO odd", only("EHLO", "354 go ahead"), "malformed reply", "EHLO"},
		{"EHLO mixed", only("EHLO", "250-a\r\n550 b"), "both 250 and 550", "EHLO"},
		{"hang up", only("EHLO", "hangup"), "server hung up", "EHLO"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{answer: tt.answer}
			nc := f.connect(t)
			c, err := smtp.NewClient(t.Context(), nc, nil)
			if tt.want == "" {
				require.NoError(t, err)
				require.NoError(t, c.Close())
			} else {
				require.ErrorContains(t, err, tt.want)
				require.Nil(t, c)
				_, closed := nc.Write([]byte("x"))
				require.ErrorIs(t, closed, net.ErrClosed)
			}
			_, is := errors.AsType[smtp.Reply](err)
			require.Equal(t, len(tt.want) > 3 && tt.want[3] == ' ', is)
			// What is said last may still be under way.
			require.True(t, strings.HasPrefix(tt.asks, strings.Join(f.asked(), " ")), f.asked())
		})
	}
}

// TestLHLO checks that LMTP has no older greeting to fall back to.
func TestLHLO(t *testing.T) {
	f := &fake{lmtp: true, answer: only("LHLO", "500 5.5.1 what")}
	_, err := smtp.NewClient(t.Context(), f.connect(t), &smtp.Options{LMTP: true})
	require.Equal(t, smtp.R(500, smtp.Enhanced{}, "5.5.1 what"), err)
	require.NotContains(t, f.asked(), "HELO")
}

// TestClientCommands checks the methods that are one command each, against our own
// server.
func TestClientCommands(t *testing.T) {
	srv := smtptest.NewUnstartedServer(t)
	srv.Mailboxes = []string{"one@here.example"}
	srv.StartInMemory()
	nc, err := srv.Dial(t.Context())
	require.NoError(t, err)
	ctx := t.Context()
	c, err := smtp.NewClient(ctx, nc, nil)
	require.NoError(t, err)

	require.NoError(t, c.Noop(ctx))
	r, err := c.Verify(ctx, "one")
	require.NoError(t, err)
	require.Equal(t, 252, r.Code)
	r, err = c.Help(ctx, "")
	require.NoError(t, err)
	require.Contains(t, r.Text, "MAIL")
	r, err = c.Do(ctx, "NOOP", "for nothing")
	require.NoError(t, err)
	require.Equal(t, 250, r.Code)
	r, err = c.Do(ctx, "NOSUCH", "")
	require.Equal(t, r, err)
	require.True(t, r.Permanent())
	r, _ = c.Expand(ctx, "list") // which servers may know or not
	require.NotZero(t, r.Code)

	env := envelope(t, "one@here.example", "nobody@here.example")
	r, err = c.Mail(ctx, env.From)
	require.NoError(t, err)
	require.Equal(t, smtp.R(250, smtp.Enhanced{2, 1, 0}, "sender ok"), r)
	_, err = c.Rcpt(ctx, env.To[0])
	require.NoError(t, err)
	r, err = c.Rcpt(ctx, env.To[1])
	require.Equal(t, smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such user"), err)
	require.Equal(t, r, err)
	replies, err := c.Data(ctx, strings.NewReader(letter))
	require.NoError(t, err)
	require.Len(t, replies, 1)
	require.Equal(t, letter, string(srv.Messages()[0].Data))

	_, err = c.Data(ctx, strings.NewReader(letter))
	require.Equal(t, 503, err.(smtp.Reply).Code)
	_, err = c.Mail(ctx, env.From)
	require.NoError(t, err)
	require.NoError(t, c.Reset(ctx))
	_, err = c.Rcpt(ctx, env.To[0])
	require.Equal(t, 503, err.(smtp.Reply).Code)
	_, err = c.Mail(ctx, env.From)
	require.NoError(t, err)
	// Send knows that a transaction is open.
	out, err := c.Send(ctx, env, smtp.BodyFromBytes([]byte(letter)))
	require.NoError(t, err)
	require.True(t, out.Rcpt[0].Accepted())

	require.NoError(t, c.Quit(ctx))
	require.NoError(t, c.Close())
	require.ErrorIs(t, c.Noop(ctx), net.ErrClosed)
}

// TestDataLMTP checks that Data returns a reply for each recipient.
func TestDataLMTP(t *testing.T) {
	f := &fake{lmtp: true, answer: func(verb, args string) string {
		return map[string]string{". TO:<b@x.example>": "552 5.2.2 full", "RCPT TO:<c@x.example>": "550 5.1.1 no"}[verb+" "+args]
	}}
	c := f.client(t, nil)
	env := envelope(t, "a@x.example", "b@x.example", "c@x.example")
	_, err := c.Mail(t.Context(), env.From)
	require.NoError(t, err)
	for i, to := range env.To {
		_, err := c.Rcpt(t.Context(), to)
		require.Equal(t, i == 2, err != nil)
	}
	replies, err := c.Data(t.Context(), strings.NewReader(letter))
	require.NoError(t, err)
	require.Len(t, replies, 2)
	require.Equal(t, []int{250, 552}, []int{replies[0].Code, replies[1].Code})
}

// TestInjection checks that no argument ever becomes more than it is.
func TestInjection(t *testing.T) {
	f := &fake{offers: everything}
	c := f.client(t, nil)
	ctx := t.Context()
	for _, bad := range []string{"a\r\nRSET", "a\nb", "a\rb", "a\x00b", "\x7f", strings.Repeat("x", 5000)} {
		_, err := c.Verify(ctx, bad)
		require.ErrorIs(t, err, smtp.ErrUnsafe)
		_, err = c.Expand(ctx, bad)
		require.ErrorIs(t, err, smtp.ErrUnsafe)
		_, err = c.Help(ctx, bad)
		require.ErrorIs(t, err, smtp.ErrUnsafe)
		_, err = c.Do(ctx, "ETRN", bad)
		require.ErrorIs(t, err, smtp.ErrUnsafe)
		_, err = c.Do(ctx, bad, "")
		require.ErrorIs(t, err, smtp.ErrUnsafe)
	}
	for _, verb := range []string{"", "NOOP NOOP", "data", "BDAT", "StartTLS", "AUTH", "DATA "} {
		_, err := c.Do(ctx, verb, "")
		require.ErrorIs(t, err, smtp.ErrUnsafe, verb)
	}
	for _, p := range unsafePaths {
		_, err := c.Mail(ctx, smtp.MailParams{Path: p})
		require.Equal(t, smtp.UnsafeSender, err, "%q", p)
		_, err = c.Rcpt(ctx, smtp.RcptParams{Path: p})
		require.Equal(t, smtp.UnsafeRecipient, err, "%q", p)

		env := &smtp.Envelope{To: []smtp.RcptParams{{Path: p}, {Path: smtp.Path{Local: "ok", Domain: "x.example"}}, {}}}
		out, err := c.Send(ctx, env, smtp.BodyFromBytes([]byte(letter)))
		require.NoError(t, err)
		require.Equal(t, []string{"local " + smtp.UnsafeRecipient.Error(), ". 250 2.0.0 accepted", "local " + smtp.UnsafeRecipient.Error()}, verdicts(out))
		env.From.Path = p
		out, err = c.Send(ctx, env, smtp.BodyFromBytes([]byte(letter)))
		require.NoError(t, err)
		require.Equal(t, "local "+smtp.UnsafeSender.Error(), verdicts(out)[1])
	}
	for _, line := range f.askedLines() {
		if verb, args, _ := strings.Cut(line, " "); verb == "RCPT" {
			require.Equal(t, "TO:<ok@x.example>", args)
		}
	}
}

// unsafePaths cannot have come from ParsePath.
var unsafePaths = []smtp.Path{
	{Local: "a\r\nRSET", Domain: "x.example"},
	{Local: "a", Domain: "x.example>\r\nRSET"},
	{Local: "a", Domain: "x.example> NOTIFY=NEVER <y"},
	{Local: "a\x00", Domain: "x.example"},
	{Local: "a", Domain: "x..example"},
	{Local: "a", Domain: "[1.2.3.4"},
	{Local: "a"},
	{Domain: "x.example "},
	{Local: strings.Repeat("a", 65), Domain: "x.example"},
	{Local: "\xff", Domain: "x.example"},
	{Local: "a", Domain: "\xff"},
	{Local: "a", Domain: "b@c"},
}

// TestDialAddr checks how an address is told to the dialler.
func TestDialAddr(t *testing.T) {
	f := &fake{}
	var network, addr string
	o := &smtp.Options{DialContext: func(ctx context.Context, n, a string) (net.Conn, error) {
		network, addr = n, a
		deadline, ok := ctx.Deadline()
		require.True(t, ok)
		require.Less(t, time.Until(deadline), time.Minute)
		return f.connect(t), nil
	}}
	for _, want := range []string{"tcp mx.example:25", "tcp [::1]:25", "unix /run/lmtp"} {
		_, a, _ := strings.Cut(want, " ")
		c, err := smtp.Dial(t.Context(), a, o)
		require.NoError(t, err)
		require.NoError(t, c.Quit(t.Context()))
		require.Equal(t, want, network+" "+addr)
	}
	_, err := smtp.Dial(t.Context(), "mx.example", o)
	require.ErrorContains(t, err, "host:port")
	o.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, io.ErrClosedPipe }
	_, err = smtp.Dial(t.Context(), "mx.example:25", o)
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

// TestClientTrace checks that all that happens is told, and no secrets are.
func TestClientTrace(t *testing.T) {
	f := &fake{offers: everything}
	var got []string
	o := &smtp.Options{Trace: func(c *smtp.Client, e smtp.Event) {
		require.NotNil(t, c)
		s := [...]string{"opened", "done", "closed"}[e.Kind]
		if e.Kind == smtp.CommandDone {
			s = e.Verb + " " + strconv.Itoa(e.Reply.Code)
		}
		if e.Err != nil {
			s += " " + e.Err.Error()
		}
		got = append(got, s)
		if e.Verb == "QUIT" {
			require.Positive(t, e.Read)
			require.Positive(t, e.Written)
		}
	}}
	c := f.client(t, o)
	out, err := c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(letter)))
	require.NoError(t, err)
	require.NoError(t, out.Failure(nil))
	require.NoError(t, c.Quit(t.Context()))
	require.Equal(t, []string{"opened", " 220", "EHLO 250", "MAIL 250", "RCPT 250", ". 250", "QUIT 221", "closed"}, got)

	got = nil
	f.answer = only("NOOP", "hangup")
	c = f.client(t, o)
	require.Error(t, c.Noop(t.Context()))
	require.NoError(t, c.Close())
	const lost = "smtp: server hung up: unexpected EOF"
	require.Equal(t, []string{"opened", " 220", "EHLO 250", "NOOP 0 " + lost, "closed " + lost}, got)
}

// TestClientTimeouts checks how long each reply is waited for (RFC 5321,
// 4.5.3.2), and that it is the whole reply which is.
func TestClientTimeouts(t *testing.T) {
	for _, tt := range []struct {
		verb   string
		offers []string
		want   time.Duration
	}{
		{"", nil, 5 * time.Minute},
		{"EHLO", nil, 5 * time.Minute},
		{"MAIL", everything, 5 * time.Minute},
		{"MAIL", nil, 5 * time.Minute},
		{"RCPT", everything, 5 * time.Minute},
		{"DATA", nil, 2 * time.Minute},
		{".", nil, 10 * time.Minute},
		{".", everything, 10 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			over := make(chan struct{})
			f := &fake{offers: tt.offers}
			f.answer = func(verb, _ string) string {
				if verb == tt.verb {
					<-over
				}
				return ""
			}
			began := time.Now()
			c, err := smtp.NewClient(t.Context(), f.connect(t), nil)
			if err == nil {
				var out *smtp.Outcome
				out, err = c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(letter)))
				require.Equal(t, tt.verb == ".", out.Ambiguous, tt.verb)
			}
			require.ErrorContains(t, err, "no reply in time", tt.verb)
			require.Equal(t, tt.want, time.Since(began), tt.verb)
			close(over)
		})
	}
}

// TestClientTrickle checks that a reply has to come in time as a whole, and
// that a server which takes a message slowly has time enough.
func TestClientTrickle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := memnet.Pipe()
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() {
			defer far.Close()
			for {
				if _, err := io.WriteString(far, "220-wait\r\n"); err != nil {
					return
				}
				time.Sleep(time.Minute)
			}
		})
		began := time.Now()
		_, err := smtp.NewClient(t.Context(), near, &smtp.Options{Timeouts: smtp.Timeouts{Greeting: 90 * time.Second}})
		require.ErrorContains(t, err, "no reply in time")
		require.Equal(t, 90*time.Second, time.Since(began))
	})
	synctest.Test(t, func(t *testing.T) {
		for _, offers := range [][]string{everything, nil} {
			f := &fake{offers: offers, size: 1000, wrap: func(nc net.Conn) net.Conn { return slowConn{nc} }}
			c := f.client(t, nil)
			out, err := c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(strings.Repeat("x\r\n", 100_000))))
			require.NoError(t, err)
			require.NoError(t, out.Failure(nil))
			require.NoError(t, c.Close())
		}
	})
}

// A slowConn takes 500 octets a second.
type slowConn struct{ net.Conn }

func (c slowConn) Read(p []byte) (int, error) {
	time.Sleep(time.Second)
	return c.Conn.Read(p[:min(len(p), 500)])
}

// TestClientStalled checks that a server which takes nothing is not waited for
// longer than the time for a block.
func TestClientStalled(t *testing.T) {
	for _, offers := range [][]string{everything, without("CHUNKING"), nil} {
		synctest.Test(t, func(t *testing.T) {
			over := make(chan struct{})
			f := &fake{offers: offers, size: 1000, wrap: func(nc net.Conn) net.Conn { return stallConn{nc, over} }}
			c := f.client(t, nil)
			began := time.Now()
			out, err := c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(strings.Repeat("x\r\n", 1_000_000))))
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.False(t, out.Ambiguous)
			require.LessOrEqual(t, time.Since(began), 4*time.Minute)
			close(over)
		})
	}
}

// A stallConn takes nothing more once it has read a block.
type stallConn struct {
	net.Conn
	over chan struct{}
}

func (c stallConn) Read(p []byte) (int, error) {
	if len(p) < 4096 { // io.CopyN of a chunk, or what is behind a buffer
		<-c.over
		return 0, io.EOF
	}
	n, err := c.Conn.Read(p)
	if n > 900 {
		<-c.over
	}
	return n, err
}
