package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/diskfile"
)

// A staged body has been read and waits for its row. Either buf has it, or file names it.
type staged struct {
	size int64
	buf  *bytes.Buffer
	file string // durable
}

// inline returns the body if it is to be in the database, else nil.
func (b staged) inline() []byte {
	if b.file != "" {
		return nil
	}
	return b.buf.Bytes()
}

// stage reads a body to its end: up to limit octets into memory, a longer one into a file.
func (s *Store) stage(ctx context.Context, r io.Reader, limit int) (staged, error) {
	r = &patient{ctx, r}
	b := staged{buf: s.bodies.Get().(*bytes.Buffer)}
	b.buf.Reset()
	n, err := b.buf.ReadFrom(io.LimitReader(r, int64(limit)+1))
	b.size = n
	if err == nil && n > int64(limit) {
		err = s.stageFile(r, &b)
	}
	if err != nil {
		s.unstage(b, false)
		return staged{}, fmt.Errorf("message body: %w", err)
	}
	return b, nil
}

// stageFile writes what b.buf has and what r still has to a file, so that a power cut leaves the
// whole of it under its name, or nothing.
func (s *Store) stageFile(r io.Reader, b *staged) (err error) {
	name := newName()
	path := s.blobPath(name)
	temp := path + tempExt
	f, err := s.fs.Create(temp)
	if err != nil {
		return err
	}
	at := temp
	defer func() {
		if err != nil {
			err = errors.Join(err, s.fs.Remove(at))
		}
	}()
	if err := fill(f, r, b); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := s.fs.Rename(temp, path); err != nil {
		return err
	}
	at = path
	if err := s.fs.SyncDir(s.blobDir(name)); err != nil {
		return err
	}
	b.file = name
	return nil
}

// fill copies b.buf and then r to f, through the buffer's own memory.
func fill(f diskfile.File, r io.Reader, b *staged) error {
	if _, err := f.Write(b.buf.Bytes()); err != nil {
		return err
	}
	b.buf.Reset()
	b.buf.Grow(InlineLimit)
	// The wrappers hide ReadFrom and WriteTo, which would not use the buffer.
	n, err := io.CopyBuffer(struct{ io.Writer }{f}, struct{ io.Reader }{r}, b.buf.AvailableBuffer()[:b.buf.Cap()])
	b.size += n
	return err
}

// unstage gives back what b holds, and removes its file unless a row names it.
func (s *Store) unstage(b staged, named bool) {
	if b.file != "" && !named {
		s.removeFiles([]string{b.file})
	}
	if b.buf != nil {
		s.bodies.Put(b.buf)
	}
}

// patient reads until its context ends.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// insertBlob stores a body that refs entries are going to name.
func (t *tx) insertBlob(id store.BlobID, b staged, refs int, sender string) error {
	var name any
	if b.file != "" {
		name = b.file
	}
	_, err := t.Exec("INSERT INTO blob (id, refs, size, sender, file, body) VALUES (?, ?, ?, ?, ?, ?)",
		id, refs, b.size, sender, name, b.inline())
	return err
}

// dropBlob takes one reference from a blob, and with the last one the blob.
func (t *tx) dropBlob(id store.BlobID) error {
	var name *string
	gone := false
	// Most have one reference, and an update would write the row, body and all, once more.
	err := t.Each(func(r scanner) error {
		gone = true
		return r.Scan(&name)
	}, "DELETE FROM blob WHERE id = ? AND refs = 1 RETURNING file", id)
	if err != nil {
		return err
	}
	if !gone {
		_, err = t.Exec("UPDATE blob SET refs = refs - 1 WHERE id = ?", id)
		return err
	}
	t.dirty = true
	if name != nil {
		t.files = append(t.files, *name)
	}
	_, err = t.Exec("DELETE FROM summary WHERE blob = ?", id)
	return err
}
