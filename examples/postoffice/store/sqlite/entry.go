package sqlite

import (
	"fmt"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// An entry is a message in a folder, as its row has it.
type entry struct {
	uid             store.UID
	modseq          store.ModSeq
	blob            store.BlobID
	size            int64
	received, saved int64
	system          store.SystemFlags
	keywords        string
	article         int64 // whose row says which it is, for place; 0: nobody has looked yet
}

// entryColumns are what an entryScan takes.
const entryColumns = "uid, modseq, blob, size, received, saved, system, keywords"

// An entryScan reads rows of entryColumns, one after the other. It takes them as the driver has them:
// to have them converted for each column costs more than to find the row.
type entryScan struct {
	values [8]any
	dest   []any // to the values
}

func (s *entryScan) scan(r scanner) (e entry, err error) {
	if s.dest == nil {
		for i := range s.values {
			s.dest = append(s.dest, &s.values[i])
		}
	}
	if err := r.Scan(s.dest...); err != nil {
		return e, err
	}
	var n [7]int64
	for i := range n {
		n[i], _ = s.values[i].(int64) // the table is STRICT
	}
	e = entry{
		uid: store.UID(n[0]), modseq: store.ModSeq(n[1]), blob: store.BlobID(n[2]), size: n[3],
		received: n[4], saved: n[5], system: store.SystemFlags(n[6]),
	}
	e.keywords, _ = s.values[7].(string)
	return e, nil
}

func (e *entry) flags() store.Flags {
	return store.Flags{System: e.system, Keywords: strings.Fields(e.keywords)}
}

func (e *entry) setFlags(f store.Flags) {
	e.system, e.keywords = f.System, strings.Join(f.Keywords, " ")
}

func (e *entry) meta() store.Meta {
	m := store.Meta{
		UID: e.uid, ModSeq: e.modseq, Blob: e.blob, Size: e.size,
		Flags:    store.Flags{System: e.system},
		Received: fromMicro(e.received), Saved: fromMicro(e.saved),
	}
	if e.keywords != "" {
		m.Flags.Keywords = strings.Fields(e.keywords)
	}
	return m
}

func fromMicro(us int64) time.Time { return time.UnixMicro(us).UTC() }

// received returns the time to note for a message that came at at, if that is known.
func (t *tx) received(at time.Time) int64 {
	if at.IsZero() {
		at = t.now
	}
	return at.UnixMicro()
}

// place puts e into the folder, under the next UID. There must be room.
func (t *tx) place(h *head, e *entry) error {
	flags, err := t.spell(h, e.flags())
	if err != nil {
		return err
	}
	e.setFlags(flags)
	e.uid, e.modseq, e.saved = store.UID(h.uidnext), h.advance(), t.now.UnixMicro()
	var article any // NULL
	if e.article != 0 {
		article = e.article
	}
	_, err = t.Exec("INSERT INTO entry (folder, "+entryColumns+", article) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		h.id, e.uid, e.modseq, e.blob, e.size, e.received, e.saved, e.system, e.keywords, article)
	if err != nil {
		return err
	}
	h.uidnext++
	h.count(e, 1)
	return nil
}

// entries reads those of uids that are in the folder.
func (c *conn) entries(folder store.FolderID, uids store.UIDSet) ([]entry, error) {
	var found []entry
	var row entryScan
	for _, r := range uids {
		err := c.Each(func(r scanner) error {
			e, err := row.scan(r)
			found = append(found, e)
			return err
		}, "SELECT "+entryColumns+" FROM entry WHERE folder = ? AND uid BETWEEN ? AND ? ORDER BY uid", folder, r.From, r.To)
		if err != nil {
			return nil, fmt.Errorf("folder %d: %w", folder, err)
		}
	}
	return found, nil
}

// remove takes an entry out of its folder and leaves a tombstone. What becomes of the blob is the
// caller's.
func (t *tx) remove(h *head, e *entry) error {
	if _, err := t.Exec("DELETE FROM entry WHERE folder = ? AND uid = ?", h.id, e.uid); err != nil {
		return err
	}
	h.count(e, -1)
	_, err := t.Exec("INSERT INTO tombstone (folder, uid, modseq, at) VALUES (?, ?, ?, ?)",
		h.id, e.uid, h.advance(), t.now.UnixMicro())
	return err
}
