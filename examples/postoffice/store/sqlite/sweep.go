package sqlite

import (
	"cmp"
	"context"
	"errors"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/litedb"
)

// sweepStep is how many small rows one step of Sweep takes.
const sweepStep = 1000

// Sweep implements store.Store.
func (s *Store) Sweep(ctx context.Context, keep store.Retention) error {
	now := s.now()
	if err := s.sweepDoomed(ctx); err != nil {
		return err
	}
	if err := s.sweepKeys(ctx, now.Add(-cmp.Or(keep.Keys, store.DefaultKeys)).UnixMicro()); err != nil {
		return err
	}
	return s.sweepTombstones(ctx, now.Add(-cmp.Or(keep.Expunges, store.DefaultExpunges)).UnixMicro())
}

// sweepDoomed finishes what DeleteFolder and RemoveAccount began.
func (s *Store) sweepDoomed(ctx context.Context) error {
	var doomed []store.FolderID
	err := s.read(ctx, func(c *conn) error {
		return c.Each(func(r scanner) error {
			var id store.FolderID
			err := r.Scan(&id)
			doomed = append(doomed, id)
			return err
		}, "SELECT id FROM folder WHERE doomed = 1")
	})
	if err != nil {
		return err
	}
	for _, id := range doomed {
		if err := s.reap(ctx, id); err != nil && !errors.Is(err, store.ErrNotFound) { // another call may be at it
			return err
		}
	}
	return nil
}

// sweepKeys forgets delivery keys from before a time. It walks over all of them: an index by time
// would cost every delivery more than this does.
func (s *Store) sweepKeys(ctx context.Context, before int64) error {
	for last, more := "", true; more; {
		var old []string
		err := s.read(ctx, func(c *conn) error {
			n := 0
			err := c.Each(func(r scanner) error {
				var at int64
				if err := r.Scan(&last, &at); err != nil {
					return err
				}
				if at < before {
					old = append(old, last)
				}
				n++
				return nil
			}, "SELECT key, at FROM delivery WHERE key > ? ORDER BY key"+litedb.Limit(sweepStep), last)
			more = n == sweepStep
			return err
		})
		if err != nil {
			return err
		}
		if len(old) == 0 {
			continue
		}
		err = s.free(ctx, func(t *tx) error {
			for _, key := range old {
				if _, err := t.Exec("DELETE FROM delivery WHERE key = ? AND at < ?", key, before); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sweepTombstones forgets expunges from before a time, folder by folder.
func (s *Store) sweepTombstones(ctx context.Context, before int64) error {
	for folder, more := store.FolderID(0), true; more; {
		var through store.ModSeq
		err := s.read(ctx, func(c *conn) error {
			err := c.Row("SELECT coalesce(min(folder), 0) FROM tombstone WHERE folder > ?", folder).Scan(&folder)
			if more = err == nil && folder != 0; !more {
				return err
			}
			return c.Row("SELECT coalesce(max(modseq), 0) FROM tombstone WHERE folder = ? AND at < ?", folder, before).Scan(&through)
		})
		if err != nil {
			return err
		}
		if more && through > 0 {
			if err := s.forget(ctx, folder, through); err != nil {
				return err
			}
		}
	}
	return nil
}

// forget removes a folder's tombstones up to a mod-sequence. The first step raises the horizon, so
// that nobody takes the rest for all there is.
func (s *Store) forget(ctx context.Context, folder store.FolderID, through store.ModSeq) error {
	for more := true; more; {
		err := s.free(ctx, func(t *tx) error {
			if _, err := t.Exec("UPDATE folder SET horizon = max(horizon, ?) WHERE id = ?", through, folder); err != nil {
				return err
			}
			n, err := t.Exec(`DELETE FROM tombstone WHERE folder = ?1 AND uid IN
				(SELECT uid FROM tombstone WHERE folder = ?1 AND modseq <= ?2`+litedb.Limit(sweepStep)+")", folder, through)
			more = n == sweepStep
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
