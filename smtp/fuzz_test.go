package smtp_test

import (
	"bytes"
	"encoding/base64"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// replyLine is the only shape of line that a server may write (RFC 5321,
// 4.2).
var replyLine = regexp.MustCompile(`^[2-5][0-5][0-9][ -][\x20-\x7e]{0,506}$`)

// checkReplies checks that out is replies, whole and well-formed, and returns
// how many there are of each code.
func checkReplies(t *testing.T, out string) map[string]int {
	t.Helper()
	codes := make(map[string]int)
	first := ""
	for line := range strings.SplitAfterSeq(out, "\n") {
		if line == "" {
			break
		}
		text, ok := strings.CutSuffix(line, "\r\n")
		require.True(t, ok && replyLine.MatchString(text), "not a line of a reply: %q", line)
		if first != "" {
			require.Equal(t, first, text[:3], "one reply, two codes")
		}
		if first = text[:3]; text[3] == ' ' {
			codes[first]++
			first = ""
		}
	}
	require.Empty(t, first, "half a reply")
	return codes
}

// clientSide returns what the client of each dialogue sends.
func clientSide(f *testing.F) []string {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(f, err)
	var all []string
	for _, file := range files {
		script, err := os.ReadFile(file)
		require.NoError(f, err)
		var b strings.Builder
		for line := range strings.Lines(string(script)) {
			line = strings.TrimSuffix(line, "\n")
			if text, ok := strings.CutPrefix(line, "C: "); ok {
				b.WriteString(text + "\r\n")
			} else if quoted, ok := strings.CutPrefix(line, "C! "); ok {
				text, err := strconv.Unquote(quoted)
				require.NoError(f, err)
				b.WriteString(text)
			}
		}
		all = append(all, b.String())
	}
	return all
}

// anyOctets is a Session that takes binary messages.
type anyOctets struct{ smtp.Session }

func (b anyOctets) Unwrap() smtp.Session { return b.Session }

func (anyOctets) Capabilities() smtp.Capabilities { return smtp.Capabilities{Binary: true} }

// FuzzServe checks of a whole conversation, whatever comes in:
//
//   - nothing but well-formed replies goes out, and there is no panic but
//     those that the test's own Session is asked for
//   - the replies, the Session's calls and the messages are the same however
//     the octets come
//   - there is a reply for each command, one for the connection, and one for
//     each challenge and each go-ahead
//   - no more messages are handed on than have ends, a dot or a LAST, and none of them holds a
//     NUL or a CR or LF that is not part of a CRLF, unless it is binary by the client's own word
//   - a Session that was opened is closed
func FuzzServe(f *testing.F) {
	for _, seed := range clientSide(f) {
		f.Add([]byte(seed))
	}
	f.Add([]byte("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@here.example>\r\nDATA\r\n..a\r\n.\rb\r\n.\r\nQUIT\r\n"))
	for _, chunks := range []string{
		"BDAT 2\r\nhi\r\nBDAT 2 LAST\r\n\r\nQUIT\r\n", "BDAT 0\r\nNOOP\r\nBDAT 0 LAST\r\n", "BDAT 4 LAST\r\nx\ny", "BDAT 3\r\nx\nyBDAT 1 LAST\r\nzRSET\r\n",
		"BDAT 5\r\nhell", "BDAT 5\r\nhello", "BDAT 2\r\nhiRSET\r\nBDAT 2 LAST\r\nhi", "BDAT 1\r\n\rBDAT 1 LAST\r\n\n", "bdat 2 last\r\nhiMAIL FROM:<>\r\n",
		"BDAT 2\r\nhiQUIT\r\n", "BDAT 2\r\nhiDATA\r\nXYZZY\r\n\nBDAT 1 LAST\r\nx", "BDAT x\r\nNOOP\r\n", "BDAT 99999999999\r\n", "BDAT 10001 LAST\r\n" + strings.Repeat("x", 10_001) + "NOOP\r\n",
	} {
		for _, to := range []string{"one", "half", "spam", "unread"} {
			f.Add([]byte("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<" + to + "@here.example>\r\n" + chunks))
			f.Add([]byte("EHLO x\r\nMAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<" + to + "@here.example>\r\nDATA\r\n" + chunks))
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		hash := fnv.New64()
		hash.Write(in)
		type outcome struct {
			out      string
			calls    []string
			messages []message
		}
		var first *outcome
		for how, r := range splits(string(in), hash.Sum64()) {
			srv, inbox := newServer(t)
			srv.Auth = insecure(authenticator(t))
			srv.Backend = wrapping(srv.Backend, func(_ *smtp.Conn, in smtp.Session) smtp.Session { return anyOctets{in} })
			srv.Limits = smtp.Limits{Message: 10_000, TextLine: 1000, Line: 512, Recipients: 5, Errors: 10, Refusals: 10, Tarpit: -1}
			answered := 0
			srv.Trace = func(_ *smtp.Conn, e smtp.Event) {
				if e.Kind == smtp.CommandDone && e.Reply.Code != 0 {
					answered++
				}
			}
			out, err := play(t.Context(), silent(srv), r)
			if err != nil && strings.Contains(err.Error(), "panic") {
				require.Contains(t, string(in), "panic")
				answered++
			}
			codes := checkReplies(t, out)
			total := 0
			for _, n := range codes {
				total += n
			}
			require.Equal(t, total, 1+answered+codes["334"]+codes["354"], "%q", out)
			require.Equal(t, err == nil, codes["221"] == 1, "%v after %q", err, out)
			got := outcome{out, inbox.called(), inbox.delivered()}
			require.LessOrEqual(t, len(got.messages), bytes.Count(in, []byte("\r\n.\r\n"))+bytes.Count(bytes.ToUpper(in), []byte("LAST")))
			for _, m := range got.messages {
				if m.from.Body == smtp.BodyBinary {
					require.Contains(t, strings.ToUpper(string(in)), "BODY=BINARYMIME")
					continue
				}
				require.NotContains(t, m.data, "\x00")
				require.NotContains(t, strings.ReplaceAll(m.data, "\r\n", ""), "\r")
				require.NotContains(t, strings.ReplaceAll(m.data, "\r\n", ""), "\n")
			}
			require.Equal(t, 1, count(got.calls, "close"))
			if first == nil {
				first = &got
			}
			require.Equal(t, *first, got, "it depends on how the octets come: %s", how)
		}
	})
}

// checkPath checks a Path that a parser let through: it is the same when it is
// read back from its String, which has no octet that could end it or that is
// none of a command line, and its parts keep their limits.
func checkPath(t *testing.T, p smtp.Path) {
	t.Helper()
	s := p.String()
	again, err := smtp.ParsePath(s)
	require.NoError(t, err, "%q", s)
	require.Equal(t, p, again, "%q", s)
	require.LessOrEqual(t, len(p.Local), 64)
	require.LessOrEqual(t, len(p.Domain), 255)
	require.True(t, utf8.ValidString(s))
	quoted := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		require.False(t, c < ' ' || c == 0x7f, "%q", s)
		switch {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted:
			require.NotContains(t, "<> ,;()\\", string(rune(c)), "%q", s)
		}
	}
	require.False(t, quoted, "%q", s)
}

