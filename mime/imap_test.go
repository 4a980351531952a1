package mime_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// tree is the example of RFC 9051, 6.4.5.1.
var tree = crlf(`From: a@a.example
Subject: outer
Content-Type: multipart/mixed; boundary=a

--a

one
--a
Content-Type: application/octet-stream

two
--a
Content-Type: message/rfc822

From: c@c.example
Subject: three
Content-Type: multipart/mixed; boundary=c

--c

three one
--c
Content-Type: application/octet-stream

three two
--c--
--a
Content-Type: multipart/mixed; boundary=d

--d
Content-Type: image/gif

four one
--d
Content-Type: message/rfc822

Subject: four two
Content-Type: multipart/mixed; boundary=e

--e

four two one
--e
Content-Type: multipart/alternative; boundary=f

--f

four two two one
--f
Content-Type: text/richtext

four two two two
--f--
--e--
--d--
--a--
`)

func section(t testing.TB, m *mime.Message, s string) (string, error) {
	t.Helper()
	parsed, err := mime.ParseSection(s)
	require.NoError(t, err)
	r, err := m.Section(parsed)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	require.EqualValues(t, r.Size(), len(b))
	return string(b), nil
}

func TestSection(t *testing.T) {
	m := index(t, tree)
	for _, test := range []struct{ section, want string }{
		{"", tree},
		{"HEADER", tree[:strings.Index(tree, "\r\n\r\n")+4]},
		{"TEXT", tree[strings.Index(tree, "\r\n\r\n")+4:]},
		{"1", "one"},
		{"1.MIME", "\r\n"},
		{"2", "two"},
		{"2.mime", "Content-Type: application/octet-stream\r\n\r\n"},
		{"3.HEADER.FIELDS (subject)", "Subject: three\r\n\r\n"},
		{`3.HEADER.FIELDS.NOT (SUBJECT "Content-Type")`, "From: c@c.example\r\n\r\n"},
		{"HEADER.FIELDS (X)", "\r\n"},
		{"3.1", "three one"},
		{"3.2", "three two"},
		{"3.TEXT", crlf("--c\n\nthree one\n--c\nContent-Type: application/octet-stream\n\nthree two\n--c--")},
		{"4.1.MIME", "Content-Type: image/gif\r\n\r\n"},
		{"4.2.HEADER", crlf("Subject: four two\nContent-Type: multipart/mixed; boundary=e\n\n")},
		{"4.2.1", "four two one"},
		{"4.2.2.1", "four two two one"},
		{"4.2.2.2", "four two two two"},
	} {
		got, err := section(t, m, test.section)
		require.NoError(t, err, test.section)
		require.Equal(t, test.want, got, test.section)
	}
	for _, s := range []string{"5", "1.1", "1.HEADER", "1.TEXT", "4.HEADER", "2.HEADER.FIELDS (X)", "4.2.2.3"} {
		_, err := section(t, m, s)
		require.ErrorIs(t, err, mime.ErrNoPart, s)
	}
}

func TestParseSection(t *testing.T) {
	for _, s := range []string{
		".", "1.", ".1", "0", "1.0", "01", "1HEADER", "MIME", "HEADER.FIELDS", "HEADER.FIELDS ()", "HEADER.FIELDS (", "HEADER (X)",
		"HEADER.", "1..HEADER", ".HEADER", "TEXT.1", "X", "HEADER.FIELDS ((A))", " (A)", "1 ", "HEADER.FIELDS (A) ",
	} {
		_, err := mime.ParseSection(s)
		require.ErrorIs(t, err, mime.ErrSection, "%q", s)
	}
}

func TestPartial(t *testing.T) {
	m := index(t, "\r\n0123456789")
	r, err := m.Section(mime.Section{Specifier: mime.TextPart})
	require.NoError(t, err)
	for _, test := range []struct {
		offset, count int64
		want          string
	}{{0, 3, "012"}, {8, 10, "89"}, {10, 1, ""}, {1 << 40, 1 << 62, ""}, {2, 0, ""}, {-1, -1, ""}, {0, 1 << 62, "0123456789"}} {
		p := mime.Partial(r, test.offset, test.count)
		b, err := io.ReadAll(p)
		require.NoError(t, err)
		require.Equal(t, test.want, string(b))
		require.EqualValues(t, len(b), p.Size())
	}
}

