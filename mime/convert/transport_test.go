package convert_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/convert"
	"github.com/wirepost/wirepost/mime/transfer"
)

var sevenBit = convert.Options{Encoding: transfer.SevenBit}

// requireSevenBit checks the promise: ASCII without NUL, in lines that are not too long and end in CRLF.
func requireSevenBit(t testing.TB, text string) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\r\n") {
		require.LessOrEqual(t, len(line), 998)
		require.False(t, strings.ContainsAny(line, "\r\x00"), "%q", line)
		require.False(t, strings.ContainsFunc(line, func(r rune) bool { return r >= 0x80 }), "%q", line)
	}
}

// contents are the decoded leaves of a message.
func contents(t testing.TB, text string) []string {
	var all []string
	for p := range index(t, text).Root.All() {
		if !p.IsMultipart() && p.Message == nil {
			b, err := io.ReadAll(p.Decoded())
			require.NoError(t, err)
			all = append(all, string(b))
		}
	}
	return all
}

const eightBit = `Subject: x
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b
Content-Transfer-Encoding: 8bit

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

A café, and a lot of text beside it so that it stays readable.
--b
X-Odd:    field
Content-Type: text/plain

untouched
--b
Content-Type: text/plain; charset=koi8-r
Content-Transfer-Encoding: 8bit
X-After: it

ÐÒÉ×ÅÔ
--b
Content-Type: message/rfc822
Content-Transfer-Encoding: 8bit

Subject: inner

Grüße
--b--
`

func TestSevenBit(t *testing.T) {
	r, got := run(t, crlf(eightBit), sevenBit)
	require.Equal(t, crlf(`Subject: x
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b
Content-Transfer-Encoding: 7bit

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

A caf=C3=A9, and a lot of text beside it so that it stays readable.
--b
X-Odd:    field
Content-Type: text/plain

untouched
--b
Content-Type: text/plain; charset=koi8-r
Content-Transfer-Encoding: quoted-printable
X-After: it

=C3=90=C3=92=C3=89=C3=97=C3=85=C3=94
--b
Content-Type: message/rfc822
Content-Transfer-Encoding: 7bit

Subject: inner
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe
--b--
`), got)
	require.Equal(t, transfer.SevenBit, r.Encoding)
	require.Equal(t, []convert.Note{
		{Kind: convert.Reencoded, Part: "1"},
		{Kind: convert.Reencoded, Part: "3"},
		{Kind: convert.Reencoded, Part: "4.1"},
	}, r.Changes)
	require.Empty(t, r.Problems)
	require.Equal(t, contents(t, crlf(eightBit)), contents(t, got))

	r, _ = run(t, got, sevenBit)
	require.False(t, r.Changed())
	r, _ = run(t, crlf(eightBit), convert.Options{Encoding: transfer.EightBit})
	require.False(t, r.Changed())
	require.Equal(t, transfer.EightBit, r.Encoding)
}

// TestSevenBitLF checks that a message that is stored with LF is converted with LF.
func TestSevenBitLF(t *testing.T) {
	_, want := run(t, crlf(eightBit), sevenBit)
	_, got := run(t, eightBit, sevenBit)
	require.NotContains(t, got, "\r")
	require.Equal(t, strings.ReplaceAll(want, "\r", ""), got)
}

func TestBinary(t *testing.T) {
	text := "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: binary\r\n\r\n" +
		"--b\r\nContent-Transfer-Encoding: binary\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\x00\x00\r\n" +
		"--b\r\nContent-Transfer-Encoding: binary\r\nContent-Type: text/plain\r\n\r\na\nb\xe9\r\n" +
		"--b\r\nContent-Transfer-Encoding: binary\r\nContent-Type: text/plain\r\n\r\n" + strings.Repeat("x y ", 300) + "\r\n--b--\r\n"
	r, got := run(t, text, convert.Options{Encoding: transfer.EightBit})
	require.Equal(t, []string{"1", "2", "3"}, []string{r.Changes[0].Part, r.Changes[1].Part, r.Changes[2].Part})
	require.Contains(t, got, "boundary=b\r\nContent-Transfer-Encoding: 7bit\r\n")
	require.Contains(t, got, "Content-Transfer-Encoding: base64\r\nContent-Type: image/png\r\n\r\niVBORw0KGgoAAA==\r\n")
	require.Contains(t, got, "Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/plain\r\n\r\nx y ")
	require.Equal(t, contents(t, text), contents(t, got))
	requireSevenBit(t, got)

	r, _ = run(t, text, convert.Options{Encoding: transfer.Binary})
	require.False(t, r.Changed())
	require.Equal(t, transfer.Binary, r.Encoding)
}

