package queuetest

import (
	"context"
	"strings"
	"time"

	"github.com/wirepost/wirepost/queue"
)

// soon is how far off what is waited for is, by the real clock.
const soon = 30 * time.Millisecond

func waitRules() []rule {
	return []rule{
		{name: "wakes for what was added", real: true, check: func(e *env) {
			e.wakes(func() { e.add("m", "r", "s") })
		}},
		{name: "wakes for what was added after the last claim", real: true, check: func(e *env) {
			for range 3 { // all that is worth a wake is used up
				e.quiet()
			}
			e.Empty(e.claim(1))
			e.add("m", "r", "s")
			e.NoError(e.s.Wait(e.ctx, e.now().Add(time.Hour)))
			e.one()
		}},
		{name: "wakes for what was settled", real: true, check: func(e *env) {
			e.add("m", "r", "s")
			l := e.one()
			e.wakes(func() { e.NoError(e.settle(queue.Settlement{Lease: l, Keep: l.Item.To, Due: e.now()})) })
		}},
		{name: "wakes for room on a route", real: true, check: func(e *env) {
			e.add("a", "r", "s")
			e.add("b", "r", "s")
			l := e.claimWith(queue.ClaimRequest{Max: 2, PerRoute: 1})
			e.Len(l, 1)
			e.wakesFor(queue.ClaimRequest{Max: 2, PerRoute: 1}, func() { e.done(&l[0]) })
		}},
		{name: "wakes for what was released", real: true, check: func(e *env) {
			m := e.entry("m", "r", "s")
			m.Items[0].State = queue.Held
			e.NoError(e.s.Add(e.ctx, m))
			e.wakes(func() { e.Equal(1, e.update(queue.Filter{}, queue.Change{Release: true})) })
		}},
		{name: "wakes when an item is due", real: true, check: func(e *env) {
			m := e.entry("m", "r", "s")
			m.Items[0].Due = e.now().Add(soon)
			e.NoError(e.s.Add(e.ctx, m))
			e.wakes(func() {})
		}},
		{name: "wakes when an item that was put off is due", real: true, check: func(e *env) {
			e.add("m", "r", "s")
			l := e.one()
			e.NoError(e.settle(queue.Settlement{Lease: l, Keep: l.Item.To, Due: e.now().Add(soon)}))
			e.wakes(func() {})
		}},
		{name: "wakes when a lease runs out", real: true, check: func(e *env) {
			e.add("m", "r", "s")
			l, err := e.s.Claim(e.ctx, queue.ClaimRequest{Max: 1, Lease: soon})
			e.NoError(err)
			e.Len(l, 1)
			e.wakes(func() {})
		}},
		{name: "wakes for room on a route when a lease runs out", real: true, check: func(e *env) {
			e.add("a", "r", "s")
			e.add("b", "r", "s")
			q := queue.ClaimRequest{Max: 2, PerRoute: 1, Lease: soon}
			l, err := e.s.Claim(e.ctx, q)
			e.NoError(err)
			e.Len(l, 1)
			e.wakesFor(q, func() {})
		}},
		{name: "wakes for what became due after the last claim", check: func(e *env) {
			m := e.entry("m", "r", "s")
			m.Items[0].Due = e.now().Add(time.Hour)
			e.NoError(e.s.Add(e.ctx, m))
			for range 3 {
				e.quiet()
			}
			e.Empty(e.claim(1))
			e.clock.advance(time.Hour)
			e.NoError(e.s.Wait(e.ctx, e.now().Add(time.Hour)))
			e.one()
		}},
		{name: "returns when the time is over", real: true, check: func(e *env) {
			until := e.now().Add(soon)
			for e.now().Before(until) { // it may return for nothing
				e.NoError(e.s.Wait(e.ctx, until))
			}
			e.NoError(e.s.Wait(e.ctx, e.now().Add(-time.Hour)), "over before it began")
		}},
		{name: "returns when the context is over", real: true, check: func(e *env) {
			ctx, cancel := context.WithCancel(e.ctx)
			waited := make(chan error, 1)
			go func() {
				var err error
				for err == nil { // it may return for nothing
					err = e.s.Wait(ctx, e.now().Add(time.Hour))
				}
				waited <- err
			}()
			cancel()
			e.ErrorIs(e.await(waited), context.Canceled)
		}},
		{name: "many wait", real: true, check: func(e *env) {
			woken := make(chan error, 8)
			for range 8 {
				go func() {
					woken <- e.waitUntil(func() bool {
						found, _, err := e.s.Find(e.ctx, queue.Filter{}, "", 1)
						return err != nil || len(found) > 0
					})
				}()
			}
			e.add("m", "r", "s")
			for range 8 {
				e.NoError(e.await(woken))
			}
		}},
		{name: "Now is the store's clock", check: func(e *env) {
			now, err := e.s.Now(e.ctx)
			e.NoError(err)
			e.same(e.now(), now, "Now")
			e.clock.advance(time.Hour)
			now, err = e.s.Now(e.ctx)
			e.NoError(err)
			e.same(e.now(), now, "Now")
		}},
		{name: "a context that is over ends every call, and nothing is done", check: func(e *env) {
			e.add("m", "r", "s")
			l := e.one()
			m := e.entry("n", "r", "s")
			e.add("other", "r", "s")
			ctx, cancel := context.WithCancel(e.ctx)
			cancel()
			_, err := e.s.PutBody(ctx, strings.NewReader("x"), 1)
			e.ErrorIs(err, context.Canceled)
			_, err = e.s.OpenBody(ctx, m.Message.Body)
			e.ErrorIs(err, context.Canceled)
			e.ErrorIs(e.s.Add(ctx, m), context.Canceled)
			_, err = e.s.Claim(ctx, queue.ClaimRequest{Max: 1, Lease: leaseTime})
			e.ErrorIs(err, context.Canceled)
			e.ErrorIs(e.s.Extend(ctx, l, 100*leaseTime), context.Canceled)
			e.ErrorIs(e.s.Settle(ctx, queue.Settlement{Lease: l})[0], context.Canceled)
			_, _, err = e.s.Find(ctx, queue.Filter{}, "", 1)
			e.ErrorIs(err, context.Canceled)
			_, err = e.s.Update(ctx, queue.Filter{}, queue.Change{Remove: true})
			e.ErrorIs(err, context.Canceled)
			e.ErrorIs(e.s.Wait(ctx, e.now()), context.Canceled)
			_, err = e.s.Now(ctx)
			e.ErrorIs(err, context.Canceled)
			_, _, err = e.s.Routes(ctx, "", 1)
			e.ErrorIs(err, context.Canceled)
			e.Equal([]string{"m.0", "other.0"}, ids(e.find(queue.Filter{})))
			e.same(l.Until, e.item("m.0").Until, "Until")
			e.Equal("other.0", e.one().Item.ID)
		}},
	}
}

