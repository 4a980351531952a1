package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A head is a folder's row as a change sees and alters it. It is written back when the change is made, or behind the last of
// those in a row that add.
type head struct {
	id          store.FolderID
	owner       store.AccountID
	uidvalidity uint32
	uidnext     uint64 // a UID, with room to count past the highest
	modseq      store.ModSeq
	counts      store.Counts
	quota       int64             // what holds for the owner; 0: none
	keywords    map[string]string // spellings by folded keyword; nil: not loaded
	current     bool              // this change has looked at it,
	changed     bool              // has altered it,
	advanced    bool              // and has raised modseq
	unsaved     bool              // the row is older
}

// head reads a folder, once in a change.
func (t *tx) head(id store.FolderID) (*head, error) {
	if h, ok := t.heads[id]; ok {
		t.look(h)
		return h, nil
	}
	h := &head{id: id}
	err := t.Row(`SELECT f.account, f.uidvalidity, f.uidnext, f.modseq, f.messages, f.unseen, f.deleted, f.bytes, `+noReceive+`
		FROM folder f JOIN account a ON a.id = f.account WHERE f.id = ? AND f.doomed = 0`, id).
		Scan(&h.owner, &h.uidvalidity, &h.uidnext, &h.modseq,
			&h.counts.Messages, &h.counts.Unseen, &h.counts.Deleted, &h.counts.Bytes, &h.quota)
	if errors.Is(err, sql.ErrNoRows) {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, &store.FolderError{Folder: id, Err: err}
	}
	t.heads[id] = h
	t.look(h)
	return h, nil
}

// look notes that the change has looked at a folder.
func (t *tx) look(h *head) {
	if !h.current {
		h.current = true
		t.looked = append(t.looked, h)
	}
}

// leaveHeads ends what the change has to do with the folders. One that has altered a head has begun to write.
func (t *tx) leaveHeads() {
	for _, h := range t.looked {
		if h.changed {
			t.dirty, h.unsaved = true, true
			t.touch(h.owner, h.id)
		}
		h.current, h.changed, h.advanced = false, false, false
	}
}

// advance returns the mod-sequence of this change in the folder, one for all that it does there.
func (h *head) advance() store.ModSeq {
	if !h.advanced {
		h.modseq++
		h.advanced, h.changed = true, true
	}
	return h.modseq
}

// count moves the folder's counters by n messages like e.
func (h *head) count(e *entry, n int64) {
	h.changed = true
	h.counts.Messages += n
	h.counts.Bytes += n * e.size
	if e.system&store.Seen == 0 {
		h.counts.Unseen += n
	}
	if e.system&store.Deleted != 0 {
		h.counts.Deleted += n
	}
}

// saveHeads writes back the folders that have been altered. What was altered by the changes before is not this one's doing.
func (t *tx) saveHeads() error {
	for _, h := range t.heads {
		if !h.unsaved {
			continue
		}
		_, err := t.conn.Exec(`UPDATE folder SET uidnext = ?, modseq = ?, messages = ?, unseen = ?, deleted = ?, bytes = ? WHERE id = ?`,
			h.uidnext, h.modseq, h.counts.Messages, h.counts.Unseen, h.counts.Deleted, h.counts.Bytes, h.id)
		if err != nil {
			return err
		}
		h.unsaved = false
	}
	return nil
}

// forgetHeads writes them back, and has them read again.
func (t *tx) forgetHeads() error {
	err := t.saveHeads()
	if err == nil {
		clear(t.heads)
	}
	return err
}

// A load is what a change is about to add to folders. Before it writes, it asks whether there is room.
type load struct {
	messages uint64
	bytes    int64
}

// room returns an error unless each of the folders, which are different ones, can take l: in UIDs,
// and in its owner's quota.
func (t *tx) room(l load, folders ...*head) error {
	var planned map[store.AccountID]int64 // by those before, of the same owner
	for _, h := range folders {
		if h.uidnext+l.messages > uint64(store.MaxUID) { // so that UIDNext fits
			return &store.FolderError{Folder: h.id, Err: fmt.Errorf("%w: the folder's UIDs are used up: move its messages to a new one", store.ErrFull)}
		}
		if h.quota == 0 || l.bytes == 0 {
			continue
		}
		if err := t.saveHeads(); err != nil {
			return err
		}
		var used int64
		err := t.Row("SELECT coalesce(sum(bytes), 0) FROM folder WHERE account = ? AND doomed = 0", h.owner).Scan(&used)
		if err != nil {
			return err
		}
		if planned == nil {
			planned = make(map[store.AccountID]int64)
		}
		planned[h.owner] += l.bytes
		if used+planned[h.owner] > h.quota {
			return &store.FolderError{Folder: h.id, Err: fmt.Errorf("%w: %d of %d octets are used, %d more do not fit",
				store.ErrQuota, used, h.quota, planned[h.owner])}
		}
	}
	return nil
}
