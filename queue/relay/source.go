package relay

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/wirepost/wirepost/smtp"
)

// errHuge is a message that is too large to be held in memory.
var errHuge = errors.New("relay: message is too large to be changed")

// maxHeld is how much of a message is held in memory, in octets.
const maxHeld = 32 << 20

// sourceOf finds out where a body can be read at any place, until ctx ends. A body that can only be read from its start is
// read into memory.
func sourceOf(ctx context.Context, b smtp.Body) (src io.ReaderAt, size int64, err error) {
	if at, ok := b.(io.ReaderAt); ok && b.Size() >= 0 {
		return limited{ctx, at}, b.Size(), nil
	}
	if b.Size() > maxHeld {
		return nil, 0, errHuge
	}
	r, err := b.Open()
	if err != nil {
		return nil, 0, err
	}
	data, err := io.ReadAll(io.LimitReader(r, maxHeld+1))
	if closed := r.Close(); err == nil {
		err = closed
	}
	switch size = int64(len(data)); {
	case err != nil:
		return nil, 0, err
	case size > maxHeld:
		return nil, 0, errHuge
	case b.Size() >= 0 && size != b.Size():
		return nil, 0, io.ErrUnexpectedEOF
	}
	return limited{ctx, bytes.NewReader(data)}, size, nil
}

// limited reads until ctx ends.
type limited struct {
	ctx context.Context
	at  io.ReaderAt
}

// ReadAt implements io.ReaderAt.
func (l limited) ReadAt(p []byte, off int64) (int, error) {
	if l.ctx.Err() != nil {
		return 0, context.Cause(l.ctx)
	}
	return l.at.ReadAt(p, off)
}
