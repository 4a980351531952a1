package logs

import (
	"log/slog"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// FuzzAttrs appends attributes of any names and values. OneLine: the text has no
// control characters and is UTF-8. Bounded: it is not longer than a few cuts.
// Hidden: a value whose name says secret is not in it.
func FuzzAttrs(f *testing.F) {
	f.Add("key", "value")
	f.Add("my password", "line\r\nline\x00\xff\u2028")
	f.Add("", "\"=")
	f.Fuzz(func(t *testing.T, key, value string) {
		b := appendAttr(nil, "", slog.String(key, value), false)
		b = appendAttr(b, "g.", slog.Group(key, slog.Any(value, []string{value})), false)
		text := string(b)
		require.False(t, strings.ContainsFunc(text, unicode.IsControl), "OneLine")
		require.Equal(t, text, strings.ToValidUTF8(text, ""), "OneLine")
		require.Less(t, len(text), 8*10*maxText, "Bounded")
		told := string(appendAttr(nil, "", slog.String(key+"secret", "xyzzy"+value), false))
		if !strings.Contains(key, "xyzzy") {
			require.NotContains(t, told, "xyzzy", "Hidden")
		}
	})
}
