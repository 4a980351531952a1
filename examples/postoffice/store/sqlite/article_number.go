package sqlite

import (
	"context"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// RaiseUIDNext leaves out a folder's UIDs below next, if they were not given yet: for newsgroups,
// whose numbers must not come twice even if the group was removed in between.
func (s *Store) RaiseUIDNext(ctx context.Context, folder store.FolderID, next store.UID) error {
	return s.write(ctx, 0, func(t *tx) error {
		h, err := t.head(folder)
		if err != nil {
			return err
		}
		if uint64(next) > h.uidnext {
			h.uidnext, h.changed = uint64(next), true
		}
		return nil
	})
}
