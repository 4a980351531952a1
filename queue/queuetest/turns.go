package queuetest

import (
	"fmt"

	"github.com/wirepost/wirepost/queue"
)

func turnRules() []rule {
	return []rule{
		{name: "routes take turns within a claim", check: func(e *env) {
			e.crowd(100, "busy", "s")
			e.add("x", "idle1", "s")
			e.add("y", "idle2", "s")
			e.Equal(map[string]int{"busy": 4, "idle1": 1, "idle2": 1}, perRoute(e.claim(6)))
		}},
		{name: "routes take turns from claim to claim", check: func(e *env) {
			for _, r := range []string{"a", "b", "c"} {
				e.crowd(10, r, "s")
			}
			for range 5 {
				got := make(map[string]int)
				for range 3 {
					got[e.one().Item.Route]++
				}
				e.Equal(map[string]int{"a": 1, "b": 1, "c": 1}, got)
			}
		}},
		{name: "sources take turns within a claim", check: func(e *env) {
			e.crowd(100, "r", "busy")
			e.add("x", "r", "idle1")
			e.add("y", "r", "idle2")
			e.Equal(map[string]int{"busy": 4, "idle1": 1, "idle2": 1}, perSource(e.claim(6)))
		}},
		{name: "sources take turns for a route at its limit", check: func(e *env) {
			for _, s := range []string{"a", "b", "c"} {
				e.crowd(10, "r", s)
			}
			q := queue.ClaimRequest{Max: 10, PerRoute: 1}
			for range 5 {
				got := make(map[string]int)
				for range 3 {
					leases := e.claimWith(q)
					e.Len(leases, 1)
					got[leases[0].Message.Source]++
					e.done(&leases[0])
				}
				e.Equal(map[string]int{"a": 1, "b": 1, "c": 1}, got)
			}
		}},
		{name: "who comes late has a turn soon", check: func(e *env) {
			e.crowd(50, "busy", "busy")
			e.Len(e.claim(20), 20)
			e.add("route", "idle", "busy")
			e.Contains(ids(e.claim(2)), "route.0")
			e.add("source", "busy", "idle")
			e.Contains(ids(e.claim(2)), "source.0")
		}},
		{name: "an urgent crowd does not keep other sources waiting", check: func(e *env) {
			body := e.body("of many")
			var all []queue.Entry
			for i := range 50 {
				m := e.entryOf(body, fmt.Sprintf("urgent%02d", i), "r", "busy")
				m.Items[0].Priority = queue.Urgent
				all = append(all, m)
			}
			slow := e.entryOf(body, "slow", "r", "idle")
			slow.Items[0].Priority = queue.NonUrgent
			e.NoError(e.s.Add(e.ctx, append(all, slow)...))
			e.Contains(ids(e.claim(2)), "slow.0")
		}},
	}
}

// crowd adds many items of one route and source.
func (e *env) crowd(n int, route, source string) {
	e.tb.Helper()
	body := e.body("of many")
	all := make([]queue.Entry, n)
	for i := range all {
		all[i] = e.entryOf(body, fmt.Sprintf("%s-%s-%04d", route, source, i), route, source)
	}
	e.NoError(e.s.Add(e.ctx, all...))
}

// perSource counts leases.
func perSource(leases []queue.Lease) map[string]int {
	n := make(map[string]int)
	for _, l := range leases {
		n[l.Message.Source]++
	}
	return n
}
