package sqlite

import (
	"context"
	"fmt"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/litedb"
)

// reapStep is how many rows one step of a large removal takes: some milliseconds of the writer's time.
const reapStep = 250

// DeleteFolder implements store.Store.
func (s *Store) DeleteFolder(ctx context.Context, id store.FolderID) error {
	err := s.free(ctx, func(t *tx) error {
		f, err := t.unprotected(id)
		if err != nil {
			return err
		}
		height, err := t.height(id)
		if err != nil {
			return err
		}
		if height > 1 {
			return fmt.Errorf("folder %d has folders below: %w", id, store.ErrNotEmpty)
		}
		return t.doom(f.Owner, id)
	})
	if err != nil {
		return err
	}
	_ = s.reap(ctx, id) // it is deleted; the rest is Sweep's if need be
	return nil
}

// doom takes a folder out of sight. Its rows are removed by reap.
func (t *tx) doom(owner store.AccountID, id store.FolderID) error {
	_, err := t.Exec("UPDATE folder SET doomed = 1 WHERE id = ?", id)
	t.touch(owner, id)
	t.touch(owner, 0)
	return err
}

// reap removes a doomed folder, a step at a time.
func (s *Store) reap(ctx context.Context, id store.FolderID) error {
	for {
		done := false
		err := s.free(ctx, func(t *tx) (err error) {
			done, err = t.reapStep(id)
			return err
		})
		if err != nil || done {
			return err
		}
	}
}

func (t *tx) reapStep(id store.FolderID) (done bool, err error) {
	var some []entry
	var row entryScan
	err = t.Each(func(r scanner) error {
		e, err := row.scan(r)
		some = append(some, e)
		return err
	}, "SELECT "+entryColumns+` FROM entry WHERE folder = (SELECT id FROM folder WHERE id = ? AND doomed = 1) ORDER BY uid`+
		litedb.Limit(reapStep), id)
	if err != nil {
		return false, err
	}
	var gone head
	for i := range some {
		e := &some[i]
		if _, err := t.Exec("DELETE FROM entry WHERE folder = ? AND uid = ?", id, e.uid); err != nil {
			return false, err
		}
		if err := t.dropBlob(e.blob); err != nil {
			return false, err
		}
		gone.count(e, 1)
	}
	if len(some) > 0 {
		_, err := t.Exec(`UPDATE folder SET messages = messages - ?, unseen = unseen - ?, deleted = deleted - ?, bytes = bytes - ?
			WHERE id = ?`, gone.counts.Messages, gone.counts.Unseen, gone.counts.Deleted, gone.counts.Bytes, id)
		return false, err
	}
	n, err := t.Exec("DELETE FROM tombstone WHERE folder = ?1 AND uid IN (SELECT uid FROM tombstone WHERE folder = ?1 ORDER BY uid"+
		litedb.Limit(4*reapStep)+")", id)
	if err != nil || n > 0 {
		return false, err
	}
	return true, t.buryFolder(id)
}

// buryFolder deletes the row of an empty, doomed folder, and with a removed account's last folder
// the account's.
func (t *tx) buryFolder(id store.FolderID) error {
	var owner store.AccountID
	err := t.Row("SELECT account FROM folder WHERE id = ? AND doomed = 1", id).Scan(&owner)
	if err = orNotFound(err, "folder", id); err != nil {
		return err
	}
	for _, statement := range []string{"DELETE FROM note WHERE folder = ?", "DELETE FROM keyword WHERE folder = ?", "DELETE FROM folder WHERE id = ?"} {
		if _, err := t.Exec(statement, id); err != nil {
			return err
		}
	}
	return t.buryAccount(owner)
}

// buryAccount deletes the row of a removed account that has no folders.
func (t *tx) buryAccount(id store.AccountID) error {
	_, err := t.Exec(`DELETE FROM account WHERE id = ?1 AND id <> 0 AND key IS NULL
		AND NOT EXISTS (SELECT 1 FROM folder WHERE account = ?1)`, id)
	return err
}
