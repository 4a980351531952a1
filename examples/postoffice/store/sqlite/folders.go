package sqlite

import (
	"context"
	"fmt"
	"iter"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/litedb"
)

const folderColumns = `f.id, f.account, f.parent, f.name, f.kind, f.created, f.uidvalidity, f.uidnext, f.modseq,
	f.messages, f.unseen, f.deleted, f.bytes, f.horizon`

// scanFolder reads folderColumns. The horizon is the mod-sequence up to which expunges may be forgotten.
func scanFolder(r scanner) (f store.Folder, horizon store.ModSeq, err error) {
	var created int64
	err = r.Scan(&f.ID, &f.Owner, &f.Parent, &f.Name, &f.Kind, &created, &f.UIDValidity, &f.UIDNext, &f.ModSeq,
		&f.Counts.Messages, &f.Counts.Unseen, &f.Counts.Deleted, &f.Counts.Bytes, &horizon)
	f.Created = fromMicro(created)
	return f, horizon, err
}

// folder reads a folder. The writer's connection sees it without what the current change has not
// yet saved.
func (c *conn) folder(id store.FolderID) (store.Folder, store.ModSeq, error) {
	f, horizon, err := scanFolder(c.Row("SELECT "+folderColumns+" FROM folder f WHERE f.id = ? AND f.doomed = 0", id))
	return f, horizon, orNotFound(err, "folder", id)
}

func (c *conn) child(owner store.AccountID, parent store.FolderID, name string) (store.Folder, error) {
	f, _, err := scanFolder(c.Row("SELECT "+folderColumns+` FROM folder f
		WHERE f.account = ? AND f.parent = ? AND f.name = ? AND f.doomed = 0`, owner, parent, name))
	return f, orNotFound(err, "folder", fmt.Sprintf("%q", name))
}

// Folder implements store.Store.
func (s *Store) Folder(ctx context.Context, id store.FolderID) (f store.Folder, err error) {
	err = s.read(ctx, func(c *conn) (err error) {
		f, _, err = c.folder(id)
		return err
	})
	return f, err
}

// Listing implements store.Store.
func (s *Store) Listing() uint64 { return s.hub.listing.Load() }

// FolderAt implements store.Store.
func (s *Store) FolderAt(ctx context.Context, owner store.AccountID, path ...string) (f store.Folder, err error) {
	if len(path) == 0 || len(path) > store.MaxDepth {
		return f, fail(fmt.Errorf("%w: a path of %d names: want 1 to %d", store.ErrInvalid, len(path), store.MaxDepth))
	}
	err = s.read(ctx, func(c *conn) (err error) {
		for _, name := range path {
			if f, err = c.child(owner, f.ID, name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return store.Folder{}, err
	}
	return f, nil
}

// listPage is how many rows a listing reads at a time, so that it holds no connection while its
// caller works.
const listPage = 256

// ListFolders implements store.Store.
func (s *Store) ListFolders(ctx context.Context, owner store.AccountID) iter.Seq2[store.Folder, error] {
	return paged(func(last store.Folder) (page []store.Folder, err error) {
		err = s.read(ctx, func(c *conn) error {
			return c.Each(func(r scanner) error {
				f, _, err := scanFolder(r)
				page = append(page, f)
				return err
			}, "SELECT "+folderColumns+` FROM folder f WHERE f.account = ? AND f.doomed = 0 AND f.id > ? ORDER BY f.id`+litedb.Limit(listPage),
				owner, last.ID)
		})
		return page, err
	})
}

// paged yields what page returns, which it gives the last one that was yielded, until a page comes short.
func paged[T any](page func(last T) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last T
		for {
			all, err := page(last)
			if err != nil {
				yield(last, err)
				return
			}
			for _, last = range all {
				if !yield(last, nil) {
					return
				}
			}
			if len(all) < listPage {
				return
			}
		}
	}
}
