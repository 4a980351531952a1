package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// removeOrphans removes the files that no row names: bodies that were being delivered, or whose
// message had just been deleted, when the process died. It runs before anything can be delivered.
// Files that it does not know the form of stay.
func (s *Store) removeOrphans(ctx context.Context, c *conn) error {
	for i := range 256 {
		if err := ctx.Err(); err != nil {
			return err
		}
		on, err := s.compareFiles(c, fmt.Sprintf("%02x", i))
		if err != nil {
			return err
		}
		for _, path := range on.orphans {
			// A delivery that the store before refused when it closed may be removing its own.
			if err := s.fs.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
		for _, name := range on.missing {
			s.log.Error("a message's file is missing", "file", s.blobPath(name))
		}
	}
	return nil
}

// A comparison is how a directory of blobs differs from the database.
type comparison struct {
	orphans []string // paths of files without a row
	missing []string // names in rows without a file
}

func (s *Store) compareFiles(c *conn, sub string) (comparison, error) {
	var out comparison
	dir := filepath.Join(s.dir, blobsName, sub)
	entries, err := os.ReadDir(dir) // in order of name
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return out, err
	}
	var named []string
	err = c.Each(func(r scanner) error {
		var name string
		err := r.Scan(&name)
		named = append(named, name)
		return err
	}, "SELECT file FROM blob WHERE file IS NOT NULL AND file >= ? AND file < ? ORDER BY file", sub, sub+"~")
	if err != nil {
		return out, err
	}
	there := make([]string, 0, len(entries))
	for _, e := range entries {
		name := e.Name()
		if isBlobName(name) {
			there = append(there, name)
		}
		if _, found := slices.BinarySearch(named, name); !found && isBlobName(strings.TrimSuffix(name, tempExt)) {
			out.orphans = append(out.orphans, filepath.Join(dir, name))
		}
	}
	for _, name := range named {
		if _, found := slices.BinarySearch(there, name); !found {
			out.missing = append(out.missing, name)
		}
	}
	return out, nil
}

// isBlobName reports whether newName could have made name.
func isBlobName(name string) bool {
	return len(name) == 32 && strings.Trim(name, "0123456789abcdef") == ""
}
