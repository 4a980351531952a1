package sqlite

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/diskfile"
)

func TestLocked(t *testing.T) {
	s := opened(t, t.TempDir(), diskfile.OS{})
	_, err := Open(t.Context(), s.dir, Options{})
	require.ErrorIs(t, err, store.ErrLocked)
	require.NoError(t, s.Close())
	again, err := Open(t.Context(), s.dir, Options{})
	require.NoError(t, err)
	require.NoError(t, again.Close())
}

// TestForeignDatabase checks that Open refuses what it does not know, and leaves it as it is.
func TestForeignDatabase(t *testing.T) {
	for _, c := range []struct {
		change string
		want   string
		is     error
	}{
		{fmt.Sprintf("PRAGMA user_version = %d", len(migrations)+1), "this program knows up to", store.ErrNewer},
		{"PRAGMA application_id = 7", "another program's", nil},
	} {
		s := opened(t, t.TempDir(), diskfile.OS{})
		require.NoError(t, s.write(t.Context(), 0, func(t *tx) error {
			_, err := t.Exec(c.change)
			return err
		}))
		require.NoError(t, s.Close())
		for range 2 { // the refusal lets go of the lock
			_, err := Open(t.Context(), s.dir, Options{})
			require.ErrorContains(t, err, c.want)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
		}
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, databaseName), []byte("not a database, but a text of some length"), 0o600))
	_, err := Open(t.Context(), dir, Options{})
	require.ErrorContains(t, err, "not a database")
}

// TestMigrationFails checks that a migration is whole or has not happened.
func TestMigrationFails(t *testing.T) {
	s := opened(t, t.TempDir(), diskfile.OS{})
	// A database without our tables but with one in the way.
	c := s.conns[0]
	require.NoError(t, c.Script("PRAGMA foreign_keys = OFF; DROP TABLE domain; PRAGMA user_version = 0"))
	require.ErrorContains(t, schema.Migrate(c.Conn), "migration to schema 1")
	var n int
	require.NoError(t, c.Row("SELECT count(*) FROM sqlite_schema WHERE name = 'domain'").Scan(&n))
	require.Zero(t, n)
	require.NoError(t, c.Row("PRAGMA user_version").Scan(&n))
	require.Zero(t, n)
}

// TestUpgrade opens a store as version 1 left it, which had neither notes nor summaries nor articles.
func TestUpgrade(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	require.NoError(t, deliver(t.Context(), s, "old", inbox))
	alter(t, s, "DROP TABLE note", "DROP TABLE keyword", "DROP TABLE summary", "DROP TABLE article", "ALTER TABLE entry DROP COLUMN article",
		"DROP TABLE member", "DROP TABLE list", "DROP TABLE default_quota",
		"ALTER TABLE account DROP COLUMN warn", "ALTER TABLE account DROP COLUMN no_send", "ALTER TABLE account DROP COLUMN without",
		"ALTER TABLE account DROP COLUMN display", "ALTER TABLE account DROP COLUMN given", "ALTER TABLE account DROP COLUMN surname",
		"ALTER TABLE account DROP COLUMN phone", "DROP INDEX account_administrator", "ALTER TABLE account DROP COLUMN administrator", "PRAGMA user_version = 1")
	require.NoError(t, s.Close())
	s = opened(t, s.dir, diskfile.OS{})
	require.NoError(t, s.SetNotes(t.Context(), []store.Note{{Folder: inbox, Name: "x", Value: []byte("x")}}))
	_, metas, err := s.Scan(t.Context(), inbox, 0)
	require.NoError(t, err)
	for m, err := range metas {
		require.NoError(t, err)
		require.NoError(t, s.SaveSummaries(t.Context(), []store.Summary{{Blob: m.Blob, Data: []byte("x")}}))
	}
	problems, err := s.Check(t.Context())
	require.NoError(t, err)
	require.Empty(t, problems)
}

func TestPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	parent := t.TempDir()
	s := opened(t, filepath.Join(parent, "new", "store"), diskfile.OS{})
	require.NoError(t, filepath.Walk(s.dir, func(path string, info os.FileInfo, err error) error {
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, path)
		return nil
	}))
}

// TestSettings checks that connections are what doc.go says.
func TestSettings(t *testing.T) {
	s := opened(t, t.TempDir(), diskfile.OS{})
	require.Len(t, s.conns, 1+cap(s.readers))
	for i, c := range s.conns {
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000",
			"query_only": fmt.Sprint(min(i, 1)),
		} {
			var got string
			require.NoError(t, c.Row("PRAGMA "+pragma).Scan(&got))
			require.Equal(t, want, got, "%s of connection %d", pragma, i)
		}
	}
}

// TestOddPaths opens stores in directories whose names a connection string could misread.
func TestOddPaths(t *testing.T) {
	for _, name := range []string{"with space", "100%25", "a?b=c", "a#b", "é"} {
		dir := filepath.Join(t.TempDir(), name)
		opened(t, dir, diskfile.OS{})
		require.FileExists(t, filepath.Join(dir, databaseName+"-wal"))
	}
}

// TestOrphans checks that Open removes what a crash can leave, and nothing else.
func TestOrphans(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	require.NoError(t, deliver(t.Context(), s, large, inbox))
	kept := blobFiles(t, s)
	require.Len(t, kept, 1)
	orphan, temp := s.blobPath(newName()), s.blobPath(newName())+tempExt
	stranger := filepath.Join(filepath.Dir(orphan), "README")
	for _, path := range []string{orphan, temp, kept[0] + tempExt, stranger} {
		require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
	}
	require.NoError(t, s.Close())
	again := opened(t, s.dir, diskfile.OS{})
	require.ElementsMatch(t, []string{kept[0], stranger}, blobFiles(t, again))
	sound(t, again)
	require.NoError(t, os.Remove(kept[0]))
	problems, err := again.Check(t.Context())
	require.NoError(t, err)
	require.Len(t, problems, 1)
	_, err = again.Open(t.Context(), inbox, 1)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.NoError(t, again.Close())
	var log strings.Builder
	third, err := Open(t.Context(), s.dir, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	require.NoError(t, third.Close())
	require.Contains(t, log.String(), filepath.Base(kept[0]))
}

// rivals is a file system in which somebody else is always quicker to remove a file.
type rivals struct{ diskfile.OS }

func (rivals) Remove(path string) error {
	return errors.Join(os.Remove(path), os.Remove(path))
}

// TestOrphanRemovedMeanwhile checks that Open does not mind if whoever left an orphan removes it.
func TestOrphanRemovedMeanwhile(t *testing.T) {
	s := opened(t, t.TempDir(), diskfile.OS{})
	require.NoError(t, os.WriteFile(s.blobPath(newName()), []byte("x"), 0o600))
	require.NoError(t, s.Close())
	require.Empty(t, blobFiles(t, opened(t, s.dir, rivals{})))
}

// TestLeasesEnd checks that a maildrop is free after a restart: who held it is gone.
func TestLeasesEnd(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	f, err := s.Folder(t.Context(), inbox)
	require.NoError(t, err)
	old, err := s.AcquireMaildrop(t.Context(), f.Owner, 1<<62)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	again := opened(t, s.dir, diskfile.OS{})
	l, err := again.AcquireMaildrop(t.Context(), f.Owner, 1)
	require.NoError(t, err)
	require.Greater(t, l.Token, old.Token)
}
