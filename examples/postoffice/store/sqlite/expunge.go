package sqlite

import (
	"context"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Expunge implements store.Store.
func (s *Store) Expunge(ctx context.Context, folder store.FolderID, uids store.UIDSet) ([]store.Meta, error) {
	if err := uids.Check(); err != nil {
		return nil, fail(err)
	}
	var gone []store.Meta
	err := s.free(ctx, func(t *tx) (err error) {
		gone, err = t.expunge(folder, uids)
		return err
	})
	if err != nil {
		return nil, err
	}
	return gone, nil
}

func (t *tx) expunge(folder store.FolderID, uids store.UIDSet) ([]store.Meta, error) {
	h, err := t.head(folder)
	if err != nil {
		return nil, err
	}
	found, err := t.entries(folder, uids)
	if err != nil {
		return nil, err
	}
	gone := make([]store.Meta, len(found))
	for i := range found {
		e := &found[i]
		if err := t.remove(h, e); err != nil {
			return nil, err
		}
		if err := t.dropBlob(e.blob); err != nil {
			return nil, err
		}
		gone[i] = e.meta()
		gone[i].ModSeq, gone[i].Expunged = h.modseq, true
	}
	return gone, nil
}
