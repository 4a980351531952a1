package auth

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/secure/precis"
)

func TestPrepare(t *testing.T) {
	const disallowed, malformed = "!disallowed", "!malformed"
	for _, c := range []struct{ in, name, folded, password string }{
		{"tim", "tim", "tim", "tim"},
		{"Tim@Example.COM", "Tim@Example.COM", "tim@example.com", "Tim@Example.COM"},
		{`DOMAIN\Tim Smith`, `DOMAIN\Tim Smith`, `domain\tim smith`, `DOMAIN\Tim Smith`},
		{"two  spaces", "two  spaces", "two  spaces", "two  spaces"},
		{" tim", disallowed, disallowed, " tim"},
		{"tim ", disallowed, disallowed, "tim "},
		{" ", disallowed, disallowed, " "},
		{"", malformed, malformed, malformed},
		{"a\x00b", malformed, malformed, malformed},
		{"\xff", malformed, malformed, malformed},
		{"a\tb", disallowed, disallowed, disallowed},
		{"a\r\nb", disallowed, disallowed, disallowed},
		{"a\x7f", disallowed, disallowed, disallowed},
		{"a\u0085b", disallowed, disallowed, disallowed}, // a line end to some
		{"a\u2028b", disallowed, disallowed, disallowed},
		{"J\u00fcrgen", "J\u00fcrgen", "j\u00fcrgen", "J\u00fcrgen"},
		{"Ju\u0308rgen", "J\u00fcrgen", "j\u00fcrgen", "J\u00fcrgen"}, // NFC
		{"Ju\u0308rgen M\u00dcller", "J\u00fcrgen M\u00dcller", "j\u00fcrgen m\u00fcller", "J\u00fcrgen M\u00dcller"},
		{"\uff21\uff42", "Ab", "ab", "\uff21\uff42"},                 // full width
		{"Stra\u00dfe", "Stra\u00dfe", "stra\u00dfe", "Stra\u00dfe"}, // RFC 8265, 3.6, example 3
		{"\u03a3", "\u03a3", "\u03c3", "\u03a3"},                     // RFC 8265, 3.6, example 5
		{"henry\u2163", disallowed, disallowed, "henry\u2163"},       // RFC 8265, 3.6, example 10: Roman numeral four
		{"\u221e", disallowed, disallowed, "\u221e"},                 // RFC 8265, 3.6, example 11: infinity
		{"\u017f", disallowed, disallowed, "\u017f"},                 // long s is no s
		{"\u212a", "K", "k", "K"},                                    // KELVIN SIGN: NFC
		{"a\u00adb", disallowed, disallowed, disallowed},             // soft hyphen
		{"a\u00a0b", disallowed, disallowed, "a b"},                  // no-break space
		{"a\u3000b", disallowed, disallowed, "a b"},
		{"\u05d0a", disallowed, disallowed, "\u05d0a"}, // RFC 5893: right to left and left to right
		{"\U0001f600", disallowed, disallowed, "\U0001f600"},
		{"foo\u1680bar", disallowed, disallowed, "foo bar"}, // RFC 8265, 4.3, example 16
		{"my cat is a \u0009by", disallowed, disallowed, disallowed},
	} {
		for _, f := range []struct {
			prepare func(string) (string, error)
			want    string
		}{{PrepareName, c.name}, {FoldName, c.folded}, {PreparePassword, c.password}} {
			got, err := f.prepare(c.in)
			switch f.want {
			case disallowed:
				require.ErrorIs(t, err, ErrDisallowed, "%q", c.in)
				require.Empty(t, got)
			case malformed:
				require.ErrorIs(t, err, ErrMalformed, "%q", c.in)
				require.NotErrorIs(t, err, ErrCredentials)
				require.Empty(t, got)
			default:
				require.NoError(t, err, "%q", c.in)
				require.Equal(t, f.want, got, "%q", c.in)
			}
		}
	}
}

// TestPrepareASCII checks that the short way for ASCII gives what the profiles
// give, for each character.
func TestPrepareASCII(t *testing.T) {
	for c := range byte(0x80) {
		s := "a" + string(rune(c)) + "B"
		for _, f := range []struct {
			prepare func(string) (string, error)
			profile *precis.Profile
		}{
			{PrepareName, precis.UsernameCasePreserved},
			{FoldName, precis.UsernameCaseMapped},
			{PreparePassword, precis.OpaqueString},
		} {
			if c == 0 || c == ' ' { // grammar's and RFC 8265, 3.5's business
				continue
			}
			want, wantErr := f.profile.String(s)
			got, err := f.prepare(s)
			require.Equal(t, wantErr == nil, err == nil, "%q", s)
			require.Equal(t, want, got, "%q", s)
		}
	}
}

func TestPrepareErrorsQuoteNothing(t *testing.T) {
	for _, s := range []string{"c4n4ry\x01", "c4n4ry\x00", "c4n4ry\xff", " c4n4ry"} {
		for _, prepare := range []func(string) (string, error){PrepareName, FoldName, PreparePassword} {
			if _, err := prepare(s); err != nil {
				require.NotContains(t, err.Error(), "c4n4ry")
			}
		}
	}
}

// FuzzPrepare checks that what is prepared stays as it is when prepared again,
// holds no control character, has no space at the ends of a name, and that
// folding does not depend on whether a name was prepared before.
func FuzzPrepare(f *testing.F) {
	for _, s := range []string{"tim", "Tim Smith", "e\u0301", "\uff21", "\u212a", "\u0130", "\u01c5", "\u03a3", "\u1e9e", "a\u3000b", "\u0345", "\u05d0 \u05d1", "\u1100\u1161"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, prepare := range []func(string) (string, error){PrepareName, FoldName, PreparePassword} {
			out, err := prepare(in)
			if err != nil {
				require.Empty(t, out)
				require.True(t, isKnown(err), err)
				continue
			}
			requireClean(t, strings.ReplaceAll(out, "\ufffd", "x")) // U+FFFD itself is a symbol, allowed in passwords
			again, err := prepare(out)
			require.NoError(t, err, "%q", out)
			require.Equal(t, out, again)
		}
		if name, err := PrepareName(in); err == nil {
			require.Equal(t, strings.TrimSpace(name), name)
			once, err1 := FoldName(in)
			twice, err2 := FoldName(name)
			require.Equal(t, err1 == nil, err2 == nil, "%q", in)
			require.Equal(t, once, twice, "%q", in)
		}
	})
}

func isKnown(err error) bool {
	return errors.Is(err, ErrMalformed) || errors.Is(err, ErrDisallowed)
}
