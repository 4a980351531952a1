package auth

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestSASLprep(t *testing.T) {
	for in, want := range map[string]string{
		"I\u00adX":         "IX", // RFC 4013, 3
		"user":             "user",
		"USER":             "USER",
		"\u00aa":           "a",
		"\u2168":           "IX",
		"\u0007":           "\u0007",  // prohibited: as it is
		"\u0627\u0031":     "\u06271", // not ordered by direction: as it is
		"\u0627\u0628":     "\u0627\u0628",
		"\u0627a\u0628":    "\u0627a\u0628",
		"a\u00a0b":         "a b",
		"\uff41\u3000":     "a ",
		"\ufb01":           "fi",
		"e\u0301":          "\u00e9",
		"\u00ad":           "\u00ad", // nothing would be left
		"\U0001f511":       "\U0001f511",
		"a\u200bb":         "a b",
		"\u2ff0\u4e00":     "\u2ff0\u4e00",
		"\ue000x":          "\ue000x",
		"\ufffd\uff41":     "\ufffd\uff41",
		"\U0001fffe\uff41": "\U0001fffe\uff41",
	} {
		require.Equal(t, want, saslprep(in), "%+q", in)
	}
}

// FuzzSASLprep checks that what is prepared stays as it is, is UTF-8, and is empty
// only if it was.
func FuzzSASLprep(f *testing.F) {
	for _, s := range []string{"", "I\u00adX", "\u2168", "\u06271", "\u0627\u0628", "\u00a0", "\u1e9b\u0323", "\u0340\u200b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return // checked before
		}
		once := saslprep(s)
		require.True(t, utf8.ValidString(once))
		require.Equal(t, s == "", once == "")
		require.Equal(t, once, saslprep(once))
	})
}
