package sqlite

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wirepost/wirepost/internal/diskfile"
)

const (
	blobsName = "blobs"
	tempExt   = ".tmp" // of a file that is being written
)

// newName returns a name for a large body's file. It is random, so that it is known before the
// writer's turn and never comes again.
func newName() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program first
	return hex.EncodeToString(b[:])
}

// blobDir returns the directory that the named file belongs into.
func (s *Store) blobDir(name string) string { return filepath.Join(s.dir, blobsName, name[:2]) }

func (s *Store) blobPath(name string) string { return filepath.Join(s.blobDir(name), name) }

// makeBlobDirs makes the 256 directories, if they are not there, so that no delivery has to.
func makeBlobDirs(dir string) error {
	for i := range 256 {
		err := os.Mkdir(filepath.Join(dir, blobsName, fmt.Sprintf("%02x", i)), 0o700)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return diskfile.OS{}.SyncDir(filepath.Join(dir, blobsName))
}

// removeFiles removes the files of blobs that are gone. One that stays is removed by the next Open.
func (s *Store) removeFiles(names []string) {
	for _, name := range s.guard.Pass(names) {
		if err := s.fs.Remove(s.blobPath(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.log.Warn("a deleted message's file stays until the next start", "file", s.blobPath(name), "error", err)
		}
	}
}
