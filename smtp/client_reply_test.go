package smtp_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
)

func TestParseReply(t *testing.T) {
	for in, want := range map[string]smtp.Reply{
		"250 ok":                              smtp.R(250, smtp.Enhanced{}, "ok"),
		"250":                                 smtp.R(250, smtp.Enhanced{}, ""),
		"250 ":                                smtp.R(250, smtp.Enhanced{}, ""),
		"250-a\r\n250":                        smtp.R(250, smtp.Enhanced{}, "a\n"),
		"250-\r\n250 b":                       smtp.R(250, smtp.Enhanced{}, "\nb"),
		"550 5.1.1 no":                        smtp.R(550, smtp.Enhanced{5, 1, 1}, "no"),
		"550 5.1.1":                           smtp.R(550, smtp.Enhanced{5, 1, 1}, ""),
		"550 5.7.999 x":                       smtp.R(550, smtp.Enhanced{5, 7, 999}, "x"),
		"550 5.0.0  two":                      smtp.R(550, smtp.Enhanced{5, 0, 0}, " two"),
		"550-5.1.1 a\r\n550-5.1.1 b\r\n550 c": smtp.R(550, smtp.Enhanced{5, 1, 1}, "a\nb\nc"),
		"550-5.1.1 a\r\n550 5.1.2 b":          smtp.R(550, smtp.Enhanced{5, 1, 1}, "a\n5.1.2 b"),
		"550 4.1.1 class":                     smtp.R(550, smtp.Enhanced{}, "4.1.1 class"),
		"550 5.1.1no":                         smtp.R(550, smtp.Enhanced{}, "5.1.1no"),
		"550 5.1 x":                           smtp.R(550, smtp.Enhanced{}, "5.1 x"),
		"550 5.01.1 x":                        smtp.R(550, smtp.Enhanced{}, "5.01.1 x"),
		"550 5.1000.1 x":                      smtp.R(550, smtp.Enhanced{}, "5.1000.1 x"),
		"550 55.1.1 x":                        smtp.R(550, smtp.Enhanced{}, "55.1.1 x"),
		"250 a\tb\x1b[31m\x7f":                smtp.R(250, smtp.Enhanced{}, "a b [31m "),
		"250 é \u202e \x80 \u0085":            smtp.R(250, smtp.Enhanced{}, "é ? ?  "),
		"599 unheard of":                      smtp.R(599, smtp.Enhanced{}, "unheard of"),
	} {
		got, rest, err := smtp.ParseReply(in+"\r\n", 10, 1000, false)
		require.NoError(t, err, "%q", in)
		require.Equal(t, want, got, "%q", in)
		require.Empty(t, rest)
	}
	got, _, err := smtp.ParseReply("250-2.0.0 is our name\r\n250 SIZE\r\n", 10, 1000, true)
	require.NoError(t, err)
	require.Equal(t, "2.0.0 is our name\nSIZE", got.Text)
}

// badReplies are what no client may take for a reply.
var badReplies = []string{
	"", "2", "25", " 250 ok", "abc", "150 x", "650 x", "0250 x", "25a x", "250_x", "250x", "250.x", "２５０ x", "+OK", "* OK",
	"250-a\r\n550 b", "250-a\r\n251 b", "250-a\r\nb", "250-a\r\n", "250-a\r\n250-b",
	strings.Repeat("250-x\r\n", 10) + "250 x", // too many lines
	"250 " + strings.Repeat("x", 995),         // too long
	"250-" + strings.Repeat("x\r\n250-", 150), // both
	"250-" + strings.Repeat("x", 600) + "\r\n250 " + strings.Repeat("x", 600),
}

func TestParseBadReply(t *testing.T) {
	for _, in := range badReplies {
		_, _, err := smtp.ParseReply(in+"\r\n", 10, 1000, false)
		require.ErrorIs(t, err, smtp.ErrReply, "%q", in)
		require.Less(t, len(err.Error()), 200)
		require.NotContains(t, err.Error(), "\r")
	}
}

