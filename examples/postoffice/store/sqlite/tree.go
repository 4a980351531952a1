package sqlite

import (
	"context"
	"fmt"
	"math"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// CreateFolder implements store.Store.
func (s *Store) CreateFolder(ctx context.Context, n store.NewFolder) (f store.Folder, err error) {
	if err := n.Check(); err != nil {
		return f, fail(err)
	}
	err = s.write(ctx, 0, func(t *tx) (err error) {
		f, err = t.createFolder(n)
		return err
	})
	if err != nil {
		return store.Folder{}, err
	}
	return f, nil
}

func (t *tx) createFolder(n store.NewFolder) (store.Folder, error) {
	if err := t.mustOwn(n.Owner); err != nil {
		return store.Folder{}, err
	}
	if err := t.mustFit(n.Owner, n.Parent, n.Name, 0, 1); err != nil {
		return store.Folder{}, err
	}
	validity, err := t.newUIDValidity()
	if err != nil {
		return store.Folder{}, err
	}
	_, err = t.Exec("INSERT INTO folder (account, parent, name, kind, created, uidvalidity) VALUES (?, ?, ?, ?, ?, ?)",
		n.Owner, n.Parent, n.Name, n.Kind, t.now.UnixMicro(), validity)
	if err != nil {
		return store.Folder{}, err
	}
	t.touch(n.Owner, 0)
	return t.child(n.Owner, n.Parent, n.Name)
}

// mustOwn returns ErrNotFound unless the account can have folders: it is there, and not removed.
func (t *tx) mustOwn(id store.AccountID) error {
	var one int
	err := t.Row("SELECT 1 FROM account WHERE id = ? AND (id = 0 OR key IS NOT NULL)", id).Scan(&one)
	return orNotFound(err, "account", id)
}

// mustFit returns an error unless a folder that is height folders high can be at that place: folder
// self, or a new one if that is 0.
func (t *tx) mustFit(owner store.AccountID, parent store.FolderID, name string, self store.FolderID, height int) error {
	for up, depth := parent, height; up != 0; depth++ {
		if depth >= store.MaxDepth {
			return fmt.Errorf("%w: folders would be more than %d deep", store.ErrInvalid, store.MaxDepth)
		}
		if up == self {
			return fmt.Errorf("%w: folder %d cannot be inside itself", store.ErrInvalid, self)
		}
		f, _, err := t.folder(up)
		if err == nil && f.Owner != owner {
			err = fmt.Errorf("folder %d of account %d: %w", up, owner, store.ErrNotFound)
		}
		if err != nil {
			return err
		}
		up = f.Parent
	}
	var other store.FolderID
	err := t.Row("SELECT coalesce(max(id), 0) FROM folder WHERE account = ? AND parent = ? AND name = ? AND doomed = 0",
		owner, parent, name).Scan(&other)
	if err == nil && other != 0 && other != self {
		err = fmt.Errorf("folder %q: %w", name, store.ErrExists)
	}
	return err
}

// newUIDValidity returns a number higher than any before. Where it can, it is the time, so that a
// store restored from a backup does not give again what was given after the backup.
func (t *tx) newUIDValidity() (uint32, error) {
	var last uint32
	if err := t.Row("SELECT uidvalidity FROM sequence WHERE id = 1").Scan(&last); err != nil {
		return 0, err
	}
	if last == math.MaxUint32 {
		return 0, fmt.Errorf("%w: the UIDVALIDITYs are used up", store.ErrFull)
	}
	next := max(last+1, uint32(min(max(t.now.Unix(), 0), math.MaxUint32-1)))
	_, err := t.Exec("UPDATE sequence SET uidvalidity = ? WHERE id = 1", next)
	return next, err
}

// MoveFolder implements store.Store.
func (s *Store) MoveFolder(ctx context.Context, id, parent store.FolderID, name string) (f store.Folder, err error) {
	if err := store.CheckName(name); err != nil {
		return f, fail(err)
	}
	err = s.write(ctx, 0, func(t *tx) (err error) {
		if f, err = t.unprotected(id); err != nil {
			return err
		}
		height, err := t.height(id)
		if err != nil {
			return err
		}
		if err := t.mustFit(f.Owner, parent, name, id, height); err != nil {
			return err
		}
		f.Parent, f.Name = parent, name
		_, err = t.Exec("UPDATE folder SET parent = ?, name = ? WHERE id = ?", parent, name, id)
		t.touch(f.Owner, 0)
		return err
	})
	if err != nil {
		return store.Folder{}, err
	}
	return f, nil
}

// unprotected returns the folder, or ErrProtected if it is an account's INBOX.
func (t *tx) unprotected(id store.FolderID) (store.Folder, error) {
	f, _, err := t.folder(id)
	if err != nil {
		return f, err
	}
	var inbox store.FolderID
	if err := t.Row("SELECT inbox FROM account WHERE id = ?", f.Owner).Scan(&inbox); err != nil {
		return f, err
	}
	if inbox == id {
		return f, fmt.Errorf("folder %d: %w", id, store.ErrProtected)
	}
	return f, nil
}

// height returns how many folders deep the folder is, itself included.
func (t *tx) height(id store.FolderID) (n int, err error) {
	err = t.Row(`WITH RECURSIVE below (id, account, depth) AS (
			SELECT id, account, 1 FROM folder WHERE id = ?
			UNION ALL
			SELECT f.id, f.account, below.depth + 1 FROM below JOIN folder f
				ON f.account = below.account AND f.parent = below.id AND f.doomed = 0
		) SELECT max(depth) FROM below`, id).Scan(&n)
	return n, err
}
