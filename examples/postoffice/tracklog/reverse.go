package tracklog

import (
	"bytes"
	"context"
	"io"
	"iter"
	"os"
)

// window is how much of a file is in memory at a time. Every line fits in.
const window = 256 << 10

// linesReversed yields the lines of a file, last first, without their LF. They
// are valid until the next one. What is behind the last LF is being written, or
// was when the process died; it is left out, and so is what is too long for a
// line. Each octet is read at most twice but for that.
func linesReversed(ctx context.Context, f io.ReaderAt, size int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		buf := make([]byte, min(window, size))
		whole := false // the octet before end is a LF, which a line ends with
		for end := size; end > 0; {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			start := max(0, end-int64(len(buf)))
			b := buf[:end-start]
			if _, err := f.ReadAt(b, start); err != nil {
				yield(nil, err)
				return
			}
			if !whole {
				at := bytes.LastIndexByte(b, '\n')
				end = start + int64(at) + 1
				whole = at >= 0
				continue
			}
			rest, ok := reversed(b, start == 0, yield)
			if !ok {
				return
			}
			switch {
			case start == 0:
				return
			case rest == len(b): // one line, and longer than that
				end, whole = start, false
			default:
				end = start + int64(rest)
			}
		}
	}
}

// reversed yields the lines of b, which ends with a LF, last first. The first
// is only whole if b is the beginning of the file. rest is where the lines
// begin that were yielded.
func reversed(b []byte, isFirst bool, yield func([]byte, error) bool) (rest int, ok bool) {
	rest = len(b)
	for rest > 0 {
		at := bytes.LastIndexByte(b[:rest-1], '\n')
		if at < 0 && !isFirst {
			return rest, true
		}
		if !yield(b[at+1:rest-1], nil) {
			return 0, false
		}
		rest = at + 1
	}
	return 0, true
}

// scan yields the events of a file that the sieve lets through, last first.
func scan(ctx context.Context, name string, s *sieve) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		f, err := os.Open(name)
		if os.IsNotExist(err) {
			return // it has grown too old meanwhile
		}
		if err != nil {
			yield(Event{}, err)
			return
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			yield(Event{}, err)
			return
		}
		for line, err := range linesReversed(ctx, f, info.Size()) {
			if err != nil {
				yield(Event{}, err)
				return
			}
			if e, ok := s.event(line); ok && !yield(e, nil) {
				return
			}
		}
	}
}
