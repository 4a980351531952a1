package smtp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

const letter = "Subject: hello\r\n\r\n.dot\r\n..\r\nbye\r\n"

// envelope is one from a@client.example to the recipients.
func envelope(tb testing.TB, to ...string) *smtp.Envelope {
	tb.Helper()
	env, err := smtp.NewEnvelope("a@client.example", to...)
	require.NoError(tb, err)
	return env
}

func verdicts(out *smtp.Outcome) []string {
	var list []string
	for _, r := range out.Rcpt {
		s := r.Verb + " " + r.Reply.Error()
		switch {
		case r.Err != nil:
			s = "error"
		case r.Local:
			s = "local " + r.Reply.Error()
		}
		if r.Ambiguous {
			s += " ambiguous"
		}
		list = append(list, s)
	}
	return list
}

// ways are the ways to send a message, and what the server is asked for that.
var ways = []struct {
	name   string
	offers []string
	lmtp   bool
	asks   string
}{
	{"pipelined chunk", everything, false, "EHLO MAIL RCPT RCPT BDAT"},
	{"pipelined DATA", without("CHUNKING"), false, "EHLO MAIL RCPT RCPT DATA"},
	{"chunk", without("PIPELINING"), false, "EHLO MAIL RCPT RCPT BDAT"},
	{"DATA", []string{"HELP"}, false, "EHLO MAIL RCPT RCPT DATA"},
	{"LMTP", everything, true, "LHLO MAIL RCPT RCPT DATA"},
	{"LMTP, one by one", nil, true, "LHLO MAIL RCPT RCPT DATA"},
}

func TestSend(t *testing.T) {
	for _, way := range ways {
		for _, text := range []string{letter, "", "\r\n", ".\r\n", "no end", strings.Repeat("x\r\n", 200_000), strings.Repeat(".\r\n", 1<<16), strings.Repeat("12345678901234\r\n", 1<<14)} {
			f := &fake{offers: way.offers, lmtp: way.lmtp}
			c := f.client(t, nil)
			for range 2 { // the second on the same connection
				out, err := c.Send(t.Context(), envelope(t, "one@here.example", `"two words"@here.example`), smtp.BodyFromBytes([]byte(text)))
				require.NoError(t, err, way.name)
				require.False(t, out.Ambiguous)
				require.NoError(t, out.Failure(nil))
				require.True(t, c.Reusable())
			}
			for _, m := range f.delivered() {
				require.Len(t, m.rcpts, 2)
				if text == "no end" {
					require.Equal(t, text+"\r\n", m.data, way.name)
				} else {
					require.True(t, text == m.data, "%s: %d octets became %d", way.name, len(text), len(m.data))
				}
			}
			require.Len(t, f.delivered(), 2)
			if len(text) < 1000 {
				require.Equal(t, way.asks, strings.Join(f.asked()[:len(strings.Fields(way.asks))], " "), way.name)
			}
		}
	}
}

