package sqlite

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/wirepost/wirepost/internal/diskfile"
)

// inlineLimit is the longest body, in octets, that is kept in the database; a longer one is a file.
const inlineLimit = 64 << 10

// A staged body has been read and waits for its row. Either buf has it, or file names it.
type staged struct {
	size int64
	buf  *bytes.Buffer
	file string // durable
}

// inline is what the row holds of the body.
func (b staged) inline() []byte {
	switch {
	case b.file != "":
		return nil
	case b.size == 0:
		return []byte{}
	}
	return b.buf.Bytes()
}

func (b staged) fileColumn() any {
	if b.file == "" {
		return nil
	}
	return b.file
}

// stage reads a body to its end: a short one into memory, a longer one into a file.
func (s *Store) stage(ctx context.Context, r io.Reader) (staged, error) {
	r = &patient{ctx, r}
	b := staged{buf: s.buffers.Get().(*bytes.Buffer)}
	b.buf.Reset()
	n, err := b.buf.ReadFrom(io.LimitReader(r, inlineLimit+1))
	b.size = n
	if err == nil && n > inlineLimit {
		err = s.stageFile(r, &b)
	}
	return b, err
}

// stageFile writes what b.buf has and what r still has to a file. No row names it before all of it is durable, and its
// name is too.
func (s *Store) stageFile(r io.Reader, b *staged) (err error) {
	name := newFileName()
	path := s.filePath(name)
	f, err := s.fs.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.fs.Remove(path))
		}
	}()
	if err := fill(f, r, b); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := s.fs.SyncDir(s.filePath("")); err != nil {
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
	b.buf.Grow(inlineLimit)
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
		s.buffers.Put(b.buf)
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
