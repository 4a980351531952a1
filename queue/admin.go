package queue

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/smtp"
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
	return q.update(ctx, f, Change{Hold: true}, Event{Kind: Holding})
}

// Release lets go what was held, or parked for a destination that asks for its mail (RFC 1985, RFC 2645), even if the
// destination is thought to be down. What is released though its time is over is tried once.
func (q *Queue) Release(ctx context.Context, f Filter) (n int, err error) {
	return q.update(ctx, f, Change{Release: true}, Event{Kind: Released})
}

// Retry has what waits tried at once, even if the destination is thought to be down. That is a try like all others: it
// counts, and what finds its way down by it goes another way if there is one.
func (q *Queue) Retry(ctx context.Context, f Filter) (n int, err error) {
	return q.update(ctx, f, Change{Retry: true}, Event{})
}

// Reroute sends items another way, at once. Those for whose recipients the Router does not know the name go the way that
// the Router finds.
func (q *Queue) Reroute(ctx context.Context, f Filter, route string) (n int, err error) {
	if route == "" {
		return 0, errors.New("queue: the name of a route is needed to send mail another way")
	}
	return q.update(ctx, f, Change{Route: route}, Event{Kind: Redirected})
}

// Drop removes items, and nobody is told. The reason is for the tracks, and may be empty: 200 octets of it are kept, as
// one line.
func (q *Queue) Drop(ctx context.Context, f Filter, reason string) (n int, err error) {
	return q.update(ctx, f, Change{Remove: true}, Event{Kind: Removed, Reply: ordered("removed by the administrator, nobody is told", reason)})
}

// Return sends mail back: as soon as Run comes to it its senders are told that the administrator has returned it, by status
// 5.7.0 (RFC 3463, 3.8), and the reason, which may be empty, as Drop keeps it. What was returned is not tried again, held or
// released meanwhile or not.
func (q *Queue) Return(ctx context.Context, f Filter, reason string) (n int, err error) {
	return q.update(ctx, f, Change{Verdict: ordered("returned by the administrator", reason)}, Event{})
}

// ordered is the verdict of an operator.
func ordered(what, reason string) smtp.Reply {
	line := strings.Join(strings.Fields(strings.Map(printable, strings.ToValidUTF8(reason, "?"))), " ")
	for len(line) > maxReason {
		_, last := utf8.DecodeLastRuneInString(line)
		line = line[:len(line)-last]
	}
	if line != "" {
		what += ": " + line
	}
	return smtp.R(554, smtp.Enhanced{5, 7, 0}, what)
}

// maxReason is how much of a reason is kept, in octets.
const maxReason = 200

// update changes items and has it tracked. What came or went in between may be tracked and not changed, or the other way
// round. e is what is tracked, nothing if it has no Kind.
func (q *Queue) update(ctx context.Context, f Filter, c Change, e Event) (int, error) {
	q.init()
	touched, err := q.touched(ctx, f, c, e.Kind)
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
	if e.Kind == "" {
		return n, nil
	}
	for _, l := range touched {
		e.Item, e.Route = l.Item.ID, cmp.Or(c.Route, l.Item.Route)
		to := slices.DeleteFunc(l.Item.To, func(r Recipient) bool { return r.Notices.owed() != 0 }) // who is through already
		if len(to) > 0 {
			q.track(ctx, &l.Message, to, e)
		}
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
