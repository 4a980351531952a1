package queuetest

import (
	"fmt"
	"strconv"
	"time"

	"github.com/wirepost/wirepost/queue"
)

func claimRules() []rule {
	return []rule{
		{name: "an item is claimed when its time has come", check: func(e *env) {
			m := e.entry("m", "r", "s")
			m.Items[0].Due = e.now().Add(time.Hour)
			e.NoError(e.s.Add(e.ctx, m))
			e.Empty(e.claim(1))
			e.clock.advance(time.Hour - time.Microsecond)
			e.Empty(e.claim(1))
			e.clock.advance(time.Microsecond)
			e.Equal("m.0", e.one().Item.ID)
			e.Empty(e.claim(1))
		}},
		{name: "an item without a time is due", check: func(e *env) {
			m := e.entry("m", "r", "s")
			m.Items[0].Due = time.Time{}
			e.NoError(e.s.Add(e.ctx, m))
			e.True(e.one().Item.Due.IsZero())
		}},
		{name: "no more than Max", check: func(e *env) {
			for i := range 10 {
				e.add(fmt.Sprint("m", i), fmt.Sprint("r", i%3), "s")
			}
			e.Empty(e.claim(0))
			e.Len(e.claim(4), 4)
			e.Len(e.claim(4), 4)
			e.Len(e.claim(4), 2)
			e.Empty(e.claim(4))
		}},
		{name: "the urgent first, then those due longest", check: func(e *env) {
			for i, p := range []queue.Priority{queue.NonUrgent, queue.Normal, queue.Urgent} {
				for j := range 3 {
					m := e.entry(p.String()+strconv.Itoa(j), "r", "s")
					m.Items[0].Priority = p
					m.Items[0].Due = e.now().Add(time.Duration(i*10-j) * time.Minute)
					e.NoError(e.s.Add(e.ctx, m))
				}
			}
			e.clock.advance(time.Hour)
			want := []string{
				"urgent2.0", "urgent1.0", "urgent0.0", "normal2.0", "normal1.0", "normal0.0",
				"non-urgent2.0", "non-urgent1.0", "non-urgent0.0",
			}
			e.Equal(want[:2], ids(e.claim(2)))
			e.Equal(want[2:], ids(e.claim(20)))
		}},
		{name: "PerRoute limits leases of a route, those of before too", check: func(e *env) {
			for i := range 10 {
				e.add(fmt.Sprint("m", i), fmt.Sprint("r", i%2), "s")
			}
			first := e.claimWith(queue.ClaimRequest{Max: 10, PerRoute: 2})
			e.Equal(map[string]int{"r0": 2, "r1": 2}, perRoute(first))
			e.Empty(e.claimWith(queue.ClaimRequest{Max: 10, PerRoute: 2}))
			e.done(&first[0])
			again := e.claimWith(queue.ClaimRequest{Max: 10, PerRoute: 2})
			e.Equal(map[string]int{first[0].Item.Route: 1}, perRoute(again))
			e.Equal(map[string]int{"r0": 1, "r1": 1}, perRoute(e.claimWith(queue.ClaimRequest{Max: 10, PerRoute: 3})))
			e.Len(e.claim(10), 3, "no limit")
		}},
		{name: "all sources of a route share its limit", check: func(e *env) {
			for i := range 10 {
				e.add(fmt.Sprint("m", i), "r", fmt.Sprint("s", i))
			}
			e.Len(e.claimWith(queue.ClaimRequest{Max: 10, PerRoute: 3}), 3)
			e.Empty(e.claimWith(queue.ClaimRequest{Max: 10, PerRoute: 3}))
		}},
		{name: "Limits replace PerRoute", check: func(e *env) {
			for i := range 20 {
				e.add(fmt.Sprint("m", i), fmt.Sprint("r", i%4), "s")
			}
			got := e.claimWith(queue.ClaimRequest{Max: 20, PerRoute: 2, Limits: map[string]int{"r1": 4, "r2": -1, "r3": 0, "none": 7}})
			e.Equal(map[string]int{"r0": 2, "r1": 4, "r3": 5}, perRoute(got))
			e.Equal(map[string]int{"r2": 5}, perRoute(e.claimWith(queue.ClaimRequest{Max: 20, PerRoute: -1, Limits: map[string]int{"r2": 5}})))
		}},
		{name: "leases that have run out count no more", check: func(e *env) {
			for i := range 4 {
				e.add(fmt.Sprint("m", i), "r", "s")
			}
			e.Len(e.claimWith(queue.ClaimRequest{Max: 4, PerRoute: 2}), 2)
			e.clock.advance(leaseTime)
			e.Len(e.claimWith(queue.ClaimRequest{Max: 4, PerRoute: 2}), 2)
			e.Empty(e.claimWith(queue.ClaimRequest{Max: 4, PerRoute: 2}))
		}},
		{name: "what cannot be claimed is in nobody's way", check: func(e *env) { // trap 6
			var crowd []queue.Entry
			body := e.body("of many")
			for i := range 3000 {
				m := e.entryOf(body, fmt.Sprintf("m%04d", i), "busy", fmt.Sprint("s", i%100))
				switch {
				case i%3 == 1:
					m.Items[0].State = queue.Held
				case i%3 == 2:
					m.Items[0].Route, m.Items[0].State = "parked", queue.Parked
				}
				crowd = append(crowd, m)
			}
			e.NoError(e.s.Add(e.ctx, crowd...))
			limited := queue.ClaimRequest{Max: 50, PerRoute: 5}
			e.Equal(map[string]int{"busy": 5}, perRoute(e.claimWith(limited)))
			for i := range 20 {
				e.add(fmt.Sprint("other", i), "free", "s1")
				e.Equal([]string{fmt.Sprintf("other%d.0", i)}, ids(e.claimWith(queue.ClaimRequest{Max: 3, PerRoute: 50, Limits: map[string]int{"busy": 5}})))
			}
			e.Empty(e.claimWith(limited))
		}},
		{name: "items due long ago are not forgotten", check: func(e *env) { // trap 2
			for i := range 50 {
				m := e.entry(fmt.Sprint("m", i), fmt.Sprint("r", i%7), fmt.Sprint("s", i%3))
				m.Items[0].Due = e.now().Add(-time.Duration(i) * 1000 * time.Hour)
				e.NoError(e.s.Add(e.ctx, m))
			}
			seen := make(map[string]bool)
			for range 100 {
				for _, l := range e.claim(3) {
					e.False(seen[l.Item.ID])
					seen[l.Item.ID] = true
				}
			}
			e.Len(seen, 50)
		}},
	}
}

// perRoute counts leases.
func perRoute(leases []queue.Lease) map[string]int {
	n := make(map[string]int)
	for _, l := range leases {
		n[l.Item.Route]++
	}
	return n
}