// TestClientBadReplies checks what a Client makes of the same: the conversation
// is over.
func TestClientBadReplies(t *testing.T) {
	for _, text := range append([]string{"250 a\rb", "250 a\x00b", "250 a\nb", "\r\n250 ok"}, badReplies[1:]...) {
		f := &fake{offers: everything, answer: only("NOOP", text)}
		c := f.client(t, &smtp.Options{ReplyLines: 10, ReplyOctets: 1000})
		if strings.HasSuffix(text, "\r\n") || strings.HasSuffix(text, "-b") || strings.HasSuffix(text, "-") {
			// It has no end; without this one it would be waited for.
			f.answer = only("NOOP", text+"\r\nEND")
		}
		err := c.Noop(t.Context())
		require.ErrorIs(t, err, smtp.ErrReply, "%q", text)
		require.False(t, c.Reusable())
		require.ErrorContains(t, c.Noop(t.Context()), "is over")
	}
}

// TestClientHugeReply checks that no more is kept of a reply than the limit.
func TestClientHugeReply(t *testing.T) {
	for name, text := range map[string]string{
		"a line": "250 " + strings.Repeat("x", 1<<20),
		"lines":  strings.Repeat("250-xxxxxxxxxxxx\r\n", 1<<16) + "250 ok",
		"empty":  strings.Repeat("250-\r\n", 1000) + "250 ok",
	} {
		f := &fake{answer: only("NOOP", text)}
		require.ErrorIs(t, f.client(t, nil).Noop(t.Context()), smtp.ErrReply, name)
	}
	f := &fake{answer: only("NOOP", strings.Repeat("250-"+strings.Repeat("x", 100)+"\r\n", 499)+"250 ok")}
	require.NoError(t, f.client(t, nil).Noop(t.Context()))
}

// TestClientUnasked checks that a reply too many is not taken for an answer to
// the next command, and that a goodbye is understood.
func TestClientUnasked(t *testing.T) {
	// The server says both at once, so that the second is there to be seen.
	for _, tt := range []struct{ text, want string }{
		{"250 ok\r\n250 and more", "unasked"},
		{"250 ok\r\n421 4.4.2 idle", "421 4.4.2 idle"},
		{"250 ok\r\nwhat", "malformed reply"},
		{"250 ok\r\n250-half", "server hung up"},
	} {
		for _, offers := range [][]string{everything, nil} {
			f := &fake{offers: offers, answer: only("NOOP", tt.text)}
			c := f.client(t, nil)
			require.NoError(t, c.Noop(t.Context()))
			require.False(t, c.Reusable())
			f.answer = only("MAIL", "hangup")
			if strings.HasSuffix(tt.text, "half") {
				continue // would wait
			}
			out, err := c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(letter)))
			if strings.HasPrefix(tt.want, "421") {
				require.NoError(t, err)
				require.Equal(t, 421, out.Rcpt[0].Reply.Code)
			} else {
				require.ErrorIs(t, err, smtp.ErrReply)
				require.ErrorContains(t, err, tt.want)
			}
			require.False(t, out.Ambiguous)
			require.NotContains(t, f.asked(), "MAIL")
		}
	}
}

// TestClientOddReplies checks replies that fit no command, at each command: the
// conversation is over, and nothing is taken for accepted.
func TestClientOddReplies(t *testing.T) {
	for _, tt := range []struct {
		verb, reply string
		ambiguous   bool
	}{
		{"MAIL", "354 go ahead", false},
		{"RCPT", "354 go ahead", false},
		{"DATA", "250 ok", false},
		{".", "354 more", true},
		{".", "xyz", true},
	} {
		for _, way := range ways {
			f := &fake{offers: way.offers, lmtp: way.lmtp, answer: only(tt.verb, tt.reply)}
			c := f.client(t, nil)
			out, err := c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(letter)))
			if tt.verb == "DATA" && !strings.HasSuffix(way.asks, "DATA") {
				require.NoError(t, err)
				continue
			}
			require.ErrorIs(t, err, smtp.ErrReply, "%s %s", way.name, tt.verb)
			require.Equal(t, tt.ambiguous, out.Ambiguous, "%s %s", way.name, tt.verb)
			require.False(t, c.Reusable())
		}
	}
	// In the midst of a message.
	f := &fake{offers: everything, answer: only("BDAT", "354 more")}
	out, err := f.client(t, nil).Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(strings.Repeat("x\r\n", 300_000))))
	require.ErrorIs(t, err, smtp.ErrReply)
	require.False(t, out.Ambiguous)
}

