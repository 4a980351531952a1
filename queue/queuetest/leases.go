package queuetest

import (
	"time"

	"github.com/wirepost/wirepost/queue"
)

func leaseRules() []rule {
	return []rule{
		{name: "a lease that has run out is claimed again, with a higher token", check: func(e *env) {
			e.add("m", "r", "s")
			last := e.one()
			for range 5 {
				e.clock.advance(leaseTime - time.Microsecond)
				e.Empty(e.claim(1))
				e.clock.advance(time.Microsecond)
				l := e.one()
				e.Equal("m.0", l.Item.ID)
				e.Greater(l.Token, last.Token)
				e.same(e.now().Add(leaseTime), l.Until, "Until")
				last = l
			}
		}},
		{name: "tokens grow over settlements too", check: func(e *env) {
			e.add("m", "r", "s")
			last := e.one()
			for range 5 {
				e.NoError(e.settle(queue.Settlement{Lease: last, Keep: last.Item.To, Due: e.now()}))
				l := e.one()
				e.Greater(l.Token, last.Token)
				last = l
			}
		}},
		{name: "Extend keeps the lease from running out", check: func(e *env) {
			e.add("m", "r", "s")
			l := e.one()
			for range 3 {
				e.clock.advance(leaseTime - time.Second)
				e.NoError(e.s.Extend(e.ctx, l, leaseTime))
				e.same(e.now().Add(leaseTime), e.item("m.0").Until, "Until")
				e.Empty(e.claim(1))
			}
			e.clock.advance(leaseTime)
			e.Greater(e.one().Token, l.Token)
		}},
		{name: "Extend counts from now", check: func(e *env) {
			e.add("m", "r", "s")
			l := e.one()
			e.NoError(e.s.Extend(e.ctx, l, time.Second))
			e.clock.advance(time.Second)
			e.one()
		}},
		{name: "who is late still has the lease if nobody else has", check: func(e *env) {
			e.add("a", "r", "s")
			e.add("b", "r", "s")
			leases := e.claim(2)
			e.clock.advance(10 * leaseTime)
			e.NoError(e.s.Extend(e.ctx, &leases[0], leaseTime))
			e.NoError(e.settle(queue.Settlement{Lease: &leases[1]}))
			e.Empty(e.claim(2))
			e.done(&leases[0])
			e.Empty(e.find(queue.Filter{}))
		}},
		{name: "Extend of a lost lease changes nothing", check: func(e *env) {
			e.add("m", "r", "s")
			old := e.one()
			e.clock.advance(leaseTime)
			l := e.one()
			e.ErrorIs(e.s.Extend(e.ctx, old, 10*leaseTime), queue.ErrLeaseLost)
			e.same(l.Until, e.item("m.0").Until, "Until")
			e.NoError(e.settle(queue.Settlement{Lease: l, Keep: l.Item.To, State: queue.Held}))
			e.ErrorIs(e.s.Extend(e.ctx, l, leaseTime), queue.ErrLeaseLost)
			e.Equal(queue.Held, e.item("m.0").Item.State)
			e.update(queue.Filter{}, queue.Change{Remove: true})
			e.ErrorIs(e.s.Extend(e.ctx, l, leaseTime), queue.ErrLeaseLost)
		}},
		{name: "nobody has a lease that was never given", check: func(e *env) {
			e.add("m", "r", "s")
			waiting := e.item("m.0")
			e.ErrorIs(e.s.Extend(e.ctx, waiting, time.Hour), queue.ErrLeaseLost)
			e.ErrorIs(e.settle(queue.Settlement{Lease: waiting}), queue.ErrLeaseLost)
			l := e.one()
			forged := *l
			forged.Token++
			e.ErrorIs(e.settle(queue.Settlement{Lease: &forged}), queue.ErrLeaseLost)
			e.done(l)
		}},
	}
}
