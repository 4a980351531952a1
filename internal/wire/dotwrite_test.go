package wire

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sent is all that c has sent and queued.
func sent(c *Conn) string {
	_ = c.Flush() // a tape takes everything
	return strings.Join(tapeOf(c).writes, "")
}

func TestDotWriter(t *testing.T) {
	for _, tc := range []struct{ name, body, want string }{
		{"empty", "", ".\r\n"},
		{"one line", "a\r\n", "a\r\n.\r\n"},
		{"last line without end", "a", "a\r\n.\r\n"},
		{"empty lines", "\r\n\r\n", "\r\n\r\n.\r\n"},
		{"dots", ".\r\n..\r\n.a\r\na.\r\n", "..\r\n...\r\n..a\r\na.\r\n.\r\n"},
		{"an end within", "a\r\n.\r\nMAIL\r\n", "a\r\n..\r\nMAIL\r\n.\r\n"},
		{"last line a dot", "a\r\n.", "a\r\n..\r\n.\r\n"},
		{"8-bit", "\xff\x80\r\n", "\xff\x80\r\n.\r\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for i := range len(tc.body) + 1 {
				c := play()
				d := c.DotWriter()
				for _, s := range []string{tc.body[:i], "", tc.body[i:]} {
					n, err := io.WriteString(d, s)
					require.NoError(t, err)
					require.Equal(t, len(s), n)
				}
				require.NoError(t, d.Close())
				require.Equal(t, tc.want, sent(c))

				require.Equal(t, errWriterClosed, d.Close(), "once")
				_, err := io.WriteString(d, "MAIL\r\n")
				require.Equal(t, errWriterClosed, err)
				require.Equal(t, tc.want, sent(c))
			}
		})
	}
}

// TestDotWriterRefuses checks that nothing leaves that any receiver could take
// for the end of the body, and that the body cannot be ended.
func TestDotWriterRefuses(t *testing.T) {
	for sequence, want := range smuggling {
		body := "clean\r\n.\r\nbody" + sequence + "MAIL FROM:<evil@x.example>\r\n"
		for i := range len(body) + 1 {
			c := play()
			d := c.DotWriter()
			n, err := io.WriteString(d, body[:i])
			if err == nil {
				require.Equal(t, i, n)
				_, err = io.WriteString(d, body[i:])
			}
			// A CR that was left for the next Write makes it ErrBareCR.
			require.Contains(t, []error{want, ErrBareCR}, err, "%q", sequence)
			require.Equal(t, err, d.Close())
			_, again := io.WriteString(d, "more\r\n")
			require.Equal(t, err, again)
			got := sent(c)
			require.True(t, isClean([]byte(got)), "%q: %q", sequence, got)
			require.NotContains(t, got, "MAIL")
			require.NotContains(t, "\r\n"+got, "\r\n.\r\n")
		}
	}
}

// TestDotWriterLastCR checks that a body cannot end in half a CRLF.
func TestDotWriterLastCR(t *testing.T) {
	c := play()
	d := c.DotWriter()
	n, err := io.WriteString(d, "a\r")
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, ErrBareCR, d.Close())
	require.Equal(t, ErrBareCR, d.Close())
	require.Equal(t, "a", sent(c))
}

// TestDotWriterMends checks that what would be refused is mended, however it is
// cut.
func TestDotWriterMends(t *testing.T) {
	for body, want := range map[string]string{
		"a\n.\nb":                "a\r\n..\r\nb\r\n.\r\n",
		".\n":                    "..\r\n.\r\n",
		"a\r.\rb\r":              "a\r\n..\r\nb\r\n.\r\n",
		"\r":                     "\r\n.\r\n",
		"\n\r\n\r\r\n\n\r":       "\r\n\r\n\r\n\r\n\r\n\r\n.\r\n",
		"a\x00\r.\x00\n\x00":     "a\x80\r\n..\x80\r\n\x80\r\n.\r\n",
		"a\r\n.\r\nb\r\n\x00":    "a\r\n..\r\nb\r\n\x80\r\n.\r\n",
		"clean\r\n.\r\nb\nc\r\n": "clean\r\n..\r\nb\r\nc\r\n.\r\n",
	} {
		for i := range len(body) + 1 {
			c := play()
			d := c.DotWriter()
			d.Mend = true
			for _, s := range []string{body[:i], "", body[i:]} {
				n, err := io.WriteString(d, s)
				require.NoError(t, err)
				require.Equal(t, len(s), n)
			}
			require.NoError(t, d.Close())
			require.Equal(t, want, sent(c), "%q cut at %d", body, i)
		}
	}
}

