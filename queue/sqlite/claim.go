package sqlite

import (
	"context"
	"time"

	"github.com/wirepost/wirepost/internal/litedb"
	"github.com/wirepost/wirepost/queue"
)

// maxLooks is how many lanes that turn out to be empty one claim looks at; the next one goes on.
const maxLooks = 2000

// Claim implements queue.Store.
func (s *Store) Claim(ctx context.Context, q queue.ClaimRequest) ([]queue.Lease, error) {
	var leases []queue.Lease
	var more bool
	s.bell.heard()
	err := s.write(ctx, 0, func(t *tx) error {
		c := claim{tx: t, ClaimRequest: q, until: t.now.Add(max(q.Lease, 1))}
		err := c.run()
		leases, more = c.leases, c.looks >= maxLooks
		return err
	})
	if err != nil {
		s.bell.ring() // for others
		return nil, fail(err)
	}
	if more {
		s.bell.ring()
	}
	return leases, nil
}

// A claim is one Claim under way.
type claim struct {
	*tx
	queue.ClaimRequest
	until  time.Time
	leases []queue.Lease
	looks  int
	ahead  map[*lane][]row // read and not yet leased
}

// run lets the routes take turns, and the sources of each.
func (c *claim) run() error {
	ls := c.lanes
	ls.touched = true
	c.ahead = make(map[*lane][]row)
	ls.asleep.wake(&ls.ready, c.at)
	for skipped := 0; len(c.leases) < c.Max && skipped < len(ls.ready) && c.looks < maxLooks; {
		r := ls.ready[0].(*route)
		if c.full(r) {
			ls.ready = append(ls.ready[1:], r)
			skipped++
			continue
		}
		leased, err := c.serve(r)
		if err != nil {
			return err
		}
		switch ls.ready = ls.ready[1:]; {
		case leased:
			ls.ready = append(ls.ready, r)
			skipped = 0
		case len(r.lanes) > 0:
			ls.asleep.sleep(r, r.asleep.first())
		}
	}
	ls.soonest = ls.asleep.first()
	if len(c.leases) < c.Max {
		ls.soonest = ls.lookNext(c.at)
	}
	return nil
}

// full tells whether the route may have no more leases.
func (c *claim) full(r *route) bool {
	most, ok := c.Limits[r.name]
	if !ok {
		most = c.PerRoute
	}
	return most < 0 || most > 0 && len(r.leases) >= most && r.active(c.at) >= most
}

// serve leases one item of the route, of the source whose turn it is, if there is one.
func (c *claim) serve(r *route) (leased bool, err error) {
	for r.asleep.wake(&r.ready, c.at); len(r.ready) > 0; r.ready = r.ready[1:] {
		l := r.ready[0].(*lane)
		next, err := c.look(l)
		if err != nil {
			return false, err
		}
		if rows := c.ahead[l]; len(rows) > 0 {
			c.ahead[l] = rows[1:]
			r.ready = append(r.ready[1:], l)
			return true, c.lease(l, &rows[0])
		}
		if next != nil {
			r.asleep.sleep(l, *next)
			continue
		}
		c.lanes.drop(l)
		if _, err := c.Exec("DELETE FROM lane WHERE n = ?", l.n); err != nil {
			return false, err
		}
	}
	return false, nil
}

// look reads what is due of a lane, as much as it may have its turn for. What is read ahead stays as it is until the end
// of the claim, for nobody else writes. If nothing is due, next is when something is; nil if the lane is empty.
func (c *claim) look(l *lane) (next *int64, err error) {
	if len(c.ahead[l]) > 0 {
		return nil, nil
	}
	var first [lowest + 1]*int64 // of each priority
	err = c.Row(`SELECT (SELECT min(at) FROM item WHERE lane = ?1 AND priority = 0),
		(SELECT min(at) FROM item WHERE lane = ?1 AND priority = 1),
		(SELECT min(at) FROM item WHERE lane = ?1 AND priority = 2)`, l.n).Scan(&first[0], &first[1], &first[2])
	if err != nil {
		return nil, err
	}
	share := (c.Max - len(c.leases)) / (len(c.lanes.ready) + len(l.route.ready) - 1)
	n := max(1, min(share, maxAhead))
	var rows []row
	for priority, at := range first {
		if at != nil && (next == nil || *at < *next) {
			next = at
		}
		if at == nil || *at > c.at || len(rows) == n {
			continue
		}
		err := c.Each(func(s scanner) error {
			var r row
			err := r.scan(s)
			rows = append(rows, r)
			return err
		}, "SELECT "+rowColumns+" FROM item i JOIN message m ON m.n = i.message"+
			" WHERE i.lane = ? AND i.priority = ? AND i.at <= ? ORDER BY i.at"+litedb.Limit(n-len(rows)), l.n, priority, c.at)
		if err != nil {
			return nil, err
		}
	}
	if len(rows) == 0 {
		c.looks++
	}
	c.ahead[l] = rows
	return next, nil
}

const (
	maxAhead = 32 // items that are read at once
	lowest   = int(queue.NonUrgent)
)

// lease gives an item away.
func (c *claim) lease(l *lane, r *row) error {
	token, err := c.next()
	if err != nil {
		return err
	}
	r.state, r.at, r.token = queue.Leased, stamp(c.until), token
	lease, err := r.lease(l.route.name)
	if err != nil {
		return err
	}
	_, err = c.Exec("UPDATE item SET state = 1, at = ?, token = ?, owner = ? WHERE n = ?", r.at, token, c.Owner, r.n)
	if err != nil {
		return err
	}
	l.route.leases[r.n] = r.at
	c.leases = append(c.leases, lease)
	return nil
}
