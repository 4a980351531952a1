package collate

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestSearch(t *testing.T) {
	long := strings.Repeat("abcdefgh", 20)
	for _, c := range []struct {
		text, needle string
		found        bool
	}{
		{"Hello World", "o w", true},
		{"Hello World", "O W", true},
		{"Hello World", "ow", false},
		{"", "", true},
		{"", "x", false},
		{"x", "", true},
		{"Grüße", "GRÜß", true},
		{"Gru\u0308ße", "rü", true},
		{"xx" + long + "y", long + "Y", true},
		{"xx" + long + "y", long + "z", false},
		{strings.Repeat("a", 100), strings.Repeat("A", 64), true},
		{strings.Repeat("a", 63), strings.Repeat("A", 64), false},
		{strings.Repeat("x", pieceSize-3) + "Straße", "straße", true},     // across pieces
		{strings.Repeat("x", pieceSize-1) + "ß" + long, "ß" + long, true}, // a character in two pieces
		{strings.Repeat("x", 3*pieceSize) + "needle", "NEEDLE", true},
		{"needle" + strings.Repeat("x", 3*pieceSize), "NEEDLE", true},
		{"cut \xe2\x98", "\xe2\x98", true},
	} {
		s := NewSearch(UnicodeCasemap, c.needle)
		for _, r := range []io.Reader{
			strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text)), iotest.DataErrReader(strings.NewReader(c.text)),
		} {
			s.Reset()
			require.False(t, s.Done())
			require.NoError(t, s.Text(r))
			require.Equal(t, c.found, s.Found(0), "%.20q in %.20q", c.needle, c.text)
			require.Equal(t, c.found, s.Done())
		}
		s.Reset()
		s.String(c.text)
		require.Equal(t, c.found, s.Found(0), "%.20q in %.20q", c.needle, c.text)
		s.Reset()
		s.Key(UnicodeCasemap.Key(c.text))
		require.Equal(t, c.found, s.Found(0), "%.20q in %.20q", c.needle, c.text)
	}
}

func TestSeveralTexts(t *testing.T) {
	long := strings.Repeat("long ", 20)
	s := NewSearch(UnicodeCasemap, "ab", "cd", "bc", long)
	s.String("xab" + long[:50])
	s.String(long[50:] + "c")
	s.String("d cdx")
	require.Equal(t, []bool{true, true, false, false}, []bool{s.Found(0), s.Found(1), s.Found(2), s.Found(3)})
	require.False(t, s.Done())
	s.String("bc" + long)
	require.True(t, s.Done())
	require.NoError(t, s.Text(iotest.ErrReader(errors.New("it is not read"))))
	require.True(t, NewSearch(Octet).Done())
}

func TestOtherCollations(t *testing.T) {
	s := NewSearch(Octet, "ab")
	s.String("AB aB")
	require.False(t, s.Found(0))
	s.String("xab")
	require.True(t, s.Found(0))
	s = NewSearch(ASCIICasemap, "äb")
	s.String("ÄB")
	require.False(t, s.Found(0))
	s.String("äB")
	require.True(t, s.Found(0))
}

func TestErrors(t *testing.T) {
	bad := errors.New("bad disk")
	s := NewSearch(UnicodeCasemap, "x")
	require.ErrorIs(t, s.Text(iotest.ErrReader(bad)), bad)
	require.ErrorIs(t, s.Text(idle{}), io.ErrNoProgress)
	require.NoError(t, s.Text(io.MultiReader(strings.NewReader("abc x"), iotest.ErrReader(bad)))) // it had all it wanted
	require.True(t, s.Done())
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

// FuzzSearch checks that, however the text comes in pieces, a needle is found if and only if its key is in the text's.
func FuzzSearch(f *testing.F) {
	f.Add("Hello", "LL", 2)
	f.Add("aaaaaaab", "aab", 1)
	f.Add(strings.Repeat("ab", 100)+"c", strings.Repeat("ba", 40)+"bc", 7)
	f.Add("gru\u0308ße\xff", "ü", 3)
	f.Fuzz(func(t *testing.T, text, needle string, size int) {
		for _, c := range []Collation{UnicodeCasemap, ASCIICasemap, Octet} {
			want := strings.Contains(c.Key(text), c.Key(needle))
			s := NewSearch(c, needle, text)
			require.NoError(t, s.Text(&pieces{text, max(size, 1)}))
			require.Equal(t, want, s.Found(0))
			require.True(t, s.Found(1))
			s.Reset()
			s.String(text)
			require.Equal(t, want, s.Found(0))
			s.Reset()
			s.Key(c.Key(text))
			require.Equal(t, want, s.Found(0))
		}
	})
}

type pieces struct {
	text string
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), p.size)], p.text)
	p.text = p.text[n:]
	return n, nil
}

func BenchmarkSearch(b *testing.B) {
	texts := map[string]string{
		"ascii":    strings.Repeat("The quick brown fox jumps over the lazy dog, and so on and on.\r\n", 1<<14),
		"german":   strings.Repeat("Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.\r\n", 1<<14),
		"cyrillic": strings.Repeat("Съешь же ещё этих мягких французских булок, да выпей чаю.\r\n", 1<<14),
		"repeats":  strings.Repeat("a", 1<<20),
	}
	for label, text := range texts {
		for kind, needle := range map[string]string{
			"short": "aaaaaaaaaaaaab", "long": strings.Repeat("a", 100) + "b", "ten": "",
		} {
			b.Run(label+"/"+kind, func(b *testing.B) {
				needles := []string{needle}
				if kind == "ten" {
					needles = strings.Fields("zeroth first second third fourth fifth sixth seventh eighth ninth")
				}
				s := NewSearch(UnicodeCasemap, needles...)
				b.ReportAllocs()
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					s.Reset()
					if err := s.Text(strings.NewReader(text)); err != nil || s.Done() {
						b.Fatal("found")
					}
				}
			})
		}
	}
}
