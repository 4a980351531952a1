package sqlite

import (
	"context"
	"runtime"
	"slices"
)

// A group ends at this many changes, or when they carry this much, so that nobody waits long for others.
const (
	groupChanges = 512
	groupBytes   = 4 << 20
)

// A change is one that is made as a whole, waiting for the writer.
type change struct {
	apply func(*tx) error // may be called again, after a rollback
	bytes int             // that it will write, about
	done  chan error

	// What is to be done once it is committed.
	ring  bool     // something may be due
	files []string // to be removed

	written []int64 // bodies that were on the shelf
}

// write has the writer make a change, waits until it is committed, and does what is to be done then. It takes in ctx
// only until the writer has the change.
func (s *Store) write(ctx context.Context, bytes int, apply func(*tx) error) error {
	return s.writeAll(ctx, []*change{{apply: apply, bytes: bytes}})[0]
}

// writeAll is write for several changes, each of which succeeds or fails for itself.
func (s *Store) writeAll(ctx context.Context, changes []*change) []error {
	errs := make([]error, len(changes))
	refuse := func(err error) []error {
		for i := range errs {
			errs[i] = err
		}
		return errs
	}
	if err := ctx.Err(); err != nil {
		return refuse(err)
	}
	for _, ch := range changes {
		ch.done = make(chan error, 1)
	}
	select {
	case s.queue <- changes:
	case <-s.closing:
		return refuse(errClosed)
	case <-ctx.Done():
		return refuse(ctx.Err())
	}
	ring := false
	for i, ch := range changes {
		if errs[i] = <-ch.done; errs[i] == nil {
			ring = ring || ch.ring
			s.removeFiles(ch.files)
		}
	}
	if ring {
		s.bell.ring()
	}
	return errs
}

// writeLoop is the writer. It ends when the store is closing and nobody waits any more. The queue has no buffer: whoever
// waits in write may still give up, and once the writer has a change it answers.
func (s *Store) writeLoop(t *tx) {
	for {
		select {
		case first := <-s.queue:
			s.commit(t, s.gather(first))
		case <-s.closing:
			select {
			case first := <-s.queue:
				s.commit(t, s.gather(first))
			default:
				return
			}
		}
	}
}

// gather adds to first what else is waiting. Those whom the last commit has woken are about to come back, so it lets
// them run before it looks a last time.
func (s *Store) gather(first []*change) []*change {
	group := slices.Clip(first)
	bytes := size(first)
	yielded := false
	for len(group) < groupChanges && bytes < groupBytes {
		select {
		case more := <-s.queue:
			group, bytes = append(group, more...), bytes+size(more)
			continue
		default:
		}
		if yielded {
			break
		}
		yielded = true
		runtime.Gosched()
	}
	return group
}

func size(changes []*change) (n int) {
	for _, ch := range changes {
		n += ch.bytes
	}
	return n
}
