package store_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

func TestAddressKey(t *testing.T) {
	key := store.Address{Local: "j\u00fcrgen", Domain: "example.org"}.Key()
	for _, same := range []store.Address{
		{Local: "J\u00dcRGEN", Domain: "Example.ORG"},
		{Local: "ju\u0308rgen", Domain: "EXAMPLE.org"},
	} {
		require.Equal(t, key, same.Key())
	}
	for _, other := range []store.Address{
		{Local: "jurgen", Domain: "example.org"},
		{Local: "jürgen", Domain: "example.net"},
		{Local: "jürgen@example.org", Domain: ""},
	} {
		require.NotEqual(t, key, other.Key())
	}
	require.NotEqual(t, store.FoldDomain("\u212aelvin.example"), store.FoldDomain("kelvin.example"), "domains fold in ASCII")
	require.Equal(t, "\u212aelvin.example", store.FoldDomain("\u212aELVIN.Example"))
}

func TestAddressCheck(t *testing.T) {
	require.NoError(t, store.Address{Local: "a@b \"c", Domain: "example.org"}.Check(), "a quoted local part may be anything that prints")
	for _, bad := range []store.Address{
		{},
		{Local: "a"},
		{Domain: "a"},
		{Local: "a", Domain: "b@c"},
		{Local: "a", Domain: "b c"},
		{Local: "a", Domain: "b\x00"},
		{Local: "a\r", Domain: "b"},
		{Local: "a\u0085", Domain: "b"},
		{Local: "\xff", Domain: "b"},
		{Local: strings.Repeat("a", store.MaxLocal+1), Domain: "b"},
		{Local: "a", Domain: strings.Repeat("a", store.MaxDomain+1)},
	} {
		err := bad.Check()
		require.ErrorIs(t, err, store.ErrInvalid, "%q", bad)
		require.Less(t, len(err.Error()), 250)
	}
}

// FuzzFoldName checks that folding twice is folding once, that case does not matter where upper and
// lower case are each other's, and that good text stays good.
func FuzzFoldName(f *testing.F) {
	for _, seed := range []string{"", "Bob", "JÜRGEN", "ju\u0308rgen", "ΣΑΣ", "ßẞ", "\u212aelvin", "ı", "İ", "\xff", "ﬁ", "\u0345\u0308"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return // CheckName refuses it
		}
		folded := store.FoldName(s)
		require.Equal(t, folded, store.FoldName(folded))
		require.True(t, utf8.ValidString(folded))
		for _, r := range s {
			if r >= utf8.RuneSelf {
				return
			}
		}
		require.Equal(t, folded, store.FoldName(strings.ToUpper(s)))
		require.Equal(t, folded, store.FoldDomain(s))
	})
}
