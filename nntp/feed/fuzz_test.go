package feed_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/feed"
)

// FuzzFile checks that whatever a crash or a bad disk leaves of a backlog, it
// opens, holds only identifiers that can be offered, each once, and keeps what is
// added after that; and that what it holds does not change by being closed.
func FuzzFile(f *testing.F) {
	for _, s := range []string{"", "+<a@b> 5\n+<c@d> 6\n-<a@b>\n", "+<a@b> 5", "\x00\x00+<a@b> 5\n", "+<a@b> 99999999999999999999\n", "-<a@b>\n+<a@b> -1\n+<a@b> 7\n", "+<a@b> 5\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "backlog")
		require.NoError(t, os.WriteFile(path, text, 0o600))
		b := open(t, path)
		before := kept(t, b)
		seen := make(map[string]bool)
		for _, id := range before {
			require.True(t, nntp.ValidMessageID(id))
			require.False(t, seen[id], id)
			seen[id] = true
		}
		require.NoError(t, b.Add(t.Context(), feed.Item{MessageID: "<new@example.com>"}))
		require.NoError(t, b.Close())
		if !seen["<new@example.com>"] {
			before = append(before, "<new@example.com>")
		}
		b = open(t, path)
		require.Equal(t, before, kept(t, b))
		require.NoError(t, b.Close())
	})
}

// FuzzWants checks that an article never goes to who is named in its Path but at
// its end, however that is written, and that the check takes any Path.
func FuzzWants(f *testing.F) {
	f.Add("a.example!b.example", "not-for-mail")
	f.Add("a.example!.POSTED.192.0.2.1", "x")
	f.Add("!!", "")
	f.Fuzz(func(t *testing.T, path, tail string) {
		peer := feed.Peer{Name: "Peer.example", Groups: nntp.MatchAll()}
		article := func(path string) *nntp.Candidate {
			return &nntp.Candidate{Newsgroups: []string{"a.b"}, Path: path}
		}
		tail = strings.ReplaceAll(tail, "!", "")
		require.False(t, peer.Wants(article(path+"!peer.EXAMPLE!"+tail)))
		if !strings.Contains(strings.ToLower(path), "peer.example") {
			require.True(t, peer.Wants(article(path+"!"+tail)))
		}
	})
}