// discarding is a connection that takes everything.
type discarding struct{ net.Conn }

func (discarding) Write(p []byte) (int, error)      { return len(p), nil }
func (discarding) SetWriteDeadline(time.Time) error { return nil }

// TestDotWriterMendsCheaply checks that what is mended costs no memory for each
// line.
func TestDotWriterMendsCheaply(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789\n.\r\x00"), 1000)
	c := New(discarding{}, Timeouts{})
	d := c.DotWriter()
	d.Mend = true
	require.Less(t, testing.AllocsPerRun(10, func() { _, _ = d.Write(body) }), 10.0)
}

// FuzzDotWriterMends checks that whatever is written, what leaves is lines that
// end in CRLF, without other CRs or LFs and without NUL, that are what a naive
// mender makes of it, and an end.
func FuzzDotWriterMends(f *testing.F) {
	f.Add([]byte("a\n.\nb\x00\r"), []byte{0}, uint32(0))
	f.Add([]byte("\r.\r\n\n\r\r\n."), []byte{1, 2}, uint32(4090))
	f.Add([]byte("a\r\n.\r\nb\nc"), []byte{}, uint32(65530))
	f.Fuzz(func(t *testing.T, body, sizes []byte, pad uint32) {
		body = append(padding(int(pad%(largeSize+smallSize))), body...)
		c := play()
		d := c.DotWriter()
		d.Mend = true
		for _, p := range tapeOf(replay(body, sizes)).in {
			if n, err := d.Write(p); n != len(p) || err != nil {
				t.Fatalf("%d of %d octets, %v", n, len(p), err)
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		mended := strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n", "\x00", "\x80").Replace(string(body))
		if got, want := []byte(sent(c)), naiveStuff([]byte(mended)); !isClean(got) || !bytes.Equal(got, want) {
			t.Fatalf("%q was sent, want %q", got, want)
		}
	})
}

// TestDotWriterBroken checks that the connection's errors come out.
func TestDotWriterBroken(t *testing.T) {
	c := New(&failing{err: io.ErrClosedPipe}, Timeouts{})
	d := c.DotWriter()
	_, err := d.Write(padding(largeSize))
	require.NoError(t, err)
	_, err = d.Write(padding(largeSize))
	require.Equal(t, io.ErrClosedPipe, err)
	require.Equal(t, io.ErrClosedPipe, d.Close())
}

// FuzzDotWriter checks that a clean body is sent as a naive writer would and
// comes out of a DotReader as it was, with a CRLF at the end; that any other
// is refused; and that nothing of what was refused has left, nor an end.
func FuzzDotWriter(f *testing.F) {
	f.Add([]byte("a\r\n.\r\nb"), []byte{0}, uint32(0))
	f.Add([]byte("..\r\n\r\n."), []byte{1, 2}, uint32(4090))
	f.Add([]byte("a\r\n.\nb"), []byte{}, uint32(65530))
	f.Add([]byte("\r\r\n\x00"), []byte{0}, uint32(3))
	f.Fuzz(func(t *testing.T, body, sizes []byte, pad uint32) {
		body = append(padding(int(pad%(largeSize+smallSize))), body...)
		c := play()
		d := c.DotWriter()
		var err error
		for _, p := range tapeOf(replay(body, sizes)).in {
			var n int
			if n, err = d.Write(p); err != nil {
				break
			}
			if n != len(p) {
				t.Fatalf("%d of %d octets without an error", n, len(p))
			}
		}
		if closing := d.Close(); err == nil {
			err = closing
		} else if closing != err {
			t.Fatalf("Close: %v after %v", closing, err)
		}
		got := []byte(sent(c))
		if clean := isClean(body); clean != (err == nil) {
			t.Fatalf("%q: %v", body, err)
		}
		if err != nil {
			if !isClean(got) || bytes.Contains(append([]byte("\r\n"), got...), []byte("\r\n.\r\n")) {
				t.Fatalf("%q was sent", got)
			}
			if taken := naiveDot(got, BodyLimit{}).body; !bytes.HasPrefix(body, taken) {
				t.Fatalf("%q was sent of %q", taken, body)
			}
			return
		}
		if want := naiveStuff(body); !bytes.Equal(got, want) {
			t.Fatalf("%q was sent, want %q", got, want)
		}
		back, err := io.ReadAll(replay(got, sizes).DotReader(BodyLimit{}))
		if len(body) > 0 && !bytes.HasSuffix(body, []byte("\r\n")) {
			body = append(body, "\r\n"...)
		}
		if err != nil || !bytes.Equal(back, body) {
			t.Fatalf("%q, %v came back of %q", back, err, body)
		}
	})
}
