package collate

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

func TestKeys(t *testing.T) {
	for _, c := range []struct{ text, unicode, ascii string }{
		{"", "", ""},
		{"Hello, World{}@[`z", "HELLO, WORLD{}@[`Z", "HELLO, WORLD{}@[`Z"},
		{"grün", "GRU\u0308N", "GRüN"},
		{"GRÜN", "GRU\u0308N", "GRÜN"},
		{"gru\u0308n", "GRU\u0308N", "GRU\u0308N"},
		{"ǆ", "Dz\u030c", "ǆ"}, // title case, then taken apart
		{"Ǆ", "Dz\u030c", "Ǆ"},
		{"ſ", "S", "ſ"},
		{"ﬁ", "fi", "ﬁ"}, // there is no title case of one character
		{"ß", "ß", "ß"},
		{"µ", "Μ", "µ"},
		{"straße", "STRAßE", "STRAßE"},
		{"привет", "ПРИВЕТ", "привет"},
		{"й", "И\u0306", "й"},
		{"한", "\u1112\u1161\u11ab", "한"}, // Hangul
		{"Ａ１", "A1", "Ａ１"},               // full width
		{"a\xffb", "A\xffB", "A\xffB"},
		{"\xe4", "\xe4", "\xe4"},
		{"😀", "😀", "😀"},
	} {
		require.Equal(t, c.unicode, UnicodeCasemap.Key(c.text), c.text)
		require.Equal(t, c.ascii, ASCIICasemap.Key(c.text), c.text)
		require.Equal(t, c.text, Octet.Key(c.text))
		require.Equal(t, "x"+c.unicode, string(UnicodeCasemap.AppendKey([]byte("x"), c.text)))
	}
	require.Less(t, UnicodeCasemap.Key("a"), UnicodeCasemap.Key("B"))
}

// TestEveryCharacter checks that what a folder remembers changes nothing, and that a key is its own key but for what the
// standard leaves.
func TestEveryCharacter(t *testing.T) {
	var f folder
	for range 2 {
		for r := rune(0x80); r < 0x30000; r += 7 {
			if !utf8.ValidRune(r) {
				continue
			}
			want := norm.NFKD.String(string(unicode.ToTitle(r)))
			got, rest := f.fold(nil, []byte(string(r)), false)
			require.Equal(t, want, string(got))
			require.Empty(t, rest)
		}
	}
}

func TestNames(t *testing.T) {
	for _, c := range []Collation{UnicodeCasemap, ASCIICasemap, Octet} {
		got, ok := Named(c.String())
		require.True(t, ok)
		require.Equal(t, c, got)
	}
	_, ok := Named("i;basic")
	require.False(t, ok)
}

func TestAppendUpper(t *testing.T) {
	var all []byte
	for c := range byte(utf8.RuneSelf) {
		all = append(all, c)
	}
	for start := range 9 {
		want := []byte(strings.Map(func(r rune) rune {
			if 'a' <= r && r <= 'z' {
				return r - 32
			}
			return r
		}, string(all[start:])))
		require.Equal(t, want, appendUpper(nil, all[start:]))
	}
}

// FuzzKey checks that
//   - a text that is given in pieces has the key that it has as a whole,
//   - a key of UTF-8 is UTF-8,
//   - texts that differ in the case of ASCII letters alone have the same key.
func FuzzKey(f *testing.F) {
	for _, seed := range []string{"", "grüße", "\xe2\x98", "a\xffb", "ǆﬁ한", strings.Repeat("é", 40)} {
		f.Add(seed, 3)
	}
	f.Fuzz(func(t *testing.T, s string, cut int) {
		for _, c := range []Collation{UnicodeCasemap, ASCIICasemap, Octet} {
			key := c.Key(s)
			if utf8.ValidString(s) {
				require.True(t, utf8.ValidString(key))
			}
			if c == Octet {
				require.Equal(t, s, key)
				continue
			}
			require.Equal(t, key, c.Key(upperASCII(s)))
			cut = min(max(cut, 0), len(s))
			fold := folder{collation: c}
			got, rest := fold.fold(nil, []byte(s[:cut]), false)
			require.Less(t, len(rest), utf8.UTFMax)
			got, rest = fold.fold(got, append(rest[:len(rest):len(rest)], s[cut:]...), true)
			require.Empty(t, rest)
			require.Equal(t, key, string(got))
		}
	})
}

func upperASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 32
		}
	}
	return string(b)
}

func BenchmarkKey(b *testing.B) {
	for label, s := range map[string]string{
		"ascii": "Re: [announce] The quick brown fox", "latin": "Größere Änderungen für alle", "cyrillic": "Привет из Москвы",
	} {
		b.Run(label, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				UnicodeCasemap.Key(s)
			}
		})
	}
}
