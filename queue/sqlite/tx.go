package sqlite

import (
	"errors"
	"time"
)

// A tx is the transaction that the writer has open, as one change sees it.
type tx struct {
	*conn
	now   time.Time
	at    int64 // now, as a column
	ids   ids
	lanes *lanes
	shelf *shelf
	fresh numbers // for bodies, of this transaction
	dirty bool    // the change has begun to write
	*change
}

// Exec hides conn's, to note that something was written.
func (t *tx) Exec(query string, args ...any) (int64, error) {
	t.dirty = true
	return t.conn.Exec(query, args...)
}

// errHalfway says that a change failed after it had begun to write, so that its group was rolled back and is to be made
// again more carefully.
var errHalfway = errors.New("a change of the group has failed halfway")

// commit makes a group of changes and answers each. At first without savepoints, which take time and are hardly ever
// needed.
func (s *Store) commit(t *tx, group []*change) {
	results := make([]error, len(group))
	err := s.transact(t, group, results, false)
	if errors.Is(err, errHalfway) {
		err = s.transact(t, group, results, true)
	}
	if errors.Is(err, errHalfway) { // some errors end the whole transaction
		for i, ch := range group {
			if err := s.transact(t, []*change{ch}, results[i:i+1], false); err != nil && !errors.Is(err, errHalfway) {
				results[i] = err
			}
		}
		err = nil
	}
	s.bell.expect(t.lanes.soonest) // before anybody is answered, who may wait next
	t.lanes.soonest = never
	for i, ch := range group {
		if err != nil {
			results[i] = err
		}
		ch.done <- results[i]
	}
}

// transact makes the changes in one transaction. It returns an error if nothing was committed: errHalfway after a change
// failed, which results then names, and could not be undone alone.
func (s *Store) transact(t *tx, group []*change, results []error, savepoints bool) error {
	t.now = s.now()
	t.at = stamp(t.now)
	t.lanes.touched = false
	if _, err := t.conn.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	wrote := false
	for i, ch := range group {
		t.change, t.dirty = ch, false
		ch.ring, ch.files, ch.written = false, nil, nil
		var ok bool
		if results[i], ok = t.make(savepoints); !ok {
			t.rollback()
			return errHalfway
		}
		wrote = wrote || t.dirty
	}
	if !wrote { // nothing to be undone in memory either
		_, err := t.conn.Exec("ROLLBACK")
		return err
	}
	if _, err := t.conn.Exec("COMMIT"); err != nil {
		t.rollback()
		return err
	}
	t.committed(group, results)
	return nil
}

// committed notes what is in the database from now on.
func (t *tx) committed(group []*change, results []error) {
	t.ids.saved = t.ids.reserved
	if t.fresh != (numbers{}) {
		t.shelf.supply(t.fresh)
		t.fresh = numbers{}
	}
	for i, ch := range group {
		if results[i] == nil && len(ch.written) > 0 {
			t.shelf.drop(ch.written)
		}
	}
}

// make makes the current change. It is false if a failed one could not be undone.
func (t *tx) make(savepoint bool) (result error, ok bool) {
	if t.lanes.stale {
		lanes, err := loadLanes(t.conn)
		if err != nil {
			return err, true
		}
		t.lanes, t.ring = lanes, true
	}
	if savepoint {
		if _, err := t.conn.Exec("SAVEPOINT change"); err != nil {
			return err, false
		}
	}
	before := t.lanes.touched
	t.lanes.touched = false
	err := t.apply(t)
	t.lanes.stale = t.lanes.stale || err != nil && t.lanes.touched
	t.lanes.touched = t.lanes.touched || before
	if err == nil || !t.dirty {
		if savepoint {
			if _, err := t.conn.Exec("RELEASE change"); err != nil {
				return err, false
			}
		}
		return err, true
	}
	if !savepoint {
		return err, false
	}
	if t.conn.Script("ROLLBACK TO change; RELEASE change") != nil {
		return err, false
	}
	t.dirty = false
	t.undone()
	return err, true
}

// rollback undoes the transaction. SQLite may have done so itself, which is then the error not worth telling.
func (t *tx) rollback() {
	_, _ = t.conn.Exec("ROLLBACK")
	t.undone()
}

// undone notes that what is in memory may be ahead of the database.
func (t *tx) undone() {
	t.lanes.stale = t.lanes.stale || t.lanes.touched
	t.ids.reserved = t.ids.saved
	t.fresh = numbers{}
}
