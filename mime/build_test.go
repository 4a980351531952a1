package mime_test

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

var (
	jane = header.Address{Name: "Jane", Local: "jane", Domain: "a.example"}
	joe  = header.Address{Name: "Jörg", Local: "joe", Domain: "b.example"}
)

// zeros is a random source that is anything but random.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// fixed is a Builder whose messages are the same each time.
func fixed() mime.Builder {
	return mime.Builder{
		Random: zeros{},
		Now:    func() time.Time { return time.Date(2026, 3, 5, 10, 11, 12, 0, time.FixedZone("", 3600)) },
	}
}

// written checks that a message is written with the size that it says, the same whichever way, and returns it.
func written(t testing.TB, out *mime.Outgoing) string {
	t.Helper()
	var b bytes.Buffer
	n, err := out.WriteTo(&b)
	require.NoError(t, err)
	require.EqualValues(t, b.Len(), n)
	if out.Size() >= 0 {
		require.EqualValues(t, b.Len(), out.Size())
	}
	return b.String()
}

// built builds a message, and checks that nothing is wrong with it.
func built(t testing.TB, b mime.Builder, d *mime.Draft) (string, *mime.Message) {
	t.Helper()
	out, err := b.Build(d)
	require.NoError(t, err)
	require.GreaterOrEqual(t, out.Size(), int64(0))
	text := written(t, out)
	return text, sound(t, out, text)
}

// sound checks that a message needs no more than it says, and that nothing is wrong with it.
func sound(t testing.TB, out *mime.Outgoing, text string) *mime.Message {
	t.Helper()
	m := index(t, text)
	for _, kind := range kinds(m) {
		allowed := kind == mime.BareLF || kind == mime.BareCR || kind == mime.NUL
		require.True(t, allowed && out.Encoding() == transfer.Binary, "%s: %.2000q", kind, text)
	}
	require.True(t, m.UTF8Header || !out.UTF8Header())
	for p := range m.Root.All() {
		require.True(t, p.KnownEncoding)
	}
	switch out.Encoding() {
	case transfer.SevenBit:
		require.False(t, strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 || r == 0 }))
		fallthrough
	case transfer.EightBit:
		require.True(t, strings.HasSuffix(text, "\r\n"))
		for line := range strings.SplitSeq(text, "\r\n") {
			require.LessOrEqual(t, len(line), 998)
			require.False(t, strings.ContainsAny(line, "\r\n\x00"))
		}
	default:
		require.Equal(t, transfer.Binary, out.Encoding())
	}
	return m
}

func content(t testing.TB, p *mime.Part) string {
	t.Helper()
	b, err := io.ReadAll(p.Decoded())
	require.NoError(t, err)
	return string(b)
}

var boundaryZero = strings.Repeat("a", 24)