// TestSendServer sends to our own server.
func TestSendServer(t *testing.T) {
	srv := smtptest.NewUnstartedServer(t)
	srv.Mailboxes = []string{"one@here.example", "two@here.example", "três@here.example"}
	srv.StartInMemory()
	nc, err := srv.Dial(t.Context())
	require.NoError(t, err)
	c, err := smtp.NewClient(t.Context(), nc, &smtp.Options{Hello: "client.example", TLS: smtp.TLSVerified, TLSConfig: srv.ClientTLS})
	require.NoError(t, err)
	require.Equal(t, smtp.TLSVerified, c.Security())

	env := envelope(t, "one@here.example", "nobody@here.example", "três@here.example")
	env.From.Auth = "x+y@z.example"
	out, err := c.Send(t.Context(), env, smtp.BodyFromBytes([]byte("Subject: é\r\n\r\n"+letter)))
	require.NoError(t, err)
	require.Equal(t, []string{". 250 2.0.0 message accepted", "RCPT 550 5.1.1 no such user", ". 250 2.0.0 message accepted"}, verdicts(out))
	require.Equal(t, 250, out.Mail.Code)
	err = out.Failure(env)
	require.EqualError(t, err, "smtp: refused: 550 5.1.1 no such user, for <nobody@here.example>")
	r, ok := errors.AsType[smtp.Reply](err)
	require.True(t, ok)
	require.True(t, r.Permanent())
	require.NoError(t, c.Quit(t.Context()))

	got := srv.Messages()
	require.Len(t, got, 1)
	require.Equal(t, "Subject: é\r\n\r\n"+letter, string(got[0].Data))
	require.Equal(t, "client.example", got[0].Hello)
	require.True(t, got[0].TLS)
	from := got[0].Envelope.From
	require.Equal(t, smtp.MailParams{
		Path: smtp.Path{Local: "a", Domain: "client.example"},
		Body: smtp.Body8Bit, Size: int64(len(got[0].Data)), UTF8: true, Auth: "x+y@z.example",
	}, from)
}

// TestSendAsks checks what is said of a message: no more than it needs.
func TestSendAsks(t *testing.T) {
	utf8 := envelope(t, "one@here.example")
	utf8.From.UTF8 = true
	for _, tt := range []struct {
		offers []string
		env    *smtp.Envelope
		text   string
		want   string // MAIL, and RCPT if it is not the usual one
	}{
		{everything, envelope(t, "one@here.example"), "ascii\r\n", "MAIL FROM:<a@client.example> SIZE=7"},
		{everything, envelope(t, "one@here.example"), "é\r\n", "MAIL FROM:<a@client.example> SIZE=4 BODY=8BITMIME"},
		{everything, utf8, "a\r\n", "MAIL FROM:<a@client.example> SIZE=3 SMTPUTF8"},
		{everything, envelope(t, "é@x.example"), "a\r\n", "MAIL FROM:<a@client.example> SIZE=3 SMTPUTF8\nRCPT TO:<é@x.example>"},
		{nil, envelope(t, "e@é.example"), "a\r\n", "MAIL FROM:<a@client.example>\nRCPT TO:<e@xn--9ca.example>"},
		{nil, envelope(t, "one@here.example"), "a\r\n", "MAIL FROM:<a@client.example>"},
		{[]string{"SIZE"}, envelope(t, "one@here.example"), "a\r\n", "MAIL FROM:<a@client.example> SIZE=3"},
	} {
		f := &fake{offers: tt.offers}
		out, err := f.client(t, nil).Send(t.Context(), tt.env, smtp.BodyFromBytes([]byte(tt.text)))
		require.NoError(t, err)
		require.NoError(t, out.Failure(tt.env))
		mail, rcpt, _ := strings.Cut(tt.want, "\n")
		require.Equal(t, mail, f.askedLines()[1])
		if rcpt != "" {
			require.Equal(t, rcpt, f.askedLines()[2])
		}
	}
}

