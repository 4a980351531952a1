package mime_test

import (
	"io"
	"math"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
)

func readAll(t testing.TB, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(b)
}

func TestReadPart(t *testing.T) {
	m := index(t, mixed+"--b\nContent-Transfer-Encoding: base64\nX: y\n\naGVs\nbG8=\n--b--\n")
	p := m.Part("1")
	require.Equal(t, "Content-Transfer-Encoding: base64\nX: y\n\naGVs\nbG8=", readAll(t, p.Raw()))
	require.Equal(t, "Content-Transfer-Encoding: base64\nX: y\n\n", readAll(t, p.HeaderSection()))
	require.Equal(t, "aGVs\nbG8=", readAll(t, p.Body()))
	require.Equal(t, "hello", readAll(t, p.Decoded()))
	h, err := p.Header()
	require.NoError(t, err)
	require.Equal(t, "y", h.Get("x"))
	require.Equal(t, readAll(t, m.Root.Body()), readAll(t, m.Root.Decoded()))
}

func TestNoSource(t *testing.T) {
	m, err := mime.ReadIndex(strings.NewReader(tree), mime.Limits{})
	require.NoError(t, err)
	_, err = io.ReadAll(m.Root.Raw())
	require.ErrorIs(t, err, mime.ErrNoSource)
	_, err = m.BodyStructure()
	require.ErrorIs(t, err, mime.ErrNoSource)
	_, err = m.Preview()
	require.ErrorIs(t, err, mime.ErrNoSource)
	m.SetSource(strings.NewReader(tree))
	require.Equal(t, tree, readAll(t, m.Root.Raw()))
}

func TestText(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"unlabelled ASCII", "\nhi\n", "hi\n"},
		{"unlabelled UTF-8", "\nhé\n", "hé\n"},
		{"unlabelled 8 bit", "\nh\xe9\n", "hé\n"},
		{"labelled", "Content-Type: text/plain; charset=koi8-r\n\n\xc1\n", "а\n"},
		{"wrongly ASCII", "Content-Type: text/plain; charset=us-ascii\n\nhé\n", "hé\n"},
		{"wrongly UTF-8", "Content-Type: text/plain; charset=utf-8\n\nh\xe9llo\n", "héllo\n"},
		{"UTF-8 with a fault", "Content-Type: text/plain; charset=utf-8\n\nééééé\xe9!\n", "ééééé\ufffd!\n"},
		{"cut UTF-8", "Content-Type: text/plain; charset=utf-8\n\n" + strings.Repeat("€", 3000), strings.Repeat("€", 3000)},
		{"unknown", "Content-Type: text/plain; charset=x-none\n\nhé\n", "hé\n"},
		{"ASCII, then UTF-8", "\n" + strings.Repeat("a", 9000) + "é", strings.Repeat("a", 9000) + "é"},
		{"ASCII, then 8 bit", "\n" + strings.Repeat("a", 9000) + "\xe9", strings.Repeat("a", 9000) + "é"},
		{"labelled ASCII, then UTF-8", "Content-Type: text/plain; charset=us-ascii\n\n" + strings.Repeat("a", 9000) + "é", strings.Repeat("a", 9000) + "é"},
		{"a mark of UTF-8", "\n\ufeffh\xc3\xa9", "hé"},
		{"a mark of UTF-8, labelled otherwise", "Content-Type: text/plain; charset=iso-8859-1\n\n\ufeffh\xc3\xa9", "hé"},
		{"a mark of UTF-16, labelled otherwise", "Content-Type: text/plain; charset=utf-8\n\n\xff\xfeh\x00\xe9\x00", "hé"},
		{"no mark of UTF-16", "Content-Type: text/plain; charset=windows-1251\n\n\xff\xfe\n", "яю\n"},
		{"a mark of UTF-16, labelled so", "Content-Type: text/plain; charset=utf-16be\n\n\xfe\xff\x00h\x00\xe9", "hé"},
		{"meta", "Content-Type: text/html\n\n<html><META charset='KOI8-R'>\xc1", "<html><META charset='KOI8-R'>а"},
		{"meta, equivalent", "Content-Type: text/html\n\n<meta http-equiv=Content-Type content=\"text/html; charset = koi8-r\">\xc1", "<meta http-equiv=Content-Type content=\"text/html; charset = koi8-r\">а"},
		{"meta, but labelled", "Content-Type: text/html; charset=iso-8859-1\n\n<meta charset=koi8-r>\xe9", "<meta charset=koi8-r>é"},
		{"meta, but UTF-8", "Content-Type: text/html\n\n<meta charset=koi8-r>é", "<meta charset=koi8-r>é"},
		{"meta of UTF-8, but 8 bit", "Content-Type: text/html\n\n<meta charset=utf-8>\xe9", "<meta charset=utf-8>é"},
		{"meta of UTF-16, in ASCII", "Content-Type: text/html\n\n<meta charset=utf-16>é", "<meta charset=utf-16>é"},
		{"meta that is none", "Content-Type: text/html\n\n<metal charset=koi8-r><!-- <meta charset=koi8-r> --><meta name=charset>\xe9", "<metal charset=koi8-r><!-- <meta charset=koi8-r> --><meta name=charset>é"},
		{"meta too far", "Content-Type: text/html\n\n" + strings.Repeat(" ", 1024) + "<meta charset=koi8-r>\xe9", strings.Repeat(" ", 1024) + "<meta charset=koi8-r>é"},
		{"meta in plain text", "\n<meta charset=koi8-r>\xe9", "<meta charset=koi8-r>é"},
		{"encoded", "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nh=E9=\n!\n", "hé!\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, readAll(t, index(t, test.text).Root.Text()))
		})
	}
}

