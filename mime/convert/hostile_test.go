package convert_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/convert"
	"github.com/wirepost/wirepost/mime/transfer"
)

// nested is n multiparts in each other, which nobody closes if closed is not set.
func nested(n int, inner string, closed bool) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString(inner)
	for i := n - 1; closed && i >= 0; i-- {
		fmt.Fprintf(&b, "\r\n--b%d--\r\n", i)
	}
	return b.String()
}

const (
	plural = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	coded  = "Content-Transfer-Encoding: "
)

// bombs are messages that cost some converter more than they should. Each has a size n that it grows with.
var bombs = []struct {
	name string
	n    int
	make func(n int) string
}{
	{"unterminated multiparts", 25, func(n int) string { return nested(n, "\r\ncafé\r\n", false) }},
	{"90 nested", 90, func(n int) string { return nested(n, "\r\ncafé\r\n", true) }},
	{"10,000 nested", 10_000, func(n int) string { return nested(n, "\r\ncafé\r\n", true) }},
	{"nested with one boundary", 3000, func(n int) string {
		return strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", n) + "\r\nü"
	}},
	{"nested alternatives", 90, func(n int) string {
		return strings.ReplaceAll(nested(n, "Content-Type: text/html\r\n\r\n<p>ü", true), "mixed", "alternative")
	}},
	{"empty parts", 30_000, func(n int) string { return plural + strings.Repeat("--b\r\n", n) + "--b--\r\nü" }},
	{"parts in 8 bits", 1000, func(n int) string { return plural + strings.Repeat("--b\r\n\r\nü\r\n", n) + "--b--\r\n" }},
	{"files with one name", 900, func(n int) string {
		return plural + strings.Repeat("--b\r\nContent-Type: image/png; name=a.png\r\n\r\nü\r\n", n) + "--b--\r\n"
	}},
	{"nested messages", 5000, func(n int) string { return strings.Repeat("Content-Type: message/rfc822\r\n\r\n", n) + "ü\r\n" }},
	{"header fields", 9000, func(n int) string { return strings.Repeat("X: ü\r\n", n) + "\r\nhi\r\n" }},
	{"a long header field", 120_000, func(n int) string { return "Subject: " + strings.Repeat("ü ", n/3) + "\r\n\r\nhi\r\n" }},
	{"addresses", 60_000, func(n int) string { return "To: " + strings.Repeat("ü<a@b>,", n) + "\r\n\r\nhi\r\n" }},
	{"groups", 100_000, func(n int) string { return "To: ü" + strings.Repeat("a:", n) + "\r\n\r\nhi\r\n" }},
	{"junk in base64", 120_000, func(n int) string { return coded + "base64\r\n\r\n" + strings.Repeat("!", n) + "ü\r\n" }},
	{"spaces in quoted-printable", 120_000, func(n int) string {
		return coded + "quoted-printable\r\n\r\n" + strings.Repeat(" ", n) + "ü\r\n"
	}},
	{"one line", 120_000, func(n int) string { return "\r\n" + strings.Repeat("x", n) }},
	{"one line of umlauts", 120_000, func(n int) string { return "\r\n" + strings.Repeat("ü", n/2) }},
	{"words on one line", 120_000, func(n int) string { return "\r\n" + strings.Repeat("x ", n/2) }},
	{"blanks on one line", 120_000, func(n int) string { return "\r\n" + strings.Repeat(" ", n) + "x" }},
	{"quote marks", 120_000, func(n int) string { return "\r\n" + strings.Repeat("> ", n/2) + "x" }},
	{"quote marks in words", 120_000, func(n int) string { return "\r\n" + strings.Repeat("x > ", n/4) + "x" }},
	{"CR", 120_000, func(n int) string { return "\r\n" + strings.Repeat("\r", n) + "x" }},
	{"files in text", 4000, func(n int) string { return "\r\n" + strings.Repeat("begin 644 a\r\n#0V%T\r\n`\r\nend\r\n", n) }},
	{"starts of files", 30_000, func(n int) string { return "\r\n" + strings.Repeat("begin 644 a\r\n", n) }},
	{"HTML without ends", 120_000, func(n int) string {
		return "Content-Type: text/html\r\n\r\n" + strings.Repeat("<script><a <!-- ", n/16)
	}},
	{"tags", 120_000, func(n int) string {
		return "Content-Type: text/html\r\n\r\n" + strings.Repeat("<", n) + strings.Repeat("<pre>&", n/6)
	}},
	{"links", 120_000, func(n int) string {
		return "Content-Type: text/html\r\n\r\n" + strings.Repeat("<a href=http://"+strings.Repeat("x", 800)+">"+strings.Repeat("http://", 100), n/1500)
	}},
	{"a quote that never ends", 120_000, func(n int) string { return "Content-Type: text/html\r\n\r\n<a href=\"" + strings.Repeat("x>", n/2) }},
	{"TNEF of nothing", 120_000, func(n int) string {
		return "Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22" + strings.Repeat("\x01", n)
	}},
}

