package header

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
)

// FuzzFixedDate checks: same (what the short way takes, the long way takes as well, without a defect).
func FuzzFixedDate(f *testing.F) {
	for _, s := range []string{
		"Fri, 21 Nov 1997 09:55:06 -0600", "Sat, 1 Nov 1997 23:59:59 +2359", "Tue, 29 Feb 2000 00:00:00 -0000", "mon, 01 JAN 0001 00:00:00 +0000",
		"Fri, 21 Nov 1997 09:55:60 -0600", "Thu, 21 Nov 1997 09:55:06 -0600", "Fri, 21 Nov 1997 09:55:06 -0660", "Fri, 31 Nov 1997 09:55:06 -0600",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		short, ok := fixedDate(s)
		if !ok {
			return
		}
		var found defect.List
		p := dateParser{s: s, found: &found, day: -1, year: -1, hour: -1, weekday: -1}
		long, ok := p.read()
		require.True(t, ok)
		require.Equal(t, long, short)
		require.Zero(t, found.Len(), "%v", found)
	})
}

func TestFixedDate(t *testing.T) {
	_, ok := fixedDate("Fri, 21 Nov 1997 09:55:06 -0600")
	require.True(t, ok, "the common form takes the long way")
	_, ok = fixedDate("Thu, 21 Nov 1997 09:55:06 -0600")
	require.False(t, ok, "the wrong day of the week is not noticed")
}
