package sqlite

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/diskfile"
)

// TestReserve: what makes room gets that of the reserve if there is no other. Mail never does, and waits until the reserve is
// there again.
func TestReserve(t *testing.T) {
	const size = 100_000
	var log bytes.Buffer
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s, err := open(t.Context(), t.TempDir(), Options{Reserve: size, Logger: slog.New(slog.NewTextHandler(&log, nil)), Now: func() time.Time { return now }}, diskfile.OS{})
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.SetDomains(t.Context(), []string{"example.org"}))
	a, err := s.AddAccount(t.Context(), store.NewAccount{Name: "bob", Addresses: []store.Address{{Local: "bob", Domain: "example.org"}}})
	require.NoError(t, err)
	path := filepath.Join(s.dir, reserveName)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, size, info.Size())
	require.False(t, s.Short())

	for range 3 { // a disk without room: mail is refused, and the reserve stays
		require.ErrorIs(t, s.write(t.Context(), 1, func(*tx) error { return syscall.ENOSPC }), store.ErrFull)
	}
	require.FileExists(t, path)
	require.Equal(t, 1, bytes.Count(log.Bytes(), []byte("no space left on the disk of the store")), "not at each")
	require.False(t, s.Short())

	calls := 0
	require.NoError(t, s.free(t.Context(), func(*tx) error {
		calls++
		if _, err := os.Stat(path); err == nil {
			return syscall.ENOSPC
		}
		s.reserve.path = filepath.Join(s.dir, "none", reserveName) // there is no room for another
		return nil
	}))
	require.Equal(t, 2, calls)
	require.True(t, s.Short())
	require.ErrorIs(t, deliver(t.Context(), s, "mail", a.Inbox), store.ErrFull)
	require.ErrorIs(t, s.free(t.Context(), func(*tx) error { return syscall.ENOSPC }), store.ErrFull, "it is gone")
	require.NoError(t, s.free(t.Context(), func(*tx) error { return nil }))

	require.NoError(t, os.Mkdir(filepath.Join(s.dir, "none"), 0o700))
	now = now.Add(retryEvery)
	require.NoError(t, deliver(t.Context(), s, "mail", a.Inbox), "there is room again")
	require.False(t, s.Short())
	sound(t, s)
}
