package office

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wirepost/wirepost/examples/postoffice/archive"
)

// restoreDir is where a backup is restored to, in the data folder, until all of it is there.
const restoreDir = ".restore"

// A Restored tells what Restore has done.
type Restored struct {
	Backup   *archive.Manifest
	Problems []string // that the store's check has found
}

// Restore verifies a backup, which is a file that Backups has written, compressed by gzip or not.
// Then it restores the data folder, which must be empty, or not there, and checks the store. progress
// is told how many of how many octets of the file are read, which is twice; it may be nil.
func Restore(ctx context.Context, dir, file string, progress func(done, total int64)) (*Restored, error) {
	if err := mustBeEmpty(dir); err != nil {
		return nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	read := &counting{w: io.Discard, total: 2 * info.Size(), progress: progress}
	var m *archive.Manifest
	err = unpack(f, read, func(r io.Reader) (err error) {
		m, err = archive.Verify(ctx, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w; nothing was restored", file, err)
	}
	err = extract(dir, func(root *os.Root) error {
		return unpack(f, read, func(r io.Reader) error { return archive.Extract(ctx, r, root, m) })
	})
	if err != nil {
		return nil, fmt.Errorf("%w; what was restored is of no use: remove %s", err, dir)
	}
	problems, err := checkStore(ctx, dir)
	return &Restored{Backup: m, Problems: problems}, err
}

func mustBeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return fmt.Errorf("%s is not empty: name another folder with -data, or move what is there away", dir)
	}
	return nil
}

// unpack has the file read from its beginning, to its end.
func unpack(f *os.File, read io.Writer, use func(io.Reader) error) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	var magic [2]byte
	n, _ := f.ReadAt(magic[:], 0)
	in := io.Reader(io.TeeReader(f, read))
	if n < len(magic) || magic != [2]byte{0x1f, 0x8b} { // RFC 1952, 2.3.1
		return use(in)
	}
	z, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	if err := use(z); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, z) // its checksum is at the end
	return err
}

// extract has a folder filled beside its place, and moves what is in it when all is there.
func extract(dir string, fill func(*os.Root) error) error {
	beside := filepath.Join(dir, restoreDir)
	if err := os.MkdirAll(beside, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(beside)
	if err != nil {
		return err
	}
	if err := errors.Join(fill(root), root.Close()); err != nil {
		return err
	}
	entries, err := os.ReadDir(beside)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := rename(filepath.Join(beside, e.Name()), filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return os.Remove(beside)
}

// checkStore opens a store that nobody uses, and has it checked.
func checkStore(ctx context.Context, dir string) ([]string, error) {
	s, err := openStore(ctx, dir, nil)
	if err != nil {
		return nil, err
	}
	c, ok := s.(interface {
		Check(ctx context.Context) ([]string, error)
	})
	if !ok {
		return nil, s.Close()
	}
	problems, err := c.Check(ctx)
	return problems, errors.Join(err, s.Close())
}
