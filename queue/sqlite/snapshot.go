package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wirepost/wirepost/internal/litedb"
)

// Snapshot writes what the queue has at one moment, all that was acknowledged before the call, to a new directory, which Open
// can open. Others go on meanwhile. Files of large bodies are the same ones where the file system can do that, so make it
// there, and do not write to them. It is not synced.
func (s *Store) Snapshot(ctx context.Context, dir string) error {
	if err := s.usable(ctx); err != nil {
		return fail(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, bodiesName), 0o700); err != nil {
		return fail(err)
	}
	end := s.guard.Hold()
	defer func() { s.removeFiles(end()) }()
	file := filepath.Join(dir, databaseName)
	if err := litedb.Snapshot(ctx, s.db, file); err != nil {
		return fail(err)
	}
	err := litedb.Strings(ctx, file, func(name string) error {
		if !filepath.IsLocal(name) || filepath.Base(name) != name {
			return fmt.Errorf("the database names a file %q, which is none of ours", name)
		}
		return litedb.Link(s.filePath(name), filepath.Join(dir, bodiesName, name))
	}, "SELECT file FROM body WHERE file IS NOT NULL ORDER BY file")
	return fail(err)
}
