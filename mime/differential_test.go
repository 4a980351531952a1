package mime_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/defect"
)

// TestDifferentials checks that what programs read in different ways, so that one lets pass what another one acts on, is
// told as a defect.
func TestDifferentials(t *testing.T) {
	part := "--b\n\n1\n--b--\n"
	for _, test := range []struct {
		name, text string
		kind       defect.Kind
	}{
		{"two types", "Content-Type: text/plain\nContent-Type: text/html\n\n", mime.ConflictingField},
		{"the same type twice", "Content-Type: text/plain\nContent-type: TEXT/plain\n\n", mime.RepeatedField},
		{"two encodings", "Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n\n", mime.ConflictingField},
		{"two dispositions", "Content-Disposition: inline\nContent-Disposition: attachment\n\n", mime.ConflictingField},
		{"two ids", "Content-ID: <a>\nContent-ID: <b>\n\n", mime.ConflictingField},
		{"two types in a part", mixed + "--b\nContent-Type: text/plain\nContent-Type: text/html\n\n--b--\n", mime.ConflictingField},
		{"two boundaries", "Content-Type: multipart/mixed; boundary=b; boundary=c\n\n" + part, mime.BadParameters},
		{"two boundaries, one extended", "Content-Type: multipart/mixed; boundary=c; boundary*=us-ascii''b\n\n" + part, mime.BadParameters},
		{"two boundaries, one continued", "Content-Type: multipart/mixed; boundary=c; boundary*0=b\n\n" + part, mime.BadParameters},
		{"two charsets", "Content-Type: text/plain; charset=utf-7; charset*=us-ascii''utf-8\n\n", mime.BadParameters},
		{"encoded boundary", "Content-Type: multipart/mixed; boundary=\"=?utf-8?q?b?=\"\n\n" + part, mime.BadParameters},
		{"encoded type", "Content-Type: =?utf-8?q?text/html?=\n\n", mime.BadType},
		{"encoded encoding", "Content-Transfer-Encoding: =?utf-8?q?base64?=\n\n", mime.UnknownEncoding},
		{"NUL in a boundary", "Content-Type: multipart/mixed; boundary=\"b\x00c\"\n\n" + part, mime.NUL},
		{"NUL in a delimiter", mixed + "--b\x00\n\n1\n--b--\n", mime.LikeDelimiter},
		{"NUL in a body", "\na\x00b\n", mime.NUL},
		{"comment in a type", "Content-Type: text/(x)plain\n\n", mime.Comment},
		{"comment behind a type", "Content-Type: multipart/mixed (x; boundary=c); boundary=b\n\n" + part, mime.Comment},
		{"comment in a parameter", "Content-Type: multipart/mixed; boundary=b(x)\n\n" + part, mime.Comment},
		{"comment in an encoding", "Content-Transfer-Encoding: (7bit) base64\n\n", mime.Comment},
		{"quoted encoding", "Content-Transfer-Encoding: \"base64\"\n\n", mime.OddEncoding},
		{"two encodings in one", "Content-Transfer-Encoding: base64, 7bit\n\n", mime.OddEncoding},
		{"boundary like the outer", mixed + "--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\n1\n--bb--\n--b--\n", mime.PrefixBoundary},
		{"outer boundary like the inner", strings.ReplaceAll(mixed, "=b", "=bb") + "--bb\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n1\n--b--\n--bb--\n", mime.PrefixBoundary},
		{"boundary like one far out", mixed + "--b\n" + nestedMessages(5) + "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\n1\n--bb--\n--b--\n", mime.PrefixBoundary},
		{"line like a delimiter", mixed + "--b\n\n1\n--bc\n\n2\n--b--\n", mime.LikeDelimiter},
		{"line like the last delimiter", mixed + "--b\n\n1\n--b--x\n\n2\n--b--\n", mime.LikeDelimiter},
		{"line like an outer delimiter", mixed + "--b\nContent-Type: message/rfc822\n\n\n--bc\n--b--\n", mime.LikeDelimiter},
		{"same boundary", mixed + "--b\n" + mixed + "--b\n\n1\n--b--\n--b--\n", mime.SameBoundary},
		{"part behind the end", mixed + part + part, mime.AfterClose},
		{"CR alone in a header", "Subject: x\rContent-Type: text/html\n\n", mime.BareCR},
		{"CR alone at the end", "\n\r", mime.BareCR},
		{"quotes that stay open", "Content-Type: multipart/mixed; boundary=\"b\n\n" + part, mime.BadParameters},
		{"no semicolon", "Content-Type: multipart/mixed boundary=b\n\n" + part, mime.BadParameters},
		{"boundary that needs quotes", "Content-Type: multipart/mixed; boundary=b/c\n\n--b/c\n\n--b/c--\n", mime.BadParameters},
		{"space before a colon", "Content-Type : text/html\n\n", mime.OddField},
		{"a blank line that is not empty", "Subject: x\n \nContent-Type: text/html\n\n", mime.BlankFold},
		{"space before any colon", "Subject\t: x\nContent-Type: text/html\n\n", mime.OddField},
	} {
		for _, text := range []string{test.text, crlf(test.text)} {
			require.Contains(t, kinds(index(t, text)), test.kind, "%s: %q", test.name, text)
		}
	}
}

func nestedMessages(n int) string { return strings.Repeat("Content-Type: message/rfc822\n\n", n) }
