package summary

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
)

// crlf ends lines as mail does.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// sum sums up a message.
func sum(t testing.TB, text string) *Summary {
	t.Helper()
	m, err := mime.Index(strings.NewReader(text), int64(len(text)), mime.Limits{})
	require.NoError(t, err)
	s, err := New(m)
	require.NoError(t, err)
	checkSummary(t, s)
	return s
}

// checkSummary checks what is true of every summary.
func checkSummary(t testing.TB, s *Summary) {
	t.Helper()
	for _, r := range []Rendered{s.Envelope, s.Body, s.BodyStructure} {
		checkData(t, r.ASCII, false)
		checkData(t, r.UTF8, true)
	}
	again, ok := Decode(s.AppendTo(nil))
	require.True(t, ok)
	require.Equal(t, s, again)
}

// checkData checks that a data item is one parenthesized list of strings, literals, numbers and NIL.
func checkData(t testing.TB, data string, utf8 bool) {
	t.Helper()
	depth, last := 0, byte('(')
	for rest := data; rest != ""; {
		c := rest[0]
		switch {
		case c == '(':
			depth++
			rest = rest[1:]
		case c == ')':
			depth--
			require.GreaterOrEqual(t, depth, 0)
			require.True(t, depth > 0 || len(rest) == 1, "something behind the list")
			rest = rest[1:]
		case c == ' ':
			if last == '(' || last == ' ' {
				t.Fatalf("a superfluous space before %.40q", rest)
			}
			rest = rest[1:]
		default:
			if depth == 0 || last == ')' || last == '"' {
				t.Fatalf("no space or list before %.40q", rest)
			}
			rest = rest[len(checkString(t, rest, utf8)):]
			c = '"' // whatever it was
		}
		last = c
	}
	require.Zero(t, depth)
}

// checkString returns the string, number or NIL that s begins with.
func checkString(t testing.TB, s string, utf8 bool) string {
	t.Helper()
	switch {
	case strings.HasPrefix(s, "NIL"):
		return s[:3]
	case s[0] == '"':
		for i := 1; i < len(s); i++ {
			if s[i] == '\r' || s[i] == '\n' || s[i] == 0 || !utf8 && s[i] >= 0x80 {
				t.Fatalf("%q in a quoted string", s[i])
			}
			if s[i] == '\\' {
				if i++; s[i] != '"' && s[i] != '\\' {
					t.Fatalf("%q is escaped", s[i])
				}
			} else if s[i] == '"' {
				return s[:i+1]
			}
		}
	case s[0] == '{':
		digits, _, ok := strings.Cut(s[1:], "}\r\n")
		require.True(t, ok)
		n := 0
		for _, c := range digits {
			n = n*10 + int(c-'0')
		}
		end := 1 + len(digits) + 3 + n
		require.LessOrEqual(t, end, len(s))
		require.NotContains(t, s[:end], "\x00")
		return s[:end]
	default:
		n := 0
		for n < len(s) && '0' <= s[n] && s[n] <= '9' {
			n++
		}
		require.NotZero(t, n, "%.40q", s)
		return s[:n]
	}
	require.FailNow(t, "a string without an end", "%.40q", s)
	return ""
}

// letter is the message of RFC 3501, 8, with the envelope that is shown there.
var letter = crlf(`Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)
From: Terry Gray <gray@cac.washington.edu>
Subject: IMAP4rev1 WG mtg summary and minutes
To: imap@cac.washington.edu
cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>
Message-Id: <B27397-0100000@cac.washington.edu>
MIME-Version: 1.0
Content-Type: TEXT/PLAIN; CHARSET=US-ASCII

Hello
`)

func TestLetter(t *testing.T) {
	s := sum(t, letter)
	require.Equal(t, `("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" `+
		`"IMAP4rev1 WG mtg summary and minutes" `+
		`(("Terry Gray" NIL "gray" "cac.washington.edu")) `+
		`(("Terry Gray" NIL "gray" "cac.washington.edu")) `+
		`(("Terry Gray" NIL "gray" "cac.washington.edu")) `+
		`((NIL NIL "imap" "cac.washington.edu")) `+
		`((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL `+
		`"<B27397-0100000@cac.washington.edu>")`, s.Envelope.For(false))
	require.Equal(t, s.Envelope.ASCII, s.Envelope.For(true))
	require.Equal(t, `("text" "plain" ("charset" "US-ASCII") NIL NIL "7bit" 7 1)`, s.Body.ASCII)
	require.Equal(t, `("text" "plain" ("charset" "US-ASCII") NIL NIL "7bit" 7 1 NIL NIL NIL NIL)`, s.BodyStructure.ASCII)
	require.EqualValues(t, len(letter), s.Size)
	require.EqualValues(t, strings.Index(letter, "Hello"), s.HeaderSize)
	require.Equal(t, "Hello", s.Preview)
	require.Equal(t, Keys{
		Subject: "IMAP4REV1 WG MTG SUMMARY AND MINUTES", From: "GRAY", To: "IMAP", Cc: "MINUTES", DisplayFrom: "TERRY GRAY",
		DisplayTo: "IMAP@CAC.WASHINGTON.EDU", MessageID: "B27397-0100000@cac.washington.edu",
		Sent: time.Date(1996, 7, 17, 2, 23, 25, 0, time.FixedZone("", -7*3600)),
	}, s.Keys)
	require.Less(t, s.Len(), 4<<10)
	m, err := s.Message(strings.NewReader(letter))
	require.NoError(t, err)
	body, err := io.ReadAll(m.Root.Body())
	require.NoError(t, err)
	require.Equal(t, "Hello\r\n", string(body))
}

