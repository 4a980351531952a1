package queuetest

import (
	"fmt"
	"time"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

func updateRules() []rule {
	return []rule{
		{name: "Hold and Release", check: func(e *env) {
			m := e.entry("m", "r", "s")
			m.Items[0].Due = e.now().Add(time.Hour)
			parked := e.entry("p", "r", "s")
			parked.Items[0].State = queue.Parked
			e.NoError(e.s.Add(e.ctx, m, parked))
			e.Equal(1, e.update(queue.Filter{Message: "m"}, queue.Change{Hold: true}))
			e.Equal(queue.Held, e.item("m.0").Item.State)
			e.clock.advance(2 * time.Hour)
			e.Empty(e.claim(2))
			e.Equal(2, e.update(queue.Filter{}, queue.Change{Release: true}))
			for _, id := range []string{"m.0", "p.0"} {
				e.Equal(queue.Waiting, e.item(id).Item.State)
				e.same(e.now(), e.item(id).Item.Due, "Due")
			}
			e.Zero(e.update(queue.Filter{}, queue.Change{Release: true}), "those that wait are not released")
			e.Len(e.claim(2), 2)
		}},
		{name: "Retry", check: func(e *env) {
			for _, s := range []queue.State{queue.Waiting, queue.Held, queue.Parked} {
				m := e.entry(s.String(), "r", "s")
				m.Items[0].State, m.Items[0].Due = s, e.now().Add(time.Hour)
				e.NoError(e.s.Add(e.ctx, m))
			}
			e.Empty(e.claim(3))
			e.Equal(1, e.update(queue.Filter{}, queue.Change{Retry: true}))
			e.Equal([]string{"waiting.0"}, ids(e.claim(3)))
		}},
		{name: "Route", check: func(e *env) {
			m := e.entry("m", "r1", "s")
			m.Items[0].Due = e.now().Add(time.Hour)
			e.NoError(e.s.Add(e.ctx, m))
			e.Equal(1, e.update(queue.Filter{Route: "r1"}, queue.Change{Route: "r2"}))
			e.Equal("r2", e.item("m.0").Item.Route)
			e.Equal(map[string]int{"r2": 1}, perRoute(e.claimWith(queue.ClaimRequest{Max: 5, PerRoute: 1})))
		}},
		{name: "Remove", check: func(e *env) {
			m := e.entry("m", "r1", "s")
			m.Items = append(m.Items, item("m.1", "m", "r2", e.now()))
			e.NoError(e.s.Add(e.ctx, m))
			e.Equal(1, e.update(queue.Filter{Route: "r1"}, queue.Change{Remove: true}))
			e.Equal([]string{"m.1"}, ids(e.find(queue.Filter{})))
			_, err := e.read(m.Message.Body)
			e.NoError(err)
			e.Equal(1, e.update(queue.Filter{}, queue.Change{Remove: true}))
			e.Zero(e.update(queue.Filter{}, queue.Change{Remove: true}))
			e.clock.advance(25 * time.Hour)
			e.sweep()
			_, err = e.read(m.Message.Body)
			e.ErrorIs(err, queue.ErrNotFound)
			e.Empty(e.claim(5))
		}},
		{name: "Expire", check: func(e *env) {
			m := e.entry("m", "r", "s")
			m.Items[0].Due = e.now().Add(time.Hour)
			e.NoError(e.s.Add(e.ctx, m))
			e.Equal(1, e.update(queue.Filter{}, queue.Change{Expire: true}))
			l := e.one()
			e.False(l.Item.Expires.After(e.now()))
		}},
		{name: "Verdict", check: func(e *env) {
			verdict := smtp.R(554, smtp.Enhanced{5, 7, 0}, "sent back")
			for _, s := range []queue.State{queue.Waiting, queue.Held, queue.Parked} {
				m := e.entry(s.String(), "r", "s")
				m.Items[0].State, m.Items[0].Due = s, e.now().Add(time.Hour)
				e.NoError(e.s.Add(e.ctx, m))
			}
			e.Equal(3, e.update(queue.Filter{}, queue.Change{Verdict: verdict}))
			for range 3 {
				l := e.one()
				e.Equal(verdict, l.Item.Verdict)
				e.same(e.now(), l.Item.Due, "Due")
				e.True(l.Item.Expires.After(e.now()), "it does not expire for that")
				e.NoError(e.settle(queue.Settlement{Lease: l, Keep: l.Item.To, Due: e.now().Add(time.Hour), History: l.Item.History}))
				e.Equal(verdict, e.item(l.Item.ID).Item.Verdict, "it stays until it is carried out")
			}
		}},
		{name: "leased items are left alone", check: func(e *env) {
			for i, c := range []queue.Change{{Hold: true}, {Release: true}, {Retry: true}, {Route: "r2"}, {Remove: true}, {Expire: true}, {Verdict: smtp.R(554, smtp.Enhanced{5, 7, 0}, "sent back")}} {
				e.add(fmt.Sprint("m", i), "r", "s")
				l := e.one()
				e.Zero(e.update(queue.Filter{}, c), "%+v", c)
				now := e.item(l.Item.ID)
				e.Equal(queue.Leased, now.Item.State)
				e.Equal("r", now.Item.Route)
				e.Equal(l.Token, now.Token)
				e.same(l.Item.Expires, now.Item.Expires, "Expires")
				e.Zero(now.Item.Verdict)
				e.done(l)
			}
		}},
		{name: "thousands, those that the filter lets through", check: func(e *env) {
			e.crowd(1500, "r1", "s")
			e.crowd(1500, "r2", "s")
			e.Len(e.claim(10), 10)
			e.Equal(1495, e.update(queue.Filter{Route: "r2"}, queue.Change{Hold: true}))
			e.Len(e.claim(3000), 1495)
			e.Equal(1495, e.update(queue.Filter{Domain: "example.NET"}, queue.Change{Remove: true}))
			e.Len(e.findBy(queue.Filter{}, 500), 1505)
		}},
	}
}
