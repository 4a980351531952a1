package dnsresolve

import (
	"io"
	"os"
	"sync"
	"time"
)

const (
	// watchInterval is how often a file is looked at, when it is used.
	watchInterval = 5 * time.Second

	// maxFile bounds what is read of a file.
	maxFile = 1 << 20
)

// A watched is a file that is read again when it changes. The lock is never
// held while that is done.
type watched[T any] struct {
	mu      sync.Mutex
	value   *T
	checked time.Time
	changed time.Time // the file's own word
	size    int64
}

// get returns what parse makes of the file. One that cannot be read is empty.
func (w *watched[T]) get(path string, parse func(text []byte) *T) *T {
	now := time.Now()
	w.mu.Lock()
	value, changed, size := w.value, w.changed, w.size
	due := value == nil || now.Sub(w.checked) >= watchInterval
	if due {
		w.checked = now
	}
	w.mu.Unlock()
	if !due {
		return value
	}
	var stamp time.Time
	var length int64
	if info, err := os.Stat(path); err == nil {
		stamp, length = info.ModTime(), info.Size()
	}
	if value != nil && stamp.Equal(changed) && length == size {
		return value
	}
	value = parse(readFile(path))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.value, w.changed, w.size = value, stamp, length
	return value
}

func readFile(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil
	}
	return text
}
