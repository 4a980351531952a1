package memory

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"sync/atomic"

	"github.com/wirepost/wirepost/imap4"
)

// Body implements imap4.Account.
func (a *account) Body(ctx context.Context, box imap4.MailboxID, uid imap4.UID) (imap4.Body, error) {
	if err := a.enter(ctx, "Body", box); err != nil {
		return nil, err
	}
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.box(box)
	if err != nil {
		return nil, fmt.Errorf("memory: %w", err)
	}
	at, ok := m.find(uid)
	if !ok {
		return nil, fmt.Errorf("memory: %w", imap4.ErrNotFound)
	}
	return &body{
		Reader: bytes.NewReader(m.messages[at].blob.octets),
		check:  func() error { return a.enter(ctx, "ReadAt", box) },
	}, nil
}

// A body is an open message. It has the octets, whatever becomes of the message.
type body struct {
	*bytes.Reader
	check  func() error
	closed atomic.Bool
}

// ReadAt implements io.ReaderAt.
func (b *body) ReadAt(p []byte, off int64) (int, error) {
	if b.closed.Load() {
		return 0, fmt.Errorf("memory: %w", fs.ErrClosed)
	}
	if err := b.check(); err != nil {
		return 0, err
	}
	return b.Reader.ReadAt(p, off)
}

// Close implements io.Closer.
func (b *body) Close() error {
	if b.closed.Swap(true) {
		return fmt.Errorf("memory: %w", fs.ErrClosed)
	}
	return nil
}
