package office

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/wirepost/wirepost/examples/postoffice/mailfile"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Mailboxes moves messages into and out of this Office.
func (o *Office) Mailboxes() manage.Mailboxes {
	return &localMailboxes{store: o.store, reindexing: &o.reindexing, close: func() error { return nil }}
}

// OpenMailboxes opens the mailboxes of a data folder: through the server that runs on it, or directly
// if none does.
func OpenMailboxes(ctx context.Context, dir string) (manage.Mailboxes, error) {
	if _, err := os.Stat(filepath.Join(dir, storeDir)); err != nil {
		return nil, fmt.Errorf("there is no store in %s: %w; name the data folder with -data", dir, err)
	}
	s, err := openStore(ctx, dir, nil)
	switch {
	case errors.Is(err, store.ErrLocked):
		return &remoteMailboxes{remote{filepath.Join(dir, socketFile)}}, nil
	case err != nil:
		return nil, err
	}
	return &localMailboxes{store: s, reindexing: new(atomic.Bool), close: s.Close}, nil
}

// localMailboxes are those of a store that this process has open.
type localMailboxes struct {
	store      store.Store
	reindexing *atomic.Bool
	close      func() error
}

// Close implements manage.Mailboxes.
func (l *localMailboxes) Close() error { return l.close() }

// Import implements manage.Mailboxes.
func (l *localMailboxes) Import(ctx context.Context, user string, folder []string, messages iter.Seq2[mailfile.Message, error], progress func(done int64)) (manage.Imported, error) {
	if _, err := l.store.Account(ctx, user); err != nil {
		return manage.Imported{}, err
	}
	return importAll(ctx, folder, messages, progress, func(ctx context.Context, m *mailfile.Message, key string, _ int64) (bool, error) {
		return takeMessage(ctx, l.store, user, m, key)
	})
}

// Export implements manage.Mailboxes.
func (l *localMailboxes) Export(ctx context.Context, user string, f func(manage.Exported) error) error {
	return exportAll(ctx, l.store, user, f)
}
