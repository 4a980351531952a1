package sqlite

import (
	"context"
	"runtime"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A group ends at this many changes, or when they carry this much, so that nobody waits long for others.
const (
	groupChanges = 512
	groupBytes   = 4 << 20
)

// A change is one caller's, waiting to be made.
type change struct {
	apply func(*tx) error // may be called again, after a rollback
	adds  bool            // it knows folders by their heads alone
	bytes int             // that it will write, about
	frees bool            // it makes room
	done  chan error

	// What is to be done once it is committed.
	touched []touch
	files   []string // to be removed
}

// A touch says that a folder, or with folder 0 the list of them, has changed.
type touch struct {
	owner  store.AccountID
	folder store.FolderID
}

// write has the writer make a change, waits until it is committed, and does what is to be done
// then. It takes in ctx only until the writer has the change.
func (s *Store) write(ctx context.Context, bytes int, apply func(*tx) error) error {
	return s.submit(ctx, &change{apply: apply, bytes: bytes, done: make(chan error, 1)})
}

// add is write for a change that neither reads nor writes what a head has but by the head: those in a row share it,
// so that each folder is read and written once for all of them.
func (s *Store) add(ctx context.Context, bytes int, apply func(*tx) error) error {
	return s.submit(ctx, &change{apply: apply, adds: true, bytes: bytes, done: make(chan error, 1)})
}

func (s *Store) submit(ctx context.Context, ch *change) error {
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	select {
	case s.queue <- ch:
	case <-s.closing:
		return fail(store.ErrClosed)
	case <-ctx.Done():
		return fail(ctx.Err())
	}
	if err := <-ch.done; err != nil {
		return fail(err)
	}
	s.hub.wake(ch.touched)
	s.removeFiles(ch.files)
	return nil
}

// writeLoop is the writer. It ends when the store is closing and nobody waits any more. The queue
// has no buffer: whoever waits in write may still give up, and once the writer has a change it
// answers.
func (s *Store) writeLoop(t *tx) {
	defer close(s.written)
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

// gather adds to first what else is waiting. Those whom the last commit has woken are about to come
// back, so it lets them run before it looks a last time.
func (s *Store) gather(first *change) []*change {
	group, bytes, yielded := []*change{first}, first.bytes, false
	for len(group) < groupChanges && bytes < groupBytes {
		select {
		case ch := <-s.queue:
			group, bytes = append(group, ch), bytes+ch.bytes
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
