package latin_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/latin"
)

func ExampleBase() {
	for _, r := range "Grüße, Łódź" {
		if s := latin.Base(r); s != "" {
			fmt.Print(s)
			continue
		}
		fmt.Print(string(r))
	}
	fmt.Println()
	// Output: Grusse, Lodz
}

func TestBase(t *testing.T) {
	base := func(s string) string {
		var b strings.Builder
		for _, r := range s {
			b.WriteString(latin.Base(r))
		}
		return b.String()
	}
	require.Equal(t, "aaaaaaaeceeeeiiiinooooouuuuythdss", base("àáâãäåæçèéêëìíîïñòóôõöùúûüýþðß"))
	require.Equal(t, "OLdIieaSS", base("ØŁđİıệạẞ"))
	require.Empty(t, base("aZ0 -'€«–α中\u0301́ǀ"), "ASCII, punctuation, other scripts, marks alone")
	for r := range rune(latin.Last + 1000) {
		s := latin.Base(r)
		require.LessOrEqual(t, len(s), 2)
		for _, c := range s {
			require.True(t, 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z', "%U: %q", r, s)
		}
	}
}
