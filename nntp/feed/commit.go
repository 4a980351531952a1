package feed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/wirepost/wirepost/nntp"
)

// Add implements Backlog. If ctx ends first, the item may have been added.
func (b *File) Add(ctx context.Context, item Item) error {
	if !nntp.ValidMessageID(item.MessageID) {
		return fmt.Errorf("feed: %q is no message identifier", item.MessageID)
	}
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return fmt.Errorf("feed: backlog: %w", os.ErrClosed)
	}
	b.buf = append(append(append(b.buf, '+'), item.MessageID...), ' ')
	b.buf = append(strconv.AppendInt(b.buf, item.Added.Unix(), 10), '\n')
	mine, write := b.join()
	b.mu.Unlock()
	if write {
		b.write()
	}
	select {
	case <-mine.done:
		return mine.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// lazy is how many octets of Removes wait for company.
const lazy = 16 << 10

// Remove implements Backlog. It is written with the next Add, or when there is
// more of the kind.
func (b *File) Remove(_ context.Context, id string) error {
	if !nntp.ValidMessageID(id) {
		return fmt.Errorf("feed: %q is no message identifier", id)
	}
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return fmt.Errorf("feed: backlog: %w", os.ErrClosed)
	}
	b.buf = append(append(append(b.buf, '-'), id...), '\n')
	write := !b.writing && len(b.buf) >= lazy
	b.writing = b.writing || write
	b.mu.Unlock()
	if write {
		b.write()
	}
	return nil
}

// Close writes what is left and closes the file.
func (b *File) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	last, write := b.join()
	b.mu.Unlock()
	if write {
		b.write()
	}
	<-last.done // and nobody begins another
	return errors.Join(last.err, b.f.Close())
}

// join returns the batch that what is in buf belongs to, and whether the caller
// is to write it. The caller holds b.mu.
func (b *File) join() (mine *batch, write bool) {
	if b.batch == nil {
		b.batch = &batch{done: make(chan struct{})}
	}
	write = !b.writing
	b.writing = true
	return b.batch, write
}

// write writes what there is until there is no more that anybody waits for. The
// caller has set b.writing.
func (b *File) write() {
	for {
		b.mu.Lock()
		buf, batch := b.buf, b.batch
		if batch == nil && len(buf) < lazy {
			b.writing = false
			b.mu.Unlock()
			return
		}
		b.buf, b.batch = nil, nil
		b.mu.Unlock()
		// What nobody waits for is only offered once more if it is not written.
		err := b.commit(buf, batch != nil)
		if batch != nil {
			batch.err = err
			close(batch.done)
		}
	}
}

// commit writes lines, and makes them durable if they must be.
func (b *File) commit(buf []byte, durable bool) error {
	if _, err := b.f.WriteAt(buf, b.size); err != nil {
		return fmt.Errorf("feed: backlog: %w", err)
	}
	if durable {
		if err := b.f.Sync(); err != nil {
			return fmt.Errorf("feed: backlog: %w", err)
		}
	}
	b.size += int64(len(buf))
	for _, c := range buf {
		if c == '\n' {
			b.lines++
		}
	}
	if b.lines < compactLines || b.lines < 4*b.base {
		return nil
	}
	// Without it the file is only larger than it has to be.
	_ = b.compact()
	return nil
}
