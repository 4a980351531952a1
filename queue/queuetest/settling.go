package queuetest

import (
	"time"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

func settleRules() []rule {
	return []rule{
		{name: "an item with nobody left is gone", check: func(e *env) {
			e.add("m", "r", "s")
			l := e.one()
			e.done(l)
			e.Empty(e.find(queue.Filter{}))
			e.clock.advance(1000 * time.Hour)
			e.Empty(e.claim(1))
			e.ErrorIs(e.settle(queue.Settlement{Lease: l}), queue.ErrLeaseLost, "a second time")
		}},
		{name: "an item that stays has what it was given", check: func(e *env) {
			m := e.entry("m", "r", "s")
			m.Items[0].To = recipients("a@x.org", "b@x.org", "c@x.org")
			e.NoError(e.s.Add(e.ctx, m))
			l := e.one()
			keep := l.Item.To[1:]
			keep[0].Last = smtp.R(451, smtp.Enhanced{4, 2, 0}, "later")
			keep[0].Notices = queue.Delayed
			h := queue.History{First: l.Item.History.First, Last: e.now(), Tries: 1, Ways: 3}
			due := e.now().Add(time.Hour)
			e.NoError(e.settle(queue.Settlement{Lease: l, Keep: keep, Due: due, History: h}))
			e.Empty(e.claim(1))
			e.clock.advance(time.Hour)
			again := e.one()
			e.Equal(keep, again.Item.To)
			e.same(due, again.Item.Due, "Due")
			e.same(h.First, again.Item.History.First, "First")
			e.same(h.Last, again.Item.History.Last, "Last")
			e.Equal(1, again.Item.History.Tries)
			e.Equal(3, again.Item.History.Ways)
			e.same(l.Item.Expires, again.Item.Expires, "Expires")
			e.Equal(l.Item.Priority, again.Item.Priority)
			e.Equal("r", again.Item.Route)
			text, err := e.read(again.Message.Body)
			e.NoError(err)
			e.Equal("body of m", text)
		}},
		{name: "an item can be held or parked", check: func(e *env) {
			for _, state := range []queue.State{queue.Held, queue.Parked} {
				e.add(state.String(), "r", "s")
				l := e.one()
				e.NoError(e.settle(queue.Settlement{Lease: l, Keep: l.Item.To, State: state, Due: e.now()}))
				e.clock.advance(10 * leaseTime)
				e.Empty(e.claim(1))
				e.Equal(state, e.item(l.Item.ID).Item.State)
			}
		}},
		{name: "an item can go another way", check: func(e *env) {
			e.add("m", "r1", "s")
			l := e.one()
			e.NoError(e.settle(queue.Settlement{Lease: l, Keep: l.Item.To, Route: "r2", Due: e.now()}))
			e.Empty(e.claimWith(queue.ClaimRequest{Max: 1, Limits: map[string]int{"r2": -1}}))
			got := e.claimWith(queue.ClaimRequest{Max: 1, PerRoute: -1, Limits: map[string]int{"r2": 1}})
			e.Equal(map[string]int{"r2": 1}, perRoute(got))
			e.Equal("r2", e.item("m.0").Item.Route)
		}},
		{name: "a settled item leaves room on its route", check: func(e *env) {
			e.crowd(3, "r", "s")
			q := queue.ClaimRequest{Max: 5, PerRoute: 1}
			l := e.claimWith(q)
			e.NoError(e.settle(queue.Settlement{Lease: &l[0], Keep: l[0].Item.To, Due: e.now().Add(time.Hour)}))
			e.Len(e.claimWith(q), 1)
			e.Empty(e.claimWith(q))
		}},
		{name: "reports are added in the same step", check: func(e *env) {
			e.add("m", "r", "s")
			report := e.entry("report", "back", "(reports)")
			e.NoError(e.settle(queue.Settlement{Lease: e.one(), Add: []queue.Entry{report}}))
			e.Equal([]string{"report.0"}, ids(e.find(queue.Filter{})))
			e.ErrorIs(e.s.Add(e.ctx, report), queue.ErrExists)
			e.Equal("report.0", e.one().Item.ID)
		}},
		{name: "an item can become several of the same message", check: func(e *env) {
			e.add("m", "r", "s")
			l := e.one()
			more := queue.Entry{Message: l.Message, Items: []queue.Item{
				item("m.0-1.0", "m", "r2", e.now()), item("m.0-1.1", "m", "r3", e.now()),
			}}
			e.NoError(e.settle(queue.Settlement{Lease: l, Add: []queue.Entry{more}}))
			leases := e.claim(10)
			e.ElementsMatch([]string{"m.0-1.0", "m.0-1.1"}, ids(leases))
			e.done(&leases[0])
			e.sweep()
			text, err := e.read(leases[1].Message.Body)
			e.NoError(err, "the message has an item yet")
			e.Equal("body of m", text)
			e.done(&leases[1])
			e.Empty(e.find(queue.Filter{}))
		}},
		{name: "who has lost the lease changes nothing", check: func(e *env) { // traps 3 and 4
			e.add("m", "r", "s")
			old := e.one()
			e.clock.advance(leaseTime)
			l := e.one()
			late := queue.Settlement{Lease: old, Add: []queue.Entry{e.entry("report", "back", "(reports)")}}
			e.ErrorIs(e.settle(late), queue.ErrLeaseLost)
			keep := late
			keep.Keep, keep.Due, keep.Route = old.Item.To, e.now(), "r2"
			e.ErrorIs(e.settle(keep), queue.ErrLeaseLost)
			found := e.find(queue.Filter{})
			e.Equal([]string{"m.0"}, ids(found))
			e.Equal(queue.Leased, found[0].Item.State)
			e.Equal("r", found[0].Item.Route)
			e.NoError(e.settle(queue.Settlement{Lease: l, Add: late.Add}), "the report was not added before")
			e.ErrorIs(e.settle(late), queue.ErrLeaseLost)
			e.Equal([]string{"report.0"}, ids(e.find(queue.Filter{})))
		}},
		{name: "who was late after a settlement changes nothing", check: func(e *env) {
			e.add("m", "r", "s")
			old := e.one()
			e.NoError(e.settle(queue.Settlement{Lease: old, Keep: old.Item.To, Due: e.now().Add(time.Hour)}))
			e.ErrorIs(e.settle(queue.Settlement{Lease: old}), queue.ErrLeaseLost)
			e.Equal(queue.Waiting, e.item("m.0").Item.State)
			e.clock.advance(time.Hour)
			l := e.one()
			e.ErrorIs(e.settle(queue.Settlement{Lease: old}), queue.ErrLeaseLost)
			e.done(l)
		}},
		{name: "each settlement is for itself", check: func(e *env) {
			for _, id := range []string{"a", "b", "c", "d"} {
				e.add(id, "r-"+id, "s")
			}
			leases := e.claim(4)
			e.done(&leases[1])
			bad := queue.Settlement{Lease: &leases[2], Add: []queue.Entry{
				e.entry("good", "back", "s"), e.entryOf("nowhere", "bad", "back", "s"),
			}}
			errs := e.s.Settle(e.ctx, queue.Settlement{Lease: &leases[0]}, queue.Settlement{Lease: &leases[1]}, bad,
				queue.Settlement{Lease: &leases[3], Keep: leases[3].Item.To, State: queue.Held})
			e.Len(errs, 4)
			e.NoError(errs[0])
			e.ErrorIs(errs[1], queue.ErrLeaseLost)
			e.ErrorIs(errs[2], queue.ErrNotFound)
			e.NoError(errs[3])
			e.ElementsMatch([]string{leases[2].Item.ID, leases[3].Item.ID}, ids(e.find(queue.Filter{})))
			e.Equal(queue.Leased, e.item(leases[2].Item.ID).Item.State)
			e.done(&leases[2])
			e.Empty(e.s.Settle(e.ctx))
		}},
	}
}
