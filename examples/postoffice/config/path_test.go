package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzPath checks: what is above a key, or an element, is what it was joined to, whatever the key; and a path is in
// ASCII, without control characters.
func FuzzPath(f *testing.F) {
	f.Add("name", "a.b", 0)
	f.Add("", `"`, 12)
	f.Add(`\`, `a\".b]`, 3)
	f.Add("a]", "b[0]", 1)
	f.Add("\n\u2028", `""`, 7)
	f.Fuzz(func(t *testing.T, first, second string, i int) {
		one := join("", first)
		require.Empty(t, above(one))
		element := item(one, max(i, -i, 0))
		require.Equal(t, one, above(element))
		two := join(element, second)
		require.Equal(t, element, above(two))
		for _, c := range []byte(two) {
			require.True(t, ' ' <= c && c < 0x7f, "%q", two)
		}
	})
}
