package sqlite

import (
	"context"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/diskfile"
)

// opened opens a store in a directory of the test's own.
func opened(t *testing.T, dir string, files diskfile.System) *Store {
	t.Helper()
	s, err := open(t.Context(), dir, Options{Logger: slog.New(slog.DiscardHandler)}, files)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// withInbox opens a store with one account.
func withInbox(t *testing.T, files diskfile.System) (*Store, store.FolderID) {
	t.Helper()
	s := opened(t, t.TempDir(), files)
	require.NoError(t, s.SetDomains(t.Context(), []string{"example.org"}))
	a, err := s.AddAccount(t.Context(), store.NewAccount{Name: "bob", Addresses: []store.Address{{Local: "bob", Domain: "example.org"}}})
	require.NoError(t, err)
	return s, a.Inbox
}

func deliver(ctx context.Context, s *Store, body string, to ...store.FolderID) error {
	_, err := s.Deliver(ctx, store.Delivery{To: to}, strings.NewReader(body))
	return err
}

// large is a body that becomes a file.
var large = strings.Repeat("large\r\n", 20_000)

// blobFiles lists the files under blobs/.
func blobFiles(t *testing.T, s *Store) []string {
	t.Helper()
	var files []string
	require.NoError(t, filepath.WalkDir(filepath.Join(s.dir, blobsName), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	}))
	return files
}

// alter runs statements in the writer.
func alter(t *testing.T, s *Store, statements ...string) {
	t.Helper()
	require.NoError(t, s.write(context.WithoutCancel(t.Context()), 0, func(t *tx) error {
		for _, st := range statements {
			if _, err := t.Exec(st); err != nil {
				return err
			}
		}
		return nil
	}))
}

func sound(t *testing.T, s *Store) {
	t.Helper()
	problems, err := s.Check(t.Context())
	require.NoError(t, err)
	require.Empty(t, problems)
}
