package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A runner is one Run of a Queue. It claims what is due, and has a goroutine for each delivery.
type runner struct {
	*Queue
	stop      context.Context // once it is over no delivery begins
	slots     chan struct{}   // one in it for each delivery under way
	freed     chan struct{}   // a delivery has ended
	returned  bool            // what a dead process had leased is given back
	delivered sync.WaitGroup
}

// stragglers is how long a Transport may take to notice that its context is over.
const stragglers = 30 * time.Second

func (r *runner) run(grace time.Duration) error {
	// Deliveries outlive the end, for a while.
	work, cut := context.WithCancel(context.WithoutCancel(r.stop))
	defer cut()
	swept := make(chan struct{})
	sweeping, endSweep := context.WithCancel(r.stop)
	go func() {
		defer close(swept)
		r.sweepUntil(sweeping)
	}()
	err := r.claimUntil(work)
	endSweep()
	<-swept
	ended := make(chan struct{})
	go func() {
		r.delivered.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return err
	case <-time.After(grace):
		cut()
	}
	select {
	case <-ended:
		return err
	case <-time.After(stragglers):
		return errors.Join(err, fmt.Errorf("queue: %d deliveries do not end though their context is over", len(r.slots)))
	}
}

// claimUntil claims and delivers until the end, or until the Store has failed for too long.
func (r *runner) claimUntil(work context.Context) error {
	failures, empty := 0, 0
	for r.stop.Err() == nil {
		claimed, until, err := r.claim(work)
		switch {
		case errors.Is(err, ErrFull): // once there is room it goes on
			r.logger().ErrorContext(r.stop, "queue: nothing can be sent until there is room in the store", "err", err)
			pause(r.stop, fullPause)
			continue
		case err != nil:
			if failures++; failures >= storeFailures {
				return fmt.Errorf("queue: claiming: %w", err)
			}
			r.logger().ErrorContext(r.stop, "queue: claiming failed", "err", err, "failures", failures)
			pause(r.stop, min(time.Second<<(failures-1), longestPause))
			continue
		case claimed > 0:
			empty = 0
		case r.wait(until):
			empty = 0
		default: // the Store sees something due that the limits hold back
			if empty > 0 {
				r.breathe(min(time.Millisecond<<min(empty, 10), longestSpin))
			}
			empty++
		}
		failures = 0
	}
	return nil
}

// A Store may fail to say what is due that many times in a row, with longer and longer pauses, some three minutes in all.
const (
	storeFailures = 10
	longestPause  = 30 * time.Second
)

// fullPause is how long a Store is left alone that is full.
const fullPause = 10 * time.Second

// longestSpin is how much time passes at most between two claims that find nothing while the Store says that something
// is due.
const longestSpin = 50 * time.Millisecond

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// breathe is a pause that ends when this Queue knows of something to do.
func (r *runner) breathe(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.freed:
	case <-r.wake:
	case <-r.stop.Done():
	}
}

// claim begins as many deliveries as are due and allowed. until is when to look again if there were none.
func (r *runner) claim(work context.Context) (n int, until time.Time, err error) {
	// The end must not come between the Store and its answer: the leases would be nobody's until they run out.
	ctx, cancel := context.WithTimeout(work, r.Limits.lease()/2)
	defer cancel()
	if err := r.giveBack(ctx); err != nil {
		return 0, time.Time{}, err
	}
	now, err := r.Store.Now(ctx)
	if err != nil {
		return 0, time.Time{}, err
	}
	until = now.Add(r.Limits.idle())
	free := cap(r.slots) - len(r.slots)
	if free == 0 || r.off(NoDeliver) {
		return 0, until, nil
	}
	limits, again := r.shaper.allowed(now)
	if !again.IsZero() && again.Before(until) {
		until = again
	}
	leases, err := r.Store.Claim(ctx, ClaimRequest{
		Max:      free,
		PerRoute: r.Limits.initial(),
		Limits:   limits,
		Lease:    r.Limits.lease(),
		Owner:    r.Name,
	})
	if err != nil {
		return 0, time.Time{}, err
	}
	if len(leases) > 0 {
		if later, err := r.Store.Now(ctx); err == nil {
			now = later
		}
	}
	for i := range leases {
		r.slots <- struct{}{}
		r.shaper.begin(leases[i].Item.Route)
		r.delivered.Go(func() {
			defer func() {
				<-r.slots
				select {
				case r.freed <- struct{}{}:
				default:
				}
			}()
			r.attempt(work, &leases[i], now)
		})
	}
	return len(leases), until, nil
}

// giveBack ends, once, the leases of a process that was killed, if the Queue is the only one. Until they ran out they
// would count against the limits of their routes, and a few keep all other mail from being sent.
func (r *runner) giveBack(ctx context.Context) error {
	if !r.Sole || r.returned {
		return nil
	}
	leased := Leased
	for after, more := Cursor(""), true; more; more = after != "" {
		list, next, err := r.Store.Find(ctx, Filter{State: &leased}, after, itemsPerPage)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			break
		}
		ends := make([]Settlement, len(list))
		for i := range list {
			item := &list[i].Item
			ends[i] = Settlement{Lease: &list[i], Keep: item.To, Due: item.Due, History: item.History}
		}
		if err := cmp.Or(r.Store.Settle(ctx, ends...)...); err != nil { // they fail alike
			return err
		}
		after = next
	}
	r.returned = true
	return nil
}

// wait returns when something may be due, or a slot is free. It is false if the Store did not wait at all.
func (r *runner) wait(until time.Time) bool {
	if len(r.slots) == cap(r.slots) || r.off(NoDeliver) {
		select {
		case <-r.freed:
		case <-r.wake:
		case <-r.stop.Done():
		}
		return true
	}
	ctx, cancel := context.WithCancel(r.stop)
	defer cancel()
	began := time.Now()
	waited := make(chan error, 1)
	go func() { waited <- r.Store.Wait(ctx, until) }()
	select {
	case err := <-waited:
		if err != nil && r.stop.Err() == nil {
			r.logger().ErrorContext(ctx, "queue: waiting failed", "err", err)
			pause(ctx, time.Second)
		}
		return time.Since(began) >= time.Millisecond
	case <-r.freed:
	case <-r.wake:
	}
	cancel()
	<-waited
	return true
}

// sweepUntil looks from time to time for parked mail whose time is over: nobody asks for it, so nothing else would.
func (r *runner) sweepUntil(ctx context.Context) {
	for ctx.Err() == nil {
		if !r.off(NoDeliver) {
			if err := r.sweep(ctx); err != nil && ctx.Err() == nil {
				r.logger().ErrorContext(ctx, "queue: looking for parked mail that has expired", "err", err)
			}
		}
		pause(ctx, sweepEvery)
	}
}

// sweepEvery is how late a report of parked mail may be.
const sweepEvery = 5 * time.Minute

func (r *runner) sweep(ctx context.Context) error {
	now, err := r.Store.Now(ctx)
	if err != nil {
		return err
	}
	parked := Parked
	for l, err := range r.Items(ctx, Filter{State: &parked}) {
		if err != nil {
			return err
		}
		if now.Before(l.Item.Expires) {
			continue
		}
		if _, err := r.Store.Update(ctx, Filter{ID: l.Item.ID, State: &parked}, Change{Expire: true}); err != nil {
			return err
		}
		r.wakeUp()
	}
	return nil
}
