package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/smtp"
)

// What the queue itself says of recipients.
var (
	expired     = smtp.R(554, smtp.Enhanced{5, 4, 7}, "delivery time expired")
	noRoute     = smtp.R(550, smtp.Enhanced{5, 4, 4}, "no route to the recipient's domain")
	shut        = smtp.R(550, smtp.Enhanced{5, 7, 1}, "mail to this destination is not allowed")
	tooLarge    = smtp.R(552, smtp.Enhanced{5, 3, 4}, "message is too large for this destination")
	unreachable = smtp.R(451, smtp.Enhanced{4, 4, 1}, "destination does not answer")
	internal    = smtp.R(451, smtp.Enhanced{4, 3, 0}, "local problem, trying again later")
	overtime    = smtp.R(451, smtp.Enhanced{4, 4, 7}, "delivery time is over, still trying")
)

// attempt does what is due for one lease, and settles it.
func (r *runner) attempt(ctx context.Context, l *Lease, now time.Time) {
	a := &attempt{runner: r, lease: l, begun: now}
	defer r.shaper.end(l.Item.Route)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := a.prolong(ctx, cancel)
	defer stop()
	err := guarded("queue", func() error {
		a.run(ctx)
		return nil
	})
	if err != nil { // the lease will run out
		r.logger().ErrorContext(ctx, "queue: attempt given up", "item", l.Item.ID, "err", err)
	}
}

// An attempt is one turn of an Item.
type attempt struct {
	*runner
	lease  *Lease
	route  Route
	begun  time.Time
	turn   turn
	lost   atomic.Bool // the lease
	hung   atomic.Bool // the Transport does not heed the end of its time
	notice bool        // nothing is tried, the sender is only told that it takes long
	asked  bool        // the Transport was
}

func (a *attempt) run(ctx context.Context) {
	item := &a.lease.Item
	switch {
	case a.stop.Err() != nil:
		a.giveBack(ctx, a.begun)
		return
	case item.To[0].Notices.owed() != 0: // all of them are through
		a.conclude(ctx, a.all(smtp.Reply{}))
		return
	case item.Verdict.Code != 0:
		a.conclude(ctx, a.finally(item.Verdict))
		return
	case a.overdue():
		a.conclude(ctx, a.finally(expired))
		return
	}
	if moved, err := a.find(ctx); err != nil || moved {
		if err != nil {
			a.logger().ErrorContext(ctx, "queue: routing failed", "item", item.ID, "err", err)
			a.conclude(ctx, a.all(internal))
		}
		return
	}
	switch o := a.route.Options; {
	case a.route.Name == "":
		a.conclude(ctx, a.all(noRoute))
	case o.Refuse:
		a.conclude(ctx, a.all(shut))
	case o.MaxSize > 0 && a.lease.Message.Size > o.MaxSize:
		a.conclude(ctx, a.all(tooLarge))
	case o.Stopped:
		a.giveBack(ctx, a.begun.Add(stoppedPause))
	case a.isNotice():
		a.notice = true
		a.conclude(ctx, a.all(smtp.Reply{}))
	default:
		a.pass(ctx)
	}
}

// stoppedPause is how long an item whose route is stopped waits before it is looked at again.
const stoppedPause = time.Minute

// pass delivers if it is the item's turn.
func (a *attempt) pass(ctx context.Context) {
	a.turn = a.shaper.pass(a.lease.Item.Route, a.route.Options, a.begun)
	switch {
	case a.turn.passed:
		a.deliver(ctx)
	case !a.turn.wait.IsZero():
		a.giveBack(ctx, a.turn.wait)
	default:
		a.conclude(ctx, a.all(a.turn.down))
	}
}

// overdue tells that the item's time is over. If it is due even later an operator has released it, or asked for a try, and
// gets one.
func (a *attempt) overdue() bool {
	item := &a.lease.Item
	return !a.begun.Before(item.Expires) && !item.Due.After(item.Expires)
}

// all is the same result for all recipients, of the queue's own making.
func (a *attempt) all(r smtp.Reply) []Result {
	return slices.Repeat([]Result{{Reply: r}}, len(a.lease.Item.To))
}

// finally is what is said at the end of the tries, with what was last heard of each recipient.
func (a *attempt) finally(r smtp.Reply) []Result {
	results := a.all(r)
	for i, to := range a.lease.Item.To {
		if to.Last.Code != 0 {
			results[i].Reply.Text += "; the last try had: " + to.Last.Error()
		}
	}
	return results
}

