package sqlite

import (
	"context"
	"iter"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/litedb"
)

// scanPage is how many messages Scan reads at a time.
const scanPage = 1000

// Scan implements store.Store.
func (s *Store) Scan(ctx context.Context, id store.FolderID, since store.ModSeq) (store.Folder, iter.Seq2[store.Meta, error], error) {
	var f store.Folder
	err := s.read(ctx, func(c *conn) (err error) {
		var horizon store.ModSeq
		f, horizon, err = c.folder(id)
		if err == nil && since != 0 {
			err = mustReach(f, horizon, since)
		}
		return err
	})
	if err != nil {
		return store.Folder{}, nil, err
	}
	if since == 0 {
		return f, s.live(ctx, f), nil
	}
	return f, s.changes(ctx, f, since), nil
}

// live yields the folder's messages, in order of UID.
func (s *Store) live(ctx context.Context, f store.Folder) iter.Seq2[store.Meta, error] {
	return func(yield func(store.Meta, error) bool) {
		var last store.UID
		for {
			page := make([]store.Meta, 0, min(scanPage, f.Counts.Messages))
			err := s.read(ctx, func(c *conn) error {
				err := c.metas(&page, "SELECT "+entryColumns+
					" FROM entry WHERE folder = ? AND uid > ? AND uid < ? ORDER BY uid"+litedb.Limit(scanPage), f.ID, last, f.UIDNext)
				if err != nil {
					return err
				}
				_, _, err = c.folder(f.ID) // one that is being deleted may have lost messages already
				return err
			})
			if err != nil {
				yield(store.Meta{}, err)
				return
			}
			for _, m := range page {
				if !yield(m, nil) {
					return
				}
			}
			if len(page) < scanPage {
				return
			}
			last = page[len(page)-1].UID
		}
	}
}

// Metas implements store.Store.
func (s *Store) Metas(ctx context.Context, folder store.FolderID, uids store.UIDSet) iter.Seq2[store.Meta, error] {
	return func(yield func(store.Meta, error) bool) {
		if err := uids.Check(); err != nil {
			yield(store.Meta{}, fail(err))
			return
		}
		var page []store.Meta
		for more := true; more; more = len(uids) > 0 {
			page = page[:0]
			err := s.read(ctx, func(c *conn) (err error) {
				if uids, err = c.metasPage(&page, folder, uids); err != nil {
					return err
				}
				_, _, err = c.folder(folder) // as in live
				return err
			})
			if err != nil {
				yield(store.Meta{}, err)
				return
			}
			for _, m := range page {
				if !yield(m, nil) {
					return
				}
			}
		}
	}
}

// metasPage reads messages of uids, a full page or a little more, and returns those that it has not
// looked for.
func (c *conn) metasPage(page *[]store.Meta, folder store.FolderID, uids store.UIDSet) (left store.UIDSet, err error) {
	for i, r := range uids {
		err := c.metas(page, "SELECT "+entryColumns+
			" FROM entry WHERE folder = ? AND uid BETWEEN ? AND ? ORDER BY uid"+litedb.Limit(scanPage), folder, r.From, r.To)
		if err != nil {
			return nil, err
		}
		if len(*page) < scanPage {
			continue
		}
		if last := (*page)[len(*page)-1].UID; last < r.To {
			return append(store.UIDSet{{From: last + 1, To: r.To}}, uids[i+1:]...), nil
		}
		return uids[i+1:], nil
	}
	return nil, nil
}

// metas appends to page what a query for entryColumns finds.
func (c *conn) metas(page *[]store.Meta, query string, args ...any) error {
	var row entryScan
	return c.Each(func(r scanner) error {
		e, err := row.scan(r)
		if err == nil {
			*page = append(*page, e.meta())
		}
		return err
	}, query, args...)
}
