package wire

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestDotReader(t *testing.T) {
	for _, tc := range []struct {
		name, in, body string
		err            error // of Drain
	}{
		{"empty", ".\r\n", "", nil},
		{"one line", "a\r\n.\r\n", "a\r\n", nil},
		{"empty lines", "\r\n\r\n.\r\n", "\r\n\r\n", nil},
		{"stuffed", "..\r\n..a\r\n...\r\n.\r\n", ".\r\n.a\r\n..\r\n", nil},
		{"stuffed, though it need not be", ".a\r\n.\r\n", "a\r\n", nil},
		{"dots within lines", "a.\r\nb.c\r\n.\r\n", "a.\r\nb.c\r\n", nil},
		{"8-bit", "\xff\x80\r\n.\r\n", "\xff\x80\r\n", nil},
		{"cut short", "a\r\nb", "a\r\nb", io.ErrUnexpectedEOF},
		{"cut short at once", "", "", io.ErrUnexpectedEOF},
		{"cut short between lines", "a\r\n", "a\r\n", io.ErrUnexpectedEOF},
		{"cut short in CRLF", "a\r", "a", io.ErrUnexpectedEOF},
		{"cut short in the end", "a\r\n.", "a\r\n", io.ErrUnexpectedEOF},
		{"cut short before the last octet", "a\r\n.\r", "a\r\n", io.ErrUnexpectedEOF},
	} {
		t.Run(tc.name, func(t *testing.T) {
			splits(tc.in+rest(tc.err), func(c *Conn, how string) {
				d := c.DotReader(BodyLimit{})
				b, err := io.ReadAll(d)
				require.Equal(t, tc.err, err, how)
				require.Equal(t, tc.body, string(b), how)
				require.EqualValues(t, len(tc.body), d.Size(), how)
				require.Equal(t, tc.err, d.Drain(), how)
				if tc.err == nil {
					requireLine(t, c, "NEXT")
				}
			})
		})
	}
}

// rest is what comes behind a body that was not cut short.
func rest(err error) string {
	if err == nil {
		return "NEXT\r\n"
	}
	return ""
}

// smuggling is what some server somewhere takes for the end of a body.
var smuggling = map[string]error{
	"\n.\n":          ErrBareLF,
	"\n.\r\n":        ErrBareLF,
	"\r\n.\n":        ErrBareLF,
	"\r.\r":          ErrBareCR,
	"\r.\n":          ErrBareCR,
	"\n.\r":          ErrBareLF,
	"\r.\r\n":        ErrBareCR,
	"\r\n.\r":        ErrBareCR,
	"\r\n\x00.\r\n":  ErrNUL,
	"\r\n.\x00\r\n":  ErrNUL,
	"\r\r\n.\r\r\n":  ErrBareCR,
	"\r\n.\r\r\n":    ErrBareCR,
	"\n\n.\n\n":      ErrBareLF,
	"\r\n\r.\r\n":    ErrBareCR,
	"\r\n.\n\r\n":    ErrBareLF,
	"\r\x00\n.\r\n":  ErrBareCR,
	"\r\n..\n":       ErrBareLF,
	"\r\n. \r\n\n":   ErrBareLF,
	"\r\n.\r\x00\n.": ErrBareCR,
}

// TestSmuggling checks that nothing but CRLF.CRLF ends a body, wherever the
// octets are parted, and that a body which tries is not handed on.
func TestSmuggling(t *testing.T) {
	for sequence, want := range smuggling {
		in := "body" + sequence + "MAIL FROM:<evil@x.example>\r\nDATA\r\nevil\r\n.\r\n"
		splits(in+"NEXT\r\n", func(c *Conn, how string) {
			d := c.DotReader(BodyLimit{})
			b, err := io.ReadAll(d)
			require.Equal(t, want, err, "%q %s", sequence, how)
			require.True(t, isClean(b), "%q %s: %q", sequence, how, b)
			require.NotContains(t, string(b), "MAIL", "%q %s", sequence, how)
			require.Equal(t, want, d.Drain())
			requireLine(t, c, "NEXT")

			_, err = d.Read(make([]byte, 1))
			require.Equal(t, io.ErrClosedPipe, err)
		})
	}
}

