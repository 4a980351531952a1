package feed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wirepost/wirepost/nntp"
)

// A File is a Backlog in a file, to which lines are added: "+" with an identifier
// and the time for what is to be sent, "-" with one for what is not any more. It
// is written anew when most of it is of no use. Only one File may be open of a
// path, by one program.
//
// What several goroutines add at once is made durable at once.
type File struct {
	path string

	mu      sync.Mutex
	f       *os.File
	size    int64  // octets of f that are whole lines; what is behind them is nothing
	buf     []byte // to be written
	batch   *batch // who waits for that; nil if nobody does
	writing bool   // somebody is at it, and has f and what is known of it to himself
	closed  bool
	lines   int // in f
	base    int // how many lines of f were of use when it was last read
}

// A batch is the Adds that are made durable together.
type batch struct {
	done chan struct{}
	err  error // once done is closed
}

// OpenFile opens a backlog, and makes it if it is not there. What a crash has cut
// short at its end is cut off.
func OpenFile(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("feed: backlog: %w", err)
	}
	b := &File{path: path, f: f}
	_, err = b.read()
	if err == nil {
		err = f.Truncate(b.size)
	}
	if err == nil {
		err = syncDir(path)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("feed: backlog: %w", err)
	}
	return b, nil
}

// kept is what a backlog holds.
type kept struct {
	order []string // identifiers, in the order in which they were added
	added map[string]time.Time
}

// read reads the file, and sets size, lines and base. The caller has f to himself.
func (b *File) read() (*kept, error) {
	if _, err := b.f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	b.size, b.lines = 0, 0
	k := &kept{added: make(map[string]time.Time)}
	r := bufio.NewReaderSize(b.f, 64<<10)
	for {
		line, err := r.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			b.size += int64(len(line)) // not a line of ours, and passed over
			continue
		case err == io.EOF:
			k.tidy()
			b.base = len(k.order)
			return k, nil
		case err != nil:
			return nil, err
		}
		b.size += int64(len(line))
		b.lines++
		k.obey(string(line[:len(line)-1]))
	}
}

// obey does what a line says. One that cannot be read, such as what a failing
// disk leaves, is passed over.
func (k *kept) obey(line string) {
	switch {
	case strings.HasPrefix(line, "-"):
		delete(k.added, line[1:])
	case strings.HasPrefix(line, "+"):
		id, at, _ := strings.Cut(line[1:], " ")
		seconds, err := strconv.ParseInt(at, 10, 64)
		if err != nil || !nntp.ValidMessageID(id) {
			return
		}
		if _, there := k.added[id]; !there {
			k.order = append(k.order, id)
		}
		k.added[id] = time.Unix(seconds, 0)
	}
}

// tidy takes out of order what was taken out of the backlog, or is there twice.
func (k *kept) tidy() {
	seen := make(map[string]bool, len(k.added))
	order := k.order[:0]
	for _, id := range k.order {
		if _, there := k.added[id]; there && !seen[id] {
			seen[id] = true
			order = append(order, id)
		}
	}
	k.order = order
}

// Load implements Backlog.
func (b *File) Load(ctx context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		k, err := b.load()
		if err != nil {
			yield(Item{}, fmt.Errorf("feed: backlog: %w", err))
			return
		}
		for _, id := range k.order {
			if ctx.Err() != nil {
				yield(Item{}, context.Cause(ctx))
				return
			}
			if !yield(Item{MessageID: id, Added: k.added[id]}, nil) {
				return
			}
		}
	}
}

func (b *File) load() (*kept, error) {
	if !b.claim() {
		return nil, os.ErrClosed
	}
	defer b.release()
	return b.read()
}

// claim takes the file for the caller alone, who must release it. It is only for
// times when nobody else is at it: before the first Add.
func (b *File) claim() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.writing {
		return false
	}
	b.writing = true
	return true
}

func (b *File) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writing = false
}
