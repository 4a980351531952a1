package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Open implements store.Store.
func (s *Store) Open(ctx context.Context, folder store.FolderID, uid store.UID) (store.Body, error) {
	var (
		size   int64
		sender string
		name   *string
		data   []byte
	)
	err := s.read(ctx, func(c *conn) error {
		err := c.Row(`SELECT b.size, b.sender, b.file, b.body FROM entry e JOIN blob b ON b.id = e.blob
			JOIN folder f ON f.id = e.folder WHERE e.folder = ? AND e.uid = ? AND f.doomed = 0`, folder, uid).
			Scan(&size, &sender, &name, &data)
		return orNotFound(err, "message", folder, uid)
	})
	if err != nil {
		return nil, err
	}
	if name == nil {
		return &inlineBody{Reader: bytes.NewReader(data), sender: sender}, nil
	}
	f, err := os.Open(s.blobPath(*name))
	if errors.Is(err, fs.ErrNotExist) { // deleted meanwhile
		err = fmt.Errorf("message %d %d: %w: %w", folder, uid, store.ErrNotFound, err)
	}
	if err != nil {
		return nil, fail(err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() != size {
		err = fmt.Errorf("message %d %d: file %s has %d octets, its row says %d: restore it from a backup", folder, uid, f.Name(), info.Size(), size)
	}
	if err != nil {
		return nil, fail(errors.Join(err, f.Close()))
	}
	return &fileBody{File: f, size: size, sender: sender}, nil
}

// orNotFound turns the lack of a row into ErrNotFound, and says what was looked for.
func orNotFound(err error, what string, names ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		err = store.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", what, fmt.Sprint(names...), err)
	}
	return nil
}

type inlineBody struct {
	*bytes.Reader
	sender string
}

func (b *inlineBody) Sender() string { return b.sender }
func (b *inlineBody) Close() error   { return nil }

type fileBody struct {
	*os.File
	size   int64
	sender string
}

func (b *fileBody) Size() int64    { return b.size }
func (b *fileBody) Sender() string { return b.sender }
