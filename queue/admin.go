package queue

import (
	"cmp"
	"context"
	"errors"
	"iter"
)

// Items lists what the filter lets through, oldest ID first, while the queue goes on: what comes and goes meanwhile may
// be in it or not.
func (q *Queue) Items(ctx context.Context, f Filter) iter.Seq2[Lease, error] {
	return func(yield func(Lease, error) bool) {
		for cursor := Cursor(""); ; {
			page, next, err := q.Store.Find(ctx, f, cursor, itemsPerPage)
			if err != nil {
				yield(Lease{}, err)
				return
			}
			for _, l := range page {
				if !yield(l, nil) {
					return
				}
			}
			if cursor = next; cursor == "" {
				return
			}
		}
	}
}

const itemsPerPage = 500

// Hold keeps items from being tried until Release. Those under way are not stopped.
func (q *Queue) Hold(ctx context.Context, f Filter) (n int, err error) {
	return q.update(ctx, f, Change{Hold: true}, Holding)
}

// Release lets go what was held, or parked for a destination that asks for its mail (RFC 1985, RFC 2645), even if the
// destination is thought to be down. What is released though its time is over is tried once.
func (q *Queue) Release(ctx context.Context, f Filter) (n int, err error) {
	return q.update(ctx, f, Change{Release: true}, Released)
}

// Retry has what waits tried at once, even if the destination is thought to be down.
func (q *Queue) Retry(ctx context.Context, f Filter) (n int, err error) {
	return q.update(ctx, f, Change{Retry: true}, "")
}

// Reroute sends items another way, at once. Those for whose recipients the Router does not know the name go the way that
// the Router finds.
func (q *Queue) Reroute(ctx context.Context, f Filter, route string) (n int, err error) {
	if route == "" {
		return 0, errors.New("queue: the name of a route is needed to send mail another way")
	}
	return q.update(ctx, f, Change{Route: route}, Redirected)
}

// Drop removes items. With a report their senders are told that the mail has failed, as soon as Run comes to it, else
// nobody is.
func (q *Queue) Drop(ctx context.Context, f Filter, report bool) (n int, err error) {
	if report {
		return q.update(ctx, f, Change{Expire: true}, "")
	}
	return q.update(ctx, f, Change{Remove: true}, Removed)
}

// update changes items and has it tracked. What came or went in between may be tracked and not changed, or the other way
// round.
func (q *Queue) update(ctx context.Context, f Filter, c Change, kind EventKind) (int, error) {
	q.init()
	touched, err := q.touched(ctx, f, c, kind)
	if err != nil {
		return 0, err
	}
	if c.Release || c.Retry {
		q.reviveFor(touched)
	}
	n, err := q.Store.Update(ctx, f, c)
	if err != nil || n == 0 {
		return n, err
	}
	q.wakeUp()
	if kind == "" {
		return n, nil
	}
	for _, l := range touched {
		q.track(ctx, &l.Message, l.Item.To, Event{Kind: kind, Item: l.Item.ID, Route: cmp.Or(c.Route, l.Item.Route)})
	}
	return n, nil
}

// touched lists what a change is going to change, as far as somebody wants to know.
func (q *Queue) touched(ctx context.Context, f Filter, c Change, kind EventKind) (all []Lease, err error) {
	if !c.Release && !c.Retry && (kind == "" || q.Tracker == nil) {
		return nil, nil
	}
	for l, err := range q.Items(ctx, f) {
		if err != nil {
			return nil, err
		}
		switch s := l.Item.State; {
		case s == Leased, c.Hold && s == Held, c.Release && s == Waiting, c.Retry && s != Waiting:
			continue
		}
		if all = append(all, l); len(all) == maxTouched {
			break
		}
	}
	return all, nil
}

// reviveFor forgets that the destinations of items were down. Their mail comes one by one at first.
func (q *Queue) reviveFor(items []Lease) {
	if len(items) == maxTouched {
		q.shaper.reviveAll()
		return
	}
	for _, l := range items {
		q.shaper.revive(l.Item.Route)
	}
}

// maxTouched is how many items of one change are tracked one by one: a change of a million is a line in the operator's
// own log.
const maxTouched = 10000