// show writes a structure as IMAP does, as far as the tests need it.
func show(b *mime.BodyStructure) string {
	var w strings.Builder
	w.WriteByte('(')
	for _, p := range b.Parts {
		w.WriteString(show(p))
	}
	if len(b.Parts) > 0 {
		fmt.Fprintf(&w, " %q", b.Subtype)
	} else {
		fmt.Fprintf(&w, "%q %q %s %s %s %q %d", b.Type, b.Subtype, showParams(b.Params), showString(b.ID), showString(b.Description), b.Encoding, b.Size)
	}
	if b.Body != nil {
		fmt.Fprintf(&w, " [%s] %s", showString(b.Envelope.Subject), show(b.Body))
	}
	if b.HasLines {
		fmt.Fprintf(&w, " %d", b.Lines)
	}
	w.WriteByte(')')
	return w.String()
}

func showString(s *string) string {
	if s == nil {
		return "NIL"
	}
	return fmt.Sprintf("%q", *s)
}

func showParams(params header.Params) string {
	if len(params) == 0 {
		return "NIL"
	}
	var words []string
	for _, p := range params {
		words = append(words, fmt.Sprintf("%q %q", p.Name, p.Value))
	}
	return "(" + strings.Join(words, " ") + ")"
}

func TestBodyStructure(t *testing.T) {
	b, err := index(t, tree).BodyStructure()
	require.NoError(t, err)
	const text = `"text" "plain" ("charset" "us-ascii") NIL NIL "7bit"`
	const octets = `"application" "octet-stream" NIL NIL NIL "7bit"`
	require.Equal(t, `((`+text+` 3 0)(`+octets+` 3)("message" "rfc822" NIL NIL NIL "7bit" 161 ["three"] (`+
		`(`+text+` 9 0)(`+octets+` 9) "mixed") 11)(("image" "gif" NIL NIL NIL "7bit" 8)("message" "rfc822" NIL NIL NIL "7bit" 232 ["four two"] (`+
		`(`+text+` 12 0)((`+text+` 16 0)("text" "richtext" NIL NIL NIL "7bit" 16 0) "alternative") "mixed") 17) "mixed") "mixed")`, show(b))

	for _, test := range []struct{ text, want string }{
		{"Content-Type: multipart/mixed; boundary=b\n\nhi\n", `(` + text + ` 3 1)`},
		{"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nhi\n", `("application" "octet-stream" NIL NIL NIL "base64" 3)`},
		{
			"Content-Type: Text/HTML; charset=x; Name*=utf-8''%C3%A9\nContent-ID: <a@b>\nContent-Description: =?utf-8?q?d?=\nContent-Transfer-Encoding: X-Mine\n\nhi\n",
			`("text" "html" ("charset" "x" "name" "é") "<a@b>" "=?utf-8?q?d?=" "x-mine" 3 1)`,
		},
	} {
		b, err := index(t, test.text).BodyStructure()
		require.NoError(t, err)
		require.Equal(t, test.want, show(b))
	}

	b, err = index(t, "Content-MD5: Q2hlY2s=\nContent-Disposition: Attachment; filename=a.txt\nContent-Language: de, en\nContent-Location: http://a.example/\n\n").BodyStructure()
	require.NoError(t, err)
	require.Equal(t, "Q2hlY2s=", *b.MD5)
	require.Equal(t, "attachment", b.Disposition)
	require.Equal(t, "a.txt", b.DispositionParams.Get("filename"))
	require.Equal(t, []string{"de", "en"}, b.Languages)
	require.Equal(t, "http://a.example/", *b.Location)
}

func TestEnvelope(t *testing.T) {
	m := index(t, "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\nFrom: \"=?utf-8?q?J?=\" <j@a.example>\nSubject: =?utf-8?q?x?=\n y\n"+
		"Reply-To:\nTo: friends: a@b.example, c@d.example;\nTo: e@f.example\nIn-Reply-To:\n\n")
	e, err := m.Root.Envelope()
	require.NoError(t, err)
	require.Equal(t, "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)", *e.Date)
	require.Equal(t, "=?utf-8?q?x?= y", *e.Subject)
	require.Empty(t, *e.InReplyTo)
	require.Nil(t, e.MessageID)
	require.Equal(t, []header.Address{{Name: "=?utf-8?q?J?=", Local: "j", Domain: "a.example"}}, e.From)
	require.Equal(t, e.From, e.Sender)
	require.Equal(t, e.From, e.ReplyTo)
	require.Equal(t, []header.Address{
		{Name: "friends", Mark: header.GroupStart},
		{Local: "a", Domain: "b.example"},
		{Local: "c", Domain: "d.example"},
		{Mark: header.GroupEnd},
		{Local: "e", Domain: "f.example"},
	}, e.To)
	require.Empty(t, e.Cc)
}