// TestSendRefusals checks what recipients are told of refusals of all kinds.
func TestSendRefusals(t *testing.T) {
	for _, tt := range []struct {
		name  string
		with  map[string]string // answers, by verb, or by verb and arguments
		want  []string
		mails int // transactions that were begun
		sane  bool
	}{
		{"sender", map[string]string{"MAIL": "550 5.7.1 not you"}, []string{"MAIL 550 5.7.1 not you", "MAIL 550 5.7.1 not you", "MAIL 550 5.7.1 not you"}, 1, true},
		{"one", map[string]string{"RCPT TO:<b@x.example>": "550 5.1.1 no"}, []string{". 250 2.0.0 accepted", "RCPT 550 5.1.1 no", ". 250 2.0.0 accepted"}, 1, true},
		{"all", map[string]string{"RCPT": "450 4.2.1 later"}, []string{"RCPT 450 4.2.1 later", "RCPT 450 4.2.1 later", "RCPT 450 4.2.1 later"}, 1, true},
		{"message", map[string]string{".": "554 5.7.1 spam"}, []string{". 554 5.7.1 spam", ". 554 5.7.1 spam", ". 554 5.7.1 spam"}, 1, true},
		{"too many", map[string]string{"RCPT TO:<c@x.example>": "452 4.5.3 too many"}, []string{". 250 2.0.0 accepted", ". 250 2.0.0 accepted", "RCPT 452 4.5.3 too many"}, 2, true},
		{"too many, of old", map[string]string{"RCPT TO:<c@x.example>": "552 5.5.3 too many"}, []string{". 250 2.0.0 accepted", ". 250 2.0.0 accepted", "RCPT 552 5.5.3 too many"}, 2, true},
		{"too large", map[string]string{"RCPT TO:<c@x.example>": "552 5.2.2 full"}, []string{". 250 2.0.0 accepted", ". 250 2.0.0 accepted", "RCPT 552 5.2.2 full"}, 1, true},
		{"full", map[string]string{"RCPT TO:<c@x.example>": "452 4.2.2 full"}, []string{". 250 2.0.0 accepted", ". 250 2.0.0 accepted", "RCPT 452 4.2.2 full"}, 1, true},
		{"gone at MAIL", map[string]string{"MAIL": "421 4.3.2 bye"}, []string{"MAIL 421 4.3.2 bye", "MAIL 421 4.3.2 bye", "MAIL 421 4.3.2 bye"}, 1, false},
		{"gone at RCPT", map[string]string{"RCPT TO:<b@x.example>": "421 4.3.2 bye"}, []string{"RCPT 421 4.3.2 bye", "RCPT 421 4.3.2 bye", "RCPT 421 4.3.2 bye"}, 1, false},
		{"gone at DATA", map[string]string{"DATA": "421 4.3.2 bye", "BDAT": "421 4.3.2 bye", ".": "421 4.3.2 bye"}, nil, 1, false},
		{"gone at the end", map[string]string{".": "421 4.3.2 bye"}, []string{". 421 4.3.2 bye", ". 421 4.3.2 bye", ". 421 4.3.2 bye"}, 1, false},
	} {
		for _, way := range ways {
			if way.lmtp && tt.name == "gone at the end" {
				continue // the first 421 is for all that follow, see TestLMTP
			}
			t.Run(tt.name+"/"+way.name, func(t *testing.T) {
				f := &fake{offers: way.offers, lmtp: way.lmtp}
				f.answer = func(verb, args string) string {
					if text, ok := tt.with[verb+" "+args]; ok {
						return text
					}
					return tt.with[verb]
				}
				c := f.client(t, nil)
				out, err := c.Send(t.Context(), envelope(t, "a@x.example", "b@x.example", "c@x.example"), smtp.BodyFromBytes([]byte(letter)))
				require.NoError(t, err)
				require.False(t, out.Ambiguous)
				got := verdicts(out)
				if tt.want == nil {
					for _, v := range got {
						require.Contains(t, v, "421 4.3.2 bye")
					}
				} else {
					for i := range got {
						got[i] = strings.Replace(got[i], "delivered", "accepted", 1)
					}
					require.Equal(t, tt.want, got)
				}
				require.Equal(t, tt.sane, c.Reusable())
				mails := 0
				for _, verb := range f.asked() {
					if verb == "MAIL" {
						mails++
					}
				}
				require.Equal(t, tt.mails, mails)
				if !tt.sane {
					return
				}
				// What was left open is no obstacle to the next one.
				f.answer = nil
				out, err = c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(letter)))
				require.NoError(t, err)
				require.NoError(t, out.Failure(nil))
			})
		}
	}
}