func TestEmpty(t *testing.T) {
	for _, text := range []string{"", "\r\n", "x", "\r\nbody"} {
		s := sum(t, text)
		require.Equal(t, "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)", s.Envelope.ASCII)
		require.True(t, strings.HasPrefix(s.Body.ASCII, `("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" `))
		require.Equal(t, Keys{}, s.Keys)
	}
}

func TestSourceFails(t *testing.T) {
	m, err := mime.ReadIndex(strings.NewReader(letter), mime.Limits{})
	require.NoError(t, err)
	_, err = New(m)
	require.ErrorIs(t, err, mime.ErrNoSource)
	bad := errors.New("bad disk")
	_, err = mime.ReadIndex(iotest.ErrReader(bad), mime.Limits{})
	require.ErrorIs(t, err, bad)
	_, err = (&Summary{index: "?"}).Message(nil)
	require.ErrorIs(t, err, mime.ErrIndex)
}

func TestKeys(t *testing.T) {
	for _, c := range []struct {
		header string
		want   Keys
	}{
		{"Subject: Re: [list] Gr=?utf-8?q?=C3=BC=C3=9Fe?= (fwd)\n", Keys{Subject: "GRU\u0308ßE", Reply: true}},
		{"From: =?utf-8?q?J=C3=B6rg?= <joe@x>\nTo: a, b\nCc: \"c d\"@e\n", Keys{
			From: "JOE", DisplayFrom: "JO\u0308RG", To: "A", DisplayTo: "A", Cc: "C D",
		}},
		{"To: Friends: a@b, c@d;\n", Keys{To: "FRIENDS", DisplayTo: "FRIENDS"}},
		{"To: \"\" <a@b>\n", Keys{To: "A", DisplayTo: "A@B"}},
		{"Message-ID: <\"01KF8JCEOCBS0045PS\"@xxx.yyy.com>\n", Keys{MessageID: "01KF8JCEOCBS0045PS@xxx.yyy.com"}}, // RFC 5256, 3
		{"In-Reply-To: Your message of Monday <a@b> <c@d>\n", Keys{References: []string{"a@b"}}},
		{"In-Reply-To: <a@b>\nReferences: <c@d>\n <e@f>\n", Keys{References: []string{"c@d", "e@f"}}},
		{"In-Reply-To: <a@b>\nReferences: nothing\n", Keys{References: []string{"a@b"}}},
		{"Date: Tue, 30 Feb 2026 10:00:00 +0000\n", Keys{}},
	} {
		s := sum(t, crlf(c.header+"\n"))
		require.Equal(t, c.want, s.Keys, c.header)
	}
	var many strings.Builder
	for i := range 1000 {
		many.WriteString("\r\n <" + strings.Repeat("x", 1+i%9) + string(rune('a'+i%26)) + "@y>")
	}
	s := sum(t, "References:"+many.String()+"\r\n <last@y>\r\n\r\n")
	require.Len(t, s.References, maxReferences)
	require.Equal(t, "xa@y", s.References[0])
	require.Equal(t, "last@y", s.References[maxReferences-1])
}

func TestClone(t *testing.T) {
	s := sum(t, crlf("From: a <b@c>\nTo: d@e\nSubject: f\nMessage-ID: <g@h>\nReferences: <i@j> <k@l>\nDate: 1 Jan 2026 00:00 +0100\n\n"))
	clone := s.Keys.Clone()
	require.Equal(t, s.Keys, *clone)
	clone.References[0] = "changed"
	require.Equal(t, "i@j", s.References[0])
	require.Equal(t, Keys{}, *(&Keys{}).Clone())
}

func TestFields(t *testing.T) {
	s := sum(t, crlf("From: =?utf-8?q?J=C3=B6rg?= <joe@x>\nTo: a\nX-Foo: bar\nTO: b\nSubject: \n\n"))
	for _, c := range []struct {
		name, key  string
		has, known bool
	}{
		{"from", "JO\u0308RG <JOE@X>", true, true},
		{"From", "JO\u0308RG <JOE@X>", true, true},
		{"tO", "A\nB", true, true},
		{"subject", "", true, true},
		{"bcc", "", false, true},
		{"x-foo", "", true, false},
		{"x-bar", "", false, true},
		{"foo\nto", "", false, true},
	} {
		key, has, known := s.Field(c.name)
		require.Equal(t, []any{c.key, c.has, c.known}, []any{key, has, known}, c.name)
	}
	long := sum(t, "To: "+strings.Repeat("somebody@example.org,\r\n ", 1000)+"x\r\nFrom: a\r\n\r\n")
	_, has, known := long.Field("to")
	require.Equal(t, []bool{true, false}, []bool{has, known})
	key, _, known := long.Field("from")
	require.Equal(t, []any{"A", true}, []any{key, known})
	var names strings.Builder
	for i := range 1000 {
		names.WriteString("X-" + strings.Repeat("x", i%50) + string(rune('a'+i%26)) + ": y\r\n")
	}
	_, has, known = sum(t, names.String()+"\r\n").Field("absent")
	require.Equal(t, []bool{false, false}, []bool{has, known})
}
