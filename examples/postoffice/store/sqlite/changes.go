package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/litedb"
)

// mustReach returns ErrHistoryGone if expunges after since may be forgotten.
func mustReach(f store.Folder, horizon, since store.ModSeq) error {
	if since < horizon {
		return fmt.Errorf("folder %d, mod-sequence %d of %d: %w: start from 0", f.ID, since, f.ModSeq, store.ErrHistoryGone)
	}
	return nil
}

// changes yields what is different in the folder since a mod-sequence, in order of UID.
func (s *Store) changes(ctx context.Context, f store.Folder, since store.ModSeq) iter.Seq2[store.Meta, error] {
	return func(yield func(store.Meta, error) bool) {
		var last store.UID
		for more := since < f.ModSeq; more; {
			var page []store.Meta
			err := s.read(ctx, func(c *conn) (err error) {
				page, more, err = c.changesPage(f.ID, since, last)
				if err != nil {
					return err
				}
				// The horizon is raised before the first tombstone goes: if it is not yet past
				// since, none was missing.
				now, horizon, err := c.folder(f.ID)
				if err != nil {
					return err
				}
				return mustReach(now, horizon, since)
			})
			if err != nil {
				yield(store.Meta{}, err)
				return
			}
			for _, m := range page {
				last = m.UID
				if !yield(m, nil) {
					return
				}
			}
		}
	}
}

// changesPage reads changes of UIDs above last. When there are few in all, the index by
// mod-sequence finds them; when there are many, the folder is read in order of UID, a page at a
// time.
func (c *conn) changesPage(folder store.FolderID, since store.ModSeq, last store.UID) (page []store.Meta, more bool, err error) {
	var few int
	some := " WHERE folder = ?1 AND modseq > ?2" + litedb.Limit(scanPage) + ")"
	err = c.Row("SELECT (SELECT count(*) FROM (SELECT 1 FROM entry"+some+") + (SELECT count(*) FROM (SELECT 1 FROM tombstone"+some+")",
		folder, since).Scan(&few)
	if err != nil {
		return nil, false, err
	}
	entries, tombstones := "entry INDEXED BY entry_modseq", "tombstone INDEXED BY tombstone_modseq"
	if few >= scanPage {
		entries, tombstones = "entry NOT INDEXED", "tombstone NOT INDEXED"
	}
	where := " WHERE folder = ? AND modseq > ? AND uid > ? ORDER BY uid" + litedb.Limit(scanPage)
	var live, gone []store.Meta
	if err := c.metas(&live, "SELECT "+entryColumns+" FROM "+entries+where, folder, since, last); err != nil {
		return nil, false, err
	}
	err = c.Each(func(r scanner) error {
		m := store.Meta{Expunged: true}
		err := r.Scan(&m.UID, &m.ModSeq)
		gone = append(gone, m)
		return err
	}, "SELECT uid, modseq FROM "+tombstones+where, folder, since, last)
	if err != nil {
		return nil, false, err
	}
	page, more = merge(live, gone)
	return page, more, nil
}

// merge joins two pages in order of UID. A list that is a full page says nothing about UIDs above
// its last, so there the page ends. Of a message expunged between the two reads, the expunge
// counts.
func merge(live, gone []store.Meta) (page []store.Meta, more bool) {
	bound := store.MaxUID
	for _, list := range [][]store.Meta{live, gone} {
		if len(list) == scanPage {
			bound, more = min(bound, list[len(list)-1].UID), true
		}
	}
	page = slices.Concat(gone, live) // the sort is stable, so an expunge is before what it expunged
	page = slices.DeleteFunc(page, func(m store.Meta) bool { return m.UID > bound })
	slices.SortStableFunc(page, func(a, b store.Meta) int { return cmp.Compare(a.UID, b.UID) })
	return slices.CompactFunc(page, func(a, b store.Meta) bool { return a.UID == b.UID }), more
}
