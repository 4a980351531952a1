package archive

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// A Tree is a folder whose regular files are archived.
type Tree struct {
	Dir  string                 // the folder
	At   string                 // where its files are in the archive; "" is the top
	Skip func(name string) bool // files and folders to leave out, relative with slashes; nil is none

	// Live says that others write there: files that vanish are left out, and one that grows is in
	// the archive as long as it was.
	Live bool
}

// Octets is about how much Write has to write.
func Octets(ctx context.Context, trees ...Tree) (total int64, err error) {
	for _, t := range trees {
		err := t.walk(ctx, func(_, _ string, d fs.DirEntry) error {
			info, err := d.Info()
			if err == nil {
				total += info.Size()
			}
			return t.forgive(err)
		})
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// Write writes the archive. It is whole only if Write returns nil.
func Write(ctx context.Context, w io.Writer, m Manifest, trees ...Tree) error {
	m.Format, m.Files = format, nil
	tw := tar.NewWriter(w)
	for _, t := range trees {
		err := t.walk(ctx, func(file, name string, _ fs.DirEntry) error {
			f, err := add(tw, file, name)
			if err == nil {
				m.Files = append(m.Files, f)
			}
			return t.forgive(err)
		})
		if err != nil {
			return fmt.Errorf("archive: %w", err)
		}
	}
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := tw.WriteHeader(header(manifestName, int64(len(b)))); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	if _, err := tw.Write(b); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	if err := tw.Close(); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	return nil
}

// errGone is what becomes of a file that is there no more before anything of it was written.
var errGone = errors.New("gone")

func (t *Tree) forgive(err error) error {
	if t.Live && (errors.Is(err, errGone) || errors.Is(err, fs.ErrNotExist)) {
		return nil
	}
	return err
}

// walk calls f for each file, with its path and its name in the archive.
func (t *Tree) walk(ctx context.Context, f func(file, name string, d fs.DirEntry) error) error {
	return filepath.WalkDir(t.Dir, func(file string, d fs.DirEntry, err error) error {
		if err := firstOf(ctx.Err(), t.forgive(err)); err != nil || d == nil {
			return err
		}
		rel, err := filepath.Rel(t.Dir, file)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case rel != "." && t.Skip != nil && t.Skip(rel):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		return f(file, path.Join(t.At, rel), d)
	})
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// add adds a file as long as it is now.
func add(tw *tar.Writer, file, name string) (File, error) {
	in, err := os.Open(file)
	if err != nil {
		return File{}, fmt.Errorf("%w: %w", errGone, err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return File{}, err
	}
	h := header(name, info.Size())
	h.ModTime = info.ModTime()
	if err := tw.WriteHeader(h); err != nil {
		return File{}, err
	}
	sum := sha256.New()
	n, err := io.CopyN(io.MultiWriter(tw, sum), in, info.Size())
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("%s was cut from %d octets to %d meanwhile; try again", file, info.Size(), n)
	}
	return File{Name: name, Octets: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, err
}

func header(name string, octets int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: octets, Mode: 0o600, Format: tar.FormatPAX}
}