// quiet lets what has happened so far wake somebody.
func (e *env) quiet() {
	e.tb.Helper()
	e.NoError(e.s.Wait(e.ctx, e.now().Add(time.Millisecond)))
}

// wakes checks that do, or the time that passes, has Wait return once there is something to claim.
func (e *env) wakes(do func()) {
	e.tb.Helper()
	e.wakesFor(queue.ClaimRequest{Max: 1}, do)
}

func (e *env) wakesFor(q queue.ClaimRequest, do func()) {
	e.tb.Helper()
	q.Lease = time.Hour
	var leases []queue.Lease
	woken := make(chan error, 1)
	begun := make(chan struct{})
	go func() {
		first := true
		woken <- e.waitUntil(func() bool {
			var err error
			leases, err = e.s.Claim(e.ctx, q)
			if first {
				close(begun)
			}
			first = false
			return err != nil || len(leases) > 0
		})
	}()
	<-begun
	do()
	e.NoError(e.await(woken))
	e.Len(leases, 1)
}

// await takes what comes of something that might hang.
func (e *env) await(c <-chan error) error {
	select {
	case err := <-c:
		return err
	case <-e.ctx.Done():
		return e.ctx.Err()
	}
}

// waitUntil waits as long as it takes, as a queue does.
func (e *env) waitUntil(done func() bool) error {
	for !done() {
		if err := e.s.Wait(e.ctx, e.now().Add(time.Hour)); err != nil {
			return err
		}
	}
	return nil
}