// FuzzPath checks what ParsePath lets through: see checkPath. Each such text
// is also good in a command.
func FuzzPath(f *testing.F) {
	for _, s := range []string{
		"", "a@b", "postmaster", `"a b"@c`, `"\"\\"@c`, `""@c`, "a@[192.0.2.1]", "a@[IPv6:::1]", "@a,@b:c@d", "\u00fc@\u00fc", `"x> A=1 <y"@d`, "a@b>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := smtp.ParsePath(s)
		if err != nil {
			require.Zero(t, p, "an error goes with no Path")
			return
		}
		checkPath(t, p)
		m, err := smtp.ParseMail("FROM:<" + s + "> SMTPUTF8")
		require.NoError(t, err)
		require.Equal(t, p, m.Path)
	})
}

// FuzzMailArgs checks what the parser of MAIL lets through: a safe path; one
// outside ASCII only with SMTPUTF8; a size that is not negative; an AUTH that
// is a safe mailbox or "<>"; and no argument with a control character.
func FuzzMailArgs(f *testing.F) {
	for _, s := range []string{
		"FROM:<>", "from: <a@b> SIZE=1 BODY=8BITMIME SMTPUTF8 AUTH=<>", "FROM:<a@b> AUTH=+22a+20b+22@c", "FROM:<\u00fc@b> smtputf8", "FROM:<a@b> SIZE=99999999999999999999",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := smtp.ParseMail(s)
		if err != nil {
			if r := asReply(err); r.Code != 0 {
				checkReplies(t, string(r.AppendTo(nil)))
			}
			return
		}
		checkPath(t, m.Path)
		require.True(t, m.UTF8 || m.Path.IsASCII())
		require.GreaterOrEqual(t, m.Size, int64(0))
		if m.Auth != "" && m.Auth != "<>" {
			p, err := smtp.ParsePath(m.Auth)
			require.NoError(t, err)
			require.Equal(t, m.Auth, p.String())
			checkPath(t, p)
		}
		require.Equal(t, -1, strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }), "%q", s)
	})
}

