package sqlite

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// bodiesName is the directory of the large bodies.
const bodiesName = "bodies"

// newFileName returns a name for a large body's file. It is random, so that it is known before the writer's turn and
// never comes again.
func newFileName() string { return rand.Text() }

func (s *Store) filePath(name string) string { return filepath.Join(s.dir, bodiesName, name) }

// removeFiles removes the files of bodies that are gone. One that stays is removed by a sweep.
func (s *Store) removeFiles(names []string) {
	for _, name := range s.guard.Pass(names) {
		if err := s.fs.Remove(s.filePath(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.log.Warn("sqlite: a removed body's file stays until the next sweep", "file", s.filePath(name), "err", err)
		}
	}
}

// removeFilesWithoutRow removes the files that no row names, of a process that died or a removal that failed, if they are
// as old as that.
func (s *Store) removeFilesWithoutRow(ctx context.Context, c *conn, age time.Duration) error {
	entries, err := os.ReadDir(s.filePath(""))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		named, err := c.Has("SELECT 1 FROM body WHERE file = ?", e.Name())
		if err != nil {
			return err
		}
		if named || e.IsDir() {
			continue
		}
		info, err := e.Info()
		if err == nil && (age == 0 || time.Since(info.ModTime()) >= age) {
			s.removeFiles([]string{e.Name()})
		}
	}
	return nil
}
