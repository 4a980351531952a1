package queue

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// find looks the route up. If the recipients are to go another way now, because the routes were changed or this one is
// down, the item is settled so.
func (a *attempt) find(ctx context.Context) (moved bool, err error) {
	item := &a.lease.Item
	route, named, err := a.named(ctx)
	if err != nil || named && !a.shaper.down(item.Route) {
		a.route = route
		return false, err
	}
	var w ways
	if w.routes, w.groups, err = a.group(ctx, item.To); err != nil {
		return false, err
	}
	if named && !a.better(w) {
		a.route = route
		return false, nil
	}
	if len(w.routes) == 1 && (w.routes[0].Name == item.Route || w.routes[0].Name == "") { // so it is, or there is none at all
		a.route = w.routes[0]
		return false, nil
	}
	if a.settle(ctx, a.move(item.To, w, item.History)) {
		a.redirected(ctx, w)
	}
	return true, nil
}

// named looks the item's route up by its name, which has to be one for all its recipients.
func (a *attempt) named(ctx context.Context) (route Route, ok bool, err error) {
	item := &a.lease.Item
	err = guarded("Router", func() error {
		for i, to := range item.To {
			if i > 0 && to.Path.Domain == item.To[i-1].Path.Domain {
				continue
			}
			if route, ok = a.router().Named(ctx, item.Route, to.Path); !ok {
				return nil
			}
		}
		route.Name = item.Route
		return nil
	})
	return route, ok, err
}

// derived is what the IDs of items begin with that come out of this one: nothing else has it.
func (a *attempt) derived() string {
	return a.lease.Item.ID + "-" + strconv.FormatUint(a.lease.Token, 36)
}

// giveBack ends the lease as if the item had not been claimed, but for when it is due.
func (a *attempt) giveBack(ctx context.Context, due time.Time) {
	item := &a.lease.Item
	if !item.Due.After(item.Expires) && due.After(item.Expires) {
		due = item.Expires
	}
	a.settle(ctx, Settlement{Lease: a.lease, Keep: item.To, Due: due, History: item.History})
}

// The pauses between tries to settle.
const (
	settleAgain       = 100 * time.Millisecond
	longestUnsettled  = 10 * time.Second
	settlesAfterGrace = 3
)

// settle ends the lease, whether ctx is over or not. While the Store fails it is tried again for as long as the lease
// holds: what was delivered and is not settled would be delivered twice.
func (a *attempt) settle(ctx context.Context, s Settlement) bool {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Limits.lease())
	defer cancel()
	uncertain := false
	for n, wait := 1, settleAgain; ; n, wait = n+1, min(2*wait, longestUnsettled) {
		err := errors.Join(a.Store.Settle(limited, s)...)
		switch {
		case err == nil:
			a.wakeUp()
			return true
		case errors.Is(err, ErrLeaseLost) && uncertain: // one of the tries before has made it
			return true
		case errors.Is(err, ErrLeaseLost):
			a.logger().ErrorContext(ctx, "queue: the lease was lost before the item was settled; it is tried again", "item", a.lease.Item.ID)
			return false
		}
		a.logger().ErrorContext(ctx, "queue: settling failed", "item", a.lease.Item.ID, "err", err)
		uncertain = true
		if ctx.Err() != nil && n >= settlesAfterGrace || limited.Err() != nil {
			a.logger().ErrorContext(ctx, "queue: settling given up; the item will be tried again", "item", a.lease.Item.ID)
			return false
		}
		pause(limited, wait)
	}
}
