package deflate

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
)

func compressed(t testing.TB, level int, pieces ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	require.NoError(t, err)
	for _, p := range pieces {
		_, err = io.WriteString(w, p)
		require.NoError(t, err)
		require.NoError(t, w.Flush())
	}
	return b.Bytes()
}

// texts are hard in different ways.
func texts() []string {
	random := make([]byte, 100_000)
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(random)
	return []string{
		"", "a", strings.Repeat("a", 70_000), strings.Repeat("a NOOP\r\n", 5000),
		string(random), strings.Repeat("0123456789abcdef\r\n", 4000) + string(random[:5000]),
	}
}

// What was compressed, in whatever way, is read, however it comes.
func TestReader(t *testing.T) {
	for _, level := range []int{flate.NoCompression, flate.BestSpeed, flate.BestCompression, flate.HuffmanOnly} {
		for _, text := range texts() {
			in := compressed(t, level, text, "end")
			for _, src := range []io.Reader{bytes.NewReader(in), iotest.OneByteReader(bytes.NewReader(in)), iotest.DataErrReader(bytes.NewReader(in))} {
				got, err := io.ReadAll(NewReader(src))
				require.NoError(t, err)
				require.Equal(t, text+"end", string(got))
			}
		}
	}
}

// A block is handed on as far as it has come, even if the peer ends it only later:
// zlib's partial flush leaves a reader without the beginning of another block.
func TestUnfinishedBlock(t *testing.T) {
	in := compressed(t, flate.BestSpeed, "a NOOP\r\n")
	empty := compressed(t, flate.BestSpeed, "")
	in = in[:len(in)-len(empty)+1] // without the empty block that a flush adds
	r := NewReader(bytes.NewReader(in))
	got := make([]byte, 20)
	n, err := io.ReadAtLeast(r, got, 8)
	require.NoError(t, err)
	require.Equal(t, "a NOOP\r\n", string(got[:n]))
}

// A deadline that passes does no harm.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memnet.Pipe()
		defer a.Close()
		defer b.Close()
		in := compressed(t, flate.BestSpeed, strings.Repeat("hello ", 10)+"world")
		r := New(b)
		got := []byte{}
		for _, octet := range in {
			require.NoError(t, b.SetReadDeadline(time.Now().Add(time.Second)))
			for {
				p := make([]byte, 8)
				n, err := r.Read(p)
				if got = append(got, p[:n]...); errors.Is(err, os.ErrDeadlineExceeded) {
					break
				}
				require.NoError(t, err)
			}
			_, err := a.Write([]byte{octet})
			require.NoError(t, err)
		}
		require.NoError(t, b.SetReadDeadline(time.Time{}))
		require.NoError(t, a.Close())
		rest, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, strings.Repeat("hello ", 10)+"world", string(append(got, rest...)))
	})
}

// Two ends understand each other, write by write.
func TestConn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memnet.Pipe()
		defer b.Close()
		x, y := New(a), New(b)
		for _, text := range []string{"one", "two", strings.Repeat("three", 1000)} {
			_, err := io.WriteString(x, text)
			require.NoError(t, err)
			got := make([]byte, len(text))
			_, err = io.ReadFull(y, got)
			require.NoError(t, err)
			require.Equal(t, text, string(got))
		}
		require.Same(t, a, x.NetConn())
		require.NoError(t, x.CloseWrite())
		_, err := y.Read(make([]byte, 1))
		require.Equal(t, io.EOF, err)
		require.NoError(t, x.Close())
		_, err = x.Write([]byte("x"))
		require.Error(t, err)
	})
}

// A stream that was ended is whole for others, even if nothing was written.
func TestCloseWrite(t *testing.T) {
	for _, text := range []string{"", "hello"} {
		synctest.Test(t, func(t *testing.T) {
			a, b := memnet.Pipe()
			x := New(a)
			if text != "" {
				_, err := io.WriteString(x, text)
				require.NoError(t, err)
			}
			require.NoError(t, x.CloseWrite())
			got, err := io.ReadAll(flate.NewReader(b))
			require.NoError(t, err)
			require.Equal(t, text, string(got))
			require.NoError(t, a.Close())
		})
	}
}

// FuzzReader checks that whatever comes in, the reader does not panic, and that
// it reads what compress/flate reads, up to where that has an error.
func FuzzReader(f *testing.F) {
	for _, text := range texts()[:4] {
		f.Add(compressed(f, flate.BestCompression, text, "x"))
	}
	f.Add([]byte{3, 0})
	f.Add([]byte{5, 0xe0, 0x81, 8, 0, 0, 0, 0, 0x20, 0x7f, 0xeb, 0x0b, 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err1 := io.ReadAll(io.LimitReader(NewReader(iotest.OneByteReader(bytes.NewReader(in))), 1<<20))
		want, err2 := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(in)), 1<<20))
		require.True(t, bytes.HasPrefix(got, want), "%q %q", got, want)
		if err2 == nil {
			require.NoError(t, err1)
			require.Equal(t, len(want), len(got))
		}
	})
}

func BenchmarkRead(b *testing.B) {
	text := strings.Repeat("From: somebody <a@b.example>\r\nSubject: a message\r\n\r\nand its text\r\n", 2000)
	in := compressed(b, flate.DefaultCompression, text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		n, err := io.Copy(io.Discard, NewReader(bytes.NewReader(in)))
		require.NoError(b, err)
		require.EqualValues(b, len(text), n)
	}
}