// TestSigned checks that a signed part is as it was, while those beside it are encoded.
func TestSigned(t *testing.T) {
	signed := crlf("Content-Type: multipart/signed; boundary=s; protocol=\"application/pgp-signature\"\n\n--s\n\nGrüße\n--s\nContent-Type: application/pgp-signature\n\nx\n--s--\n")
	for _, o := range []convert.Options{sevenBit, {Format: convert.UUEncode}, {RichText: convert.RichTextAlways}, {Charset: "iso-8859-1"}} {
		r, got := run(t, signed, o)
		require.Equal(t, signed, got)
		require.Equal(t, []convert.Kind{convert.Signed}, kinds(r.Problems))
		require.EqualError(t, r.Err(), "convert: a signed or encrypted part must not be altered")
	}
	text := crlf("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n") + signed + crlf("--b\n\ncafé\n--b--\n")
	r, got := run(t, text, sevenBit)
	require.Contains(t, got, signed)
	require.Contains(t, got, "=C3=A9")
	require.Equal(t, []convert.Note{{Kind: convert.Signed, Part: "1"}}, r.Problems)
	require.Equal(t, transfer.EightBit, r.Encoding)
}

func TestNotEncodable(t *testing.T) {
	for _, tt := range []struct {
		text string
		kind convert.Kind
	}{
		{"Content-Type: message/partial; id=a; number=1\r\n\r\nGrüße\r\n", convert.NotEncodable},
		{"Content-Type: multipart/mixed\r\n\r\nGrüße\r\n", convert.NotEncodable},
		{"Content-Transfer-Encoding: x-odd\r\n\r\nGrüße\r\n", convert.UnknownEncoding},
	} {
		r, got := run(t, tt.text, sevenBit)
		require.Equal(t, tt.text, got)
		require.Equal(t, []convert.Kind{tt.kind}, kinds(r.Problems))
		require.Equal(t, transfer.EightBit, r.Encoding)
		require.ErrorAs(t, r.Err(), new(convert.Note))
	}
}

// TestPreamble checks that what is outside the parts is given up where it would break the promise.
func TestPreamble(t *testing.T) {
	for _, text := range []string{
		"Content-Type: multipart/mixed; boundary=b\r\n\r\nGrüße\r\n--b\r\n\r\nhello\r\n--b--\r\n",
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b--\r\n" + strings.Repeat("x", 1000),
		"Content-Type: multipart/mixed; boundary=\"bü\"\r\n\r\n--bü\r\n\r\nhello\r\n--bü--\r\n",
	} {
		r, got := run(t, text, sevenBit)
		requireSevenBit(t, got)
		require.Equal(t, transfer.SevenBit, r.Encoding)
		require.Contains(t, kinds(r.Changes), convert.BoundaryReplaced)
		require.Equal(t, []string{"hello"}, contents(t, got))
	}
}

func TestHeaders(t *testing.T) {
	for _, tt := range []struct{ field, want string }{
		{"Subject: Grüße", "Subject: =?utf-8?b?R3LDvMOfZQ==?="},
		{"X-Odd: Gr\xfc\xdfe", "X-Odd: =?utf-8?b?R3LDvMOfZQ==?="},
		{"From: Jörg <joerg@a.example>", "From: =?utf-8?b?SsO2cmc=?= <joerg@a.example>"},
		{"To: a@bücher.example", "To: a@xn--bcher-kva.example"},
		{"Message-ID: <ü@a.example>", "Downgraded-Message-ID: =?utf-8?q?<=C3=BC@a.example>?="},
		{"Content-Disposition: attachment; filename=\"ü.txt\"", "*=utf-8''%C3%BC.txt"},
		{"Content-Transfer-Encoding: 7bit (ü)", "Content-Transfer-Encoding: 7bit"},
		{"References: " + strings.Repeat("<a@b.example> ", 100), "References: <a@b.example> <a@b.example>"},
		{"Subject: a\rb\x00c", "Subject: a b c"},
	} {
		text := "X-Before:  kept\r\n" + tt.field + "\r\nX-After:  kept\r\n\r\nhi\r\n"
		for _, o := range []convert.Options{sevenBit, {ASCIIHeader: true, Encoding: transfer.EightBit}} {
			r, got := run(t, text, o)
			require.Contains(t, got, tt.want)
			require.True(t, strings.HasPrefix(got, "X-Before:  kept\r\n") && strings.HasSuffix(got, "\r\nX-After:  kept\r\n\r\nhi\r\n"), "%q", got)
			requireSevenBit(t, got)
			require.Empty(t, r.Problems)
			require.False(t, r.UTF8Header)
			require.Equal(t, transfer.SevenBit, r.Encoding)
		}
	}
}

