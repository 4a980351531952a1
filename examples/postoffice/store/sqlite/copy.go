package sqlite

import (
	"context"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Copy implements store.Store.
func (s *Store) Copy(ctx context.Context, c store.CopyRequest) (store.Copied, error) {
	if err := c.UIDs.Check(); err != nil {
		return store.Copied{}, fail(err)
	}
	var done store.Copied
	err := s.write(ctx, 0, func(t *tx) (err error) {
		done, err = t.copy(c)
		return err
	})
	if err != nil {
		return store.Copied{}, err
	}
	return done, nil
}

func (t *tx) copy(c store.CopyRequest) (store.Copied, error) {
	from, err := t.head(c.From)
	if err != nil {
		return store.Copied{}, err
	}
	to, err := t.head(c.To) // the same one, if it is the same folder
	if err != nil {
		return store.Copied{}, err
	}
	found, err := t.entries(c.From, c.UIDs)
	if err != nil {
		return store.Copied{}, err
	}
	l := load{messages: uint64(len(found))}
	if !c.Move || from.owner != to.owner {
		for _, e := range found {
			l.bytes += e.size
		}
	}
	if err := t.room(l, to); err != nil {
		return store.Copied{}, err
	}
	done := store.Copied{UIDValidity: to.uidvalidity}
	for i := range found {
		e := &found[i]
		done.From = append(done.From, e.uid)
		if err := t.copyEntry(from, to, e, c.Move); err != nil {
			return store.Copied{}, err
		}
		done.To = append(done.To, e.uid)
	}
	if c.Move && len(found) > 0 {
		done.Moved = from.modseq
	}
	return done, nil
}

// copyEntry makes of e the entry in the other folder. A move leaves the blob with as many
// references as it had.
func (t *tx) copyEntry(from, to *head, e *entry, move bool) error {
	if move {
		if err := t.remove(from, e); err != nil {
			return err
		}
	} else if _, err := t.Exec("UPDATE blob SET refs = refs + 1 WHERE id = ?", e.blob); err != nil {
		return err
	}
	return t.place(to, e)
}
