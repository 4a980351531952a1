package sqlite

import (
	"context"

	"github.com/wirepost/wirepost/internal/litedb"
	"github.com/wirepost/wirepost/queue"
)

// scanned is how many items one statement looks at: more are looked at in several, so that a caller can give up and the
// log can be cut meanwhile.
const scanned = 1000

// Find implements queue.Store.
func (s *Store) Find(ctx context.Context, f queue.Filter, after queue.Cursor, n int) ([]queue.Lease, queue.Cursor, error) {
	var leases []queue.Lease
	err := s.find(ctx, f, string(after), func(_ *row, l queue.Lease) bool {
		leases = append(leases, l)
		return len(leases) <= n // one more tells that there are more
	})
	if err != nil {
		return nil, "", fail(err)
	}
	if n = max(n, 1); len(leases) <= n {
		return leases, "", nil
	}
	return leases[:n:n], queue.Cursor(leases[n-1].Item.ID), nil
}

// find yields items that the filter lets through until yield has enough.
func (s *Store) find(ctx context.Context, f queue.Filter, after string, yield func(*row, queue.Lease) bool) error {
	for more := true; more; {
		var page []row
		var routes []string
		err := s.read(ctx, func(c *conn) error {
			query, args, err := c.where(f)
			if err != nil {
				return err
			}
			return c.Each(func(sc scanner) error {
				r := row{}
				var route string
				err := r.scan(withRoute{sc, &route})
				page, routes = append(page, r), append(routes, route)
				return err
			}, "SELECT "+rowColumns+", l.route"+fromRows+query+" AND i.id > ? ORDER BY i.id"+litedb.Limit(scanned), append(args, after)...)
		})
		if err != nil {
			return err
		}
		for i := range page {
			l, err := page[i].lease(routes[i])
			if err != nil {
				return err
			}
			if passes(f, &l) && !yield(&page[i], l) {
				return nil
			}
			after = page[i].id
		}
		more = len(page) == scanned
	}
	return nil
}

// fromRows are the tables of rowColumns and the lane.
const fromRows = " FROM item i JOIN message m ON m.n = i.message JOIN lane l ON l.n = i.lane"

// withRoute scans one column more than a row has.
type withRoute struct {
	scanner
	route *string
}

func (w withRoute) Scan(dest ...any) error { return w.scanner.Scan(append(dest, w.route)...) }

// Routes implements queue.Store. It reads an index of all items of the routes that it sums up.
func (s *Store) Routes(ctx context.Context, after queue.Cursor, n int) ([]queue.RouteStats, queue.Cursor, error) {
	var all []queue.RouteStats
	more := false
	err := s.read(ctx, func(c *conn) error {
		// The cursor has a mark in front: a route's name may be empty.
		first, last := "l.route >= ?", ""
		name := string(after)
		if name != "" {
			first, name = "l.route > ?", name[1:]
		}
		names := 0
		err := c.Each(func(r scanner) error {
			if names++; names > n {
				more = true
				return nil
			}
			return r.Scan(&last)
		}, "SELECT DISTINCT route FROM lane l WHERE "+first+" AND EXISTS (SELECT 1 FROM item WHERE lane = l.n) ORDER BY route"+litedb.Limit(n+1), name)
		if err != nil {
			return err
		}
		return c.Each(func(r scanner) error { return addState(&all, r) },
			`SELECT l.route, i.state, count(*), min(i.arrived), min(i.due), sum(i.size) FROM lane l
			CROSS JOIN item i ON i.lane = l.n WHERE `+first+" AND l.route <= ? GROUP BY l.route, i.state ORDER BY l.route", name, last)
	})
	if err != nil || !more {
		return all, "", fail(err)
	}
	return all, queue.Cursor("=" + all[len(all)-1].Route), nil
}

// addState adds what a route has in one state.
func addState(all *[]queue.RouteStats, s scanner) error {
	var (
		name                 string
		state                queue.State
		n                    int
		oldest, next, octets int64
	)
	if err := s.Scan(&name, &state, &n, &oldest, &next, &octets); err != nil {
		return err
	}
	if len(*all) == 0 || (*all)[len(*all)-1].Route != name {
		*all = append(*all, queue.RouteStats{Route: name, Oldest: unstamp(oldest)})
	}
	r := &(*all)[len(*all)-1]
	r.Octets += octets
	if t := unstamp(oldest); t.Before(r.Oldest) {
		r.Oldest = t
	}
	switch state {
	case queue.Waiting:
		r.Waiting, r.Next = n, unstamp(next)
	case queue.Leased:
		r.Leased = n
	case queue.Held:
		r.Held = n
	case queue.Parked:
		r.Parked = n
	}
	return nil
}
