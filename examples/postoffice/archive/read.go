package archive

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
)

// Verify reads an archive to its end and returns its manifest if every file is as that says.
func Verify(ctx context.Context, r io.Reader) (*Manifest, error) {
	found := make(map[string]File)
	var m *Manifest
	err := each(ctx, r, func(name string, octets int64, content io.Reader) (err error) {
		if m != nil {
			return damaged("%q is behind the manifest", name)
		}
		if name == manifestName {
			m, err = readManifest(content)
			return err
		}
		if err := checkName(name); err != nil {
			return err
		}
		if _, twice := found[name]; twice {
			return damaged("%q is there twice", name)
		}
		f, err := sum(io.Discard, name, content)
		found[name] = f
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case m == nil:
		return nil, damaged("there is no manifest at its end")
	}
	want, err := m.byName()
	if err != nil {
		return nil, err
	}
	for name, f := range want {
		if got, ok := found[name]; !ok {
			return nil, damaged("%s is missing", name)
		} else if got != *f {
			return nil, damaged("%s is not as it was written", name)
		}
	}
	for name := range found {
		if want[name] == nil {
			return nil, damaged("%s is not in its manifest", name)
		}
	}
	return m, nil
}

// Extract writes the files of an archive, which Verify has read before, into a folder: none of them
// may be there. They are readable by this user alone, and on disk when it returns.
func Extract(ctx context.Context, r io.Reader, to *os.Root, m *Manifest) error {
	want, err := m.byName()
	if err != nil {
		return err
	}
	return each(ctx, r, func(name string, _ int64, content io.Reader) error {
		if name == manifestName {
			return nil
		}
		f := want[name]
		if f == nil {
			return damaged("%q is not in its manifest", name)
		}
		delete(want, name) // a second one is not wanted
		if err := to.MkdirAll(path.Dir(name), 0o700); err != nil {
			return fmt.Errorf("archive: %w", err)
		}
		out, err := to.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return fmt.Errorf("archive: %w", err)
		}
		got, err := sum(out, name, content)
		if err == nil {
			err = out.Sync()
		}
		if err := errors.Join(err, out.Close()); err != nil {
			return fmt.Errorf("archive: %w", err)
		}
		if got != *f {
			return damaged("%s has changed since it was verified", name)
		}
		return nil
	})
}

// each calls f for each entry.
func each(ctx context.Context, r io.Reader, f func(name string, octets int64, content io.Reader) error) error {
	tr := tar.NewReader(r)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := tr.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, tar.ErrHeader), errors.Is(err, io.ErrUnexpectedEOF):
			return damaged("%v", err)
		case err != nil:
			return fmt.Errorf("archive: %w", err)
		case h.Typeflag != tar.TypeReg:
			return damaged("%q is not a regular file", h.Name)
		}
		err = f(h.Name, h.Size, tr)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return damaged("%s ends too early", h.Name)
		}
		if err != nil {
			return err
		}
	}
}

// sum copies a file and tells of it.
func sum(w io.Writer, name string, content io.Reader) (File, error) {
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, hash), content)
	return File{Name: name, Octets: n, SHA256: hex.EncodeToString(hash.Sum(nil))}, err
}
