package mime_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/transfer"
)

// nested is n multiparts in each other, or messages, which nobody closes.
func nested(n int, closed bool) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("\r\nhi\r\n")
	for i := n - 1; closed && i >= 0; i-- {
		fmt.Fprintf(&b, "--b%d--\r\n", i)
	}
	return b.String()
}

func repeat(before, s string, n int, after string) string {
	return before + strings.Repeat(s, n) + after
}

// bombs are messages that cost some reader more than they should. Each has a size n that it grows with.
var bombs = []struct {
	name string
	n    int
	make func(n int) string
	kind defect.Kind // that must be told, "" for any
}{
	{"unterminated multiparts", 25, func(n int) string { return nested(n, false) }, mime.NotClosed},
	{"1,000 nested", 1000, func(n int) string { return nested(n, true) }, mime.DepthLimit},
	{"10,000 nested", 10_000, func(n int) string { return nested(n, true) }, mime.DepthLimit},
	{"nested with one boundary", 10_000, func(n int) string {
		return repeat("", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", n, "\r\n")
	}, mime.SameBoundary},
	{"nested with a lot of lines", 50, func(n int) string { return nested(n, false) + strings.Repeat("--b\r\n", 100*n) }, mime.NotClosed},
	{"empty parts", 1_000_000, func(n int) string { return repeat(mixed, "--b\r\n", n, "--b--\r\n") }, mime.PartsLimit},
	{"parts with headers", 50_000, func(n int) string {
		return repeat(mixed, "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\r\n", n, "--b--\r\n")
	}, mime.PartsLimit},
	{"nested messages", 5000, func(n int) string { return repeat("", "Content-Type: message/rfc822\r\n\r\n", n, "hi\r\n") }, mime.DepthLimit},
	{"digests", 5000, func(n int) string {
		return repeat("Content-Type: multipart/digest; boundary=b\r\n\r\n", "--b\r\nX: y\r\n\r\nhi\r\n", n, "--b--\r\n")
	}, ""},
	{"header lines", 500_000, func(n int) string { return repeat("", "X: y\r\n", n, "\r\nhi\r\n") }, mime.HeaderLimit},
	{"one long header line", 5_000_000, func(n int) string { return repeat("Subject: ", "x", n, "\r\n\r\nhi\r\n") }, mime.HeaderLimit},
	{"folded lines", 1_000_000, func(n int) string { return repeat("Content-Type: text/plain;\r\n", " x=y;\r\n", n, "\r\nhi\r\n") }, mime.HeaderLimit},
	{"lines that are no fields", 200_000, func(n int) string { return repeat(mixed[:42], "--c\r\nA: b\r\n", n, "\r\n") }, mime.NotAField},
	{"sections of a parameter", 20_000, func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, " name*%d=x;\r\n", i)
		}
		return "Content-Type: text/plain;\r\n" + b.String() + "\r\n"
	}, ""},
	{"sections beyond the limit", 100_000, func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, " name*%d=x;\r\n", i)
		}
		return "Content-Type: text/plain;\r\n" + b.String() + "\r\n"
	}, mime.HeaderLimit},
	{"parameters", 50_000, func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, " p%d=x;\r\n", i)
		}
		return "Content-Type: text/plain;\r\n" + b.String() + "\r\n"
	}, mime.BadParameters},
	{"comments", 500_000, func(n int) string { return repeat("Content-Type: ", "(", n, "\r\n\r\n") }, mime.BadType},
	{"groups", 100_000, func(n int) string { return repeat("To: ", "a:", n, "\r\n\r\n") }, ""},
	{"addresses", 100_000, func(n int) string { return repeat("To: ", "a@b,", n, "\r\n\r\n") }, ""},
	{"encoded words beyond the limit", 200_000, func(n int) string { return repeat("Subject: ", "=?utf-8?q?x?= ", n, "\r\n\r\n") }, mime.HeaderLimit},
	{"encoded words", 50_000, func(n int) string { return repeat("Subject: ", "=?utf-8?q?x?= ", n, "\r\n\r\n") }, ""},
	{"junk in base64", 10_000_000, func(n int) string { return repeat("Content-Transfer-Encoding: base64\r\n\r\n", "!", n, "\r\n") }, ""},
	{"spaces in quoted-printable", 5_000_000, func(n int) string {
		return repeat("Content-Transfer-Encoding: quoted-printable\r\n\r\n", " ", n, "x\r\n")
	}, ""},
	{"delimiters after the close", 200_000, func(n int) string { return repeat(mixed+"--b\r\n\r\n--b--\r\n", "--b\r\n", n, "") }, mime.AfterClose},
	{"delimiters that are none", 200_000, func(n int) string { return repeat(mixed, "--bb--\r\n", n, "") }, mime.NoParts},
	{"HTML without ends", 1_000_000, func(n int) string { return repeat("Content-Type: text/html\r\n\r\n", "<script><a <!-- ", n/10, "") }, ""},
	{"scripts", 8000, func(n int) string { return repeat("Content-Type: text/html\r\n\r\n", "<style></style>", n, "") }, ""},
	{"CR alone", 5_000_000, func(n int) string { return repeat("Subject: x\r\n\r\n", "\r", n, "\r\n") }, mime.BareCR},
	{"lines like delimiters", 200_000, func(n int) string { return repeat(mixed+"--b\r\n\r\n", "--bb\r\n", n, "") }, mime.LikeDelimiter},
	{"hollow uuencode", 200_000, func(n int) string {
		return repeat("Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n", "M\r\n", n, "")
	}, ""},
	{"meta without ends", 100_000, func(n int) string { return repeat("Content-Type: text/html\r\n\r\n", "<meta <!-- ", n, "") }, ""},
	{"replies", 20_000, func(n int) string { return repeat("Subject: ", "[a]Re:[fwd:", n, "\r\n\r\n") }, ""},
}