// TestSendDATARefused checks both what follows a refused DATA and a 354 that
// nobody deserves.
func TestSendDATARefused(t *testing.T) {
	for _, tt := range []struct {
		name         string
		answer       func(verb, args string) string
		want         string
		asks         string
		messageCount int
	}{
		{
			"DATA refused",
			func(verb, _ string) string { return map[string]string{"DATA": "451 4.3.0 not now"}[verb] },
			"DATA 451 4.3.0 not now", "EHLO MAIL RCPT DATA RSET MAIL RCPT DATA", 1,
		},
		{
			"354 for nobody",
			func(verb, _ string) string {
				return map[string]string{"RCPT": "550 5.1.1 no", "DATA": "354 go ahead"}[verb]
			},
			"RCPT 550 5.1.1 no", "EHLO MAIL RCPT DATA MAIL RCPT DATA", 1,
		},
		{
			"354 though MAIL was refused",
			func(verb, _ string) string {
				return map[string]string{"MAIL": "550 5.1.1 no", "DATA": "354 go ahead"}[verb]
			},
			"MAIL 550 5.1.1 no", "EHLO MAIL RCPT DATA MAIL RCPT DATA", 1,
		},
		{
			"354 for nobody, and thanks for that",
			func(verb, _ string) string {
				return map[string]string{"RCPT": "550 5.1.1 no", "DATA": "354 go ahead", ".": "250 2.0.0 how nice"}[verb]
			},
			"RCPT 550 5.1.1 no", "EHLO MAIL RCPT DATA MAIL RCPT DATA", 1,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{offers: without("CHUNKING"), answer: tt.answer}
			c := f.client(t, nil)
			out, err := c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(letter)))
			require.NoError(t, err)
			require.Equal(t, []string{tt.want}, verdicts(out))
			f.answer = nil
			out, err = c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(letter)))
			require.NoError(t, err)
			require.NoError(t, out.Failure(nil))
			require.Equal(t, tt.asks, strings.Join(f.asked(), " "))
			require.Len(t, f.delivered(), tt.messageCount)
		})
	}
}

// TestSendNobodyMeant checks that a server which refuses the sender, and goes on
// as if it had not, does not get the message.
func TestSendNobodyMeant(t *testing.T) {
	f := &fake{offers: without("CHUNKING")}
	f.answer = func(verb, _ string) string {
		return map[string]string{"MAIL": "550 5.7.1 not you", "RCPT": "250 2.1.5 ok", "DATA": "354 go ahead"}[verb]
	}
	b := badBody{size: -1, open: func() (io.ReadCloser, error) {
		return io.NopCloser(iotest.ErrReader(errors.New("it was read"))), nil
	}}
	c := f.client(t, nil)
	out, err := c.Send(t.Context(), envelope(t, "a@x.example"), b)
	require.NoError(t, err)
	require.Equal(t, []string{"MAIL 550 5.7.1 not you"}, verdicts(out))
	require.True(t, c.Reusable())
}

// TestSendChunkSizes checks messages that fill their chunks, or nearly so.
func TestSendChunkSizes(t *testing.T) {
	f := &fake{offers: everything}
	c := f.client(t, nil)
	n := 0
	for _, chunk := range []int{16 << 10, 256 << 10, 512 << 10} {
		for size := chunk - 2; size <= chunk+2; size++ {
			text := strings.Repeat("x", size-2) + "\r\n"
			for _, told := range []int64{int64(size), -1} {
				b := badBody{size: told, open: func() (io.ReadCloser, error) {
					return io.NopCloser(iotest.DataErrReader(strings.NewReader(text))), nil
				}}
				out, err := c.Send(t.Context(), envelope(t, "a@x.example"), b)
				require.NoError(t, err)
				require.NoError(t, out.Failure(nil))
				require.True(t, text == f.delivered()[n].data, "%d octets became %d", size, len(f.delivered()[n].data))
				n++
			}
		}
	}
}

// A mute hears all and says nothing of messages.
type mute struct{ net.Conn }

