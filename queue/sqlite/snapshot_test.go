package sqlite

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// A snapshot has what waits, also if it is sent before the snapshot is used.
func TestSnapshot(t *testing.T) {
	s, err := Open(t.Context(), Options{Dir: t.TempDir()})
	require.NoError(t, err)
	defer s.Close()
	bodies := []string{"short", strings.Repeat("long", 50_000)}
	now := time.Now()
	for i, body := range bodies {
		b, err := s.PutBody(t.Context(), strings.NewReader(body), -1)
		require.NoError(t, err)
		id := fmt.Sprintf("m%d", i)
		require.NoError(t, s.Add(t.Context(), queue.Entry{
			Message: queue.Message{ID: id, Body: b, Arrived: now},
			Items: []queue.Item{{
				ID: id + ".0", Message: id, Route: "r", Due: now, Expires: now.Add(time.Hour),
				To: []queue.Recipient{{RcptParams: smtp.RcptParams{Path: smtp.Path{Local: "a", Domain: "b.example"}}}},
			}},
		}))
	}
	dir := filepath.Join(t.TempDir(), "copy")
	require.NoError(t, s.Snapshot(t.Context(), dir))
	for _, q := range []*Store{s, reopened(t, dir)} {
		leases, err := q.Claim(t.Context(), queue.ClaimRequest{Max: 10, Lease: time.Minute})
		require.NoError(t, err)
		require.Len(t, leases, 2)
		for _, l := range leases {
			b, err := q.OpenBody(t.Context(), l.Message.Body)
			require.NoError(t, err)
			content, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
			require.NoError(t, err)
			require.NoError(t, b.Close())
			require.Contains(t, bodies, string(content))
			require.NoError(t, q.Settle(t.Context(), queue.Settlement{Lease: &l})[0])
		}
		require.Empty(t, files(t, q))
	}
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Snapshot(t.Context(), dir+"2"), errClosed)
}

func reopened(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}
