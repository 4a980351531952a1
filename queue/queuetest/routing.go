package queuetest

import (
	"fmt"
	"time"

	"github.com/wirepost/wirepost/queue"
)

func routeRules() []rule {
	return []rule{
		{name: "sums", check: func(e *env) {
			body := e.body("of all")
			var want [3]queue.RouteStats
			for i := range 30 {
				r := i % 3
				m := e.entryOf(body, fmt.Sprint("m", i), fmt.Sprint("r", r), fmt.Sprint("s", i%4))
				m.Message.Size = int64(100 + i)
				m.Message.Arrived = e.now().Add(-time.Duration(100-i) * time.Minute)
				m.Items[0].Due = e.now().Add(time.Duration(100-i) * time.Minute)
				w := &want[r]
				w.Route = fmt.Sprint("r", r)
				w.Octets += m.Message.Size
				if w.Oldest.IsZero() || m.Message.Arrived.Before(w.Oldest) {
					w.Oldest = m.Message.Arrived
				}
				switch {
				case i < 6:
					m.Items[0].State = queue.Held
					w.Held++
				case i < 9:
					m.Items[0].State = queue.Parked
					w.Parked++
				case i < 12:
					m.Items[0].Due = e.now()
					w.Leased++
				default:
					w.Waiting++
					if w.Next.IsZero() || m.Items[0].Due.Before(w.Next) {
						w.Next = m.Items[0].Due
					}
				}
				e.NoError(e.s.Add(e.ctx, m))
			}
			e.Len(e.claim(10), 3)
			for _, page := range []int{1, 2, 3, 4} {
				got := e.routes(page)
				e.Len(got, 3)
				for i, w := range want {
					e.same(w.Oldest, got[i].Oldest, "Oldest")
					e.same(w.Next, got[i].Next, "Next")
					w.Oldest, w.Next, got[i].Oldest, got[i].Next = time.Time{}, time.Time{}, time.Time{}, time.Time{}
					e.Equal(w, got[i])
				}
			}
		}},
		{name: "a route with nothing is not there", check: func(e *env) {
			e.Empty(e.routes(10))
			e.add("a", "r1", "s")
			e.add("b", "r2", "s")
			e.done(e.one())
			e.Len(e.routes(10), 1)
			e.done(e.one())
			e.Empty(e.routes(10))
		}},
		{name: "one that waits for nothing is not due", check: func(e *env) {
			m := e.entry("m", "r", "s")
			m.Items[0].State = queue.Held
			e.NoError(e.s.Add(e.ctx, m))
			e.True(e.routes(1)[0].Next.IsZero())
		}},
		{name: "a route without a name, and many pages", check: func(e *env) {
			e.add("m", "", "s")
			for i := range 300 {
				e.add(fmt.Sprint("m", i), fmt.Sprintf("r%03d", i), "s")
			}
			for _, page := range []int{1, 7, 1000} {
				got := e.routes(page)
				e.Len(got, 301)
				e.Empty(got[0].Route)
				e.Equal("r299", got[300].Route)
			}
		}},
	}
}

func (e *env) routes(page int) (all []queue.RouteStats) {
	e.tb.Helper()
	for cursor := queue.Cursor(""); ; {
		routes, next, err := e.s.Routes(e.ctx, cursor, page)
		e.NoError(err)
		e.LessOrEqual(len(routes), page)
		all = append(all, routes...)
		if next == "" {
			return all
		}
		e.NotEqual(cursor, next, "the list goes on")
		cursor = next
	}
}
