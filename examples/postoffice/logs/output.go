package logs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

// An output is where lines go: a writer, a file, or both. Each Write is one
// line.
type output struct {
	w    io.Writer // may be nil
	last io.Writer // gets what went nowhere, such as when the disk is full
	name string    // of file
	file atomic.Pointer[os.File]

	turn sync.Mutex // one Reopen or Close at a time; who writes does not take it
}

func openOutput(w io.Writer, name string) (*output, error) {
	o := &output{w: w, last: os.Stderr, name: name}
	if name == "" {
		if w == nil {
			o.w = os.Stderr
		}
		return o, nil
	}
	return o, o.reopen()
}

// Write implements io.Writer. Both places get the line, if either fails too.
func (o *output) Write(p []byte) (n int, err error) {
	if o.w != nil {
		_, err = o.w.Write(p)
	}
	for f := o.file.Load(); f != nil; {
		_, failed := f.Write(p)
		next := o.file.Load()
		if errors.Is(failed, os.ErrClosed) && next != f {
			f = next // it was reopened meanwhile
			continue
		}
		if failed != nil && o.w == nil {
			_, failed = o.last.Write(p)
		}
		err = errors.Join(err, failed)
		break
	}
	return len(p), err
}

// reopen opens the file by its name again. If that fails, the old one is gone
// on with.
func (o *output) reopen() error {
	if o.name == "" {
		return nil
	}
	o.turn.Lock()
	defer o.turn.Unlock()
	f, err := os.OpenFile(o.name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("logs: %w; name another file, or make its folder", err)
	}
	return o.swap(f)
}

// swap closes the file that f, which may be nil, comes in place of. The caller
// has the turn. Close waits for lines that are being written.
func (o *output) swap(f *os.File) error {
	old := o.file.Swap(f)
	if old == nil {
		return nil
	}
	if err := old.Close(); err != nil {
		return fmt.Errorf("logs: %w", err)
	}
	return nil
}

func (o *output) close() error {
	o.turn.Lock()
	defer o.turn.Unlock()
	return o.swap(nil)
}