// FuzzRcptArgs checks what the parser of RCPT lets through: a safe path that
// is not null, and no argument with a control character.
func FuzzRcptArgs(f *testing.F) {
	for _, s := range []string{"TO:<a@b>", "to: <postmaster> ", `TO:<"x> NOTIFY=NEVER <y"@d>`, "TO:<>", "TO:<a@b> A=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := smtp.ParseRcpt(s)
		if err != nil {
			return
		}
		checkPath(t, r.Path)
		require.False(t, r.Path.IsNull())
		require.Equal(t, -1, strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }), "%q", s)
	})
}

// FuzzAuthArgs checks what the parser of AUTH lets through: a mechanism that
// is one word, and an initial response that reads the same when it is encoded
// again; a nil one, an empty one and others are told apart.
func FuzzAuthArgs(f *testing.F) {
	for _, s := range []string{"PLAIN", "PLAIN =", "PLAIN AGEAYg==", " login  ", "PLAIN A", "PLAIN AB=="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		mechanism, initial, err := smtp.ParseAuth(s)
		if err != nil {
			require.Empty(t, mechanism)
			return
		}
		require.NotEmpty(t, mechanism)
		require.NotContains(t, mechanism, " ")
		again := mechanism
		if initial != nil {
			encoded := base64.StdEncoding.EncodeToString(initial)
			if encoded == "" {
				encoded = "="
			}
			again += " " + encoded
		}
		m, i, err := smtp.ParseAuth(again)
		require.NoError(t, err)
		require.Equal(t, mechanism, m)
		require.Equal(t, initial, i)
	})
}

// FuzzHello checks what the parser of EHLO lets through: one word of at most
// 255 octets without control characters.
func FuzzHello(f *testing.F) {
	for _, s := range []string{"client.example", "[192.0.2.1]", " a ", "a b", "\u00fc", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := smtp.ParseHello(s)
		if err != nil {
			return
		}
		require.NotEmpty(t, name)
		require.LessOrEqual(t, len(name), 255)
		for i := range len(name) {
			require.False(t, name[i] <= ' ' || name[i] == 0x7f, "%q", name)
		}
	})
}

// FuzzXtext checks what is decoded: printable ASCII, no longer than it came.
func FuzzXtext(f *testing.F) {
	for _, s := range []string{"abc", "a+2Bb", "+3D", "+", "+2", "+0A", "+2b", "\u00fc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := smtp.DecodeXtext(s)
		if err != nil {
			require.Empty(t, got)
			return
		}
		require.LessOrEqual(t, len(got), len(s))
		for i := range len(got) {
			require.True(t, ' ' <= got[i] && got[i] < 0x7f, "%q", got)
		}
	})
}

// FuzzReply checks that any text makes one well-formed reply with the code
// that it was given, and that no octet of it is lost or added but line ends.
func FuzzReply(f *testing.F) {
	for _, s := range []string{"ok", "", "a\nb", "a\r\n221 bye\r\n", "\x00\x7f\xff", strings.Repeat("x", 1100)} {
		f.Add(s, uint16(550), uint16(5), uint16(1), uint16(1))
		f.Add(s, uint16(250), uint16(0), uint16(0), uint16(0))
	}
	f.Fuzz(func(t *testing.T, text string, code, class, subject, detail uint16) {
		r := smtp.R(200+int(code%4)*100+int(code%60), smtp.Enhanced{class, subject, detail}, text)
		out := string(r.AppendTo(nil))
		codes := checkReplies(t, out)
		require.Equal(t, map[string]int{strconv.Itoa(r.Code): 1}, codes)
		var got strings.Builder
		for line := range lines(out) {
			line = line[len("250 "):]
			if r.Enhanced != (smtp.Enhanced{}) {
				rest, ok := strings.CutPrefix(line, r.Enhanced.String()+" ")
				require.True(t, ok, "%q", line)
				line = rest
			}
			got.WriteString(line)
		}
		require.Len(t, got.String(), len(text)-strings.Count(text, "\n"))
	})
}