// everyOption are options that do together all that there is to do.
var everyOption = []convert.Options{
	{Encoding: transfer.SevenBit, NoDisplayNames: true, RichText: convert.RichTextNever},
	{Encoding: transfer.EightBit, ASCIIHeader: true},
	{Format: convert.UUEncode, LineLength: 76, Encoding: transfer.SevenBit, Transliterate: true},
	{Format: convert.UUEncode, NonMIMECharset: "utf-8", Encoding: transfer.EightBit},
	{Format: convert.MIME, Charset: "iso-8859-1", LineLength: 76, Encoding: transfer.SevenBit},
	{Format: convert.MIME, Charset: "utf-8", Encoding: transfer.EightBit},
	{RichText: convert.RichTextAlways, Encoding: transfer.SevenBit, MaxRichText: 1 << 20},
}

// TestBombs checks that hostile messages are converted with allocations that grow no faster than they do, that the source is
// read only a few times, and that the result is not much larger than the message.
func TestBombs(t *testing.T) {
	for _, bomb := range bombs {
		t.Run(bomb.name, func(t *testing.T) {
			for _, o := range everyOption {
				two := cost(t, bomb.make(bomb.n), o)
				one := cost(t, bomb.make(bomb.n/2), o)
				require.LessOrEqual(t, two, 3*one+8<<20, "%+v", o)
			}
		})
	}
}

// cost is how many octets a conversion allocates.
func cost(t *testing.T, text string, o convert.Options) uint64 {
	source := &counted{Reader: strings.NewReader(text)}
	m, err := mime.Index(source, int64(len(text)), mime.Limits{})
	require.NoError(t, err)
	source.read = 0
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	o.Random = rand.NewChaCha8([32]byte{})
	r, err := convert.Convert(m, o)
	require.NoError(t, err)
	n, err := r.WriteTo(io.Discard)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	require.LessOrEqual(t, source.read, 12*int64(len(text))+1<<20)
	require.LessOrEqual(t, n, 80*int64(len(text))+1<<20)
	require.LessOrEqual(t, len(r.Changes)+len(r.Problems), 2000)
	return after.TotalAlloc - before.TotalAlloc
}

// counted counts the octets that are read.
type counted struct {
	*strings.Reader
	read int64
}

func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Reader.ReadAt(p, off)
	c.read += int64(n)
	return n, err
}

// big is a source of a message with an attachment of any size.
type big struct {
	head, line, tail string
	size             int64
}

func (b *big) ReadAt(p []byte, off int64) (int, error) {
	for i := range p {
		at := off + int64(i)
		switch end := b.size - int64(len(b.tail)); {
		case at >= b.size:
			return i, io.EOF
		case at < int64(len(b.head)):
			p[i] = b.head[at]
		case at >= end:
			p[i] = b.tail[at-end]
		default:
			p[i] = b.line[(at-int64(len(b.head)))%int64(len(b.line))]
		}
	}
	return len(p), nil
}

// TestBoundedMemory checks that what is allocated does not depend on the size of an attachment.
func TestBoundedMemory(t *testing.T) {
	for _, o := range everyOption[:6] {
		var spent []uint64
		for _, lines := range []int64{5_000, 25_000} {
			b := &big{
				head: plural + "--b\r\n\r\nhi\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
				line: strings.Repeat("é", 38) + "\r\n", tail: "\r\n--b--\r\n",
			}
			b.size = int64(len(b.head)) + lines*78 + int64(len(b.tail))
			m, err := mime.Index(b, b.size, mime.Limits{})
			require.NoError(t, err)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := convert.Convert(m, o)
			require.NoError(t, err)
			n, err := r.WriteTo(io.Discard)
			require.NoError(t, err)
			require.GreaterOrEqual(t, n, b.size)
			runtime.ReadMemStats(&after)
			spent = append(spent, after.TotalAlloc-before.TotalAlloc)
		}
		require.LessOrEqual(t, spent[1], spent[0]+256<<10, "%+v", o)
	}
}
