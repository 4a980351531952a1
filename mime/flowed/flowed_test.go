package flowed_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/flowed"
)

func paragraphs(t testing.TB, r io.Reader, delSp bool) (all []flowed.Paragraph) {
	t.Helper()
	src := flowed.NewReader(r, delSp)
	for {
		p, err := src.Next()
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

// p makes a paragraph.
func p(quote int, text string) flowed.Paragraph { return flowed.Paragraph{Quote: quote, Text: text} }

func TestReader(t *testing.T) {
	for _, tt := range []struct {
		in    string
		delSp bool
		want  []flowed.Paragraph
	}{
		{"", false, nil},
		{"one \r\ntwo\r\nthree\r\n", false, []flowed.Paragraph{p(0, "one two"), p(0, "three")}},
		{"one \ntwo", false, []flowed.Paragraph{p(0, "one two")}},
		{"one \r\ntwo", true, []flowed.Paragraph{p(0, "onetwo")}},
		{"one  \r\ntwo", true, []flowed.Paragraph{p(0, "one two")}},
		{"  stuffed\r\n >not a quote\r\n From me\r\n", false, []flowed.Paragraph{p(0, " stuffed"), p(0, ">not a quote"), p(0, "From me")}},
		{">a \r\n> b\r\n>>c \r\n>>  d\r\n\r\n>\r\n", false, []flowed.Paragraph{p(1, "a b"), p(2, "c  d"), p(0, ""), p(1, "")}},
		{"> > a\r\n", false, []flowed.Paragraph{p(1, "> a")}},
		{">a \r\n>>b \r\nc", false, []flowed.Paragraph{p(1, "a "), p(2, "b "), p(0, "c")}}, // RFC 3676, 4.5
		{"bye \r\n-- \r\nme\r\n", false, []flowed.Paragraph{p(0, "bye "), p(0, "-- "), p(0, "me")}},
		{"bye \r\n-- \r\nme\r\n> -- \r\n", true, []flowed.Paragraph{p(0, "bye"), p(0, "-- "), p(0, "me"), p(1, "-- ")}},
		{"a \r\n\r\nb", false, []flowed.Paragraph{p(0, "a "), p(0, "b")}},
		{"cut \r\n", false, []flowed.Paragraph{p(0, "cut ")}},
	} {
		for range 2 {
			require.Equal(t, tt.want, paragraphs(t, strings.NewReader(tt.in), tt.delSp), "%q", tt.in)
		}
		require.Equal(t, tt.want, paragraphs(t, iotest.OneByteReader(strings.NewReader(tt.in)), tt.delSp), "%q", tt.in)
	}
}

func TestReaderIsBounded(t *testing.T) {
	for _, in := range []string{strings.Repeat("x", 300_000), strings.Repeat("word \r\n", 50_000)} {
		size := 0
		for _, p := range paragraphs(t, strings.NewReader(in), false) {
			require.LessOrEqual(t, len(p.Text), flowed.MaxParagraph)
			size += len(p.Text)
		}
		require.Equal(t, len(strings.ReplaceAll(in, "\r\n", "")), size)
	}
}

func TestReadErrorsPassThrough(t *testing.T) {
	r := flowed.NewReader(io.MultiReader(strings.NewReader("one \r\ntwo"), iotest.ErrReader(io.ErrClosedPipe)), false)
	got, err := r.Next()
	require.NoError(t, err)
	require.Equal(t, p(0, "one two"), got)
	for range 2 {
		_, err = r.Next()
		require.Equal(t, io.ErrClosedPipe, err)
	}
}

func TestTextReader(t *testing.T) {
	const in = "one \r\ntwo\r\n>>three \r\n>>four\r\n>\r\n > no quote\r\n-- \r\nme"
	const want = "one two\r\n>> three four\r\n>\r\n > no quote\r\n-- \r\nme\r\n"
	for _, r := range []io.Reader{
		flowed.NewTextReader(strings.NewReader(in), false),
		iotest.OneByteReader(flowed.NewTextReader(iotest.OneByteReader(strings.NewReader(in)), false)),
	} {
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	n, err := flowed.NewTextReader(strings.NewReader(in), false).Read(nil)
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestWriter(t *testing.T) {
	long := strings.Repeat("x", 30)
	for _, tt := range []struct {
		p             flowed.Paragraph
		plain, delSpd string
	}{
		{p(0, ""), "\r\n", "\r\n"},
		{p(2, ""), ">>\r\n", ">>\r\n"},
		{p(0, "short  "), "short\r\n", "short\r\n"},
		{p(0, "-- "), "-- \r\n", "-- \r\n"},
		{p(1, "-- "), "> -- \r\n", "> -- \r\n"},
		{p(0, " a"), "  a\r\n", "  a\r\n"},
		{p(0, ">a"), " >a\r\n", " >a\r\n"},
		{p(0, "From a"), " From a\r\n", " From a\r\n"},
		{p(1, ">a"), "> >a\r\n", "> >a\r\n"},
		{p(0, "a\r\nb\rc"), "a\r\nb c\r\n", "a\r\nb c\r\n"},
		{p(0, "one two three four five six"), "one two three four \r\nfive six\r\n", "one two three four  \r\nfive six\r\n"},
		{p(1, "one two three four five six"), "> one two three four \r\n> five six\r\n", "> one two three four  \r\n> five six\r\n"},
		{p(0, "a "+long+" b"), "a \r\n" + long + " \r\nb\r\n", "a  \r\n" + long + "  \r\nb\r\n"},
		{p(0, "-- "+long), "-- " + long + "\r\n", "-- " + long + "\r\n"},
		{p(0, "this is just wide > x"), "this is just wide > \r\nx\r\n", "this is just wide  \r\n > x\r\n"},
		{p(0, strings.Repeat("中", 25)), strings.Repeat("中", 25) + "\r\n", strings.Repeat("中", 19) + " \r\n" + strings.Repeat("中", 6) + "\r\n"},
	} {
		for delSp, want := range map[bool]string{false: tt.plain, true: tt.delSpd} {
			var b bytes.Buffer
			w := flowed.NewWriter(&b, delSp)
			w.Width = 21
			require.NoError(t, w.WriteParagraph(tt.p))
			require.Equal(t, want, b.String())
		}
	}
	require.Equal(t, io.ErrClosedPipe, flowed.NewWriter(broken{}, false).WriteParagraph(p(0, "x")))
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestEncode(t *testing.T) {
	require.Equal(t, ">> quoted\r\n> \r\n> x\r\nFrom\r\n-- \r\nme\r\n",
		strings.ReplaceAll(flowed.Encode(">>quoted\n>  \n> x\r\nFrom\n-- \nme", false), ">\r\n", "> \r\n"))
	require.Empty(t, flowed.Encode("", true))
}

// FuzzReader checks that any text reads, the same however it is cut, and loses nothing but marks and line ends; and that
// the plain text of what is read reads as the same paragraphs.
func FuzzReader(f *testing.F) {
	f.Add("one \r\ntwo\n>>a \r\n>>b \n-- \n From > \r\n", false)
	f.Add("> > \r \n\n  \n", true)
	f.Fuzz(func(t *testing.T, in string, delSp bool) {
		want := paragraphs(t, strings.NewReader(in), delSp)
		require.Equal(t, want, paragraphs(t, iotest.OneByteReader(strings.NewReader(in)), delSp))
		size := 0
		for _, p := range want {
			size += p.Quote + len(p.Text)
		}
		require.LessOrEqual(t, size, len(in))
		require.LessOrEqual(t, len(want), strings.Count(in, "\n")+1+len(in)/(flowed.MaxParagraph/2))
	})
}

// FuzzWriter checks that what is written reads back as it was, but for blanks at its end; that lines are no wider than
// they may be unless they have no place to break them; and that none has more than 998 octets or starts with "From ".
func FuzzWriter(f *testing.F) {
	f.Add(0, "-- one two three  four >five From six -- seven", false, 20)
	f.Add(3, strings.Repeat("中文 x", 50)+" ", true, 78)
	f.Add(900, strings.Repeat("x", 2000), true, 0)
	f.Fuzz(func(t *testing.T, quote int, text string, delSp bool, width int) {
		if strings.ContainsAny(text, "\r\n") || !utf8.ValidString(text) {
			return // several paragraphs, or no text
		}
		var b bytes.Buffer
		w := flowed.NewWriter(&b, delSp)
		w.Width = width
		require.NoError(t, w.WriteParagraph(p(quote, text)))
		if text != flowed.Signature {
			text = strings.TrimRight(text, " ")
		}
		back := paragraphs(t, bytes.NewReader(b.Bytes()), delSp)
		if delSp || len(text) < 700 {
			require.Equal(t, []flowed.Paragraph{p(min(max(quote, 0), 200), text)}, back)
		}
		for line := range strings.SplitSeq(b.String(), "\r\n") {
			require.LessOrEqual(t, len(line), 998)
			require.False(t, strings.HasPrefix(line, "From "))
			words := strings.Fields(strings.TrimLeft(line, ">"))
			require.False(t, utf8.RuneCountInString(line) > max(80, min(quote, 200)+22) && len(words) > 2 && len(words[0]) < 10, line)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	in := []byte(flowed.Encode(strings.Repeat("A paragraph of ordinary words that goes on for a while, as paragraphs do, and then it ends.\n", 500), false))
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		_, _ = io.Copy(io.Discard, flowed.NewTextReader(bytes.NewReader(in), false))
	}
}

func BenchmarkEncode(b *testing.B) {
	in := strings.Repeat("A paragraph of ordinary words that goes on for a while, as paragraphs do, and then it ends.\n", 500)
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		flowed.Encode(in, false)
	}
}
