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
	err = s.free(ctx, func(t *tx) (err error) {
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
	for len(changes) > 0 {
		n := alike(changes)
		for i := range changes[:n] {
			was, e := &changes[i][0], &changes[i][1]
			e.modseq = h.advance()
			h.count(was, -1)
			h.count(e, 1)
			changed = append(changed, e.meta())
		}
		if err := t.updateFlags(h, &changes[0][1], changes[n-1][1].uid); err != nil {
			return nil, nil, err
		}
		changes = changes[n:]
	}
	return changed, store.NewUIDSet(spared...), nil
}

// alike returns how many of the changes, from the first on, one statement can make: they give the same
// flags, and no other message of the folder is between them. That is known of those whose UIDs follow
// each other, and of no others, for found need not be all of the folder.
func alike(changes [][2]entry) int {
	n := 1
	for ; n < len(changes); n++ {
		last, next := &changes[n-1][1], &changes[n][1]
		if next.uid != last.uid+1 || next.system != last.system || next.keywords != last.keywords {
			break
		}
	}
	return n
}

// updateFlags gives the messages from e up to a UID the flags and the mod-sequence of e.
func (t *tx) updateFlags(h *head, e *entry, last store.UID) error {
	_, err := t.Exec("UPDATE entry SET modseq = ?, system = ?, keywords = ? WHERE folder = ? AND uid BETWEEN ? AND ?",
		e.modseq, e.system, e.keywords, h.id, e.uid, last)
	return err
}
