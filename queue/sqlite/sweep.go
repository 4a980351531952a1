package sqlite

import (
	"context"
	"errors"
	"time"

	"github.com/wirepost/wirepost/internal/litedb"
)

const (
	sweepEvery = time.Hour
	orphanAge  = 24 * time.Hour // of a body that no message names
	knownFor   = 48 * time.Hour // how long the ID of a message that is gone is known: a day is promised
	sweepBatch = 500            // what one change removes, so that others have their turn
)

// sweepLoop removes from time to time what nobody needs.
func (s *Store) sweepLoop() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	t := time.NewTicker(sweepEvery)
	defer t.Stop()
	for {
		select {
		case <-s.closing:
			return
		case <-t.C:
			if err := s.sweep(ctx); err != nil {
				s.log.Error("sqlite: sweep failed", "err", err)
			}
		}
	}
}

// sweep removes bodies and files that no message names, and the IDs of messages long gone. That the shelf has no room on
// the disk does not keep it from making some.
func (s *Store) sweep(ctx context.Context) error {
	return errors.Join(s.clearShelf(ctx), s.removeOld(ctx))
}

func (s *Store) removeOld(ctx context.Context) error {
	for _, step := range []func(*tx) (more bool, err error){(*tx).forget, (*tx).removeOrphans} {
		for more := true; more; {
			err := s.write(ctx, 0, func(t *tx) (err error) {
				more, err = step(t)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return s.read(ctx, func(c *conn) error { return s.removeFilesWithoutRow(ctx, c, orphanAge) })
}

// forget removes IDs of messages that are gone.
func (t *tx) forget() (more bool, err error) {
	n, err := t.Exec("DELETE FROM message WHERE n IN (SELECT n FROM message WHERE gone IS NOT NULL AND gone < ?"+litedb.Limit(sweepBatch)+")",
		stamp(t.now.Add(-knownFor)))
	return n == sweepBatch, err
}

// removeOrphans removes bodies that no message has named in time. Each body is looked at once: one that is named then goes
// with its last message.
func (t *tx) removeOrphans() (more bool, err error) {
	var last int64
	var orphans []int64
	looked := 0
	err = t.Each(func(r scanner) error {
		var named bool
		looked++
		if err := r.Scan(&last, &named); err != nil {
			return err
		}
		if !named {
			orphans = append(orphans, last)
		}
		return nil
	}, `SELECT n, EXISTS (SELECT 1 FROM message WHERE body = b.n) FROM body b
		WHERE n > (SELECT swept FROM sequence) AND created < ? ORDER BY n`+litedb.Limit(sweepBatch), stamp(t.now.Add(-orphanAge)))
	if err != nil || looked == 0 {
		return false, err
	}
	for _, n := range orphans {
		if err := t.removeBody(n); err != nil {
			return false, err
		}
	}
	_, err = t.Exec("UPDATE sequence SET swept = ? WHERE id = 1", last)
	return looked == sweepBatch, err
}