// deliver has the Transport try.
func (a *attempt) deliver(ctx context.Context) {
	item := &a.lease.Item
	f, last := untried, smtp.Reply{}
	learn := sync.OnceFunc(func() { a.shaper.learn(item.Route, f, a.turn, last, a.begun) })
	defer learn()
	body, err := a.Store.OpenBody(ctx, a.lease.Message.Body)
	if err != nil {
		a.logger().ErrorContext(ctx, "queue: no body", "message", item.Message, "err", err)
		a.conclude(ctx, a.all(internal))
		return
	}
	defer body.Close()
	d := &Delivery{
		Route:   a.route,
		Message: &a.lease.Message,
		Begun:   a.begun,
		To:      slices.Clone(item.To),
		Body:    smtp.BodyFromReaderAt(body, body.Size(), a.lease.Message.From.Body),
	}
	results, err := a.ask(ctx, d)
	switch {
	case a.lost.Load():
		a.logger().WarnContext(ctx, "queue: the lease was lost during the delivery; somebody else tries it again", "item", item.ID)
		return
	case ctx.Err() != nil && !slices.ContainsFunc(results, known): // the end of the grace, not the destination's fault
		a.giveBack(ctx, a.begun)
		return
	}
	a.asked = true
	f, last = judge(results, err)
	learn()
	verdicts := make([]Result, len(results))
	for i, r := range results {
		verdicts[i] = normal(r)
	}
	a.conclude(ctx, verdicts)
}

// known tells that something is known of a recipient.
func known(r Result) bool { return r.Reply.Code != 0 || r.Ambiguous || r.Down }

// ask calls the Transport. It returns a result for each recipient, whatever the Transport does.
func (a *attempt) ask(ctx context.Context, d *Delivery) (results []Result, err error) {
	own := a.schedule(a.route, a.lease.Item.Priority).Timeout
	timeout := positive(own, positive(a.route.Options.Content.Timeout, a.Limits.timeout()))
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	late := time.AfterFunc(timeout+a.Limits.lease(), func() { a.hung.Store(true) })
	defer late.Stop()
	wanted := len(d.To)
	err = guarded("Transport", func() (err error) {
		results, err = a.Transport.Deliver(ctx, d)
		return err
	})
	if err == nil && len(results) != wanted {
		err = fmt.Errorf("the Transport returned %d results for %d recipients", len(results), wanted)
	}
	if err != nil {
		a.logger().WarnContext(ctx, "queue: delivery failed", "item", a.lease.Item.ID, "route", a.route.Name, "err", err)
	}
	if len(results) != wanted { // nothing is known of anybody
		results = make([]Result, wanted)
	}
	return results, err
}

// normal is a result whose Reply is a verdict.
func normal(r Result) Result {
	switch class := r.Reply.Code / 100; {
	case r.Reply.Code == 0:
		r.Reply = unreachable
	case class != 2 && class != 4 && class != 5:
		text := r.Reply.Error()
		r.Reply = internal
		r.Reply.Text = "no verdict: " + text
	}
	return r
}

// judge is what the results say of the destination, and what it failed with if it is down.
func judge(results []Result, err error) (f feedback, last smtp.Reply) {
	if i := slices.IndexFunc(results, func(r Result) bool { return r.Down }); i >= 0 {
		return dead, normal(results[i]).Reply
	}
	if !slices.ContainsFunc(results, known) && err != nil {
		return unknown, unreachable
	}
	if slices.ContainsFunc(results, func(r Result) bool { return r.Reply.Code != 421 && !congested(r.Reply) }) {
		return healthy, smtp.Reply{}
	}
	return busy, smtp.Reply{}
}

// congested tells that a host wants less mail from us, for all recipients (RFC 3463, 3.5: X.4.5; X.3.2 is a host that takes
// none now).
func congested(r smtp.Reply) bool {
	return r.Code/100 == 4 && (r.Enhanced == smtp.Enhanced{4, 4, 5} || r.Enhanced == smtp.Enhanced{4, 3, 2})
}

// prolong keeps the lease until stop is called. A lease that is lost ends the delivery: somebody else has begun it. That
// holds too if the Store cannot be asked for so long that the lease is over.
func (a *attempt) prolong(ctx context.Context, cancel context.CancelFunc) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		lease, held := a.Limits.lease(), time.Now()
		t := time.NewTicker(max(lease/3, 1))
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-ctx.Done():
				return
			case <-t.C:
			}
			if a.hung.Load() {
				return
			}
			limited, free := context.WithTimeout(ctx, lease/3)
			err := a.Store.Extend(limited, a.lease, lease)
			free()
			switch {
			case err == nil:
				held = time.Now()
			case errors.Is(err, ErrLeaseLost), time.Since(held) >= lease:
				a.lost.Store(true)
				cancel()
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}