func TestOpenMessage(t *testing.T) {
	inner := "Subject: in\n\nhi\n"
	encoded := index(t, "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogaW4KCmhpCg==\n").Root
	plain := index(t, "Content-Type: message/rfc822\n\n"+inner).Root
	for _, p := range []*mime.Part{encoded, plain} {
		m, err := p.OpenMessage(mime.Limits{}, 100)
		require.NoError(t, err)
		require.Equal(t, inner, readAll(t, m.Root.Raw()))
		require.Equal(t, "1", m.Root.Path())
	}
	for _, most := range []int64{int64(len(inner)), math.MaxInt64} {
		m, err := encoded.OpenMessage(mime.Limits{}, most)
		require.NoError(t, err)
		require.EqualValues(t, len(inner), m.Size)
	}
	_, err := encoded.OpenMessage(mime.Limits{}, int64(len(inner))-1)
	require.ErrorIs(t, err, mime.ErrLimit)
}

func TestFilename(t *testing.T) {
	for _, test := range []struct{ header, want string }{
		{"Content-Disposition: attachment; filename=a.txt\nContent-Type: text/plain; name=b.txt\n", "a.txt"},
		{"Content-Type: text/plain; name=\"=?utf-8?q?=C3=A9=2Etxt?=\"\n", "é.txt"},
		{"Content-Disposition: attachment; filename*0*=utf-8''%C3%A9; filename*1=.txt; filename=e.txt\n", "é.txt"},
		{"Content-Disposition: ; filename=a.txt\n", "a.txt"},
		{"", ""},
	} {
		require.Equal(t, test.want, index(t, test.header+"\n").Root.Filename())
	}
}

func TestSafeFilename(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{"report.pdf", "report.pdf"},
		{"Zürich 2 (1).tar.gz", "Zürich 2 (1).tar.gz"},
		{"../../etc/passwd", "passwd"},
		{`C:\Windows\system32\x.dll`, "x.dll"},
		{"..", "attachment"},
		{"a/", "attachment"},
		{"", "attachment"},
		{"a\x00b\r\nc", "abc"},
		{"annexe\u202efdp.exe", "annexefdp.exe"},
		{"con.txt", "_con.txt"},
		{"COM1", "_COM1"},
		{"lpt².x", "_lpt².x"},
		{"-rf", "rf"},
		{".bashrc", "bashrc"},
		{"a:b|c?", "a_b_c_"},
		{"invoice.pdf\u3164\u2800.exe", "invoice.pdf.exe"},
		{"con." + strings.Repeat("x", 196), "_con." + strings.Repeat("x", 195)},
		{"x. . ", "x"},
		{"a\xffb", "a_b"},
		{strings.Repeat("ä", 300) + ".pdf", strings.Repeat("ä", 97) + ".pdf"},
	} {
		require.Equal(t, test.want, mime.SafeFilename(test.name), "%q", test.name)
		checkFilename(t, test.name)
	}
}

