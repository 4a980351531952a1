package office

import (
	"context"
	"errors"

	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
)

// Reindex verifies the store of a data folder whose server does not run, and mends what can be.
func Reindex(ctx context.Context, dir string, progress func(done, total int64)) (*sqlite.Reindexed, error) {
	m, err := OpenMailboxes(ctx, dir)
	if err != nil {
		return nil, err
	}
	s, ok := m.store.(*sqlite.Store)
	if !ok {
		return nil, errors.Join(errors.New("this store has nothing to mend"), m.Close())
	}
	r, err := s.Reindex(ctx, progress)
	return r, errors.Join(err, m.Close())
}
