package sqlite

import (
	"context"
	"iter"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/litedb"
)

// Notes implements store.Store.
func (s *Store) Notes(ctx context.Context, folder store.FolderID, account store.AccountID, prefix string) iter.Seq2[store.Note, error] {
	return s.notes(ctx, `SELECT folder, account, name, value FROM note
		WHERE folder = ?1 AND account = ?2 AND name > ?3 AND name >= ?4 AND substr(name, 1, length(?4)) = ?4
		ORDER BY name`+litedb.Limit(listPage), func(last store.Note) []any {
		return []any{folder, account, last.Name, prefix}
	})
}

// FolderNotes implements store.Store.
func (s *Store) FolderNotes(ctx context.Context, owner, account store.AccountID, prefix string) iter.Seq2[store.Note, error] {
	return s.notes(ctx, `SELECT n.folder, n.account, n.name, n.value FROM folder f JOIN note n ON n.folder = f.id
		WHERE f.account = ?1 AND f.doomed = 0 AND n.account = ?2 AND (n.folder, n.name) > (?3, ?4) AND substr(n.name, 1, length(?5)) = ?5
		ORDER BY n.folder, n.name`+litedb.Limit(listPage), func(last store.Note) []any {
		return []any{owner, account, last.Folder, last.Name, prefix}
	})
}

// NamedNotes implements store.Store.
func (s *Store) NamedNotes(ctx context.Context, account store.AccountID, name string) iter.Seq2[store.Note, error] {
	return s.notes(ctx, `SELECT n.folder, n.account, n.name, n.value FROM note n JOIN folder f ON f.id = n.folder
		WHERE n.account = ?1 AND n.name = ?2 AND n.folder > ?3 AND f.doomed = 0
		ORDER BY n.folder`+litedb.Limit(listPage), func(last store.Note) []any {
		return []any{account, name, last.Folder}
	})
}

// notes yields what a query finds, page by page; args are the query's for the page after last.
func (s *Store) notes(ctx context.Context, query string, args func(last store.Note) []any) iter.Seq2[store.Note, error] {
	return paged(func(last store.Note) (page []store.Note, err error) {
		err = s.read(ctx, func(c *conn) error {
			return c.Each(func(r scanner) error {
				var n store.Note
				err := r.Scan(&n.Folder, &n.Account, &n.Name, &n.Value)
				if n.Value == nil { // as the driver gives an empty one
					n.Value = []byte{}
				}
				page = append(page, n)
				return err
			}, query, args(last)...)
		})
		return page, err
	})
}

// SetNotes implements store.Store.
func (s *Store) SetNotes(ctx context.Context, notes []store.Note) error {
	size := 0
	for _, n := range notes {
		if err := n.Check(); err != nil {
			return fail(err)
		}
		size += len(n.Name) + len(n.Value)
	}
	return s.write(ctx, size, func(t *tx) error {
		for _, n := range notes { // look before writing
			if err := t.mayNote(n); err != nil {
				return err
			}
		}
		for _, n := range notes {
			if err := t.setNote(n); err != nil {
				return err
			}
		}
		return nil
	})
}

// mayNote returns ErrNotFound unless what the note is about is there.
func (t *tx) mayNote(n store.Note) error {
	if err := t.mustOwn(n.Account); err != nil {
		return err
	}
	t.touch(n.Account, 0)
	if n.Folder == 0 {
		return nil
	}
	f, _, err := t.folder(n.Folder)
	if err == nil && f.Owner != n.Account {
		t.touch(f.Owner, 0)
	}
	return err
}

func (t *tx) setNote(n store.Note) error {
	if n.Value == nil {
		_, err := t.Exec("DELETE FROM note WHERE folder = ? AND account = ? AND name = ?", n.Folder, n.Account, n.Name)
		return err
	}
	_, err := t.Exec("INSERT INTO note (folder, account, name, value) VALUES (?1, ?2, ?3, ?4) "+
		"ON CONFLICT DO UPDATE SET value = ?4", n.Folder, n.Account, n.Name, n.Value)
	return err
}
