package sqlite

import (
	"errors"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A tx is the transaction that the writer has open, as one change sees it.
type tx struct {
	*conn
	now    time.Time
	heads  map[store.FolderID]*head // of folders that this change, or those before that share them, have looked at
	looked []*head                  // those that this change has looked at
	ids    ids
	dirty  bool // the change has begun to write
	*change
}

// Exec hides conn's, to note that something was written.
func (t *tx) Exec(query string, args ...any) (int64, error) {
	t.dirty = true
	return t.conn.Exec(query, args...)
}

// touch notes that a folder, or with 0 the list of them, has changed.
func (t *tx) touch(owner store.AccountID, folder store.FolderID) {
	t.touched = append(t.touched, touch{owner, folder})
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
	for i := range group {
		if err != nil {
			results[i] = err
		}
	}
	s.again(t, group, results)
	if s.short.Load() {
		s.short.Store(!s.reserve.keep(s.now()))
	}
	for i, ch := range group {
		ch.done <- results[i]
	}
}

// transact makes the changes in one transaction. It returns an error if nothing was committed:
// errTogether after one of them failed halfway, which results then names.
func (s *Store) transact(t *tx, group []*change, results []error) error {
	t.now = s.now()
	clear(t.heads) // of a transaction that was rolled back
	if _, err := t.conn.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	wrote := false
	for i, ch := range group {
		t.change, t.dirty = ch, false
		ch.touched, ch.files = nil, nil
		if results[i] = s.mustHaveRoom(ch); results[i] == nil {
			results[i] = t.make()
		}
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
	err := t.saveHeads()
	if err == nil {
		err = t.saveIDs()
	}
	if err == nil {
		_, err = t.conn.Exec("COMMIT")
	}
	if err != nil {
		t.rollback()
	}
	return err
}

// make makes the current change. Unless it adds, it has the folders' rows as they are, and leaves them so.
func (t *tx) make() error {
	if !t.adds {
		if err := t.forgetHeads(); err != nil {
			return err
		}
	}
	t.looked = t.looked[:0]
	err := t.apply(t)
	t.leaveHeads()
	if err == nil && !t.adds {
		err = t.forgetHeads()
	}
	return err
}

// rollback undoes the transaction. SQLite may have done so itself, which is then the error not
// worth telling.
func (t *tx) rollback() {
	_, _ = t.conn.Exec("ROLLBACK")
}

// ids are the numbers that are given to blobs, in memory for speed: the database has the last one
// of each commit, so that none is given twice.
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
	_, err := t.conn.Exec("UPDATE sequence SET blob = ? WHERE id = 1", t.ids.last)
	t.ids.saved = t.ids.last
	return err
}
