package convert_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/convert"
	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/transfer"
)

// FuzzConvert checks that whatever a message has and whatever is asked for: nothing panics; the result is the same each time
// it is read, and the message itself if nothing was changed; it is not converted further by the same options; it has no
// defect of structure that the message did not have; and it takes no more of a transport than Result.Encoding says, which is
// what was asked for unless there are Problems. And what is only encoded is decoded as what it was.
func FuzzConvert(f *testing.F) {
	for i, text := range []string{
		mixed, eightBit, "Subject: x\n\nbegin 644 a\n#0V%T\n`\nend\n", randomMail(1), "From: ü <ü@ü>\n\n\n",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>ü<br>&amp;\n--b\n\n> quoted text\n--b--\nü",
		"Content-Type: multipart/alternative; boundary=b\n\n--b\n--b\nContent-Type: message/rfc822\n\nX: ü\n\nhi\n--b--\n",
		"Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n" + winmail(f, richMessage()),
		"Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$3$s\x1b(B\n", nested(4, "\r\nü", false),
	} {
		f.Add([]byte(text), byte(i))
		f.Add([]byte(crlf(text)), byte(i))
	}
	f.Add([]byte("0\nMIME-Version:"), byte(']'))
	f.Fuzz(func(t *testing.T, octets []byte, which byte) {
		text := string(octets)
		o := everyOption[int(which)%len(everyOption)]
		r, got := run(t, text, o)
		again, second := run(t, got, o)
		if again.Changed() {
			require.Equal(t, got, second, "%v then %v", r.Changes, again.Changes)
		}
		before, after := index(t, text), index(t, got)
		for _, kind := range []defect.Kind{
			mime.NoBoundary, mime.LongBoundary, mime.NoParts, mime.NotClosed, mime.AfterClose, mime.NoBlankLine, mime.HeaderCut,
			mime.ConflictingField, mime.UnknownEncoding, mime.DepthLimit, mime.PartsLimit,
		} {
			// A line that is no field may begin the body once the field below it is gone.
			if !before.Defects.Has(kind) && (kind != mime.NoBlankLine || !before.Defects.Has(mime.NotAField)) {
				require.False(t, after.Defects.Has(kind), "%s in %q", kind, got)
			}
		}
		if len(r.Problems) == 0 {
			require.True(t, r.Encoding == transfer.SevenBit || o.Encoding != transfer.SevenBit && r.Encoding == transfer.EightBit, "%s: %q", r.Encoding, got)
		}
		if r.Encoding == transfer.SevenBit && !strings.Contains(strings.ReplaceAll(got, "\r\n", ""), "\n") {
			requireSevenBit(t, got)
		}
		only := convert.Options{Encoding: transfer.SevenBit}
		r, got = run(t, text, only)
		if r.Changed() && !before.Defects.Has(mime.PartsLimit) && strings.Contains(firstLine(text), "\r\n") {
			require.Equal(t, contents(t, text), contents(t, got))
		}
	})
}

func firstLine(text string) string { return text[:strings.IndexByte(text, '\n')+1] }

// FuzzWrap checks that wrapping a plain text of UTF-8 loses nothing but white space and adds nothing but ends of lines and
// marks of quotations, leaves no line that is longer than allowed if it has a place to break it, and is done once and for all.
func FuzzWrap(f *testing.F) {
	for _, s := range []string{
		"hello world, this is a text of one line", "> > quoted text that is long enough to be wrapped", strings.Repeat("x", 3000),
		strings.Repeat("ü ", 3000), "begin 644 x\n#0V%T\n`\nend\n", "a > b > c > d > e > f > g > h", strings.Repeat(" ", 2000) + "x",
	} {
		f.Add(s)
	}
	squeeze := strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", ">", "", "\x00", "")
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || strings.Contains(s, "\x1b") || strings.Contains(s, "\ufeff") {
			return // it would be another charset
		}
		o := convert.Options{Format: convert.UUEncode, NonMIMECharset: "utf-8", LineLength: 30}
		_, got := run(t, "Subject: x\r\n\r\n"+s, o)
		_, again := run(t, got, o)
		require.Equal(t, got, again)
		_, body, _ := strings.Cut(got, "\r\n\r\n")
		require.Equal(t, squeeze.Replace(s), squeeze.Replace(body))
		for line := range strings.SplitSeq(body, "\r\n") {
			require.LessOrEqual(t, len(line), 998)
		}
	})
}

// FuzzHTML checks that text made of HTML is made of nothing but what there is, ends in an end of a line, and has no control
// that the HTML did not have.
func FuzzHTML(f *testing.F) {
	for _, s := range []string{
		"<p>hello <b>world</b>", "a<br>b&amp;c&lt;d&nbsp;e", "<script>x</script>y", "<!-- x -->y", "<a href='http://a.example/'>here</a>",
		"<pre> a\n b</pre>", "<ul><li>a<li>b</ul>", "<a href=\"", "<", "&", "&#0;&#13;&#27;", "<style>", "x < y",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, got := run(t, "Content-Type: text/html; charset=utf-8\r\n\r\n"+s, convert.Options{Format: convert.UUEncode, NonMIMECharset: "utf-8"})
		head, body, ok := strings.Cut(got, "\r\n")
		require.True(t, ok)
		require.Empty(t, head)
		require.True(t, body == "" || strings.HasSuffix(body, "\r\n"), "%q", body)
		require.False(t, strings.Contains(strings.ReplaceAll(body, "\r\n", ""), "\n"))
		require.NotContains(t, body, "\x00")
		require.LessOrEqual(t, len(body), 60*len(s)+10)
	})
}
