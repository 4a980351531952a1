package tracklog

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzReversed reads files of any content backwards. SameLines: they are the
// lines that strings.Lines finds, whole ones that fit, in reverse.
func FuzzReversed(f *testing.F) {
	f.Add("a\nb\n\nc", 1)
	f.Add("\n", window)
	f.Add("", 0)
	f.Add("a", 3)
	f.Add("ab\ncdef\n", window/3)
	f.Fuzz(func(t *testing.T, s string, times int) {
		if times = times & (1<<20 - 1); len(s)*times > 3*window {
			times = 3 * window / len(s)
		}
		s += strings.Repeat(s, times) + "\n" + strings.Repeat("x", times) + "\n" + s
		var want []string
		at := 0
		for line := range strings.Lines(s) {
			if at += len(line); strings.HasSuffix(line, "\n") && len(line) < window {
				want = append(want, strings.TrimSuffix(line, "\n"))
			}
		}
		slices.Reverse(want)
		var got []string
		for line, err := range linesReversed(t.Context(), bytes.NewReader([]byte(s)), int64(len(s))) {
			require.NoError(t, err)
			if len(line) < window-1 {
				got = append(got, string(line))
			}
		}
		require.Equal(t, want, got, "SameLines")
	})
}