func (c mute) Write(p []byte) (int, error) {
	switch {
	case strings.Contains(string(p), "octets received"):
		return len(p), nil
	case strings.Contains(string(p), "accepted"):
		return 0, c.Close()
	}
	return c.Conn.Write(p)
}

// TestSendChunkDoubt checks that a message of which the last chunk has left is
// in doubt, though it be the reply to another one that is missing.
func TestSendChunkDoubt(t *testing.T) {
	f := &fake{offers: everything, wrap: func(nc net.Conn) net.Conn { return mute{nc} }}
	out, err := f.client(t, nil).Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(strings.Repeat("x\r\n", 100_000))))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Len(t, f.delivered(), 1)
	require.True(t, out.Ambiguous)
}

// TestSendChunkRefused checks that a refusal in the midst of a long message is
// the verdict, and that what follows is not taken for anything else.
func TestSendChunkRefused(t *testing.T) {
	long := []byte(strings.Repeat(letter, 50_000)) // seven chunks
	for _, offers := range [][]string{everything, without("PIPELINING")} {
		for _, refused := range []int{1, 2, 6, 7} {
			n := 0
			f := &fake{offers: offers}
			f.answer = func(verb, _ string) string {
				if verb == "BDAT" || verb == "." {
					if n++; n == refused {
						return "552 5.3.4 too large"
					}
				}
				return ""
			}
			c := f.client(t, nil)
			out, err := c.Send(t.Context(), envelope(t, "a@x.example", "b@x.example"), smtp.BodyFromBytes(long))
			require.NoError(t, err)
			for _, r := range out.Rcpt {
				require.Equal(t, smtp.R(552, smtp.Enhanced{5, 3, 4}, "too large"), r.Reply, "chunk %d", refused)
			}
			require.Empty(t, f.delivered())
			require.True(t, c.Reusable())
			out, err = c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes(long))
			require.NoError(t, err)
			require.NoError(t, out.Failure(nil))
			require.Len(t, f.delivered(), 1)
			require.Equal(t, string(long), f.delivered()[0].data)
		}
	}
}

// TestLMTP checks that each recipient gets its own verdict.
func TestLMTP(t *testing.T) {
	f := &fake{offers: everything, lmtp: true}
	f.answer = func(verb, args string) string {
		return map[string]string{
			". TO:<b@x.example>":    "552 5.2.2 full",
			"RCPT TO:<c@x.example>": "550 5.1.1 no",
		}[verb+" "+args]
	}
	c := f.client(t, nil)
	env := envelope(t, "a@x.example", "b@x.example", "c@x.example", "d@x.example")
	out, err := c.Send(t.Context(), env, smtp.BodyFromBytes([]byte(letter)))
	require.NoError(t, err)
	require.Equal(t, []string{". 250 2.0.0 delivered", ". 552 5.2.2 full", "RCPT 550 5.1.1 no", ". 250 2.0.0 delivered"}, verdicts(out))
	require.Equal(t, []string{"TO:<a@x.example>", "TO:<d@x.example>"}, f.delivered()[0].rcpts)

	f.answer = func(verb, args string) string {
		return map[string]string{". TO:<b@x.example>": "421 4.3.2 bye"}[verb+" "+args]
	}
	out, err = c.Send(t.Context(), env, smtp.BodyFromBytes([]byte(letter)))
	require.NoError(t, err)
	require.Equal(t, []string{". 250 2.0.0 delivered", ". 421 4.3.2 bye", ". 421 4.3.2 bye", ". 421 4.3.2 bye"}, verdicts(out))
	require.False(t, c.Reusable())
}

