package office

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLostStore: what has had a store is not given an empty one, neither by the server nor by a command, unless that is asked
// for.
func TestLostStore(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, open(t, Config{Dir: dir}).Close())
	for _, lose := range []func(path string) error{os.Remove, func(path string) error { return os.WriteFile(path, nil, 0o600) }} {
		require.NoError(t, lose(filepath.Join(dir, storeDir, storeFile)))
		_, err := Open(t.Context(), Config{Dir: dir, Ephemeral: true, Logger: slog.New(slog.DiscardHandler)})
		require.ErrorContains(t, err, "-new-store")
		_, err = OpenAccounts(t.Context(), dir)
		require.ErrorContains(t, err, "restore a backup")
		_, err = OpenMailboxes(t.Context(), dir)
		require.ErrorContains(t, err, "restore a backup")
		o := open(t, Config{Dir: dir, NewStore: true})
		require.True(t, o.FirstStart())
		require.NoError(t, o.Close())
		require.NoError(t, open(t, Config{Dir: dir}).Close())
	}

	// A body alone shows it, too.
	dir = t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, storeDir, "blobs", "00"), 0o700))
	require.NoError(t, mustHaveStore(dir))
	require.NoError(t, os.WriteFile(filepath.Join(dir, storeDir, "blobs", "00", "0011"), nil, 0o600))
	require.ErrorContains(t, mustHaveStore(dir), "is missing")
}