func checkFilename(t testing.TB, s string) {
	t.Helper()
	name := mime.SafeFilename(s)
	require.NotEmpty(t, name)
	require.True(t, utf8.ValidString(name))
	require.LessOrEqual(t, len(name), 200)
	require.False(t, strings.ContainsAny(name, "/\\\x00\r\n:<>\"|?*"), "%q", name)
	require.NotContains(t, ".- ", name[:1])
	require.NotContains(t, ". ", name[len(name)-1:])
	for _, r := range name {
		require.False(t, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp), "%q", name)
	}
	base, _, _ := strings.Cut(strings.ToLower(name), ".")
	require.NotRegexp(t, `^(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])$`, strings.TrimSpace(base))
	require.Equal(t, name, mime.SafeFilename(name))
}

func TestHeaderEdit(t *testing.T) {
	const text = "From x\nReceived: a\nSubject : one\n two\nnot a field\nX: 1\nx: 2\n\nbody"
	h := mime.ParseHeader([]byte(text))
	require.Equal(t, strings.TrimSuffix(text, "body"), string(h.Bytes()))
	require.Equal(t, 5, h.Len())
	require.Equal(t, "one two not a field", h.Get("subject"))
	require.Equal(t, []string{"1", "2"}, h.Values("X"))
	require.True(t, h.Has("RECEIVED"))
	require.NoError(t, h.Prepend("Received", "b"))
	require.NoError(t, h.Set("x", "3"))
	require.NoError(t, h.Set("y", "4"))
	h.Del("subject")
	require.Equal(t, "From x\nReceived: b\r\nReceived: a\nx: 3\r\ny: 4\r\n\n", string(h.Bytes()))
	for _, bad := range [][2]string{{"", "x"}, {"a b", "x"}, {"a:", "x"}, {"a", "x\r\ny: z"}, {"a", "\n"}, {"a", "\x00"}, {"a\r", "x"}, {"ä", "x"}} {
		require.Error(t, h.Add(bad[0], bad[1]), "%q", bad)
		require.Error(t, h.Set(bad[0], bad[1]), "%q", bad)
		require.Error(t, h.Prepend(bad[0], bad[1]), "%q", bad)
	}
	require.Equal(t, 5, h.Len())

	cut := mime.ParseHeader([]byte("Subject: x"))
	require.NoError(t, cut.Add("To", "a@b.example"))
	require.Equal(t, "Subject: x\r\nTo: a@b.example\r\n", string(cut.Bytes()))
	require.Equal(t, "x", mime.Field{Name: "Subject", Raw: []byte("x")}.Value())

	var made mime.Header
	require.NoError(t, made.Add("Subject", strings.Repeat("word ", 30)))
	var b strings.Builder
	n, err := made.WriteTo(&b)
	require.NoError(t, err)
	require.EqualValues(t, b.Len(), n)
	require.True(t, strings.HasSuffix(b.String(), "\r\n\r\n"))
	for line := range strings.Lines(b.String()) {
		require.LessOrEqual(t, len(line), 80)
	}
}

// TestStored checks that an index that is stored comes back, and that no piece or change of it does harm.
func TestStored(t *testing.T) {
	m := index(t, tree)
	b, err := m.MarshalBinary()
	require.NoError(t, err)
	require.Less(t, len(b), len(tree)/2)
	var stored mime.Message
	require.NoError(t, stored.UnmarshalBinary(b))
	stored.SetSource(strings.NewReader(tree))
	require.Equal(t, outline(m, tree), outline(&stored, tree))
	checkIndex(t, &stored, tree)
	for i := range b {
		require.ErrorIs(t, stored.UnmarshalBinary(b[:i]), mime.ErrIndex)
	}
	require.ErrorIs(t, stored.UnmarshalBinary(append(b, 0)), mime.ErrIndex)
	_, err = new(mime.Message).MarshalBinary()
	require.ErrorIs(t, err, mime.ErrIndex)
	require.Equal(t, m.Size, stored.Size)
}
