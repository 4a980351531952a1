package nntp_test

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

func sha1Of(s string) string {
	sum := sha1.Sum([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func TestWildmat(t *testing.T) {
	for _, tc := range []struct {
		pattern, yes, no string
	}{
		{"*", "a a.b", ""},
		{"a*", "a ab a.b", "b ba A"},
		{"a?c", "abc aéc", "ac abbc"},
		{"*a*b", "ab aab xaxxb", "ba abx"},
		{"a,b", "a b", "c ab"},
		{"a*,!ab*,abc", "a ax abc", "ab abd abcd"}, // RFC 3977, 4.2
		{"!a", "", "a b"},
		{"*,!*", "", "a"},
		{"comp.*,!comp.os.*", "comp.x", "comp.os.x comp"},
		{"a@b", "a@b", "ab"},
		{"**a", "a ba", "ab"},
	} {
		w, err := nntp.ParseWildmat(tc.pattern)
		require.NoError(t, err, tc.pattern)
		for name := range strings.FieldsSeq(tc.yes) {
			require.True(t, w.Match(name), "%q matches %q", tc.pattern, name)
		}
		for name := range strings.FieldsSeq(tc.no) {
			require.False(t, w.Match(name), "%q matches not %q", tc.pattern, name)
		}
	}
	for _, bad := range []string{"", ",", "a,", "a,,b", "[a]", "a]", `\a`, "!", "a!b", "a b", "\xff", "a\x00"} {
		_, err := nntp.ParseWildmat(bad)
		require.ErrorIs(t, err, nntp.ErrWildmat, "%q", bad)
	}
	require.False(t, nntp.Wildmat{}.Match("a"))
	require.True(t, nntp.Wildmat{}.IsEmpty())
	require.True(t, nntp.MatchAll().Match(""))
}

func TestPatterns(t *testing.T) {
	for _, tc := range []struct {
		pattern, yes, no string
	}{
		{" a , b* ", "a bx", "c"},
		{"[a-c]x", "ax bx cx", "dx x"},
		{"[^a-c]x", "dx éx", "ax"},
		{"[]a]", "] a", "b"},
		{"[a-]", "a -", "b"},
		{`\*a\[`, "*a[", "aa["},
		{"*,@bad.*", "good", "bad.x"},
	} {
		w, err := nntp.ParsePatterns(tc.pattern)
		require.NoError(t, err, tc.pattern)
		for name := range strings.FieldsSeq(tc.yes) {
			require.True(t, w.Match(name), "%q matches %q", tc.pattern, name)
		}
		for name := range strings.FieldsSeq(tc.no) {
			require.False(t, w.Match(name), "%q matches not %q", tc.pattern, name)
		}
	}
	for _, bad := range []string{",", "[a", "[", `\`, "a b", "[]"} {
		_, err := nntp.ParsePatterns(bad)
		require.ErrorIs(t, err, nntp.ErrWildmat, "%q", bad)
	}
	w := patterns("*,@bad.*,bad.but.*")
	require.True(t, w.Poisons("bad.x"))
	require.False(t, w.Poisons("bad.but.x"))
	require.False(t, w.Poisons("good"))
	require.True(t, patterns(" ").IsEmpty())
}

func TestParseRange(t *testing.T) {
	for in, want := range map[string]nntp.Range{
		"1": {1, 1}, "007-12": {7, 12}, "5-": {5, nntp.MaxNumber}, "9-3": {9, 3}, "0": {0, 0}, "1-2147483648": {1, nntp.MaxNumber + 1},
	} {
		got, err := nntp.ParseRange(in)
		require.NoError(t, err)
		require.Equal(t, want, got, in)
	}
	for _, bad := range []string{"", "-", "-5", "a", "1-b", "1-2-3", "+1", "1 ", "12345678901234567"} {
		_, err := nntp.ParseRange(bad)
		require.Error(t, err, bad)
	}
	require.Equal(t, "1-2 3- 4", fmt.Sprint(nntp.Range{1, 2}, " ", nntp.Range{3, nntp.MaxNumber}, " ", nntp.Range{4, 4}))
}

func TestNames(t *testing.T) {
	for _, good := range []string{"a", "comp.lang.c++", "de.alt.test", "x-y.z_1", "groß.test"} {
		require.True(t, nntp.ValidGroupName(good), good)
	}
	for _, bad := range []string{"", ".", "a.", ".a", "a..b", "a b", "a,b", "a*", "a:b", "\xff", strings.Repeat("a", 401)} {
		require.False(t, nntp.ValidGroupName(bad), bad)
	}
	for _, good := range []string{"<a@b>", "<a>", "<" + strings.Repeat("a", 248) + ">"} {
		require.True(t, nntp.ValidMessageID(good), good)
	}
	for _, bad := range []string{"", "<>", "a@b", "<a b>", "<a@b", "<a<b>", "<a>b>", "<é@b>", "<a\x00>", "<" + strings.Repeat("a", 249) + ">"} {
		require.False(t, nntp.ValidMessageID(bad), bad)
	}
}

func TestParseHeader(t *testing.T) {
	h, body, err := nntp.ParseHeader([]byte("From: a\r\nSubject: b\r\n\tc\r\nX:\r\nNewsgroups: a, ,b,\r\nfrom: d\r\n\r\nbody\r\n\r\n"))
	require.NoError(t, err)
	require.Equal(t, "body\r\n\r\n", string(body))
	require.Equal(t, nntp.Header{{"From", "a"}, {"Subject", "b\r\n\tc"}, {"X", ""}, {"Newsgroups", "a, ,b,"}, {"from", "d"}}, h)
	require.Equal(t, "b\tc", h.Get("subject"))
	require.Equal(t, "a", h.Get("FROM"))
	require.Empty(t, h.Get("none"))
	require.Equal(t, 2, h.Count("From"))
	require.Equal(t, []string{"a", "b"}, h.List("Newsgroups"))
	for _, bad := range []string{"", "a", "From: a\r\n", "From: a\n\n", " a\r\n\r\n", "a b: c\r\n\r\n", ": x\r\n\r\n", "a:b\r\n\r\n", "a: b\r\n \r\n\r\n", "a: b\r\r\n\r\n", "a: \x00\r\n\r\n", "a: b\n c\r\n\r\n", "nothing\r\n\r\n"} {
		_, _, err := nntp.ParseHeader([]byte(bad))
		require.ErrorIs(t, err, nntp.ErrHeader, "%q", bad)
	}
	_, _, err = nntp.ParseHeader([]byte(strings.Repeat("a: b\r\n", 1001) + "\r\n"))
	require.ErrorIs(t, err, nntp.ErrHeader)
}

// TestDraftReferences: of too many the first and the last are kept (RFC 5537, 3.4.4).
func TestDraftReferences(t *testing.T) {
	const room = 998 - len("References: ")
	long := func(n int) string { return "<" + strings.Repeat("x", n-4) + "@x>" }
	for _, c := range []struct {
		length int // of the one that may go
		kept   bool
	}{{room - 27, true}, {room - 26, false}} {
		d := nntp.Draft{From: "a@b", Newsgroups: []string{"a"}, Subject: "s", References: []string{long(8), long(c.length), long(8), long(8)}}
		b, err := d.AppendTo(nil)
		require.NoError(t, err)
		h, _, err := nntp.ParseHeader(b)
		require.NoError(t, err)
		got := strings.Fields(h.Get("References"))
		if c.kept {
			require.Equal(t, d.References, got)
			continue
		}
		require.Equal(t, []string{long(8), long(8), long(8)}, got)
	}
	d := nntp.Draft{From: "a@b", Newsgroups: []string{"a"}, Subject: "s", References: []string{long(400), long(400), long(400)}}
	b, err := d.AppendTo(nil)
	require.NoError(t, err)
	require.Equal(t, 3, bytes.Count(b, []byte("@x>")), "of three, none may go")
}

func TestDraft(t *testing.T) {
	d := nntp.Draft{
		From: "Ann <ann@example.org>", Newsgroups: []string{"a.b", "c"}, Subject: "s", MessageID: "<1@x>",
		Date: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), References: []string{"<0@x>", "<00@x>"},
		Extra: nntp.Header{{"X-Y", "z"}}, Body: "one\n.two\r\nthree",
	}
	b, err := d.AppendTo([]byte("|"))
	require.NoError(t, err)
	require.Equal(t, "|From: Ann <ann@example.org>\r\nNewsgroups: a.b,c\r\nSubject: s\r\nDate: Sat, 1 Jan 2000 00:00:00 +0000\r\n"+
		"Message-ID: <1@x>\r\nReferences: <0@x> <00@x>\r\nX-Y: z\r\n\r\none\r\n.two\r\nthree\r\n", string(b))
	for name, change := range map[string]func(*nntp.Draft){
		"no From":       func(d *nntp.Draft) { d.From = "" },
		"no Subject":    func(d *nntp.Draft) { d.Subject = "" },
		"no groups":     func(d *nntp.Draft) { d.Newsgroups = nil },
		"a bad group":   func(d *nntp.Draft) { d.Newsgroups = []string{"a,b"} },
		"a bad id":      func(d *nntp.Draft) { d.MessageID = "<x>" },
		"LF in Subject": func(d *nntp.Draft) { d.Subject = "a\nControl: cancel <x@y>" },
		"CR in From":    func(d *nntp.Draft) { d.From = "a\rb" },
		"NUL":           func(d *nntp.Draft) { d.Extra = nntp.Header{{"X", "\x00"}} },
		"a bad name":    func(d *nntp.Draft) { d.Extra = nntp.Header{{"X\r\nY", "z"}} },
		"CR in body":    func(d *nntp.Draft) { d.Body = "a\rb" },
		"NUL in body":   func(d *nntp.Draft) { d.Body = "\x00" },
	} {
		bad := d
		change(&bad)
		_, err := bad.AppendTo(nil)
		require.Error(t, err, name)
	}
}

func TestParseEntry(t *testing.T) {
	e, err := nntp.ParseEntry("7\ts\tf\td\t<1@x>\t<0@x>\t12\t3\tXref: h a:7 b.c:9 bad :1 x:0\tother")
	require.NoError(t, err)
	require.Equal(t, nntp.Entry{
		Number:   7,
		Overview: nntp.Overview{Subject: "s", From: "f", Date: "d", MessageID: "<1@x>", References: "<0@x>", Bytes: 12, Lines: 3},
		Places:   []nntp.Place{{"a", 7}, {"b.c", 9}},
	}, e)
	_, err = nntp.ParseEntry("7\ts\tf\td\t<1@x>\t\t\t")
	require.NoError(t, err)
	for _, bad := range []string{"", "7", "x\ts\tf\td\t<1@x>\t\t1\t1", "7\ts\tf\td\t<1@x>\t\t-1\t1", "7\ts\tf\td\t<1@x>\t\t1\tx", "7\ts\tf\td\t<1@x>\t\t1\t1\r"} {
		_, err := nntp.ParseEntry(bad)
		require.Error(t, err, "%q", bad)
	}
}

func TestReply(t *testing.T) {
	require.Equal(t, "211 a  b c", nntp.R(211, "a\r\nb\x00c").Error())
	require.Equal(t, "400 é?\r\n", string(nntp.R(400, "é\xff").AppendTo(nil)))
	require.Len(t, nntp.R(400, strings.Repeat("é", 400)).AppendTo(nil), 512)
	require.Equal(t, "403\r\n", string(nntp.Reply{}.AppendTo(nil)))
	require.True(t, nntp.R(436, "").Temporary())
	require.False(t, nntp.R(437, "").Temporary())
}

// TestWildmatChoose: the first choice that is about a name decides, and the
// Wildmat itself where none is.
func TestWildmatChoose(t *testing.T) {
	parse := func(s string) nntp.Wildmat {
		w, err := nntp.ParsePatterns(s)
		require.NoError(t, err)
		return w
	}
	w := parse("a.*,c.*,@p.*").Choose(nntp.Choice{parse("a.b.*,!a.b.c"), false}, nntp.Choice{parse("a.b.*,d.*"), true})
	w = w.Choose(nntp.Choice{parse("c.x"), false})
	for name, want := range map[string]bool{
		"a.x": true, "a.b.x": false, "a.b.c": true, "d.x": true, "e.x": false, "c.y": true, "c.x": false, "p.x": false,
	} {
		require.Equal(t, want, w.Match(name), name)
	}
	require.True(t, w.Poisons("p.x"))
	require.False(t, w.IsEmpty())
	require.True(t, nntp.Wildmat{}.Choose(nntp.Choice{nntp.MatchAll(), false}).IsEmpty())
	require.False(t, nntp.Wildmat{}.Choose(nntp.Choice{nntp.MatchAll(), true}).IsEmpty())
}
