package main

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/logs"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
)

// Without a terminal top prints one snapshot of the running server.
func TestTop(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	serving(t, filepath.Join(t.TempDir(), "ready"), "-data", data)
	status, stdout, stderr := command(t, "", "top", "-data", data)
	require.Equal(t, 0, status, stderr)
	require.Regexp(t, `(?m)^smtp +smtp +running +0 +0 +0 +0\.0$`, stdout)
	require.NotContains(t, stdout, "\x1b")
	status, _, stderr = command(t, "", "top", "-data", data+"x")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "no server runs")
	status, _, _ = command(t, "", "top", "x")
	require.Equal(t, 2, status)
}

func TestRender(t *testing.T) {
	at := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	before := &sight{at: at.Add(-2 * time.Second), servers: []manage.Server{{Name: "a", Total: 5}, {Name: "b", Total: 5}}}
	s := &sight{
		at:      at,
		servers: []manage.Server{{Name: "b", Total: 8, Open: 1}, {Name: "a", Total: 6, Open: 2}, {Name: "c", Total: 9}},
		routes:  []queue.RouteState{{RouteStats: queue.RouteStats{Route: "r\x1b[2J"}}},
		people:  []manage.Person{{User: "tim", Protocol: "imap4", Since: at.Add(-time.Minute)}},
		trouble: []logs.Record{{Level: slog.LevelError, Category: "smtp", Message: "evil\x07"}},
	}
	for by, want := range map[order]string{byName: "abc", byOpen: "abc", byTotal: "cba", byRate: "bac"} {
		var got strings.Builder
		for _, line := range strings.Split(render(s, before, by, 0, 0), "\n")[3:6] {
			got.WriteString(line[:1])
		}
		require.Equal(t, want, got.String(), "%c", by)
		if o, ok := orderOf(byte(by)); !ok || o != by {
			require.Fail(t, "no key")
		}
	}
	all := render(s, before, byName, 0, 0)
	require.Contains(t, all, "1.5\n")
	require.Contains(t, all, "1m0s")
	require.Contains(t, all, "ERROR smtp: evil")
	require.NotContains(t, all, "\x1b")
	require.NotContains(t, all, "\x07")
	small := render(s, nil, byName, 10, 4)
	require.Equal(t, 3, strings.Count(small, "\n"))
	for line := range strings.Lines(small) {
		require.LessOrEqual(t, len(line), 11)
	}
	require.Equal(t, "a"+clearLine+"\r\n", onScreen("a\n"))
}