func TestBinary(t *testing.T) {
	m := index(t, mixed+"--b\nContent-Transfer-Encoding: base64\nContent-Type: image/png\n\naGVsbG8A\n"+
		"--b\nContent-Transfer-Encoding: quoted-printable\n\na=\nb=C3=A9\nc\n--b\nContent-Transfer-Encoding: x-mine\n\nx\n--b\nContent-Type: message/rfc822\n\n\nhi\n--b--\n")
	for _, test := range []struct {
		path []int
		want string
	}{{[]int{1}, "hello\x00"}, {[]int{2}, "abé\r\nc"}, {[]int{4}, "\nhi"}, {[]int{4, 1}, "hi"}} {
		r, err := m.Binary(test.path)
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, test.want, string(b))
		n, err := m.BinarySize(test.path)
		require.NoError(t, err)
		require.EqualValues(t, len(b), n)
	}
	_, err := m.Binary([]int{3})
	require.ErrorIs(t, err, mime.ErrUnknownEncoding)
	_, err = m.BinarySize([]int{5})
	require.ErrorIs(t, err, mime.ErrNoPart)
	n, err := m.BinarySize(nil)
	require.NoError(t, err)
	require.Equal(t, m.Size, n)
}

func TestPreview(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"\nHello,\n\n  this\tis\u00a0a text.\n", "Hello, this is a text."},
		{"\n" + strings.Repeat("ä ", 300), strings.TrimSpace(strings.Repeat("ä ", 100))},
		{"\n" + strings.Repeat("x", 300), strings.Repeat("x", 200)},
		{
			"Content-Type: text/html\n\n<head><TITLE>t</title><style>p { x }</style></head><!-- a > b --><p>1 &lt; 2<b>3</b></p><p>four</p><script>x</scrip></SCRIPT >5 < 6 <x",
			"1 < 23 four 5 < 6",
		},
		{"Content-Type: image/png\n\nx", ""},
		{"Content-Type: multipart/encrypted; boundary=b\n\n--b\n\nVersion: 1\n--b--\n", ""},
		{mixed + "--b\nContent-Disposition: attachment\n\nno\n--b\nContent-Type: text/html\n\n<p>yes\n--b--\n", "yes"},
		{mixed + "--b\nContent-Type: text/html\n\n<p>html\n--b\n\nplain\n--b--\n", "plain"},
		{"\na\u202eb\x1bc", "abc"},
	} {
		got, err := index(t, test.text).Preview()
		require.NoError(t, err)
		require.Equal(t, test.want, got)
	}
}

func TestBaseSubject(t *testing.T) {
	for _, test := range []struct {
		subject, base string
		reply         bool
	}{
		{"hello", "hello", false},
		{"", "", false},
		{"Re: hello", "hello", true},
		{"RE : fw: FWD:Re[2]: hello (fwd) (FWD) ", "hello", true},
		{"  a \t b\r\n c ", "a b c", false},
		{"[list] hello", "hello", false},
		{"[a] [b] Re [c] : [d] hello", "hello", true},
		{"[a][b]", "[b]", false},
		{"[a]", "[a]", false},
		{"Re: [a]", "[a]", true},
		{"[fwd: Re: hello]", "hello", true},
		{"Re: [fwd: [fwd: hello (fwd)] (fwd)]", "hello", true},
		{"[fwd: a] b", "b", false},
		{"Reply: x", "Reply: x", false},
		{"re", "re", false},
		{"Re:", "", true},
		{"[a[b] c", "[a[b] c", false},
		{"(fwd)", "", true},
		{"=?utf-8?q?Re=3A_?= =?utf-8?q?h=C3=A9llo?=", "héllo", true},
		{"[a] [fwd: x]", "x", true},
	} {
		base, reply := mime.BaseSubject(test.subject)
		require.Equal(t, test.base, base, test.subject)
		require.Equal(t, test.reply, reply, test.subject)
	}
}
