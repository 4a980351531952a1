package sqlite

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/wirepost/wirepost/internal/litedb"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/internal/table"
)

// load fills the table. A disk that takes nothing does not hinder it, as it would not
// later: IDs then start anywhere far behind those that were reserved, since the next
// one to open the database may not learn of them.
func (s *store) load(ctx context.Context) error {
	var reserved uint64
	if err := s.conn.Row("SELECT reserved FROM sequence").Scan(&reserved); err != nil {
		return err
	}
	s.journal.sweep()
	last := cmp.Or(reserved, s.LastID())
	notWritten := s.reserve(last + ahead)
	if notWritten != nil {
		last += uint64(rand.Uint32N(16 * ahead))
	}
	if err := s.Restore(last, s.saved(ctx)); err != nil {
		return err
	}
	if notWritten != nil {
		s.troubled(notWritten)
	}
	return nil
}

var errStopped = errors.New("stopped")

// saved yields what is in the database.
func (s *store) saved(ctx context.Context) iter.Seq2[table.Change, error] {
	return func(yield func(table.Change, error) bool) {
		each := func(query string, read func(litedb.Scanner) (table.Change, error), args ...any) error {
			return s.conn.Each(func(row litedb.Scanner) error {
				c, err := read(row)
				switch {
				case err != nil:
					return err
				case ctx.Err() != nil:
					return ctx.Err()
				case !yield(c, nil):
					return errStopped
				}
				return nil
			}, query, args...)
		}
		err := each("SELECT host, name, data FROM record", readRecord)
		if err == nil {
			err = each("SELECT id, host, name, type, callback, principal, until FROM subscription WHERE until > ? ORDER BY id",
				readSubscription, time.Now().UnixNano())
		}
		if err != nil && err != errStopped {
			yield(table.Change{}, err)
		}
	}
}

func readRecord(row litedb.Scanner) (table.Change, error) {
	var data []byte
	c := table.Change{Record: new(rvp.Record)}
	if err := row.Scan(&c.Node.Host, &c.Node.Name, &data); err != nil {
		return c, err
	}
	if err := json.Unmarshal(data, c.Record); err != nil {
		return c, fmt.Errorf("the record of %s: %w", c.Node.Name, err)
	}
	return c, nil
}

func readSubscription(row litedb.Scanner) (table.Change, error) {
	var c table.Change
	var until int64
	sub := &c.Subscription
	err := row.Scan(&sub.ID, &sub.Node.Host, &sub.Node.Name, &sub.Type, &sub.CallBack, &sub.Principal, &until)
	sub.Until, c.Node = time.Unix(0, until), sub.Node
	return c, err
}