func TestHeaderProblems(t *testing.T) {
	for _, tt := range []struct {
		field string
		kind  convert.Kind
	}{
		{"From: jörg@a.example", convert.NonASCIIAddress},
		{"To: ü, é <a@b>", convert.NonASCIIAddress},
		{"Subject: " + strings.Repeat("x", 1000), convert.BadField},
		{"Content-Transfer-Encoding: ü", convert.BadField},
	} {
		text := tt.field + "\r\n\r\nhi\r\n"
		r, got := run(t, text, sevenBit)
		require.Equal(t, text, got)
		name, _, _ := strings.Cut(tt.field, ":")
		require.Equal(t, []convert.Note{{Kind: tt.kind, Field: name}}, r.Problems)
		require.NotEqual(t, transfer.SevenBit, r.Encoding)
	}
	r, _ := run(t, "From: jörg@a.example\r\n\r\nhi\r\n", convert.Options{ASCIIHeader: true})
	require.True(t, r.UTF8Header)
	require.EqualError(t, r.Err(), "convert: an address is not ASCII, and can't be said without SMTPUTF8, in From")
}

func TestNoDisplayNames(t *testing.T) {
	text := crlf("From: Jane Doe <jane@a.example>\nTo: \"Doe, John\" <john@b.example>, mary@b.example (Mary)\nCc: team: A <a@b.example>, c@d.example;\nReply-To:  plain@a.example\nSubject: x\n\nhi\n")
	r, got := run(t, text, convert.Options{NoDisplayNames: true})
	require.Equal(t, crlf("From: jane@a.example\nTo: john@b.example, mary@b.example\nCc: team: a@b.example, c@d.example;\nReply-To:  plain@a.example\nSubject: x\n\nhi\n"), got)
	require.Equal(t, []convert.Note{
		{Kind: convert.NamesRemoved, Field: "From"}, {Kind: convert.NamesRemoved, Field: "To"}, {Kind: convert.NamesRemoved, Field: "Cc"},
	}, r.Changes)
	r, _ = run(t, got, convert.Options{NoDisplayNames: true})
	require.False(t, r.Changed())
	_, got = run(t, "From: Jörg <jörg@ü.example>\r\n\r\n", convert.Options{NoDisplayNames: true})
	require.Equal(t, "From: jörg@ü.example\r\n\r\n", got)
}

// TestTexts checks charsets and wrapping in messages that stay MIME.
func TestTexts(t *testing.T) {
	text := crlf("Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nCafé €, and now a line that is too long for thirty\n")
	r, got := run(t, text, convert.Options{Charset: "iso-8859-1", LineLength: 30, Encoding: transfer.SevenBit, Transliterate: true})
	require.Equal(t, crlf("Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nCaf=E9 EUR, and now a line that\nis too long for thirty\n"), strings.ReplaceAll(got, "line\r\nthat is", "line that\r\nis"))
	require.Equal(t, convert.TextConverted, r.Changes[0].Kind)
	_, got = run(t, text, convert.Options{Charset: "utf-8"})
	require.Equal(t, text, got)
	_, got = run(t, text, convert.Options{LineLength: 30})
	require.Contains(t, got, "charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nCafé €, and now a line that is\r\ntoo long for thirty\r\n")

	flowed := "Content-Type: text/plain; format=flowed\r\n\r\n" + strings.Repeat("x ", 50) + "\r\n"
	r, _ = run(t, flowed, convert.Options{LineLength: 30})
	require.False(t, r.Changed())
}

// TestTooComplex checks that a message is left alone, and that this is told, if the index does not know all of it.
func TestTooComplex(t *testing.T) {
	for _, text := range []string{
		"Subject: " + strings.Repeat("ü ", 600_000) + "\r\n\r\nhi\r\n",
		plural + strings.Repeat("--b\r\n\r\nü\r\n", 11_000) + "--b--\r\n",
	} {
		r, _ := run(t, text, sevenBit)
		require.False(t, r.Changed())
		require.Equal(t, []convert.Note{{Kind: convert.TooComplex}}, r.Problems)
		require.NotEqual(t, transfer.SevenBit, r.Encoding)
		r, _ = run(t, text, convert.Options{})
		require.Empty(t, r.Problems)
	}
}