// TestSendManyRecipients checks that neither side waits for the other for ever,
// however small the buffers between them, and whoever else is slow.
func TestSendManyRecipients(t *testing.T) {
	var to []string
	for i := range 2000 {
		to = append(to, fmt.Sprintf("user%d@here.example", i))
	}
	for _, size := range []int{1, 64, 0} {
		for _, offers := range [][]string{everything, without("CHUNKING")} {
			f := &fake{offers: offers, size: size}
			c := f.client(t, nil)
			out, err := c.Send(t.Context(), envelope(t, to...), smtp.BodyFromBytes([]byte(letter)))
			require.NoError(t, err)
			require.NoError(t, out.Failure(nil))
			require.Len(t, f.delivered()[0].rcpts, len(to))
		}
	}
	srv := smtptest.NewUnstartedServer(t)
	srv.Config.Limits.Recipients = 1500
	srv.StartInMemory()
	nc, err := srv.Dial(t.Context())
	require.NoError(t, err)
	c, err := smtp.NewClient(t.Context(), nc, nil)
	require.NoError(t, err)
	out, err := c.Send(t.Context(), envelope(t, to...), smtp.BodyFromBytes([]byte(letter)))
	require.NoError(t, err)
	require.NoError(t, out.Failure(nil))
	require.Len(t, srv.Messages(), 2)
	require.NoError(t, c.Close())
}

// TestSendSmallBuffers has the chunks of a message go through small buffers.
func TestSendSmallBuffers(t *testing.T) {
	long := []byte(strings.Repeat(letter, 30_000))
	f := &fake{offers: everything, size: 7}
	out, err := f.client(t, nil).Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes(long))
	require.NoError(t, err)
	require.NoError(t, out.Failure(nil))
	require.Equal(t, string(long), f.delivered()[0].data)
}

func TestSendNobody(t *testing.T) {
	f := &fake{offers: everything}
	c := f.client(t, nil)
	out, err := c.Send(t.Context(), &smtp.Envelope{}, smtp.BodyFromBytes(nil))
	require.Error(t, err)
	require.NotNil(t, out)
	require.True(t, c.Reusable())
}

// TestSendContext checks that the end of a context is the error.
func TestSendContext(t *testing.T) {
	f := &fake{offers: everything}
	c := f.client(t, nil)
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("no time")
	cancel(cause)
	_, err := c.Send(ctx, envelope(t, "a@x.example"), smtp.BodyFromBytes(nil))
	require.ErrorIs(t, err, cause)
	require.True(t, c.Reusable(), "nothing was sent")
	require.Equal(t, []string{"EHLO"}, f.asked())

	ctx, cancel = context.WithCancelCause(t.Context())
	f.answer = func(verb, _ string) string {
		if verb == "." {
			cancel(cause)
			<-ctx.Done()
			return "hangup"
		}
		return ""
	}
	out, err := c.Send(ctx, envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(letter)))
	require.ErrorIs(t, err, cause)
	require.True(t, out.Ambiguous)
	require.False(t, c.Reusable())
	_, err = c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(letter)))
	require.ErrorContains(t, err, "is over")
}

// A quitter says something in the midst of a message and hangs up.
type quitter struct {
	net.Conn
	left int
	says string
}

func (c *quitter) Read(p []byte) (int, error) {
	if c.left <= 0 {
		io.WriteString(c.Conn, c.says)
		c.Close()
		return 0, io.EOF
	}
	n, err := c.Conn.Read(p[:min(len(p), 4096)])
	c.left -= n
	return n, err
}

// TestLastWords checks that a server which hangs up in the midst of a message,
// but says why, is understood.
func TestLastWords(t *testing.T) {
	long := []byte(strings.Repeat(letter, 100_000))
	for _, tt := range []struct{ says, want string }{
		{"552 5.3.4 too large\r\n", "552 5.3.4 too large"},
		{"421 4.3.2 bye\r\n", "421 4.3.2 bye"},
		{"250 2.0.0 thanks\r\n", ""}, // it cannot have the message
		{"", ""},
	} {
		for _, offers := range [][]string{without("CHUNKING"), nil, {"CHUNKING"}} {
			f := &fake{offers: offers, wrap: func(nc net.Conn) net.Conn { return &quitter{nc, 300_000, tt.says} }}
			c := f.client(t, nil)
			out, err := c.Send(t.Context(), envelope(t, "a@x.example", "b@x.example"), smtp.BodyFromBytes(long))
			require.False(t, out.Ambiguous)
			if len(offers) != 1 { // a chunk that was sent whole may be refused so, and the conversation go on
				require.False(t, c.Reusable())
			}
			require.Equal(t, tt.want == "", err != nil, "%q %v: %v", tt.says, offers, err)
			for _, r := range out.Rcpt {
				if tt.want == "" {
					require.Error(t, r.Err)
				} else {
					require.Equal(t, tt.want, r.Reply.Error())
				}
			}
		}
	}
}

