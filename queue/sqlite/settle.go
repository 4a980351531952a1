package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/wirepost/wirepost/queue"
)

// Extend implements queue.Store.
func (s *Store) Extend(ctx context.Context, l *queue.Lease, by time.Duration) error {
	return fail(s.write(ctx, 0, func(t *tx) error {
		r, err := t.leased(l)
		if err != nil {
			return err
		}
		until := stamp(t.now.Add(by))
		t.lanes.touched = true
		lane := t.lanes.byNumber[r.lane]
		lane.route.leases[r.n] = until
		t.lanes.lower(lane, until)
		_, err = t.Exec("UPDATE item SET at = ? WHERE n = ?", until, r.n)
		return err
	}))
}

// leased finds what a lease holds, if it still does: the token tells, whoever else has had the item since.
func (t *tx) leased(l *queue.Lease) (r row, err error) {
	err = t.Row("SELECT n, message, lane FROM item WHERE id = ? AND token = ? AND state = 1", l.Item.ID, int64(l.Token)).
		Scan(&r.n, &r.message, &r.lane)
	if errors.Is(err, sql.ErrNoRows) {
		err = queue.ErrLeaseLost
	}
	if err != nil {
		return r, fmt.Errorf("item %.64q: %w", l.Item.ID, err)
	}
	return r, nil
}

// Settle implements queue.Store.
func (s *Store) Settle(ctx context.Context, all ...queue.Settlement) []error {
	errs := make([]error, len(all))
	var changes []*change
	var of []int // which settlement a change is
	for i := range all {
		added, err := encodeEntries(all[i].Add)
		if err == nil && len(all[i].Keep) > 0 && all[i].State == queue.Leased {
			err = errors.New("a settled item cannot be leased: it waits, or is held or parked")
		}
		if err != nil {
			errs[i] = fail(err)
			continue
		}
		changes = append(changes, &change{
			bytes: added.bytes + s.shelf.octets(all[i].Add),
			apply: func(t *tx) error { return t.settle(&all[i], added) },
		})
		of = append(of, i)
	}
	if len(changes) == 0 {
		return errs
	}
	for i, err := range s.writeAll(ctx, changes) {
		errs[of[i]] = fail(err)
	}
	return errs
}

func (t *tx) settle(s *queue.Settlement, added records) error {
	r, err := t.leased(s.Lease)
	if err != nil {
		return err
	}
	if err := t.add(s.Add, added); err != nil {
		return err
	}
	t.lanes.touched = true
	l := t.lanes.byNumber[r.lane]
	delete(l.route.leases, r.n)
	if len(s.Keep) == 0 {
		return t.remove(r.n, r.message)
	}
	due := stamp(s.Due)
	at := claimable(s.State, due)
	if s.Route != "" && s.Route != l.route.name {
		if l, err = t.lane(s.Route, l.source, at); err != nil {
			return err
		}
	}
	t.lanes.lower(l, at)
	data := encodeItem(&queue.Item{To: s.Keep, Priority: s.Lease.Item.Priority, History: s.History, Verdict: s.Lease.Item.Verdict})
	_, err = t.Exec("UPDATE item SET lane = ?, state = ?, at = ?, due = ?, data = ? WHERE n = ?", l.n, s.State, at, due, data, r.n)
	return err
}

// remove takes an item away, its message with the last item, and the body with the last message.
func (t *tx) remove(item, message int64) error {
	if _, err := t.Exec("DELETE FROM item WHERE n = ?", item); err != nil {
		return err
	}
	if more, err := t.Has("SELECT 1 FROM item WHERE message = ?", message); err != nil || more {
		return err
	}
	var body int64
	if err := t.Row("SELECT body FROM message WHERE n = ?", message).Scan(&body); err != nil {
		return err
	}
	_, err := t.Exec("UPDATE message SET body = NULL, data = NULL, gone = ? WHERE n = ?", t.at, message)
	if err != nil {
		return err
	}
	return t.removeBody(body)
}