// TestBuildGolden checks whole messages, octet for octet.
func TestBuildGolden(t *testing.T) {
	for _, test := range []struct {
		name  string
		draft mime.Draft
		want  string
	}{
		{"empty", mime.Draft{}, `MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

`},
		{"text", mime.Draft{
			To: []header.Address{joe}, Bcc: []header.Address{{Local: "secret", Domain: "c.example"}}, Subject: "Grüße",
			InReplyTo: []string{"<1@b.example>"}, References: []string{"<0@b.example>", "<1@b.example>"}, Text: "Hello\n\rJoe",
		}, `To: =?utf-8?b?SsO2cmc=?= <joe@b.example>
Subject: =?utf-8?b?R3LDvMOfZQ==?=
In-Reply-To: <1@b.example>
References: <0@b.example> <1@b.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Hello

Joe
`},
		{"flowed", mime.Draft{Text: strings.Repeat("words and words ", 6), Flowed: true}, `MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii; format=flowed

words and words words and words words and words words and words words ~
and words words and words
`},
		{"mixed", mime.Draft{Text: "Grüße aus Köln, where it is raining", Attachments: []mime.Entity{
			{Type: "application/pdf", Filename: "ä.pdf", Content: mime.ContentFromString("%PDF")},
			{Type: "text/csv", Filename: "a.csv", Content: mime.ContentFromString("a,b\r\n")},
			{Type: "text/csv", Filename: "b.csv", Content: mime.ContentFromString("a,b\n")},
		}}, `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_0000_` + boundaryZero + `"

--=_0000_` + boundaryZero + `
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe aus K=C3=B6ln, where it is raining

--=_0000_` + boundaryZero + `
Content-Type: application/pdf
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="=?utf-8?b?w6QucGRm?=";
 filename*=utf-8''%C3%A4.pdf

JVBERg==
--=_0000_` + boundaryZero + `
Content-Type: text/csv; charset=us-ascii
Content-Disposition: attachment; filename=a.csv

a,b

--=_0000_` + boundaryZero + `
Content-Type: text/csv; charset=us-ascii
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename=b.csv

YSxiCg==
--=_0000_` + boundaryZero + `--
`},
		{"alternatives", mime.Draft{Text: "See.", HTML: `<img src="cid:logo@a.example">`, Inline: []mime.Entity{
			{Type: "image/png", ID: "logo@a.example", Content: mime.ContentFromString("PNG")},
		}}, `MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="=_0000_` + boundaryZero + `"

--=_0000_` + boundaryZero + `
Content-Type: text/plain; charset=us-ascii

See.

--=_0000_` + boundaryZero + `
Content-Type: multipart/related; type="text/html";
 start="<aaaaaaaaaaaaaaaaaaaaaaaa@a.example>";
 boundary="=_0001_` + boundaryZero + `"

--=_0001_` + boundaryZero + `
Content-Type: text/html; charset=us-ascii
Content-ID: <aaaaaaaaaaaaaaaaaaaaaaaa@a.example>

<img src="cid:logo@a.example">

--=_0001_` + boundaryZero + `
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Disposition: inline
Content-ID: <logo@a.example>

UE5H
--=_0001_` + boundaryZero + `--
--=_0000_` + boundaryZero + `--
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.draft.From = []header.Address{jane}
			text, m := built(t, fixed(), &test.draft)
			head := "Date: Thu, 5 Mar 2026 10:11:12 +0100\nFrom: Jane <jane@a.example>\n"
			id := "Message-ID: <aaaaaaaaaaaaaaaaaaaaaaaa@a.example>\n"
			want := head + id + test.want
			if before, after, ok := strings.Cut(test.want, "In-Reply-To"); ok {
				want = head + before + id + "In-Reply-To" + after
			}
			require.Equal(t, crlf(strings.ReplaceAll(want, "~", "")), text)
			require.NotContains(t, text, "secret")
			require.NotNil(t, m)
		})
	}
}

// TestBuildEncodings checks which encoding is chosen, and that what is written says what the content was.
func TestBuildEncodings(t *testing.T) {
	long := strings.Repeat("x", 999)
	for _, test := range []struct {
		mediaType, disposition, content    string
		sevenBit, eightBit, binary, expect string
	}{
		{"text/plain", "", "a\r\n", "7bit", "7bit", "7bit", "a\r\n"},
		{"text/plain", "", "a \n\rb\r", "7bit", "7bit", "7bit", "a \r\n\r\nb\r\n"},
		{"text/plain", "", "mostly ascii ü", "quoted-printable", "8bit", "8bit", "mostly ascii ü\r\n"},
		{"text/plain", "", "öäü\r\n", "base64", "8bit", "8bit", "öäü\r\n"},
		{"text/plain", "", long, "quoted-printable", "quoted-printable", "binary", long + "\r\n"},
		{"text/plain", "", "some words and a NUL \x00", "quoted-printable", "quoted-printable", "binary", "some words and a NUL \x00\r\n"},
		{"text/plain", "attachment", "a\r\n", "7bit", "7bit", "7bit", "a\r\n"},
		{"text/plain", "attachment", "a", "7bit", "7bit", "7bit", "a"},
		{"text/plain", "attachment", "trailing \r\n", "quoted-printable", "quoted-printable", "binary", "trailing \r\n"},
		{"text/plain", "attachment", "From me\r\n", "quoted-printable", "quoted-printable", "binary", "From me\r\n"},
		{"text/plain", "attachment", "a\nb", "base64", "base64", "binary", "a\nb"},
		{"text/plain", "attachment", "a\rb\r\n", "base64", "base64", "binary", "a\rb\r\n"},
		{"text/plain", "attachment", "mostly ascii ü\r\n", "quoted-printable", "8bit", "8bit", "mostly ascii ü\r\n"},
		{"text/plain; charset=utf-16le", "", "a\x00\n\x00", "base64", "base64", "binary", "a\x00\n\x00"},
		{"image/png", "", "a\r\n", "base64", "base64", "7bit", "a\r\n"},
		{"image/png", "", "a\n", "base64", "base64", "binary", "a\n"},
		{"message/rfc822", "", "A: b\n\nc", "7bit", "7bit", "7bit", "A: b\r\n\r\nc"},
		{"message/rfc822", "", "A: b\r\n\r\nü", "", "8bit", "8bit", "A: b\r\n\r\nü"},
		{"message/rfc822", "", "A: b\r\n\r\n" + long, "", "", "binary", "A: b\r\n\r\n" + long},
		{"message/rfc822", "", "A: ü\r\n\r\n", "", "", "", ""},
		{"message/global", "", "A: ü\r\n\r\n", "base64", "8bit", "8bit", "A: ü\r\n\r\n"},
		{"message/global", "", "A: ü\r\n\r\nno end", "base64", "8bit", "8bit", "A: ü\r\n\r\nno end"},
	} {
		mediaType, params := header.ParseParams(test.mediaType, nil)
		for transport, want := range map[transfer.Encoding]string{"": test.sevenBit, "8bit": test.eightBit, "binary": test.binary} {
			e := mime.Entity{
				Type: mediaType, Params: params, Disposition: test.disposition, Content: mime.ContentFromString(test.content),
			}
			b := mime.Builder{Transport: transport}
			out, err := b.Build(&mime.Draft{From: []header.Address{jane}, Body: &mime.Entity{Children: []mime.Entity{e}}})
			if want == "" {
				require.Error(t, err)
				continue
			}
			require.NoError(t, err, test.content)
			m := sound(t, out, written(t, out))
			p := m.Part("1")
			require.Equal(t, want, string(p.Encoding), "%q by %q", test.content, transport)
			require.Equal(t, test.expect, content(t, p))
			class := transfer.Encoding(want)
			if want == "base64" || want == "quoted-printable" {
				class = transfer.SevenBit
			}
			require.Equal(t, class, out.Encoding())
			require.Equal(t, class, m.Root.Encoding)
			transferred, err := io.ReadAll(p.Body())
			require.NoError(t, err)
			require.NotContains(t, string(transferred), "=0D", "lines of a text stay lines")

			out, err = b.Build(&mime.Draft{From: []header.Address{jane}, Body: &e})
			require.NoError(t, err)
			m = sound(t, out, written(t, out))
			got := content(t, m.Root)
			if strings.HasPrefix(mediaType, "message/") && strings.HasSuffix(want, "bit") && !strings.HasSuffix(test.expect, "\r\n") {
				got = strings.TrimSuffix(got, "\r\n") // which the message has to end in
			}
			require.Equal(t, test.expect, got)
		}
	}
	_, err := mime.Builder{}.BuildEntity(&mime.Entity{Type: "message/rfc822", Content: mime.ContentFromString("A: b\r\n\r\n\xfc")})
	require.ErrorIs(t, err, mime.ErrTransport)
}

// TestBuildExplicitEncoding checks encodings that the caller chooses, with contents that can be read again and with such that can't.
func TestBuildExplicitEncoding(t *testing.T) {
	for _, test := range []struct{ mediaType, encoding, content, want string }{
		{"text/plain", "base64", "a\nb", "a\r\nb\r\n"},
		{"text/plain", "quoted-printable", "a\nb", "a\r\nb\r\n"},
		{"image/png", "quoted-printable", "a\nb\r\nc", "a\nb\r\nc"},
		{"image/png", "base64", "", ""},
		{"image/png", "7bit", "a\r\n", "a\r\n"},
		{"text/plain", "8bit", "ü", "ü\r\n"},
		{"image/png", "binary", "\x00\xff\n", "\x00\xff\n"},
		{"image/png", "", "\x00\xff\n", "\x00\xff\n"},
		{"text/plain", "", "\x00\xff\n", "\x00\xff\r\n"},
		{"image/png", "7bit", "\xff\r\n", ""},
		{"image/png", "7bit", "a\n", ""},
		{"image/png", "8bit", "a\x00\r\n", ""},
		{"image/png", "8bit", "a\r", ""},
		{"image/png", "7bit", strings.Repeat("a", 1000), ""},
	} {
		for _, once := range []bool{false, true} {
			e := mime.Entity{Type: test.mediaType, Encoding: transfer.Encoding(test.encoding), Content: mime.ContentFromString(test.content)}
			if once {
				e.Content = mime.ContentFromReader(strings.NewReader(test.content), int64(len(test.content)))
			}
			e.Disposition = "inline"
			out, err := mime.Builder{Transport: transfer.Binary}.Build(&mime.Draft{
				From: []header.Address{jane}, Attachments: []mime.Entity{e},
			})
			if test.want == "" && test.content != "" {
				if once {
					require.NoError(t, err)
					_, err = out.WriteTo(io.Discard)
				}
				require.ErrorContains(t, err, "the encoding ")
				continue
			}
			require.NoError(t, err)
			m := sound(t, out, written(t, out))
			require.Equal(t, test.want, content(t, m.Part("1")), "%+v", test)
			if test.encoding != "" {
				require.Equal(t, test.encoding, string(m.Part("1").Encoding))
			}
			if once {
				_, err = out.WriteTo(io.Discard)
				require.ErrorContains(t, err, "once only")
			}
		}
	}
	for _, e := range []mime.Entity{
		{Encoding: "x-uuencode"},
		{Encoding: "8bit"},
		{Type: "message/rfc822", Encoding: "base64"},
		{Encoding: "base64", Children: []mime.Entity{{}}},
		{Encoding: "7bit", Children: []mime.Entity{{}}},
	} {
		_, err := mime.Builder{}.BuildEntity(&e)
		require.Error(t, err)
	}
}

// TestBuildTop checks that a message of one part ends in a line end, however its content ends, and arrives as it was.
func TestBuildTop(t *testing.T) {
	for _, text := range []string{"", "a", "a\r\n", "ü and more of ascii", "\r\n", "a\r\n "} {
		for _, e := range []mime.Entity{
			{Type: "text/csv", Disposition: "attachment"},
			{Type: "image/png"},
			{Type: "image/png", Encoding: "quoted-printable"},
		} {
			for _, transport := range []transfer.Encoding{"7bit", "8bit", "binary"} {
				e.Content = mime.ContentFromString(text)
				out, err := mime.Builder{Transport: transport}.Build(&mime.Draft{From: []header.Address{jane}, Body: &e})
				require.NoError(t, err)
				require.Equal(t, text, content(t, sound(t, out, written(t, out)).Root), "%+v by %s", e, transport)
			}
		}
	}
}

// TestBuildRefuses checks that what would break a header is refused before an octet is written, and so is what makes no
// sense.
func TestBuildRefuses(t *testing.T) {
	bad := []string{"a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\x00b"}
	for _, s := range bad {
		raw := mime.ParseHeader([]byte("X: " + s + "\x00\r\n\r\n"))
		for i, d := range []mime.Draft{
			{Subject: s},
			{MessageID: "<" + s + "@a.example>"},
			{InReplyTo: []string{"<" + s + "@a.example>"}},
			{References: []string{s}},
			{To: []header.Address{{Name: s, Local: "a", Domain: "b"}}},
			{Cc: []header.Address{{Local: s, Domain: "b"}}},
			{ReplyTo: []header.Address{{Local: "a", Domain: s}}},
			{Sender: header.Address{Local: "a", Domain: s}},
			{Header: raw},
			{Body: &mime.Entity{Header: raw}},
			{Body: &mime.Entity{Type: "text/" + s}},
			{Body: &mime.Entity{Type: s}},
			{Body: &mime.Entity{Params: header.Params{{Name: "x", Value: s}}}},
			{Body: &mime.Entity{Params: header.Params{{Name: s, Value: "x"}}}},
			{Body: &mime.Entity{Disposition: s}},
			{Body: &mime.Entity{Filename: s}},
			{Body: &mime.Entity{ID: s + "@a.example"}},
			{Body: &mime.Entity{Description: s}},
			{Body: &mime.Entity{Encoding: transfer.Encoding(s)}},
			{Attachments: []mime.Entity{{Filename: s}}},
		} {
			d.From = []header.Address{jane}
			_, err := mime.Builder{}.Build(&d)
			require.Error(t, err, "%d: %q", i, s)
			require.True(t, strings.HasPrefix(err.Error(), "mime: "), err)
		}
		_, err := mime.Builder{Domain: s}.Build(&mime.Draft{From: []header.Address{jane}})
		require.Error(t, err)
	}
	field := func(name, value string) mime.Header {
		var h mime.Header
		require.NoError(t, h.Add(name, value))
		return h
	}
	from := []header.Address{jane}
	for message, d := range map[string]mime.Draft{
		"needs a From":           {},
		"needs a Sender":         {From: []header.Address{jane, joe}},
		"Bcc":                    {From: from, Header: field("bcc", "x")},
		"there twice":            {From: from, Header: field("subject", "x"), Subject: "y"},
		"use Draft.Body":         {From: from, Header: field("Content-Type", "x")},
		"of Entity":              {From: from, Body: &mime.Entity{Header: field("content-id", "x")}},
		"in Draft.Header":        {From: from, Body: &mime.Entity{Header: field("bcc", "x")}},
		"set Builder.Domain":     {From: []header.Address{{Local: "a"}}},
		"beyond ASCII":           {From: from, Header: field("X", "ü")},
		"not both":               {From: from, Text: "x", Body: &mime.Entity{}},
		"need HTML":              {From: from, Inline: []mime.Entity{{ID: "a@b"}}},
		"an ID of its own":       {From: from, HTML: "x", Inline: []mime.Entity{{}}},
		"needs Children":         {From: from, Body: &mime.Entity{Type: "Multipart/Mixed"}},
		"is a multipart":         {From: from, Body: &mime.Entity{Type: "text/plain", Children: []mime.Entity{{}}}},
		"the boundary is chosen": {From: from, Body: &mime.Entity{Params: header.Params{{Name: "Boundary", Value: "x"}}, Children: []mime.Entity{{}}}},
		"set nothing else":       {From: from, Body: &mime.Entity{Raw: mime.ContentFromString(""), Filename: "x"}},
		"decode it first":        {From: from, Text: "\xff"},
		"the year":               {From: from, Date: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"part 2.1: ":             {From: from, Text: "x", Attachments: []mime.Entity{{Children: []mime.Entity{{Encoding: "x"}}}}},
	} {
		_, err := mime.Builder{}.Build(&d)
		require.ErrorContains(t, err, message)
	}
	for message, text := range map[string]string{
		"fold it":          "X: " + strings.Repeat("x", 1000) + "\r\n\r\n",
		"CR, LF or NUL":    "X: y\r\nno field\r\n\r\n",
		"that is no field": "no field\r\n\r\n",
	} {
		_, err := mime.Builder{}.Build(&mime.Draft{From: from, Header: mime.ParseHeader([]byte(text))})
		require.ErrorContains(t, err, message)
	}
	for message, b := range map[string]mime.Builder{"no transport": {Transport: "base64"}, "not an identifier": {Domain: "ä.example"}} {
		_, err := b.Build(&mime.Draft{From: from, Text: "x", HTML: "y"})
		require.ErrorContains(t, err, message)
	}
	deep := mime.Entity{}
	for range 101 {
		deep = mime.Entity{Children: []mime.Entity{deep}}
	}
	_, err := mime.Builder{}.BuildEntity(&deep)
	require.ErrorContains(t, err, "deeper than 100")
}

// TestBuildUTF8 checks that headers can have UTF-8, and that the parts around them say 8bit then.
func TestBuildUTF8(t *testing.T) {
	d := &mime.Draft{
		From: []header.Address{{Name: "Jörg", Local: "jörg", Domain: "b.example"}}, Subject: "Grüße", Text: "plain",
		Attachments: []mime.Entity{{Filename: "ä.txt", Content: mime.ContentFromString("x")}},
	}
	text, m := built(t, mime.Builder{Mode: header.UTF8}, d)
	require.Contains(t, text, "\r\nSubject: Grüße\r\n")
	require.Contains(t, text, `filename="ä.txt"`)
	require.Equal(t, transfer.EightBit, m.Root.Encoding)
	require.Equal(t, "ä.txt", m.Part("2").Filename())
	_, err := mime.Builder{}.Build(d)
	require.ErrorIs(t, err, header.ErrAddress)
}

// TestBuildCharsets checks that a text is in the first charset that has it.
func TestBuildCharsets(t *testing.T) {
	b := mime.Builder{Charsets: []string{"us-ascii", "iso-8859-1", "iso-2022-jp"}}
	for text, want := range map[string]string{"plain": "us-ascii", "grün": "iso-8859-1", "日本": "iso-2022-jp", "grün 日本": "utf-8"} {
		_, m := built(t, b, &mime.Draft{From: []header.Address{jane}, Text: text})
		require.Equal(t, want, m.Root.Params.Get("charset"))
		got, err := io.ReadAll(m.Root.Text())
		require.NoError(t, err)
		require.Equal(t, text+"\r\n", string(got))
	}
	for text, want := range map[string]string{"plain": "us-ascii", "grün": "utf-8", "gr\xfcn": "", "gr\xc3": "", "\x1b$B": ""} {
		out, err := mime.Builder{}.BuildEntity(&mime.Entity{Content: mime.ContentFromString(text)})
		require.NoError(t, err)
		require.Equal(t, want, index(t, written(t, out)).Root.Params.Get("charset"))
	}
}

func TestRecipients(t *testing.T) {
	d := mime.Draft{
		To:  []header.Address{{Name: "all", Mark: header.GroupStart}, jane, {Mark: header.GroupEnd}},
		Cc:  []header.Address{joe, {Local: "jane", Domain: "A.EXAMPLE"}},
		Bcc: []header.Address{{Local: "Jane", Domain: "a.example"}},
	}
	require.Equal(t, []header.Address{jane, joe, d.Bcc[0]}, d.Recipients())
}

// changing is a content that is another one each time.
type changing struct{ contents []string }

func (c *changing) Size() int64 { return -1 }

func (c *changing) Open() (io.ReadCloser, error) {
	s := c.contents[0]
	c.contents = c.contents[1:]
	return io.NopCloser(strings.NewReader(s)), nil
}

// sized is a content that lies about its size.
type sized struct {
	mime.Content
	size int64
}

func (s sized) Size() int64 { return s.size }

// TestBuildChanged checks that a content that changes, or is not as large as it says, is never written as if it were whole.
func TestBuildChanged(t *testing.T) {
	out, err := mime.Builder{}.BuildEntity(&mime.Entity{Content: &changing{[]string{"one", "two"}}})
	require.NoError(t, err)
	_, err = out.WriteTo(io.Discard)
	require.ErrorContains(t, err, "has changed")
	for _, size := range []int64{2, 4} {
		c := sized{mime.ContentFromString("abc"), size}
		_, err := mime.Builder{}.BuildEntity(&mime.Entity{Content: c})
		require.ErrorContains(t, err, "its Size")
		out, err := mime.Builder{}.BuildEntity(&mime.Entity{Type: "image/png", Content: c})
		require.NoError(t, err)
		_, err = out.WriteTo(io.Discard)
		require.ErrorContains(t, err, "its Size")
	}
	out, err = mime.Builder{}.BuildEntity(&mime.Entity{Type: "image/png", Content: sized{mime.ContentFromString("abc"), -1}})
	require.NoError(t, err)
	require.EqualValues(t, -1, out.Size())
	require.Equal(t, "abc", content(t, index(t, written(t, out)).Root))
}

// synthetic is so many octets that are nowhere.
type synthetic int64

func (s synthetic) Size() int64 { return int64(s) }
func (s synthetic) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.LimitReader(zeros{}, int64(s))), nil
}

// TestBuildLarge checks that the memory that is needed does not depend on the size of an attachment.
func TestBuildLarge(t *testing.T) {
	const size = 64 << 20
	for _, mediaType := range []string{"application/zip", "text/plain"} {
		transport := transfer.SevenBit
		if mediaType == "text/plain" {
			transport = transfer.Binary
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		out, err := mime.Builder{Transport: transport}.Build(&mime.Draft{
			From: []header.Address{jane}, Text: "x",
			Attachments: []mime.Entity{{Type: mediaType, Content: synthetic(size)}},
		})
		require.NoError(t, err)
		n, err := out.WriteTo(io.Discard)
		runtime.ReadMemStats(&after)
		require.NoError(t, err)
		require.Equal(t, out.Size(), n)
		require.Greater(t, n, int64(size))
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
	}
}