// TestSendContextLate checks that a context which ends with the last reply does
// not take back what that has said.
func TestSendContextLate(t *testing.T) {
	f := &fake{offers: everything}
	ctx, cancel := context.WithCancel(t.Context())
	c := f.client(t, &smtp.Options{Trace: func(_ *smtp.Client, e smtp.Event) {
		if e.Verb == "." {
			cancel()
		}
	}})
	out, err := c.Send(ctx, envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(letter)))
	require.NoError(t, err)
	require.True(t, out.Rcpt[0].Accepted())
	require.False(t, c.Reusable(), "it was cut all the same")
}

// TestData checks how the commands that make up Send fail one by one.
func TestData(t *testing.T) {
	for _, tt := range []struct {
		name, verb, reply string
		text              string
		want              string
		alive             bool
	}{
		{"refused", "DATA", "451 4.3.0 later", letter, "451 4.3.0 later", true},
		{"odd", "DATA", "250 2.0.0 ok", letter, "malformed reply", false},
		{"hung up", "DATA", "hangup", letter, "hung up", false},
		{"message refused", ".", "554 5.7.1 spam", letter, "554 5.7.1 spam", true},
		{"no answer", ".", "hangup", letter, "hung up", false},
		{"flawed", "", "", "a\nb", "CRLF", false},
	} {
		f := &fake{answer: only(tt.verb, tt.reply)}
		if tt.verb == "" {
			f.answer = nil
		}
		nc := f.connect(t)
		c, err := smtp.NewClient(t.Context(), nc, nil)
		require.NoError(t, err)
		_, err = c.Mail(t.Context(), smtp.MailParams{})
		require.NoError(t, err)
		_, err = c.Rcpt(t.Context(), smtp.RcptParams{Path: someone})
		require.NoError(t, err)
		_, err = c.Data(t.Context(), strings.NewReader(tt.text))
		require.ErrorContains(t, err, tt.want, tt.name)
		require.Empty(t, f.delivered())
		require.Equal(t, tt.alive, c.Noop(t.Context()) == nil, tt.name)
		if !tt.alive {
			_, err = nc.Write(nil)
			require.ErrorIs(t, err, net.ErrClosed, "the server must learn that there is no more to come")
		}
	}
}

// TestOpenTransaction checks that RSET is sent where a transaction was left
// open, and nowhere else.
func TestOpenTransaction(t *testing.T) {
	f := &fake{}
	c := f.client(t, nil)
	mail := func() {
		_, err := c.Mail(t.Context(), smtp.MailParams{})
		require.NoError(t, err)
		_, err = c.Rcpt(t.Context(), smtp.RcptParams{Path: someone})
		require.NoError(t, err)
	}
	send := func() {
		out, err := c.Send(t.Context(), envelope(t, "a@x.example"), letterBody)
		require.NoError(t, err)
		require.NoError(t, out.Failure(nil))
	}
	mail()
	send()
	mail()
	_, err := c.Data(t.Context(), strings.NewReader(letter))
	require.NoError(t, err)
	send()
	mail()
	require.NoError(t, c.Reset(t.Context()))
	send()
	const one = " MAIL RCPT DATA"
	require.Equal(t, "EHLO MAIL RCPT RSET"+one+one+one+" MAIL RCPT RSET"+one, strings.Join(f.asked(), " "))
}