// TestBufferEdges moves an end, a stuffed dot and a smuggled end over the
// places where buffers end.
func TestBufferEdges(t *testing.T) {
	for _, size := range []int{smallSize, largeSize} {
		for n := size - 8; n < size+4; n++ {
			for _, tail := range []string{"a\r\n.\r\n", "a\r\n..b\r\n.\r\n", "a\n.\r\nb\r\n.\r\n", "\r\n.\r\r\n.\r\n"} {
				in := string(padding(n)) + tail
				want := naiveDot([]byte(in), BodyLimit{})
				for _, sizes := range [][]byte{nil, {255}, {75, 3}} {
					c := replay([]byte(in+"NEXT\r\n"), sizes)
					d := c.DotReader(BodyLimit{})
					b, err := io.ReadAll(d)
					if want.flaw == nil {
						require.NoError(t, err)
						require.Equal(t, want.body, b)
					} else {
						require.Equal(t, want.flaw, err)
						require.True(t, bytes.HasPrefix(want.body, b))
					}
					require.Equal(t, want.flaw, d.Drain())
					requireLine(t, c, "NEXT")
				}
			}
		}
	}
}

func TestBodyLimits(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		limit    BodyLimit
		want     error
	}{
		{"size at the limit", "12345678\r\n.\r\n", BodyLimit{Size: 10}, nil},
		{"size over the limit", "123456789\r\n.\r\n", BodyLimit{Size: 10}, ErrTooLarge},
		{"stuffing does not count", "..234567\r\n.\r\n", BodyLimit{Size: 9, Line: 7}, nil},
		{"line at the limit", "12345678\r\n.\r\n", BodyLimit{Line: 8}, nil},
		{"line over the limit", "123456789\r\n.\r\n", BodyLimit{Line: 8}, ErrLineTooLong},
		{"lines", "12345678\r\n..2345678\r\n1\r\n.\r\n", BodyLimit{Line: 8}, nil},
		{"second line", "12345678\r\n..23456789\r\n1\r\n.\r\n", BodyLimit{Line: 8}, ErrLineTooLong},
		{"negative is none", "12345678\r\n.\r\n", BodyLimit{Size: -1, Line: -1}, nil},
		// The first flaw counts, wherever the octets are parted.
		{"large, then long", "1234\r\n123456789\r\n.\r\n", BodyLimit{Size: 8, Line: 8}, ErrTooLarge},
		{"long, then large", "123456789\r\n123456789\r\n.\r\n", BodyLimit{Size: 10, Line: 8}, ErrLineTooLong},
		{"LF, then large", "1\n3456789\r\n.\r\n", BodyLimit{Size: 8}, ErrBareLF},
		{"large, then LF", "123456789\n.\r\n\r\n.\r\n", BodyLimit{Size: 8}, ErrTooLarge},
		{"NUL, then LF", "1\x002\n3\r4\r\n.\r\n", BodyLimit{}, ErrNUL},
		{"CR, then NUL", "1\r2\x003\n4\r\n.\r\n", BodyLimit{}, ErrBareCR},
		{"LF, then CR", "1\n2\r3\x004\r\n.\r\n", BodyLimit{}, ErrBareLF},
		{"long, then NUL", "12345\x00\r\n.\r\n", BodyLimit{Line: 4}, ErrLineTooLong},
	} {
		t.Run(tc.name, func(t *testing.T) {
			splits(tc.in+"NEXT\r\n", func(c *Conn, how string) {
				d := c.DotReader(tc.limit)
				b, err := io.ReadAll(d)
				require.Equal(t, tc.want, err, how)
				if tc.limit.Size > 0 {
					require.LessOrEqual(t, int64(len(b)), tc.limit.Size, how)
				}
				require.Equal(t, tc.want, d.Drain(), how)
				require.Equal(t, tc.want, d.Drain(), how)
				requireLine(t, c, "NEXT")
			})
		})
	}
}

// TestFlawThenCut checks that a body which is both is told to be cut short:
// nobody is there to hear of the flaw.
func TestFlawThenCut(t *testing.T) {
	splits("a\nb\r\n.", func(c *Conn, how string) {
		d := c.DotReader(BodyLimit{})
		_, err := io.ReadAll(d)
		require.Equal(t, ErrBareLF, err, how)
		require.Equal(t, io.ErrUnexpectedEOF, d.Drain(), how)
	})
}