// FuzzParseReply checks that whatever a server says, the parser does not panic;
// what it accepts is within the limits and has no control characters; and to
// print it and to parse that gives what prints the same.
func FuzzParseReply(f *testing.F) {
	for _, s := range badReplies {
		f.Add(s + "\r\n")
	}
	f.Add("550 5.1.1\x16" + strings.Repeat("é", 300) + "\r\n")
	f.Add("250-5.1.1 a\r\n250 b\r\n")
	f.Add("550-5.1.1 a\r\n550 5.1.1 b\r\n")
	f.Add("550 5.1.1 " + strings.Repeat("é", 300) + "\r\n")
	f.Add("250 " + strings.Repeat("x", 505) + " 2.0.0 \r\n250 next\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		const maxLines, maxOctets = 100, 4096
		r, rest, err := smtp.ParseReply(in, maxLines, maxOctets, false)
		if err != nil {
			require.Equal(t, smtp.Reply{}, r)
			return
		}
		used := strings.TrimSuffix(in, rest)
		require.LessOrEqual(t, len(used), maxOctets)
		require.Equal(t, strings.Count(used, "\r\n"), strings.Count(r.Text, "\n")+1)
		require.True(t, 200 <= r.Code && r.Code <= 599)
		require.True(t, utf8.ValidString(r.Text))
		for line := range strings.SplitSeq(r.Text, "\n") {
			require.NotContains(t, strings.Map(func(c rune) rune {
				if unicode.IsControl(c) {
					return '!'
				}
				return 'x'
			}, line), "!")
		}
		printed := string(r.AppendTo(nil))
		again, rest, err := smtp.ParseReply(printed, 10_000, 1<<20, false)
		require.NoError(t, err)
		require.Empty(t, rest)
		require.Equal(t, printed, string(again.AppendTo(nil)))
	})
}

// FuzzClient checks that whatever a server says, a Client that sends a message
// does not panic or wait, and claims that the message was accepted only if the
// server has said so with a code of 250.
func FuzzClient(f *testing.F) {
	f.Add([]byte("220 hi\r\n250-x\r\n250 PIPELINING\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n"))
	f.Add([]byte("220 hi\r\n250-x\r\n250-PIPELINING\r\n250 CHUNKING\r\n250 ok\r\n250 ok\r\n250 ok\r\n"))
	f.Add([]byte("220 hi\r\n500 x\r\n250 x\r\n250 ok\r\n550 ok\r\n"))
	f.Add([]byte("220 hi\r\n250-x\r\n250 STARTTLS\r\n220 ok\r\n250 evil\r\n"))
	f.Add([]byte("220 hi\r\n250-x\r\n250 LIMITS RCPTMAX=1 MAILMAX=1\r\n250 ok\r\n421 bye\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		near, far := memnet.Pipe()
		go io.Copy(io.Discard, far)
		go func() {
			// Line by line, as replies to what is asked come.
			for line := range strings.Lines(string(in)) {
				if _, err := io.WriteString(far, line); err != nil {
					break
				}
			}
			far.Close()
		}()
		defer far.Close()
		defer near.Close()
		c, err := smtp.NewClient(t.Context(), near, &smtp.Options{Timeouts: smtp.Timeouts{Handshake: time.Second}})
		if err != nil {
			return
		}
		defer c.Close()
		env := &smtp.Envelope{To: []smtp.RcptParams{{Path: smtp.Path{Local: "a", Domain: "x.example"}}, {Path: smtp.Path{Local: "b", Domain: "x.example"}}}}
		out, err := c.Send(t.Context(), env, smtp.BodyFromBytes([]byte(letter)))
		require.Len(t, out.Rcpt, 2)
		for _, r := range out.Rcpt {
			require.NotEqual(t, r.Err == nil, r.Reply.Code == 0)
			if r.Accepted() {
				require.NoError(t, err)
				require.Equal(t, ".", r.Verb)
				require.Contains(t, string(in), fmt.Sprint(r.Reply.Code))
			}
		}
	})
}
