package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/wirepost/wirepost/queue"
)

// updated is how many items are changed in one transaction.
const updated = 500

// Update implements queue.Store. What it changes is found first and then changed in parts, each as a whole, so that others
// have their turn in between; each item is looked at again before it is changed.
func (s *Store) Update(ctx context.Context, f queue.Filter, c queue.Change) (int, error) {
	if c == (queue.Change{}) {
		return 0, fail(errors.New("a Change needs one of its fields"))
	}
	total := 0
	var batch []int64
	flush := func() error {
		n, err := s.updateBatch(ctx, f, c, batch)
		total += n
		batch = batch[:0]
		return err
	}
	var err error
	ferr := s.find(ctx, f, "", func(r *row, l queue.Lease) bool {
		if l.Item.State == queue.Leased {
			return true
		}
		if batch = append(batch, r.n); len(batch) == updated {
			err = flush()
		}
		return err == nil
	})
	if err == nil && ferr == nil && len(batch) > 0 {
		err = flush()
	}
	return total, fail(errors.Join(ferr, err))
}

func (s *Store) updateBatch(ctx context.Context, f queue.Filter, c queue.Change, batch []int64) (n int, err error) {
	err = s.write(ctx, 0, func(t *tx) error {
		n = 0
		for _, item := range batch {
			changed, err := t.update(f, c, item)
			if err != nil {
				return err
			}
			if changed {
				n++
			}
		}
		return nil
	})
	if err != nil {
		n = 0
	}
	return n, err
}

func (t *tx) update(f queue.Filter, c queue.Change, item int64) (changed bool, err error) {
	var r row
	err = r.scan(t.Row("SELECT "+rowColumns+" FROM item i JOIN message m ON m.n = i.message WHERE i.n = ?", item))
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	l := t.lanes.byNumber[r.lane]
	was, err := r.lease(l.route.name)
	if err != nil || r.state == queue.Leased || !passes(f, &was) {
		return false, err
	}
	switch {
	case c.Remove:
		return true, t.remove(r.n, r.message)
	case c.Hold && r.state == queue.Held, c.Release && r.state == queue.Waiting, c.Retry && r.state != queue.Waiting:
		return false, nil
	case c.Hold:
		r.state = queue.Held
	default:
		r.state, r.due = queue.Waiting, t.at
	}
	if c.Expire {
		r.expires = t.at
	}
	if c.Verdict.Code != 0 {
		was.Item.Verdict = c.Verdict
		r.data = encodeItem(&was.Item)
	}
	at := claimable(r.state, r.due)
	if c.Route != "" {
		if l, err = t.lane(c.Route, l.source, at); err != nil {
			return false, err
		}
	}
	t.lanes.lower(l, at)
	t.ring = true
	_, err = t.Exec("UPDATE item SET lane = ?, state = ?, at = ?, due = ?, expires = ?, data = ? WHERE n = ?", l.n, r.state, at, r.due, r.expires, r.data, r.n)
	return true, err
}
