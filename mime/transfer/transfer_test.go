package transfer_test

import (
	"bytes"
	"cmp"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/transfer"
)

// sleepy returns (0, nil) before each read of few octets.
type sleepy struct {
	r     io.Reader
	awake bool
}

func (s *sleepy) Read(p []byte) (int, error) {
	if s.awake = !s.awake; s.awake {
		return 0, nil
	}
	return s.r.Read(p[:min(3, len(p))])
}

// ways cut an input in different ways.
var ways = map[string]func(io.Reader) io.Reader{
	"whole":     func(r io.Reader) io.Reader { return r },
	"octets":    iotest.OneByteReader,
	"halves":    iotest.HalfReader,
	"data, EOF": iotest.DataErrReader,
	"sleepy":    func(r io.Reader) io.Reader { return &sleepy{r: r} },
}

// decode reads in with each of the ways and into small and large buffers, and checks that this makes no difference.
func decode(t testing.TB, e transfer.Encoding, in string) (string, []defect.Defect) {
	t.Helper()
	var found defect.List
	want, err := io.ReadAll(transfer.NewReader(e, strings.NewReader(in), &found))
	require.NoError(t, err)
	for name, way := range ways {
		var again defect.List
		r := transfer.NewReader(e, way(strings.NewReader(in)), &again)
		got, err := io.ReadAll(iotest.OneByteReader(r))
		require.NoError(t, err)
		if string(want) != string(got) {
			t.Fatalf("%s of %q: %q, but whole %q", name, in, got, want)
		}
		require.Equal(t, slicesOf(&found), slicesOf(&again), "%s of %q", name, in)
	}
	return string(want), slicesOf(&found)
}

// slicesOf sorts what was found: how the input is cut may decide what is seen first.
func slicesOf(l *defect.List) []defect.Defect {
	return slices.SortedFunc(l.All(), func(a, b defect.Defect) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Kind, b.Kind))
	})
}

// encode writes in, in pieces of each of a few sizes, and checks that the sizes make no difference.
func encode(t testing.TB, open func(io.Writer) io.WriteCloser, in string) string {
	t.Helper()
	var want string
	for i, size := range []int{len(in) + 1, 1, 2, 7, 57, 1000} {
		var b bytes.Buffer
		w := open(&b)
		for rest := in; rest != ""; {
			n, err := io.WriteString(w, rest[:min(size, len(rest))])
			require.NoError(t, err)
			rest = rest[n:]
		}
		require.NoError(t, w.Close())
		require.NoError(t, w.Close(), "twice")
		if i == 0 {
			want = b.String()
		}
		require.Equal(t, want, b.String(), "in pieces of %d", size)
	}
	return want
}

