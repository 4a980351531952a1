package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"

	"github.com/wirepost/wirepost/queue"
)

// bodyName makes what the contract calls a body of its number.
func bodyName(n int64) string { return "b" + strconv.FormatInt(n, 36) }

func bodyNumber(name string) (n int64, ok bool) {
	if len(name) < 2 || name[0] != 'b' {
		return 0, false
	}
	n, err := strconv.ParseInt(name[1:], 36, 64)
	return n, err == nil && bodyName(n) == name
}

// PutBody implements queue.Store. It reads r to its end; what is short goes to the shelf, what is long becomes a file.
func (s *Store) PutBody(ctx context.Context, r io.Reader, size int64) (string, error) {
	b, err := s.stage(ctx, r)
	if err == nil && size >= 0 && b.size != size {
		err = fmt.Errorf("body has %d octets, want %d: %w", b.size, size, io.ErrUnexpectedEOF)
	}
	if err == nil {
		err = s.usable(ctx)
	}
	var n int64
	if err == nil {
		n, err = s.keepBody(ctx, b)
	}
	s.unstage(b, err == nil)
	if err != nil {
		return "", fail(err)
	}
	return bodyName(n), nil
}

// keepBody puts a body on the shelf, or writes its row.
func (s *Store) keepBody(ctx context.Context, b staged) (n int64, err error) {
	if b.file == "" {
		if n, ok := s.shelf.put(shelved{stamp(s.now()), bytes.Clone(b.inline())}); ok {
			return n, nil
		}
	}
	err = s.write(ctx, int(min(b.size, inlineLimit)), func(t *tx) (err error) {
		if n, err = t.nextBody(); err != nil {
			return err
		}
		_, err = t.Exec("INSERT INTO body (n, created, size, file, data) VALUES (?, ?, ?, ?, ?)",
			n, t.at, b.size, b.fileColumn(), b.inline())
		return err
	})
	return n, err
}

// OpenBody implements queue.Store.
func (s *Store) OpenBody(ctx context.Context, name string) (queue.Body, error) {
	b, err := s.openBody(ctx, name)
	if err != nil {
		return nil, fail(fmt.Errorf("body %.64q: %w", name, err))
	}
	return b, nil
}

func (s *Store) openBody(ctx context.Context, name string) (queue.Body, error) {
	n, ok := bodyNumber(name)
	if !ok {
		return nil, queue.ErrNotFound
	}
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	if b, ok := s.shelf.get(n); ok { // not the other way round: from here it goes to the database
		return inlineBody{bytes.NewReader(b.octets)}, nil
	}
	var (
		size int64
		file *string
		data []byte
	)
	err := s.read(ctx, func(c *conn) error {
		err := c.Row("SELECT size, file, data FROM body WHERE n = ?", n).Scan(&size, &file, &data)
		if errors.Is(err, sql.ErrNoRows) {
			return queue.ErrNotFound
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if file == nil {
		return inlineBody{bytes.NewReader(data)}, nil
	}
	f, err := os.Open(s.filePath(*file))
	if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
		return nil, fmt.Errorf("%w: %w", queue.ErrNotFound, err)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() != size {
		err = fmt.Errorf("file %s has %d octets, its row says %d: restore it from a backup", f.Name(), info.Size(), size)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &fileBody{File: f, size: size}, nil
}

type inlineBody struct{ *bytes.Reader }

func (inlineBody) Close() error { return nil }

type fileBody struct {
	*os.File
	size int64
}

func (b *fileBody) Size() int64 { return b.size }

// removeBody takes a body away that no message names any more.
func (t *tx) removeBody(n int64) error {
	if named, err := t.Has("SELECT 1 FROM message WHERE body = ?", n); err != nil || named {
		return err
	}
	var file *string
	if err := t.Row("SELECT file FROM body WHERE n = ?", n).Scan(&file); err != nil {
		return err
	}
	if file != nil {
		t.files = append(t.files, *file)
	}
	_, err := t.Exec("DELETE FROM body WHERE n = ?", n)
	return err
}
