package convert_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/convert"
	"github.com/wirepost/wirepost/mime/transfer"
)

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func index(t testing.TB, text string) *mime.Message {
	m, err := mime.Index(strings.NewReader(text), int64(len(text)), mime.Limits{})
	require.NoError(t, err)
	return m
}

// zeros makes boundaries that are the same each time, and differ.
type zeros struct{ n byte }

func (z *zeros) Read(p []byte) (int, error) {
	z.n++
	clear(p)
	p[0] = z.n
	return len(p), nil
}

// run converts a message and checks what holds for each result: it can be read again and again, whichever way, and its size
// is known; it says what was changed if something was, and only then.
func run(t testing.TB, text string, o convert.Options) (*convert.Result, string) {
	t.Helper()
	if o.Random == nil {
		o.Random = &zeros{}
	}
	r, err := convert.Convert(index(t, text), o)
	require.NoError(t, err)
	var b bytes.Buffer
	n, err := r.WriteTo(&b)
	require.NoError(t, err)
	require.EqualValues(t, b.Len(), n)
	require.EqualValues(t, b.Len(), r.Size())
	opened, err := r.Open()
	require.NoError(t, err)
	again, err := io.ReadAll(iotest.HalfReader(opened))
	require.NoError(t, err)
	require.NoError(t, opened.Close())
	require.Equal(t, b.String(), string(again))
	if !r.Changed() {
		require.Equal(t, text, b.String())
	}
	return r, b.String()
}

func kinds(notes []convert.Note) []convert.Kind {
	var k []convert.Kind
	for _, n := range notes {
		k = append(k, n.Kind)
	}
	return k
}

const mixed = `From: Jane Doe <jane@a.example>
To: "Doe, John" <john@b.example>, mary@b.example
Subject: files
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

preamble
--b
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

He said =E2=80=9Ccaf=C3=A9=E2=80=9D =E2=80=94 no=E2=82=AC.
> > a quoted line that is much longer than the others and has to be wrapped, which keeps its marks
--a
Content-Type: text/html; charset=utf-8

<p>html</p>
--a--
--b
Content-Type: application/octet-stream; name="data.bin"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="data.bin"

AAECAwQF/w==
--b
Content-Type: image/png
Content-Transfer-Encoding: base64

iVBORw0K
--b--
epilogue
`

func TestUUEncode(t *testing.T) {
	r, got := run(t, crlf(mixed), convert.Options{Format: convert.UUEncode, LineLength: 76, Transliterate: true})
	require.Equal(t, crlf(strings.ReplaceAll(`From: Jane Doe <jane@a.example>
To: "Doe, John" <john@b.example>, mary@b.example
Subject: files

He said "cafe" -- noEUR.
> > a quoted line that is much longer than the others and has to be wrapped,
> > which keeps its marks

begin 644 data.bin
'~~$"~P0%_P~~
~
end

begin 644 attachment2.png
&B5!.1PT*
~
end
`, "~", "`")), got)
	require.Equal(t, []convert.Kind{convert.AlternativeGone, convert.UUEncoded, convert.CharactersLost}, kinds(r.Changes))
	require.Equal(t, "1.2", r.Changes[0].Part)
	require.NoError(t, r.Err())

	_, again := run(t, got, convert.Options{Format: convert.UUEncode, LineLength: 76, Transliterate: true})
	require.Equal(t, got, again)
}

func TestUUEncodeCharset(t *testing.T) {
	_, got := run(t, crlf(mixed), convert.Options{Format: convert.UUEncode, NonMIMECharset: "iso-8859-1"})
	require.Contains(t, got, "He said ?caf\xe9? ? no?.\r\n")
	_, got = run(t, crlf(mixed), convert.Options{Format: convert.UUEncode, NonMIMECharset: "iso-8859-1", Encoding: transfer.SevenBit})
	require.Contains(t, got, "He said ?caf?? ? no?.\r\n")
	_, got = run(t, crlf(mixed), convert.Options{Format: convert.UUEncode, NonMIMECharset: "utf-8"})
	require.Contains(t, got, "He said “café” — no€.\r\n")
}

// TestUUEncodeKeepsPlain checks that a message that is plain already stays as it is.
func TestUUEncodeKeepsPlain(t *testing.T) {
	for _, text := range []string{
		"Subject: x\r\n\r\nhello\r\n",
		"Subject: x\r\n\r\nhello",
		"Subject: x\r\n\r\n",
		"Subject: x\n\nhello\nthere\n",
	} {
		r, _ := run(t, text, convert.Options{Format: convert.UUEncode, LineLength: 76})
		require.False(t, r.Changed(), "%q: %v", text, r.Changes)
	}
}

func TestAttachFiles(t *testing.T) {
	plain := crlf(`Subject: x

hello

begin 644 a.doc
#0V%T
` + "`" + `
end

bye
`)
	r, got := run(t, plain, convert.Options{Format: convert.MIME})
	require.Equal(t, []convert.Kind{convert.Attached}, kinds(r.Changes))
	require.Equal(t, crlf(`Subject: x
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_010000000000000000000000000000"

--=_010000000000000000000000000000
Content-Type: text/plain; charset=us-ascii
Content-Transfer-Encoding: 7bit

hello


--=_010000000000000000000000000000
Content-Type: application/msword; name=a.doc
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename=a.doc

Q2F0

--=_010000000000000000000000000000
Content-Type: text/plain; charset=us-ascii
Content-Transfer-Encoding: 7bit


bye

--=_010000000000000000000000000000--
`), got)
	r, _ = run(t, got, convert.Options{Format: convert.MIME})
	require.False(t, r.Changed())
}

