package sqlite

import (
	"context"
	"errors"
	"runtime"
	"time"

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
	bytes int             // that it will write, about
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

// A tx is the transaction that the writer has open, as one change sees it.
type tx struct {
	*conn
	now   time.Time
	heads map[store.FolderID]*head // of folders that this change has looked at
	ids   ids
	dirty bool // the change has begun to write
	*change
}

// exec hides conn's, to note that something was written.
func (t *tx) exec(query string, args ...any) (int64, error) {
	t.dirty = true
	return t.conn.exec(query, args...)
}

// touch notes that a folder, or with 0 the list of them, has changed.
func (t *tx) touch(owner store.AccountID, folder store.FolderID) {
	t.touched = append(t.touched, touch{owner, folder})
}

// write has the writer make a change, waits until it is committed, and does what is to
// be done then. It takes in ctx only until the writer has the change.
func (s *Store) write(ctx context.Context, bytes int, apply func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	ch := &change{apply: apply, bytes: bytes, done: make(chan error, 1)}
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

// writeLoop is the writer. It ends when the store is closing and nobody waits any more.
// The queue has no buffer: whoever waits in write may still give up, and once the writer has a change it answers.
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

// gather adds to first what else is waiting. Those whom the last commit has woken are
// about to come back, so it lets them run before it looks a last time.
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

// errTogether says that a group must be made again, one by one.
var errTogether = errors.New("a change of the group has failed after it began to write")

// commit makes a group of changes and answers each.
func (s *Store) commit(t *tx, group []*change) {
	results := make([]error, len(group))
	err := s.transact(t, group, results)
	if errors.Is(err, errTogether) {
		for i, ch := range group {
			if err := s.transact(t, []*change{ch}, results[i:i+1]); err != nil && !errors.Is(err, errTogether) {
				results[i] = err
			}
		}
		err = nil
	}
	for i, ch := range group {
		if err != nil {
			results[i] = err
		}
		ch.done <- results[i]
	}
}

// transact makes the changes in one transaction. It returns an error if nothing was
// committed: errTogether after one of them failed halfway, which results then names.
func (s *Store) transact(t *tx, group []*change, results []error) error {
	t.now = s.now()
	if _, err := t.conn.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	wrote := false
	for i, ch := range group {
		t.change, t.dirty = ch, false
		ch.touched, ch.files = nil, nil
		results[i] = t.make()
		if results[i] != nil && t.dirty {
			t.rollback()
			return errTogether
		}
		wrote = wrote || t.dirty
	}
	if !wrote {
		t.rollback()
		return nil
	}
	err := t.saveIDs()
	if err == nil {
		_, err = t.conn.exec("COMMIT")
	}
	if err != nil {
		t.rollback()
	}
	return err
}

// make makes the current change.
func (t *tx) make() error {
	clear(t.heads)
	if err := t.apply(t); err != nil {
		return err
	}
	return t.saveHeads()
}

// rollback undoes the transaction. SQLite may have done so itself, which is then the error not worth telling.
func (t *tx) rollback() {
	_, _ = t.conn.exec("ROLLBACK")
}

// ids are the numbers that are given to blobs, in memory for speed: the database has the
// last one of each commit, so that none is given twice.
type ids struct{ last, saved int64 }

// newBlob returns an ID for a blob.
func (t *tx) newBlob() store.BlobID {
	t.ids.last++
	return store.BlobID(t.ids.last)
}

// saveIDs writes down the last ID that was given, once for the whole group.
func (t *tx) saveIDs() error {
	if t.ids.saved == t.ids.last {
		return nil
	}
	_, err := t.conn.exec("UPDATE sequence SET blob = ? WHERE id = 1", t.ids.last)
	t.ids.saved = t.ids.last
	return err
}
