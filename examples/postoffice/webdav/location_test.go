package webdav

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4"
)

// FuzzLocation checks that the URL of what a URL is understood as leads there again, within the handler's prefix, and that
// no name has a slash or control character, so that the keys of different locations are different.
func FuzzLocation(f *testing.F) {
	for _, s := range []string{"/exchange/alice/INBOX/1.1.eml", "/exchange", "/exchange/a%2Fb/%E2%82%AC", "/exchange/a/inbox/%C3%A9e%CC%81/", "/exchange/a/../b", "/x//", "/exchange/%00/%0a"} {
		f.Add(s)
	}
	h := &Handler{Prefix: "/exchange/"}
	f.Fuzz(func(t *testing.T, s string) {
		loc, err := h.parse(s)
		if err != nil {
			return
		}
		for _, c := range append([]string{loc.top}, loc.path...) {
			require.NotContains(t, c, separator)
			if c != loc.top {
				require.NoError(t, imap4.CheckName(c))
			}
		}
		for _, coll := range []bool{true, false} {
			href := h.href(loc, coll)
			require.True(t, strings.HasPrefix(href, "/exchange/"))
			again, err := h.parse(href)
			require.NoError(t, err, href)
			require.Equal(t, keyOf(loc), keyOf(again))
		}
	})
}

func TestNames(t *testing.T) {
	var names nameTable
	for i := range maxNames + 2 {
		names.give(1, 1, fmt.Sprint(i), imap4.UID(i+1))
		names.give(1, 1, fmt.Sprint(i), imap4.UID(i+2))
	}
	require.Len(t, names.uids, maxNames)
	_, ok := names.find(1, 1, "1")
	require.False(t, ok, "the oldest are forgotten")
	uid, ok := names.find(1, 1, "2")
	require.True(t, ok)
	require.Equal(t, imap4.UID(4), uid)
	_, ok = names.find(2, 1, "2")
	require.False(t, ok)
}