// everything is what a server may do with a message.
func everything(t testing.TB, text string) *mime.Message {
	source := &counted{Reader: strings.NewReader(text)}
	m, err := mime.Index(source, int64(len(text)), mime.Limits{})
	require.NoError(t, err)
	require.LessOrEqual(t, source.read, int64(len(text)))
	_, err = m.BodyStructure()
	require.NoError(t, err)
	_, err = m.Root.Envelope()
	require.NoError(t, err)
	_, err = m.Preview()
	require.NoError(t, err)
	h, err := m.Root.Header()
	require.NoError(t, err)
	mime.BaseSubject(h.Get("Subject"))
	for p := range m.Root.All() {
		if !p.IsMultipart() && p.Message == nil {
			n, err := io.Copy(io.Discard, p.Text())
			require.NoError(t, err)
			require.LessOrEqual(t, n, 3*p.Size()+16)
		}
	}
	require.LessOrEqual(t, source.read, 6*int64(len(text)))
	return m
}

// TestNestedEncodedMessages opens messages that are encoded in each other, which costs no more than reading each.
func TestNestedEncodedMessages(t *testing.T) {
	text := "Subject: innermost\r\n\r\nhi\r\n"
	const depth = 20
	for range depth {
		var b strings.Builder
		b.WriteString("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n")
		w := transfer.NewWriter(transfer.Base64, &b)
		_, err := io.WriteString(w, text)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		text = b.String()
	}
	m := index(t, text)
	for range depth {
		require.True(t, m.Defects.Has(mime.EncodedMessage))
		next, err := m.Root.OpenMessage(mime.Limits{}, m.Size)
		require.NoError(t, err)
		require.Less(t, next.Size, m.Size)
		m = next
	}
	require.Equal(t, "hi\r\n", readAll(t, m.Root.Body()))
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

// TestBombs checks that hostile messages are indexed and read all the same, and that all that is allocated meanwhile is less
// than 100 MB, and grows no faster than the message: for twice the size it is at most three times as much, from a quarter
// to the half and from that to the whole. The index takes less than 16 MiB, and reads each octet once; all the rest reads it
// five times at most.
func TestBombs(t *testing.T) {
	require.GreaterOrEqual(t, len(bombs), 22)
	for _, bomb := range bombs {
		t.Run(bomb.name, func(t *testing.T) {
			text := bomb.make(bomb.n)
			var m *mime.Message
			whole := allocated(func() { m = everything(t, text) })
			require.LessOrEqual(t, m.Root.End, m.Size)
			if bomb.kind != "" {
				require.Truef(t, m.Defects.Has(bomb.kind), "%v", kinds(m))
			}
			// In all, not at once. It is less than 100 MB but with the race detector, which makes pools forget.
			require.LessOrEqual(t, whole, uint64(160<<20))
			larger := whole
			for _, n := range []int{bomb.n / 2, bomb.n / 4} {
				text := bomb.make(n)
				spent := allocated(func() { everything(t, text) })
				require.LessOrEqual(t, larger, 3*spent+1<<20, "from %d", n)
				larger = spent
			}
			require.LessOrEqual(t, allocated(func() { index(t, text) }), uint64(16<<20))
		})
	}
}

// allocated is how many octets f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestDeepWithoutLimit checks that depth costs nothing when it is allowed: neither the stack of the program nor, for each
// line, a look at each boundary.
func TestDeepWithoutLimit(t *testing.T) {
	limits := mime.Limits{Depth: 1 << 20, Parts: 1 << 20, HeaderBytes: 1 << 30, HeaderFields: 1 << 20}
	for _, text := range []string{
		nested(10_000, true) + strings.Repeat("--c\r\n", 10_000),
		nested(10_000, false) + strings.Repeat("--b\r\n", 100_000),
		repeat("", "Content-Type: message/rfc822\r\n\r\n", 10_000, "hi\r\n"),
		repeat("", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 10_000, "\r\n"),
	} {
		m, err := mime.Index(strings.NewReader(text), int64(len(text)), limits)
		require.NoError(t, err)
		parts := 0
		for range m.Root.All() {
			parts++
		}
		require.Equal(t, 10_001, parts)
		_, err = m.BodyStructure()
		require.NoError(t, err)
		b, err := m.MarshalBinary()
		require.NoError(t, err)
		require.NoError(t, new(mime.Message).UnmarshalBinary(b))
	}
}

// TestIndexHoldsNoBody checks that the index of a big message takes little memory.
func TestIndexHoldsNoBody(t *testing.T) {
	chunk := bytes.Repeat([]byte(strings.Repeat("x", 76)+"\r\n"), 1000)
	long := bytes.Repeat([]byte("x"), 64<<10)
	spent := allocated(func() {
		x := mime.NewIndexer(mime.Limits{})
		_, err := x.Write([]byte(mixed + "--b\r\n\r\n"))
		require.NoError(t, err)
		for range 500 {
			for _, b := range [][]byte{chunk, long} {
				_, err := x.Write(b)
				require.NoError(t, err)
			}
		}
		_, err = x.Finish()
		require.NoError(t, err)
	})
	require.Less(t, spent, uint64(256<<10))
}
