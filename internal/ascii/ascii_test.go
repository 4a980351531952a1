package ascii

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestEqualFold(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"", "", true},
		{"PLAIN", "plaIN", true},
		{"SCRAM-SHA-256-PLUS", "scram-sha-256-plus", true},
		{"A", "", false},
		{"S", "\u017f", false},
		{"SKEY", "S\u212aEY", false},
		{"A@", "A`", false}, // one bit apart, and no letters
		{"A[", "A{", false},
		{"\xc1", "\xe1", false},
		{"\xff", "\xff", true},
		{"\xff", "\xfe", false},
	} {
		require.Equal(t, c.same, EqualFold(c.a, c.b), "%q %q", c.a, c.b)
		require.Equal(t, c.same, EqualFold([]byte(c.b), c.a), "%q %q", c.b, c.a)
	}
}

func TestFold(t *testing.T) {
	const all = "@AMZ[`amz{\xc1\xe1\xff\u212a\u017f\u00c4"
	require.Equal(t, "@amz[`amz{\xc1\xe1\xff\u212a\u017f\u00c4", Lower(all))
	require.Equal(t, "@AMZ[`AMZ{\xc1\xe1\xff\u212a\u017f\u00c4", Upper(all))
	require.Zero(t, testing.AllocsPerRun(100, func() { Lower("content-type") }), "no copy of what needs no change")
}

func TestIsAlnum(t *testing.T) {
	const all = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	for c := range 256 {
		require.Equal(t, strings.IndexByte(all, byte(c)) >= 0, IsAlnum(byte(c)), "%q", c)
	}
}

func TestIs(t *testing.T) {
	require.True(t, Is(""))
	require.True(t, Is([]byte("a\x00\x7f")))
	require.False(t, Is("a\x80"))
}

// FuzzFold checks that folding twice is folding once, that EqualFold is what
// folding says, and that ASCII folds as package strings does it.
func FuzzFold(f *testing.F) {
	f.Add("Content-Type", "content-TYPE")
	f.Add("\xff\u212a", "k")
	f.Fuzz(func(t *testing.T, a, b string) {
		require.Equal(t, Lower(a), Lower(Upper(a)))
		require.Equal(t, Upper(a), Upper(Lower(a)))
		require.Equal(t, Lower(a) == Lower(b), EqualFold(a, b))
		require.Equal(t, Is(a), !strings.ContainsFunc(a, func(r rune) bool { return r >= utf8.RuneSelf }))
		if Is(a) {
			require.Equal(t, strings.ToLower(a), Lower(a))
			require.Equal(t, strings.ToUpper(a), Upper(a))
		}
	})
}

func BenchmarkEqualFold(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		EqualFold("Content-Transfer-Encoding", "content-transfer-encoding")
	}
}
