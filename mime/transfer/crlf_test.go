package transfer_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/transfer"
)

func TestCRLF(t *testing.T) {
	for text, want := range map[string]string{
		"":                  "",
		"a":                 "a\r\n",
		"a\n":               "a\r\n",
		"a\r\n":             "a\r\n",
		"a\r":               "a\r\n",
		"a\n\nb\r\rc":       "a\r\n\r\nb\r\n\r\nc\r\n",
		"\n\r\n\r\r\n\n":    "\r\n\r\n\r\n\r\n\r\n",
		"\x00\xff .\n.\n":   "\x00\xff .\r\n.\r\n",
		"a\r\nb\nc\r\n\r\n": "a\r\nb\r\nc\r\n\r\n",
	} {
		for _, split := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader} {
			got, err := io.ReadAll(transfer.NewCRLFReader(split(strings.NewReader(text))))
			require.NoError(t, err)
			require.Equal(t, want, string(got), "of %q", text)
			n, err := transfer.CRLFSize(split(strings.NewReader(text)))
			require.NoError(t, err)
			require.EqualValues(t, len(want), n, "of %q", text)
		}
	}
}

// An error of the reader is told behind what came before it.
func TestCRLFError(t *testing.T) {
	broken := errors.New("disk on fire")
	r := io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken))
	got, err := io.ReadAll(transfer.NewCRLFReader(r))
	require.Equal(t, broken, err)
	require.Equal(t, "a\r\nb", string(got))
	_, err = transfer.CRLFSize(iotest.ErrReader(broken))
	require.Equal(t, broken, err)
}

// FuzzCRLF checks that the reader gives what a naive replacement gives, however
// small the reads are on either side.
func FuzzCRLF(f *testing.F) {
	f.Add([]byte("a\nb\r\nc\rd"), uint16(3))
	f.Add(bytes.Repeat([]byte("\r\n\n\r"), 3000), uint16(2048))
	f.Fuzz(func(t *testing.T, text []byte, size uint16) {
		want := strings.NewReplacer("\r\n", "\r\n", "\n", "\r\n", "\r", "\r\n").Replace(string(text))
		if want != "" && !strings.HasSuffix(want, "\r\n") {
			want += "\r\n"
		}
		for _, r := range []io.Reader{bytes.NewReader(text), iotest.HalfReader(bytes.NewReader(text))} {
			var got bytes.Buffer
			_, err := io.CopyBuffer(struct{ io.Writer }{&got}, transfer.NewCRLFReader(r), make([]byte, max(size, 1)))
			if err != nil || got.String() != want {
				t.Fatalf("%q, %v of %q, want %q", got.String(), err, text, want)
			}
		}
	})
}

func BenchmarkCRLFReader(b *testing.B) {
	for name, eol := range map[string]string{"LF": "\n", "CRLF": "\r\n"} {
		b.Run(name, func(b *testing.B) {
			text := strings.Repeat(strings.Repeat("x", 70)+eol, 1<<20/72)
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				_, err := transfer.CRLFSize(strings.NewReader(text))
				require.NoError(b, err)
			}
		})
	}
}