// TestReadThenWriteTo checks that the two can be mixed.
func TestReadThenWriteTo(t *testing.T) {
	const body = "one\r\n.two\r\n"
	for n := range len(body) {
		d := play("one\r\n..two\r\n.\r\n").DotReader(BodyLimit{})
		b := make([]byte, n, 100)
		_, err := io.ReadFull(d, b)
		require.NoError(t, err)
		rest := bytes.NewBuffer(b)
		m, err := d.WriteTo(rest)
		require.NoError(t, err)
		require.EqualValues(t, len(body)-n, m)
		require.Equal(t, body, rest.String())
	}
}

// TestStaleReader checks that a reader that somebody kept gets nothing of what
// follows.
func TestStaleReader(t *testing.T) {
	c := play("one\r\ntwo\r\n.\r\nsecret\r\n")
	d := c.DotReader(BodyLimit{})
	p := make([]byte, 2)
	_, err := io.ReadFull(d, p)
	require.NoError(t, err)
	require.NoError(t, d.Drain())
	for range 2 {
		n, err := d.Read(make([]byte, 100))
		require.Zero(t, n)
		require.Equal(t, io.ErrClosedPipe, err)
		_, err = d.WriteTo(io.Discard)
		require.Equal(t, io.ErrClosedPipe, err)
	}
	requireLine(t, c, "secret")
}

// TestReaders checks the io.Reader part with what the standard library has
// for that.
func TestReaders(t *testing.T) {
	body := padding(3*smallSize + 5)
	in := naiveStuff(body)
	require.NoError(t, iotest.TestReader(replay(in, []byte{99}).DotReader(BodyLimit{}), body))
	require.NoError(t, iotest.TestReader(replay(body, []byte{99}).CountedReader(int64(len(body))), body))
	n, err := play("x\r\n.\r\n").DotReader(BodyLimit{}).Read(nil)
	require.Zero(t, n)
	require.NoError(t, err)
	n, err = play("x\r\n.\r\n").CountedReader(1).Read(nil)
	require.Zero(t, n)
	require.NoError(t, err)
}

// A stubborn writer takes so much, then fails with err.
type stubborn struct {
	took []byte
	left int
	err  error
}

func (s *stubborn) Write(p []byte) (int, error) {
	n := min(len(p), s.left)
	s.took = append(s.took, p[:n]...)
	s.left -= n
	if n < len(p) {
		return n, s.err
	}
	return n, nil
}

// TestWriteToFails checks that a writer's failure is reported, even one that
// it does not report itself, and loses nothing.
func TestWriteToFails(t *testing.T) {
	const body = "one\r\n.two\r\nthree\r\n"
	full := errors.New("disk full")
	for _, broken := range []error{full, nil} {
		for left := range len(body) {
			dot := play("one\r\n..two\r\nthree\r\n.\r\n").DotReader(BodyLimit{})
			counted := play(body).CountedReader(int64(len(body)))
			for _, r := range []interface {
				io.Reader
				io.WriterTo
				Drain() error
			}{dot, counted} {
				w := &stubborn{left: left, err: broken}
				n, err := r.WriteTo(w)
				if broken == nil {
					require.Equal(t, io.ErrShortWrite, err)
				} else {
					require.Equal(t, full, err)
				}
				require.EqualValues(t, left, n)
				b, err := io.ReadAll(r)
				require.NoError(t, err)
				require.Equal(t, body, string(w.took)+string(b))
				require.NoError(t, r.Drain())
			}
		}
	}
}

