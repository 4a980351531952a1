package queuetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/queue"
)

func sharingRules() []rule {
	return []rule{
		{name: "64 claim, each item is leased once", check: func(e *env) { // trap 1
			e.claimers(func(int) queue.Store { return e.s })
		}},
		{name: "64 claim from several stores, each item is leased once", need: shared, check: func(e *env) {
			stores := []queue.Store{e.s, e.another(), e.another()}
			e.claimers(func(i int) queue.Store { return stores[i%len(stores)] })
		}},
		{name: "a settled item is not leased to who looked before", check: func(e *env) { // trap 1
			e.crowd(200, "r", "s")
			var wg sync.WaitGroup
			var settled sync.Map
			errs := make(chan error, 16)
			for range 16 {
				wg.Go(func() {
					for {
						leases, err := e.s.Claim(e.ctx, queue.ClaimRequest{Max: 3, Lease: leaseTime})
						if err != nil || len(leases) == 0 {
							errs <- err
							return
						}
						for _, l := range leases {
							if _, twice := settled.LoadOrStore(l.Item.ID, true); twice {
								errs <- fmt.Errorf("%s was leased after it was settled", l.Item.ID)
								return
							}
							err = errors.Join(err, e.s.Settle(e.ctx, queue.Settlement{Lease: &l})[0])
						}
						if err != nil {
							errs <- err
							return
						}
					}
				})
			}
			wg.Wait()
			for range 16 {
				e.NoError(<-errs)
			}
			e.Empty(e.find(queue.Filter{}))
		}},
		{name: "what one store does the other sees", need: shared, check: func(e *env) {
			other := e.another()
			m := e.entryOf(e.bodyIn(other, "text"), "m", "r", "s")
			e.NoError(other.Add(e.ctx, m))
			e.ErrorIs(e.s.Add(e.ctx, m), queue.ErrExists)
			e.holds(m.Message.Body, "text")
			l := e.one()
			none, err := other.Claim(e.ctx, queue.ClaimRequest{Max: 1, Lease: leaseTime})
			e.NoError(err)
			e.Empty(none)
			e.NoError(other.Extend(e.ctx, l, 2*leaseTime))
			e.clock.advance(2 * leaseTime)
			again, err := other.Claim(e.ctx, queue.ClaimRequest{Max: 1, Lease: leaseTime})
			e.NoError(err)
			e.Len(again, 1)
			e.Greater(again[0].Token, l.Token)
			e.ErrorIs(e.settle(queue.Settlement{Lease: l}), queue.ErrLeaseLost)
			e.done(&again[0])
			found, _, err := other.Find(e.ctx, queue.Filter{}, "", 1)
			e.NoError(err)
			e.Empty(found)
		}},
		{name: "what one store adds wakes the other", need: shared, real: true, check: func(e *env) {
			other := e.another()
			e.wakes(func() { e.NoError(other.Add(e.ctx, e.entryOf(e.bodyIn(other, "text"), "m", "r", "s"))) })
		}},
		{name: "routes' limits count leases of all stores", need: shared, check: func(e *env) {
			other := e.another()
			e.crowd(5, "r", "s")
			e.Len(e.claimWith(queue.ClaimRequest{Max: 5, PerRoute: 2}), 2)
			leases, err := other.Claim(e.ctx, queue.ClaimRequest{Max: 5, PerRoute: 3, Lease: leaseTime})
			e.NoError(err)
			e.Len(leases, 1)
		}},
		{name: "everything outlives a Close", need: keeps, check: func(e *env) {
			waiting := full(e)
			waiting.Items[0].Due = e.now().Add(time.Hour)
			e.NoError(e.s.Add(e.ctx, waiting))
			gone := e.entry("gone", "r", "s")
			e.NoError(e.s.Add(e.ctx, gone))
			e.done(e.one())
			e.add("leased", "r", "s")
			l := e.one()
			e.add("held", "r", "s")
			e.Equal(1, e.update(queue.Filter{Message: "held"}, queue.Change{Hold: true}))
			e.reopen()
			e.Equal([]string{"full.0", "held.0", "leased.0"}, ids(e.find(queue.Filter{})))
			e.sameEntry(waiting, e.item("full.0"))
			e.ErrorIs(e.s.Add(e.ctx, gone), queue.ErrExists)
			e.Empty(e.claim(3))
			e.add("more", "r", "s")
			e.Empty(e.claimWith(queue.ClaimRequest{Max: 5, PerRoute: 1}), "the lease counts")
			e.NoError(e.s.Extend(e.ctx, l, leaseTime))
			e.clock.advance(leaseTime)
			again := e.claim(1)
			e.Len(again, 1)
			e.Len(e.claim(5), 1)
			e.clock.advance(time.Hour)
			e.Contains(ids(e.claim(5)), "full.0")
			e.update(queue.Filter{}, queue.Change{Remove: true})
		}},
		{name: "a body that was added outlives a Close", need: keeps, check: func(e *env) {
			bodies := make(map[string]string)
			for i, text := range texts {
				body := e.body(text)
				bodies[body] = text
				e.NoError(e.s.Add(e.ctx, e.entryOf(body, fmt.Sprint("m", i), "r", "s")))
				l, report := e.one(), e.body("report on "+text)
				bodies[report] = "report on " + text
				added := e.entryOf(report, fmt.Sprint("report", i), "back", "s")
				added.Items[0].State = queue.Held
				e.NoError(e.settle(queue.Settlement{Lease: l, Keep: l.Item.To, State: queue.Held, Add: []queue.Entry{added}}))
			}
			for range 2 {
				e.reopen()
				for body, want := range bodies {
					e.holds(body, want)
				}
			}
		}},
		{name: "a body that was not added is there after a Close, or is not found", need: keeps, check: func(e *env) {
			named := make(map[string]string)
			for round := range 3 {
				for i := range 20 {
					text := fmt.Sprint("text ", round, i)
					name := e.body(text)
					e.NotContains(named, name, "a name comes again")
					named[name] = text
				}
				e.reopen()
			}
			for name, want := range named {
				text, err := e.read(name)
				there := err == nil
				if there {
					e.Equal(want, text)
				} else {
					e.ErrorIs(err, queue.ErrNotFound)
				}
				err = e.s.Add(e.ctx, e.entryOf(name, "of-"+name, "r", "s"))
				if there {
					e.NoError(err)
				} else {
					e.ErrorIs(err, queue.ErrNotFound)
				}
			}
		}},
		{name: "tokens grow over a Close", need: keeps, check: func(e *env) {
			e.add("m", "r", "s")
			old := e.one()
			for range 3 {
				e.clock.advance(leaseTime)
				e.reopen()
				l := e.one()
				e.Greater(l.Token, old.Token)
				e.ErrorIs(e.settle(queue.Settlement{Lease: old}), queue.ErrLeaseLost)
				old = l
			}
		}},
		{name: "a second Close does no harm", check: func(e *env) {
			e.NoError(e.s.Close())
		}},
	}
}

func shared(s Subject) bool { return s.Shared }
func keeps(s Subject) bool  { return !s.Forgets }

// claimers has 64 claim at once and checks that no item is leased twice.
func (e *env) claimers(of func(int) queue.Store) {
	e.tb.Helper()
	const n = 500
	body := e.body("of many")
	var all []queue.Entry
	for i := range n {
		all = append(all, e.entryOf(body, fmt.Sprintf("m%03d", i), fmt.Sprint("r", i%5), fmt.Sprint("s", i%3)))
	}
	e.NoError(e.s.Add(e.ctx, all...))
	holders := make(map[string]int)
	var mu sync.Mutex
	var leased atomic.Int64
	errs := make([]error, 64)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			for leased.Load() < n {
				leases, err := of(i).Claim(e.ctx, queue.ClaimRequest{Max: 1 + i%7, Lease: leaseTime})
				if err != nil || len(leases) == 0 {
					errs[i] = err
					return
				}
				leased.Add(int64(len(leases)))
				mu.Lock()
				for _, l := range leases {
					holders[l.Item.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		e.NoError(err)
	}
	e.Len(holders, n)
	for id, times := range holders {
		e.Equal(1, times, id)
	}
}
