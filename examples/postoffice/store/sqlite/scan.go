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

// metas appends to page what a query for entryColumns finds.
func (c *conn) metas(page *[]store.Meta, query string, args ...any) error {
	var e entry
	return c.Each(func(r scanner) error {
		if err := e.scan(r); err != nil {
			return err
		}
		*page = append(*page, e.meta())
		return nil
	}, query, args...)
}