// TestAttachFilesCharset checks that a text whose label is missing comes out in the charset that is asked for.
func TestAttachFilesCharset(t *testing.T) {
	plain := "Subject: x\r\n\r\n" + strings.Repeat("ascii\r\n", 2000) + "café\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n"
	_, got := run(t, plain, convert.Options{Format: convert.MIME, Charset: "iso-8859-1"})
	require.Contains(t, got, "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n")
	require.Contains(t, got, "caf=E9\r\n")
	_, got = run(t, plain, convert.Options{Format: convert.MIME})
	require.Contains(t, got, "charset=utf-8")
	require.Contains(t, got, "caf=C3=A9\r\n")
}

// attachments are the contents of the parts of a message that have names.
func attachments(t testing.TB, text string) map[string][32]byte {
	found := map[string][32]byte{}
	for p := range index(t, text).Root.All() {
		if p.Filename() != "" {
			b, err := io.ReadAll(p.Decoded())
			require.NoError(t, err)
			found[p.Filename()] = sha256.Sum256(b)
		}
	}
	return found
}

// randomMail is a message with attachments of all sizes around those of lines, and its texts.
func randomMail(seed uint64) string {
	random := rand.New(rand.NewPCG(seed, 2))
	var b strings.Builder
	b.WriteString("Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n")
	for i := range 1 + random.IntN(4) {
		data := make([]byte, random.IntN(300))
		for j := range data {
			data[j] = byte(random.UintN(256))
		}
		e := []transfer.Encoding{transfer.Base64, transfer.QuotedPrintable, transfer.UUEncode}[random.IntN(3)]
		fmt.Fprintf(&b, "\r\n--b\r\nContent-Disposition: attachment; filename=f%d.bin\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: %s\r\n\r\n", i, e)
		w := transfer.NewBinaryWriter(e, &b)
		_, _ = w.Write(data)
		_ = w.Close()
	}
	b.WriteString("\r\n--b--\r\n")
	return b.String()
}

// TestRoundTrip checks that attachments come through uuencode, and back, byte for byte.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(200) {
		text := randomMail(seed)
		before := attachments(t, text)
		require.NotEmpty(t, before)
		_, plain := run(t, text, convert.Options{Format: convert.UUEncode, LineLength: 76, Encoding: transfer.SevenBit})
		require.Empty(t, attachments(t, plain))
		_, back := run(t, plain, convert.Options{Format: convert.MIME})
		require.Equal(t, before, attachments(t, back), "seed %d", seed)
	}
}

func TestZeroOptions(t *testing.T) {
	for _, text := range []string{crlf(mixed), mixed, "", "\r\n", "x", "Subject: \xff\x00\r\r\n\nx\x00"} {
		r, got := run(t, text, convert.Options{})
		require.Equal(t, text, got)
		require.Empty(t, r.Problems)
		require.Empty(t, r.Encoding)
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []convert.Options{
		{Format: 9},
		{RichText: 9},
		{Format: convert.UUEncode, RichText: convert.RichTextAlways},
		{LineLength: 5},
		{LineLength: 1000},
		{LineLength: -1},
		{MaxRichText: -1},
		{Encoding: transfer.Base64},
		{Charset: "no-such"},
		{Charset: "utf-16"},
		{NonMIMECharset: "utf-7"},
	} {
		_, err := convert.Convert(index(t, "x"), o)
		require.ErrorIs(t, err, convert.ErrOptions, "%+v", o)
	}
	for _, label := range []string{"utf-8", "latin1", "us-ascii", "iso-2022-jp", "koi8-r", "windows-1252", "gb18030"} {
		_, err := convert.Convert(index(t, "x"), convert.Options{Charset: label})
		require.NoError(t, err, label)
	}
}

// TestSourceErrors checks that an error of the source comes out, whenever it happens.
func TestSourceErrors(t *testing.T) {
	text := crlf(mixed)
	m, err := mime.ReadIndex(strings.NewReader(text), mime.Limits{})
	require.NoError(t, err)
	_, err = convert.Convert(m, convert.Options{})
	require.Error(t, err)

	for _, o := range []convert.Options{
		{Format: convert.UUEncode}, {Format: convert.MIME, Charset: "utf-8"}, {Encoding: transfer.SevenBit}, {RichText: convert.RichTextAlways},
	} {
		m = index(t, text)
		r, err := convert.Convert(m, o)
		require.NoError(t, err)
		want, err := io.ReadAll(must(r.Open()))
		require.NoError(t, err)
		broken := 0
		for after := range 100 {
			m := index(t, text)
			m.SetSource(&failing{strings.NewReader(text), after})
			r, err := convert.Convert(m, o)
			if err != nil {
				require.ErrorIs(t, err, errBroken)
				broken++
				continue
			}
			got, err := io.ReadAll(must(r.Open()))
			if err != nil {
				require.ErrorIs(t, err, errBroken)
				broken++
				continue
			}
			require.Len(t, got, len(want))
		}
		require.Greater(t, broken, 3)
	}
}

func must(r io.ReadCloser, err error) io.Reader {
	if err != nil {
		panic(err)
	}
	return r
}

var errBroken = fmt.Errorf("the disk is broken")

// failing fails from the read on that has this number.
type failing struct {
	r    io.ReaderAt
	left int
}

func (f *failing) ReadAt(p []byte, off int64) (int, error) {
	if f.left--; f.left < 0 {
		return 0, errBroken
	}
	return f.r.ReadAt(p, off)
}