// octets returns pseudo-random octets, always the same.
func octets(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestParse(t *testing.T) {
	for value, want := range map[string]transfer.Encoding{
		"7bit":                           transfer.SevenBit,
		"8BIT":                           transfer.EightBit,
		"8-bit":                          transfer.EightBit,
		" Binary\r\n ":                   transfer.Binary,
		"BASE64":                         transfer.Base64,
		"\"base64\"":                     transfer.Base64,
		"base64; charset=utf-8":          transfer.Base64,
		"(a (nested \\) one) ) base64 (": transfer.Base64,
		"quoted-printable (unclosed":     transfer.QuotedPrintable,
		"Quoted Printable":               transfer.QuotedPrintable,
		"x-uue":                          transfer.UUEncode,
		"uuencode":                       transfer.UUEncode,
		"X-YENC":                         transfer.YEnc,
		"'7bit'":                         transfer.SevenBit,
		"Content-Transfer-Encoding:7bit": "",
		"":                               "",
		"()":                             "",
		"ba\u017fe64":                    "",
		"x-other":                        "",
	} {
		e, ok := transfer.Parse(value)
		if want == "" {
			require.False(t, ok, value)
			require.Equal(t, transfer.Binary, e, value)
			continue
		}
		require.True(t, ok, value)
		require.Equal(t, want, e, value)
	}
}

func TestIdentity(t *testing.T) {
	const in = "a\xe9\nb\x00c\rd\r\n" // every fault at once
	for e, want := range map[transfer.Encoding][]defect.Kind{
		transfer.SevenBit:         {transfer.HighOctet, transfer.BareLF, transfer.NUL, transfer.BareCR},
		transfer.EightBit:         {transfer.BareLF, transfer.NUL, transfer.BareCR},
		transfer.Binary:           nil,
		transfer.Encoding("x-zz"): nil,
	} {
		out, found := decode(t, e, in)
		require.Equal(t, in, out)
		var kinds []defect.Kind
		for _, d := range found {
			kinds = append(kinds, d.Kind)
		}
		require.ElementsMatch(t, want, kinds, e)
		require.Equal(t, in, encode(t, func(w io.Writer) io.WriteCloser { return transfer.NewWriter(e, w) }, in))
	}
	long := strings.Repeat("x", 998)
	_, found := decode(t, transfer.SevenBit, "\r\n"+long+"\r\n"+long)
	require.Empty(t, found)
	_, found = decode(t, transfer.SevenBit, "\r\n"+long+"\r\nx"+long)
	require.Equal(t, []defect.Defect{{Kind: transfer.LongLine, Offset: 1002}}, found)
}

// TestBufferFitsInput checks that what says how small it is, is read into a small buffer.
func TestBufferFitsInput(t *testing.T) {
	const rounds = 100
	in, out := strings.Repeat("QUJD", 10), make([]byte, 4<<10)
	for name, open := range map[string]func() io.Reader{
		"Size": func() io.Reader { return io.NewSectionReader(strings.NewReader(in), 0, int64(len(in))) },
		"Len":  func() io.Reader { return bytes.NewBufferString(in) },
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range rounds {
			r := transfer.NewReader(transfer.Base64, open(), nil)
			n, err := io.ReadFull(r, out[:30])
			require.NoError(t, err)
			require.Equal(t, strings.Repeat("ABC", 10), string(out[:n]))
			_, err = r.Read(out)
			require.Equal(t, io.EOF, err)
		}
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(rounds*(3<<10)), name)
	}
}

func TestReadErrorsPassThrough(t *testing.T) {
	for _, e := range []transfer.Encoding{
		transfer.SevenBit, transfer.EightBit, transfer.Binary, transfer.Base64, transfer.QuotedPrintable, transfer.UUEncode, transfer.YEnc,
	} {
		r := transfer.NewReader(e, iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("begin 644 x\r\n#86)C\r\n"))), new(defect.List))
		_, err := io.ReadAll(r)
		require.Equal(t, iotest.ErrTimeout, err, e)
	}
}

func TestReaderThatGivesNothing(t *testing.T) {
	r := transfer.NewReader(transfer.Base64, idle{}, nil)
	_, err := io.ReadAll(r)
	require.Equal(t, io.ErrNoProgress, err)
	n, err := r.Read(nil)
	require.NoError(t, err)
	require.Zero(t, n)
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

// broken fails at each write.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWriteErrorsPassThrough(t *testing.T) {
	for _, e := range []transfer.Encoding{transfer.Binary, transfer.Base64, transfer.QuotedPrintable, transfer.UUEncode} {
		w := transfer.NewWriter(e, broken{})
		_, err := w.Write(octets(20_000))
		require.Equal(t, io.ErrClosedPipe, err, e)
		_, err = w.Write(octets(1))
		require.Equal(t, io.ErrClosedPipe, err, e)
	}
	w := transfer.NewWriter(transfer.Base64, broken{})
	_, err := w.Write([]byte("x"))
	require.NoError(t, err)
	require.Equal(t, io.ErrClosedPipe, w.Close())
	_, err = w.Write([]byte("x"))
	require.ErrorContains(t, err, "after Close")
}