// FuzzDotReader checks that the body, the place where it ends, and the verdict
// are those of a naive reading of the whole, however the octets arrive and are
// taken; that no NUL and no bare CR or LF comes out, nor anything from the
// first flaw on; and that what follows the body is still there.
func FuzzDotReader(f *testing.F) {
	for sequence := range smuggling {
		f.Add([]byte("a"+sequence+"b\r\n.\r\nNEXT\r\n"), []byte{0}, uint32(0), uint16(0), uint16(0), uint8(0))
	}
	f.Add([]byte("..a\r\n.\r\n"), []byte{1, 0}, uint32(4090), uint16(0), uint16(0), uint8(7))
	f.Add([]byte("abc\r\nNOT THE END"), []byte{}, uint32(0), uint16(0), uint16(0), uint8(2))
	f.Add([]byte("abc\r\nd\r\n.\r\nNEXT"), []byte{}, uint32(0), uint16(0), uint16(0), uint8(2))
	f.Add([]byte("a\nb\r\n"), []byte{}, uint32(0), uint16(0), uint16(0), uint8(0))
	f.Add([]byte("a\r\nbcd\r\n.\r\n"), []byte{}, uint32(65530), uint16(9), uint16(2), uint8(200))
	f.Fuzz(func(t *testing.T, in, sizes []byte, pad uint32, size, line uint16, room uint8) {
		in = append(padding(int(pad%(largeSize+smallSize))), in...)
		limit := BodyLimit{Size: int64(size), Line: int(line)}
		want := naiveDot(in, limit)
		for name, read := range map[string]func(*DotReader) ([]byte, error){
			"Read": func(d *DotReader) (b []byte, err error) {
				p := make([]byte, 1+int(room))
				for n := 0; err == nil; b = append(b, p[:n]...) {
					n, err = d.Read(p)
				}
				return b, err
			},
			"WriteTo": func(d *DotReader) ([]byte, error) {
				var b bytes.Buffer
				if _, err := d.WriteTo(&b); err != nil {
					return b.Bytes(), err
				}
				return b.Bytes(), io.EOF
			},
			"both": func(d *DotReader) ([]byte, error) {
				p := make([]byte, int(room))
				n, err := d.Read(p)
				b := bytes.NewBuffer(slices.Clone(p[:n]))
				if err == nil {
					if _, err = d.WriteTo(b); err == nil {
						err = io.EOF
					}
				}
				return b.Bytes(), err
			},
		} {
			c := replay(in, sizes)
			d := c.DotReader(limit)
			b, err := read(d)
			if err != want.read() {
				t.Fatalf("%s: %v, want %v", name, err, want.read())
			}
			if err == io.EOF && !bytes.Equal(b, want.body) {
				t.Fatalf("%s: body is %q, want %q", name, b, want.body)
			}
			if !bytes.HasPrefix(want.body, b) || !isClean(b) {
				t.Fatalf("%s: %q came out of %q", name, b, want.body)
			}
			if err := d.Drain(); err != want.drained() {
				t.Fatalf("%s: Drain: %v, want %v", name, err, want.drained())
			}
			if _, err := d.Read(make([]byte, 1)); err != io.ErrClosedPipe {
				t.Fatalf("%s: stale reader: %v", name, err)
			}
			follows, err := io.ReadAll(c.CountedReader(int64(len(in) - want.end)))
			if err != nil || !bytes.Equal(follows, in[want.end:]) {
				t.Fatalf("%s: %q, %v follows, want %q", name, follows, err, in[want.end:])
			}
		}
	})
}

// TestDrainPartly drains after any part of a body was read.
func TestDrainPartly(t *testing.T) {
	body := strings.Repeat("a line\r\n..stuffed\r\n", 3)
	for n := range len(body) {
		splits(body+".\r\nNEXT\r\n", func(c *Conn, how string) {
			d := c.DotReader(BodyLimit{})
			_, err := io.CopyN(io.Discard, struct{ io.Reader }{d}, int64(min(n, len(body)-3)))
			require.NoError(t, err, how)
			require.NoError(t, d.Drain(), how)
			require.EqualValues(t, len(body)-3, d.Size(), how)
			requireLine(t, c, "NEXT")
		})
	}
}

// TestDotReaderLax hands on what is no line end as it is, whatever the pieces,
// and finds the end all the same.
func TestDotReaderLax(t *testing.T) {
	for _, body := range []string{
		"a\nb\r\n", "a\n.\nb\r\n", "\n.\r\n", "a\rb\r\n", "a\r\r\n", "\r.\r\n", "a\x00\r\n", "\x00\n\r\r\n",
		strings.Repeat("x", 3000) + "\n\r\n",
	} {
		splits(body+".\r\nNEXT\r\n", func(c *Conn, how string) {
			d := c.DotReader(BodyLimit{Lax: true, Line: 1, Size: int64(len(body))})
			b, err := io.ReadAll(d)
			require.NoError(t, err, how)
			require.Equal(t, body, string(b), how)
			require.NoError(t, d.Drain(), how)
			requireLine(t, c, "NEXT")
		})
		splits(body+".\r\nNEXT\r\n", func(c *Conn, how string) {
			d := c.DotReader(BodyLimit{Lax: true, Size: int64(len(body)) - 1})
			_, err := io.ReadAll(d)
			require.Equal(t, ErrTooLarge, err, how)
			require.Equal(t, ErrTooLarge, d.Drain(), how)
			requireLine(t, c, "NEXT")
		})
	}
}
