package queuetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

func findRules() []rule {
	return []rule{
		{name: "each field of a filter", check: func(e *env) {
			e.zoo()
			waiting, held, leased := queue.Waiting, queue.Held, queue.Leased
			for _, c := range []struct {
				filter queue.Filter
				want   []string
			}{
				{queue.Filter{}, []string{"a.0", "a.1", "b.0", "c.0"}},
				{queue.Filter{ID: "a.1"}, []string{"a.1"}},
				{queue.Filter{ID: "a"}, nil},
				{queue.Filter{Message: "a"}, []string{"a.0", "a.1"}},
				{queue.Filter{Message: "a.0"}, nil},
				{queue.Filter{Route: "r2"}, []string{"a.1", "b.0"}},
				{queue.Filter{Route: "r"}, nil},
				{queue.Filter{Domain: "X.org"}, []string{"a.0", "c.0"}},
				{queue.Filter{Domain: ".x.ORG"}, []string{"b.0"}},
				{queue.Filter{Domain: ".org"}, []string{"a.0", "b.0", "c.0"}},
				{queue.Filter{Domain: "rg"}, nil},
				{queue.Filter{Sender: "joe@example.org"}, []string{"a.0", "a.1"}},
				{queue.Filter{Sender: `"b c"@example.org`}, []string{"b.0"}},
				{queue.Filter{Sender: "joe"}, nil},
				{queue.Filter{Source: "s1"}, []string{"a.0", "a.1", "c.0"}},
				{queue.Filter{To: "one@x.org"}, []string{"a.0", "c.0"}},
				{queue.Filter{To: "two@Y.net"}, []string{"a.1", "c.0"}},
				{queue.Filter{To: "two"}, nil},
				{queue.Filter{State: &waiting}, []string{"a.0", "a.1"}},
				{queue.Filter{State: &held}, []string{"b.0"}},
				{queue.Filter{State: &leased}, []string{"c.0"}},
				{queue.Filter{Before: start.Add(time.Hour)}, []string{"a.0", "a.1"}},
				{queue.Filter{Before: start}, nil},
				{queue.Filter{Tags: map[string]string{"k": "v"}}, []string{"a.0", "a.1", "b.0"}},
				{queue.Filter{Tags: map[string]string{"k": "v", "l": ""}}, []string{"b.0"}},
				{queue.Filter{Tags: map[string]string{"none": ""}}, nil},
				{queue.Filter{Message: "a", Route: "r2"}, []string{"a.1"}},
				{queue.Filter{Source: "s1", Route: "r2"}, []string{"a.1"}},
				{queue.Filter{Source: "s2", Sender: "joe@example.org"}, nil},
				{queue.Filter{State: &waiting, Domain: "x.org", Tags: map[string]string{"k": "v"}}, []string{"a.0"}},
			} {
				e.Equal(c.want, slices.Collect(func(yield func(string) bool) {
					for _, l := range e.findBy(c.filter, 1) {
						if !yield(l.Item.ID) {
							return
						}
					}
				}), "%+v", c.filter)
			}
		}},
		{name: "a list shows items as they are", check: func(e *env) {
			e.zoo()
			for _, l := range e.find(queue.Filter{}) {
				e.Equal(l.Item.Message, l.Message.ID)
				e.Equal(l.Item.State == queue.Leased, !l.Until.IsZero() && l.Until.After(e.now()), l.Item.ID)
				e.NotEmpty(l.Item.To)
			}
		}},
		{name: "thousands, by pages", check: func(e *env) {
			const n = 3000
			body := e.body("of many")
			var all []queue.Entry
			var want []string
			for i := range n {
				m := e.entryOf(body, fmt.Sprintf("m%05d", i*7919%n), fmt.Sprint("r", i%2), "s")
				all = append(all, m)
				want = append(want, m.Items[0].ID)
			}
			slices.Sort(want)
			e.NoError(e.s.Add(e.ctx, all...))
			for _, page := range []int{999, 1000, n - 1, n, n + 1} {
				e.Equal(want, ids(e.findBy(queue.Filter{}, page)), page)
			}
			e.Len(e.findBy(queue.Filter{Route: "r1"}, 250), n/2)
			e.Len(e.findBy(queue.Filter{Tags: map[string]string{"none": "x"}}, 10), 0)
		}},
		{name: "a cursor outlives its item", check: func(e *env) {
			for i := range 6 {
				e.add(fmt.Sprint("m", i), "r", "s")
			}
			first, cursor, err := e.s.Find(e.ctx, queue.Filter{}, "", 2)
			e.NoError(err)
			e.Equal([]string{"m0.0", "m1.0"}, ids(first))
			e.Equal(2, e.update(queue.Filter{ID: "m1.0"}, queue.Change{Remove: true})+e.update(queue.Filter{ID: "m2.0"}, queue.Change{Remove: true}))
			next, _, err := e.s.Find(e.ctx, queue.Filter{}, cursor, 10)
			e.NoError(err)
			e.Equal([]string{"m3.0", "m4.0", "m5.0"}, ids(next))
		}},
		{name: "a list does not take leases", check: func(e *env) {
			e.add("m", "r", "s")
			e.find(queue.Filter{})
			l := e.one()
			e.Equal(l.Token, e.item("m.0").Token)
			e.done(l)
		}},
	}
}

// zoo adds items that differ: one leased, one held, two that wait.
func (e *env) zoo() {
	e.tb.Helper()
	a := e.entry("a", "r1", "s1")
	a.Message.From.Path = smtp.Path{Local: "joe", Domain: "example.org"}
	a.Message.Tags = map[string]string{"k": "v"}
	a.Items[0].To = recipients("one@x.org")
	a.Items[0].Due = e.now().Add(1000 * time.Hour)
	a.Items = append(a.Items, item("a.1", "a", "r2", e.now().Add(1000*time.Hour)))
	a.Items[1].To = recipients("two@Y.net")
	e.clock.advance(time.Hour)
	b := e.entry("b", "r2", "s2")
	b.Message.From.Path = smtp.Path{Local: "b c", Domain: "example.org"}
	b.Message.Tags = map[string]string{"k": "v", "l": ""}
	b.Items[0].State = queue.Held
	b.Items[0].To = recipients("one@sub.X.org")
	c := e.entry("c", "r3", "s1")
	c.Message.From.Path = smtp.Path{}
	c.Items[0].To = recipients("one@x.org", "two@Y.net")
	e.NoError(e.s.Add(e.ctx, c, b, a))
	e.Equal("c.0", e.one().Item.ID)
}
