package transfer_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/transfer"
)

func at(offset int64, kind defect.Kind) []defect.Defect {
	return []defect.Defect{{Kind: kind, Offset: offset}}
}

func TestBase64(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		found    []defect.Defect
	}{
		{"", "", nil},
		{"aGVsbG8=\r\n", "hello", nil},
		{"aGVs\r\nbG8=", "hello", nil},
		{"aGVs\nbG8=", "hello", at(4, transfer.BareLF)},
		{"aG\r\nVs\r\nb\r\nG8=\r\n", "hello", nil},
		{"aGVs bG8=\t\r\n", "hello", nil},
		{"aGVsbG8", "hello", at(7, transfer.Base64Padding)},
		{"aGVsbA=", "hell", at(7, transfer.Base64Padding)},
		{"aGVsbA", "hell", at(6, transfer.Base64Padding)},
		{"aGVsb", "hel", at(5, transfer.Base64Truncated)},
		{"aGVsb=", "hel", at(5, transfer.Base64Truncated)},
		{"a", "", at(1, transfer.Base64Truncated)},
		{"aGVs=", "hel", at(4, transfer.Base64Padding)},
		{"aGVsbG8==", "hello", at(8, transfer.Base64Padding)},
		{"=====", "", at(0, transfer.Base64Padding)},
		{"aG!Vs\x00bG\xff8=", "hello", at(2, transfer.Base64Junk)},
		{"aGVsbG8=aGVsbG8=", "hellohello", at(8, transfer.Base64Restart)},
		{"aA==\r\naA==\r\n", "hh", at(6, transfer.Base64Restart)},
		{"aA=aA==", "hh", append(at(3, transfer.Base64Restart), at(3, transfer.Base64Padding)...)},
		{strings.Repeat("a", 76) + "\r\n", strings.Repeat("i\xa6\x9a", 19), nil},
		{strings.Repeat("a", 80) + "\r\n", strings.Repeat("i\xa6\x9a", 20), at(0, transfer.LongLine)},
	} {
		got, found := decode(t, transfer.Base64, tt.in)
		require.Equal(t, tt.want, got, "%q", tt.in)
		require.ElementsMatch(t, tt.found, found, "%q", tt.in)
	}
}

func TestBase64Writer(t *testing.T) {
	for n := range 200 {
		in := string(octets(n))
		out := encode(t, base64Writer, in)
		require.Equal(t, base64.StdEncoding.EncodeToString([]byte(in)), strings.ReplaceAll(out, "\r\n", ""))
		for line := range strings.Lines(out) {
			require.LessOrEqual(t, len(line), 78)
			require.True(t, strings.HasSuffix(line, "\r\n"))
		}
		got, found := decode(t, transfer.Base64, out)
		require.Equal(t, in, got)
		require.Empty(t, found)
	}
}

func base64Writer(w io.Writer) io.WriteCloser { return transfer.NewWriter(transfer.Base64, w) }

// FuzzBase64 checks that decoding undoes encoding, that any input decodes, to no more than its size, the same however it
// is cut, and to what the standard library finds if that finds no fault.
func FuzzBase64(f *testing.F) {
	for _, s := range []string{"aGVsbG8=\r\n", "aA=aA==", "a", "====", "\x00\xffaGVs\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, _ := decode(t, transfer.Base64, in)
		require.LessOrEqual(t, len(got), len(in))
		if want, err := base64.StdEncoding.DecodeString(in); err == nil {
			require.Equal(t, string(want), got)
		}
		back, found := decode(t, transfer.Base64, encode(t, base64Writer, in))
		require.Equal(t, in, back)
		require.Empty(t, found)
	})
}

func BenchmarkBase64(b *testing.B) {
	var coded bytes.Buffer
	w := transfer.NewWriter(transfer.Base64, &coded)
	plain := octets(1 << 20)
	_, _ = w.Write(plain)
	_ = w.Close()
	benchRead(b, "read", coded.Bytes(), func(r io.Reader) io.Reader { return transfer.NewReader(transfer.Base64, r, nil) })
	benchRead(b, "standard/read", coded.Bytes(), func(r io.Reader) io.Reader { return base64.NewDecoder(base64.StdEncoding, r) })
	benchWrite(b, "write", plain, func(w io.Writer) io.WriteCloser { return transfer.NewWriter(transfer.Base64, w) })
	benchWrite(b, "standard/write", plain, func(w io.Writer) io.WriteCloser { return base64.NewEncoder(base64.StdEncoding, w) })
}

// benchRead measures the encoded octets.
func benchRead(b *testing.B, name string, coded []byte, open func(io.Reader) io.Reader) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(coded)))
		buf := make([]byte, 32<<10)
		for b.Loop() {
			r := open(bytes.NewReader(coded))
			for {
				if _, err := r.Read(buf); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// benchWrite measures the plain octets.
func benchWrite(b *testing.B, name string, plain []byte, open func(io.Writer) io.WriteCloser) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(plain)))
		for b.Loop() {
			w := open(io.Discard)
			if _, err := w.Write(plain); err != nil {
				b.Fatal(err)
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestBase64ReadsWithoutAllocation(t *testing.T) {
	in := []byte(encode(t, base64Writer, string(octets(100_000))))
	noAllocs(t, transfer.Base64, in)
}

// noAllocs checks that reading goes on without allocations.
func noAllocs(t *testing.T, e transfer.Encoding, in []byte) {
	t.Helper()
	src := &loop{in: in}
	r := transfer.NewReader(e, src, nil)
	buf := make([]byte, 8<<10)
	_, err := io.ReadFull(r, make([]byte, 200<<10))
	require.NoError(t, err)
	require.Zero(t, testing.AllocsPerRun(200, func() { _, _ = r.Read(buf) }))
}

// loop gives the same octets again and again.
type loop struct {
	in []byte
	at int
}

func (l *loop) Read(p []byte) (int, error) {
	n := copy(p, l.in[l.at:])
	l.at = (l.at + n) % len(l.in)
	return n, nil
}
