package mime_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/defect"
)

func index(t testing.TB, msg string) *mime.Message {
	t.Helper()
	m, err := mime.Index(strings.NewReader(msg), int64(len(msg)), mime.Limits{})
	require.NoError(t, err)
	return m
}

// crlf makes a message of text with LF.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// outline shows a tree: for each part its type and, for a leaf, its body.
func outline(m *mime.Message, msg string) string {
	var b strings.Builder
	for p := range m.Root.All() {
		depth := 0
		for q := p.Parent(); q != nil; q = q.Parent() {
			depth++
		}
		fmt.Fprintf(&b, "%s%s", strings.Repeat(" ", depth), p.Type)
		if !p.IsMultipart() && p.Message == nil {
			fmt.Fprintf(&b, " %q %d", msg[p.BodyStart:p.End], p.Lines)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func kinds(m *mime.Message) (kinds []defect.Kind) {
	for d := range m.Defects.All() {
		kinds = append(kinds, d.Kind)
	}
	return kinds
}

const mixed = "Content-Type: multipart/mixed; boundary=b\n\n"

var messages = []struct {
	name, text, outline string
	defects             []defect.Kind
}{
	{name: "plain", text: "Subject: x\n\nhello\nworld\n", outline: "text/plain \"hello\\r\\nworld\\r\\n\" 2\n"},
	{name: "no body", text: "Subject: x\n\n", outline: "text/plain \"\" 0\n"},
	{name: "empty", text: "", outline: "text/plain \"\" 0\n"},
	{name: "no header", text: "\nhello\n", outline: "text/plain \"hello\\r\\n\" 1\n"},
	{name: "no last line end", text: "Subject: x\n\nhello", outline: "text/plain \"hello\" 0\n"},
	{
		name:    "mixed",
		text:    mixed + "preamble\n--b\n\none\n--b  \nContent-Type: TEXT/Html; charset=utf-8\n\n<p>\n\n--b--\nepilogue\n",
		outline: "multipart/mixed\n text/plain \"one\" 0\n text/html \"<p>\\r\\n\" 1\n",
	},
	{
		name: "nested", text: mixed + "--b\nContent-Type: multipart/alternative; boundary=\"q c\"\n\n--q c\n\n1\n--q c\n\n2\n--q c--\n\n--b\n\n3\n--b--\n",
		outline: "multipart/mixed\n multipart/alternative\n  text/plain \"1\" 0\n  text/plain \"2\" 0\n text/plain \"3\" 0\n",
	},
	{
		name:    "enclosed",
		text:    mixed + "--b\nContent-Type: message/rfc822\n\nSubject: in\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\n1\n--c--\n--b\n\n2\n--b--\n",
		outline: "multipart/mixed\n message/rfc822\n  multipart/mixed\n   text/plain \"1\" 0\n text/plain \"2\" 0\n",
	},
	{
		name:    "digest",
		text:    "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: 1\n\none\n--b\nContent-Type: text/plain\n\ntwo\n--b--\n",
		outline: "multipart/digest\n message/rfc822\n  text/plain \"one\" 0\n text/plain \"two\" 0\n",
	},
	{
		name: "no close", text: mixed + "--b\n\none\n", outline: "multipart/mixed\n text/plain \"one\\r\\n\" 1\n",
		defects: []defect.Kind{mime.NotClosed},
	},
	{
		name:    "inner not closed",
		text:    mixed + "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\none\n--b\n\ntwo\n--b--\n",
		outline: "multipart/mixed\n multipart/mixed\n  text/plain \"one\" 0\n text/plain \"two\" 0\n",
		defects: []defect.Kind{mime.NotClosed},
	},
	{
		name: "no boundary", text: "Content-Type: multipart/mixed\n\n--b\n\none\n--b--\n",
		outline: "multipart/mixed \"--b\\r\\n\\r\\none\\r\\n--b--\\r\\n\" 4\n",
		defects: []defect.Kind{mime.NoBoundary},
	},
	{
		name: "empty boundary", text: "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\none\n----\n",
		outline: "multipart/mixed \"--\\r\\n\\r\\none\\r\\n----\\r\\n\" 4\n",
		defects: []defect.Kind{mime.NoBoundary},
	},
	{
		name: "no parts", text: mixed + "hello\n", outline: "multipart/mixed \"hello\\r\\n\" 1\n",
		defects: []defect.Kind{mime.NotClosed, mime.NoParts},
	},
	{
		name: "no parts but a close", text: mixed + "--b--\n", outline: "multipart/mixed \"--b--\\r\\n\" 1\n",
		defects: []defect.Kind{mime.NoParts},
	},
	{
		name:    "prefix",
		text:    mixed + "--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\n1\n--bbb\n--bb--\n--b\n\n2\n--b--\n",
		outline: "multipart/mixed\n multipart/mixed\n  text/plain \"1\\r\\n--bbb\" 1\n text/plain \"2\" 0\n",
		defects: []defect.Kind{mime.PrefixBoundary, mime.LikeDelimiter},
	},
	{
		name:    "same boundary",
		text:    mixed + "--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n1\n--b--\n--b\n\n2\n--b--\n",
		outline: "multipart/mixed\n multipart/mixed\n  text/plain \"1\" 0\n text/plain \"2\" 0\n",
		defects: []defect.Kind{mime.SameBoundary},
	},
	{
		name: "after close", text: mixed + "--b\n\n1\n--b--\n--b\n\n2\n", outline: "multipart/mixed\n text/plain \"1\" 0\n",
		defects: []defect.Kind{mime.AfterClose},
	},
	{
		name: "long boundary", text: strings.ReplaceAll(mixed+"--b\n\n1\n--b--\n", "b\n", strings.Repeat("b", 71)+"\n"),
		outline: "multipart/mixed\n text/plain \"1\\r\\n--b--\\r\\n\" 2\n",
		defects: []defect.Kind{mime.LongBoundary, mime.NotClosed},
	},
	{
		name: "not a field", text: "Subject: x\nabout\nX: y\n\nhello\n", outline: "text/plain \"hello\\r\\n\" 1\n",
		defects: []defect.Kind{mime.NotAField},
	},
	{
		name: "not a field, then blank", text: "Subject: x\nabout\n\nhello\n", outline: "text/plain \"hello\\r\\n\" 1\n",
		defects: []defect.Kind{mime.NotAField},
	},
	{
		name: "no blank line", text: "Subject: x\nhello there\nyou: all\n\n",
		outline: "text/plain \"\" 0\n", defects: []defect.Kind{mime.NotAField},
	},
	{
		name: "no blank line, two lines", text: "Subject: x\nhello\nthere\n\nyou\n",
		outline: "text/plain \"hello\\r\\nthere\\r\\n\\r\\nyou\\r\\n\" 4\n", defects: []defect.Kind{mime.NoBlankLine},
	},
	{
		name: "body only", text: "Dear all,\n\nhello\n",
		outline: "text/plain \"Dear all,\\r\\n\\r\\nhello\\r\\n\" 3\n", defects: []defect.Kind{mime.NoBlankLine},
	},
	{
		name: "no blank line before a delimiter", text: "Content-Type: multipart/mixed; boundary=b\n--b\nContent-Type: text/html\n\n1\n--b--\n",
		outline: "multipart/mixed\n text/html \"1\" 0\n", defects: []defect.Kind{mime.NoBlankLine},
	},
	{
		name: "part of one line", text: mixed + "--b\nhello\n--b--\n",
		outline: "multipart/mixed\n text/plain \"hello\" 0\n", defects: []defect.Kind{mime.NoBlankLine},
	},
	{
		name: "enclosed without blank line", text: mixed + "--b\nContent-Type: message/rfc822\nhello\nworld\n--b--\n",
		outline: "multipart/mixed\n message/rfc822\n  text/plain \"hello\\r\\nworld\" 1\n",
		defects: []defect.Kind{mime.NoBlankLine, mime.NoBlankLine},
	},
	{
		name: "mailbox line", text: "From a@b.example Thu Jan  1 00:00:00 1970\nSubject: x\n\nhello\n",
		outline: "text/plain \"hello\\r\\n\" 1\n", defects: []defect.Kind{mime.MailboxLine},
	},
	{
		name: "header cut", text: "Subject: x\n", outline: "text/plain \"\" 0\n", defects: []defect.Kind{mime.HeaderCut},
	},
	{
		name: "part header cut", text: mixed + "--b\nContent-Type: text/html\n--b--\n",
		outline: "multipart/mixed\n text/html \"\" 0\n", defects: []defect.Kind{mime.HeaderCut},
	},
	{
		name: "empty parts", text: mixed + "--b\n--b\n\n--b--\n",
		outline: "multipart/mixed\n text/plain \"\" 0\n text/plain \"\" 0\n", defects: []defect.Kind{mime.HeaderCut},
	},
	{
		name: "8 bit in a header", text: "Subject: \xe9\xff\xfe\n\n", outline: "text/plain \"\" 0\n",
		defects: []defect.Kind{mime.EightBitHeader},
	},
	{
		name: "NUL", text: "Subject: x\n\na\x00b\n", outline: "text/plain \"a\\x00b\\r\\n\" 1\n",
		defects: []defect.Kind{mime.NUL},
	},
	{
		name: "repeated", text: "Content-Type: text/html\nContent-Type: Text/HTML\n\n", outline: "text/html \"\" 0\n",
		defects: []defect.Kind{mime.RepeatedField},
	},
	{
		name: "conflict", text: "Content-Type: text/html\nContent-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\nContent-Type: text/plain\n\n",
		outline: "text/html \"\" 0\n", defects: []defect.Kind{mime.ConflictingField, mime.ConflictingField},
	},
	{
		name: "bad type", text: "Content-Type: text\n\n", outline: "text/plain \"\" 0\n",
		defects: []defect.Kind{mime.BadType},
	},
	{
		name: "unquoted parameter", text: "Content-Type: text/plain; name=a b.txt\n\n", outline: "text/plain \"\" 0\n",
		defects: []defect.Kind{mime.BadParameters},
	},
	{
		name: "unknown encoding", text: "Content-Transfer-Encoding: x-mine\n\n", outline: "text/plain \"\" 0\n",
		defects: []defect.Kind{mime.UnknownEncoding},
	},
	{
		name: "encoded multipart", text: "Content-Transfer-Encoding: base64\n" + mixed + "--b\n\n1\n--b--\n",
		outline: "multipart/mixed\n text/plain \"1\" 0\n", defects: []defect.Kind{mime.EncodedMultipart},
	},
	{
		name: "encoded message", text: "Content-Transfer-Encoding: base64\nContent-Type: message/rfc822\n\nWDogeQ==\n",
		outline: "message/rfc822 \"WDogeQ==\\r\\n\" 1\n", defects: []defect.Kind{mime.EncodedMessage},
	},
	{
		name: "uuencoded message", text: "Content-Transfer-Encoding: x-uuencode\nContent-Type: message/rfc822\n\nbegin\n",
		outline: "message/rfc822 \"begin\\r\\n\" 1\n", defects: []defect.Kind{mime.EncodedMessage},
	},
	{
		name: "encoded international message", text: "Content-Transfer-Encoding: base64\nContent-Type: message/global\n\nWDogeQ==\n",
		outline: "message/global \"WDogeQ==\\r\\n\" 1\n",
	},
	{
		name: "UTF-8 in a header", text: "Subject: \u00e9\n\n", outline: "text/plain \"\" 0\n",
	},
	{
		name: "folds and odd spacing", text: "Subject: x\n \n y\nContent-Type :\n text/html;\n\tcharset=utf-8\n\n",
		outline: "text/html \"\" 0\n", defects: []defect.Kind{mime.BlankFold, mime.OddField},
	},
}

// TestIndex checks the tree and the defects of each message, with CRLF and with LF alone.
func TestIndex(t *testing.T) {
	for _, test := range messages {
		t.Run(test.name, func(t *testing.T) {
			text := crlf(test.text)
			m := index(t, text)
			require.Equal(t, test.outline, outline(m, text))
			require.Equal(t, test.defects, kinds(m))
			checkIndex(t, m, text)

			bare := index(t, test.text)
			checkIndex(t, bare, test.text)
			want := slices.Clone(test.defects)
			if strings.Contains(test.text, "\n") {
				want = append(want, mime.BareLF)
			}
			require.ElementsMatch(t, want, kinds(bare))
			require.Equal(t, strings.ReplaceAll(test.outline, `\r\n`, `\n`), outline(bare, test.text))
		})
	}
}

// checkIndex checks what holds for every index: ranges nest, headers write themselves, paths lead back.
func checkIndex(t testing.TB, m *mime.Message, text string) {
	t.Helper()
	require.EqualValues(t, len(text), m.Size)
	require.Zero(t, m.Root.Start)
	require.Equal(t, m.Size, m.Root.End)
	for p := range m.Root.All() {
		require.True(t, p.Start <= p.BodyStart && p.BodyStart <= p.End)
		require.EqualValues(t, strings.Count(text[p.BodyStart:p.End], "\n"), p.Lines)
		from := p.BodyStart
		for _, c := range p.Children {
			require.LessOrEqual(t, from, c.Start)
			require.LessOrEqual(t, c.End, p.End)
			require.Same(t, p, c.Parent())
			from = c.End
		}
		if e := p.Message; e != nil {
			require.Equal(t, []int64{p.BodyStart, p.End}, []int64{e.Start, e.End})
			require.Same(t, p, e.Parent())
		}
		header := mime.ParseHeader([]byte(text[p.Start:p.BodyStart]))
		require.Equal(t, text[p.Start:p.BodyStart], string(header.Bytes()))
		if found := m.Part(p.Path()); found != p {
			require.Same(t, p, found.Message)
		}
	}
}

// TestIndexerPieces checks that the index is the same however the message is cut.
func TestIndexerPieces(t *testing.T) {
	for _, test := range messages {
		text := crlf(test.text)
		whole := index(t, text)
		pieces, err := mime.ReadIndex(iotest.OneByteReader(strings.NewReader(text)), mime.Limits{})
		require.NoError(t, err)
		require.Equal(t, outline(whole, text), outline(pieces, text), test.name)
		require.Equal(t, kinds(whole), kinds(pieces), test.name)
	}
}

// TestBareCR checks that the first CR without LF is found at its place, however the message is cut.
func TestBareCR(t *testing.T) {
	for text, want := range map[string]int64{
		"": -1, "\r\n\r\na\r\n": -1, "\n\na\n": -1, "\r\n\na\r\n": -1, "\r": 0, "X: \ry\r\n\r\n": 3, "\r\na\r": 3, "\n\ra\n": 1, "\n\r\n\ra\n": 3,
		"\r\n\r\r\n": 2, "\r\n\ra\n": 2, "\r\na\n\r": 4,
	} {
		for size := 1; size <= len(text)+1; size++ {
			x := mime.NewIndexer(mime.Limits{})
			for piece := range slices.Chunk([]byte(text), size) {
				_, err := x.Write(piece)
				require.NoError(t, err)
			}
			m, err := x.Finish()
			require.NoError(t, err)
			found := int64(-1)
			for d := range m.Defects.All() {
				if d.Kind == mime.BareCR {
					found = d.Offset
				}
			}
			require.Equal(t, want, found, "%q in pieces of %d", text, size)
		}
	}
}

func TestIndexLimits(t *testing.T) {
	part := "--b\n\n1\n"
	for _, test := range []struct {
		name, text, outline string
		limits              mime.Limits
		kind                defect.Kind
	}{
		{
			"depth", mixed + "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\n1\n--c--\n--b--\n",
			"multipart/mixed\n multipart/mixed \"--c\\n\\n1\\n--c--\" 3\n",
			mime.Limits{Depth: 1},
			mime.DepthLimit,
		},
		{
			"parts", mixed + part + part + part + "--b--\n",
			"multipart/mixed\n text/plain \"1\" 0\n",
			mime.Limits{Parts: 2},
			mime.PartsLimit,
		},
		{
			"header octets", "Subject: x\nX: y\nContent-Type: text/html\n\n1\n", "text/plain \"1\\n\" 1\n",
			mime.Limits{HeaderBytes: 20},
			mime.HeaderLimit,
		},
		{
			"fields", "Subject: x\nX: y\nContent-Type: text/html\n\n1\n", "text/plain \"1\\n\" 1\n",
			mime.Limits{HeaderFields: 2},
			mime.HeaderLimit,
		},
		{
			"header line", "Subject: x\nContent-Type: text/html;" + strings.Repeat(" ", 2000) + "\n\n1\n", "text/plain \"1\\n\" 1\n",
			mime.Limits{HeaderBytes: 20},
			mime.HeaderLimit,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(test.text), iotest.OneByteReader(strings.NewReader(test.text))} {
				m, err := mime.ReadIndex(r, test.limits)
				require.NoError(t, err)
				require.Equal(t, test.outline, outline(m, test.text))
				require.Equal(t, []defect.Kind{test.kind, mime.BareLF}, kinds(m))
			}
			test.limits.Strict = true
			_, err := mime.ReadIndex(strings.NewReader(test.text), test.limits)
			require.ErrorIs(t, err, mime.ErrLimit)
			x := mime.NewIndexer(test.limits)
			_, err = x.Write([]byte(test.text))
			require.ErrorIs(t, err, mime.ErrLimit)
			_, err = x.Write([]byte("x"))
			require.ErrorIs(t, err, mime.ErrLimit)
			_, err = x.Finish()
			require.ErrorIs(t, err, mime.ErrLimit)
		})
	}
}

// stuck is a reader that never gives anything.
type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

func TestIndexErrors(t *testing.T) {
	_, err := mime.ReadIndex(iotest.ErrReader(io.ErrClosedPipe), mime.Limits{})
	require.ErrorIs(t, err, io.ErrClosedPipe)
	_, err = mime.ReadIndex(stuck{}, mime.Limits{})
	require.ErrorIs(t, err, io.ErrNoProgress)
	_, err = mime.Index(bytes.NewReader([]byte("X: y\n\n")), 7, mime.Limits{})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestPartPaths(t *testing.T) {
	text := mixed + "--b\n\n1\n--b\nContent-Type: message/rfc822\n\n" + mixed2 + "--b\nContent-Type: message/rfc822\n\nX: y\n\nhi\n--b--\n"
	m := index(t, text)
	var paths []string
	for p := range m.Root.All() {
		paths = append(paths, p.Path()+" "+p.Type)
	}
	require.Equal(t, []string{
		" multipart/mixed", "1 text/plain", "2 message/rfc822", "2 multipart/mixed", "2.1 text/plain",
		"2.2 message/rfc822", "2.2.1 text/plain", "3 message/rfc822", "3.1 text/plain",
	}, paths)
	for _, path := range []string{"0", "4", "1.1", "2.3", "2.2.1.1", "3.2", "01", "+1", "1.", ".1", "a", "99999999999999999999"} {
		require.Nil(t, m.Part(path), path)
	}
	plain := index(t, "\nhi\n")
	require.Equal(t, "1", plain.Root.Path())
	require.Same(t, plain.Root, plain.Part("1"))
	require.Nil(t, plain.Part("1.1"))
	alone := index(t, "Content-Type: message/rfc822\n\n"+mixed+"--b\n\nhi\n--b--\n")
	require.Equal(t, "message/rfc822", alone.Part("1").Type)
	require.Equal(t, "text/plain", alone.Part("1.1").Type)
}

const mixed2 = "Content-Type: multipart/mixed; boundary=c\n\n--c\n\n1\n--c\nContent-Type: message/rfc822\n\n\nhi\n--c--\n"

func TestUTF8Header(t *testing.T) {
	for text, want := range map[string]bool{
		"Subject: x\n\né\n":                         false,
		"Subject: é\n\n":                            true,
		"Subject: x\n é\n\n":                        true,
		"Subject: \xe9\n\n":                         false,
		mixed + "--b\nContent-ID: <é>\n\n\n--b--\n": true,
	} {
		require.Equal(t, want, index(t, text).UTF8Header, "%q", text)
	}
}
