package sqlite

import (
	"context"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// SetFlags implements store.Store.
func (s *Store) SetFlags(ctx context.Context, folder store.FolderID, c store.FlagChange) (changed []store.Meta, conflict store.UIDSet, err error) {
	if err := c.Check(); err != nil {
		return nil, nil, fail(err)
	}
	err = s.write(ctx, 0, func(t *tx) (err error) {
		changed, conflict, err = t.setFlags(folder, c)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return changed, conflict, nil
}

func (t *tx) setFlags(folder store.FolderID, c store.FlagChange) (changed []store.Meta, conflict store.UIDSet, err error) {
	h, err := t.head(folder)
	if err != nil {
		return nil, nil, err
	}
	found, err := t.entries(folder, c.UIDs)
	if err != nil {
		return nil, nil, err
	}
	if len(found) > 0 && c.Mode != store.Remove {
		if c.Flags, err = t.spell(h, c.Flags); err != nil {
			return nil, nil, err
		}
	}
	// All are looked at before the first is written, since one may have too many keywords.
	var spared []store.UID
	var changes [][2]entry // before and after
	for _, e := range found {
		if c.UnchangedSince != 0 && e.modseq > c.UnchangedSince {
			spared = append(spared, e.uid)
			continue
		}
		flags := c.Apply(e.flags())
		if err := flags.Check(); err != nil {
			return nil, nil, err
		}
		was := e
		if e.setFlags(flags); e != was {
			changes = append(changes, [2]entry{was, e})
		}
	}
	for i := range changes {
		was, e := &changes[i][0], &changes[i][1]
		if err := t.updateFlags(h, was, e); err != nil {
			return nil, nil, err
		}
		changed = append(changed, e.meta())
	}
	return changed, store.NewUIDSet(spared...), nil
}

// updateFlags writes e, which differs from the row as it was by its flags.
func (t *tx) updateFlags(h *head, was, e *entry) error {
	e.modseq = h.advance()
	_, err := t.Exec("UPDATE entry SET modseq = ?, system = ?, keywords = ? WHERE folder = ? AND uid = ?",
		e.modseq, e.system, e.keywords, h.id, e.uid)
	h.count(was, -1)
	h.count(e, 1)
	return err
}
