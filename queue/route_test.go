package queue_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/smtp"
)

func connectors(t testing.TB, list ...queue.Connector) *queue.Connectors {
	t.Helper()
	c, err := queue.NewConnectors(list...)
	require.NoError(t, err)
	return c
}

// path is a recipient in a domain.
func path(domain string) smtp.Path { return smtp.Path{Local: "x", Domain: domain} }

// in tells that a route is one of those that are down.
func in(names ...string) func(string) bool {
	return func(name string) bool { return slices.Contains(names, name) }
}

func TestConnectors(t *testing.T) {
	c := connectors(
		t,
		queue.Connector{Name: "internet"},
		queue.Connector{Name: "partner", Spaces: []queue.AddressSpace{{Pattern: "Partner.example"}, {Pattern: "*.partner.example", Cost: 5}}, Next: []string{"mx.partner.example"}},
		queue.Connector{Name: "spare", Spaces: []queue.AddressSpace{{Pattern: "*.partner.example", Cost: 10}}, Next: []string{"spare.example"}},
		queue.Connector{Name: "sales", Spaces: []queue.AddressSpace{{Pattern: "*.sales.partner.example"}}, Next: []string{"sales.example"}},
		queue.Connector{Name: "last", Spaces: []queue.AddressSpace{{Pattern: "*", Cost: 100}}, Next: []string{"last.example"}},
	)
	for _, tt := range []struct {
		domain string
		down   []string
		want   string
	}{
		{"b.example", nil, "internet/b.example"},
		{"B.Example.", nil, "internet/b.example"},
		{"b.example", []string{"internet/b.example"}, "last"},
		{"b.example", []string{"internet/b.example", "last"}, "internet/b.example"},
		{"partner.example", nil, "partner"},
		{"PARTNER.example", nil, "partner"},
		{"x.partner.example", nil, "partner"},
		{"x.partner.example", []string{"partner"}, "spare"},
		{"x.partner.example", []string{"partner", "spare"}, "partner"},
		{"sales.partner.example", nil, "partner"},
		{"x.sales.partner.example", nil, "sales"},
		{"x.y.sales.partner.example", []string{"sales"}, "sales"},
		{"notpartner.example", nil, "internet/notpartner.example"},
		{"[192.0.2.1]", nil, "internet/[192.0.2.1]"},
		{"partner.example\u017f", nil, "internet/partner.example\u017f"},
	} {
		r, err := c.Route(t.Context(), path(tt.domain), in(tt.down...))
		require.NoError(t, err)
		require.Equal(t, tt.want, r.Name, "%s", tt.domain)
		again, ok := c.Named(t.Context(), r.Name, path(tt.domain))
		require.True(t, ok)
		require.Equal(t, r, again)
	}
	_, ok := c.Named(t.Context(), "internet/b.example", path("c.example"))
	require.False(t, ok, "the way of another domain")
	_, ok = c.Named(t.Context(), "gone", path("c.example"))
	require.False(t, ok)
}

func TestConnectorsShareTheLoad(t *testing.T) {
	c := connectors(
		t,
		queue.Connector{Name: "a", Next: []string{"a.example"}, Spaces: []queue.AddressSpace{{Pattern: "*"}, {Pattern: "*"}}},
		queue.Connector{Name: "b", Next: []string{"b.example"}},
	)
	seen := make(map[string]int)
	for range 1000 {
		r, err := c.Route(t.Context(), path("c.example"), nil)
		require.NoError(t, err)
		seen[r.Name]++
	}
	require.InDelta(t, 500, seen["a"], 150)
	require.Equal(t, 1000, seen["a"]+seen["b"])
}

func TestNoRoute(t *testing.T) {
	c := connectors(t, queue.Connector{Name: "a", Spaces: []queue.AddressSpace{{Pattern: "a.example"}}})
	_, err := c.Route(t.Context(), path("b.example"), nil)
	require.ErrorIs(t, err, queue.ErrNoRoute)
	r, err := new(queue.Connectors).Route(t.Context(), path("B.example"), nil)
	require.NoError(t, err)
	require.Equal(t, queue.Route{Name: "b.example"}, r)
}

func TestDomainOptions(t *testing.T) {
	c := connectors(t, queue.Connector{
		Name: "out", Next: []string{"relay.example"}, Options: queue.RouteOptions{MaxSize: 1},
		Domains: map[string]queue.RouteOptions{"*.b.example": {MaxSize: 2}, "A.b.example": {MaxSize: 3}, "*.c.b.example": {MaxSize: 4}},
	})
	for domain, want := range map[string]queue.Route{
		"b.example":     {Name: "out", Options: queue.RouteOptions{MaxSize: 1}},
		"x.b.example":   {Name: "out/*.b.example", Options: queue.RouteOptions{MaxSize: 2}},
		"a.b.example":   {Name: "out/a.b.example", Options: queue.RouteOptions{MaxSize: 3}},
		"x.c.b.example": {Name: "out/*.c.b.example", Options: queue.RouteOptions{MaxSize: 4}},
	} {
		want.Next = []string{"relay.example"}
		r, err := c.Route(t.Context(), path(domain), nil)
		require.NoError(t, err)
		require.Equal(t, want, r)
	}
}

func TestBadConnectors(t *testing.T) {
	for want, list := range map[string][]queue.Connector{
		"name of its own": {{Name: "a"}, {Name: "a"}},
		"without '/'":     {{Name: "a/b"}},
		"cost 101":        {{Spaces: []queue.AddressSpace{{Pattern: "*", Cost: 101}}}},
		"cost -1":         {{Spaces: []queue.AddressSpace{{Pattern: "*", Cost: -1}}}},
		`pattern ""`:      {{Spaces: []queue.AddressSpace{{}}}},
		`pattern "*b"`:    {{Spaces: []queue.AddressSpace{{Pattern: "*b"}}}},
		`pattern "a.*"`:   {{Domains: map[string]queue.RouteOptions{"a.*": {}}}},
		`pattern "x@b"`:   {{Spaces: []queue.AddressSpace{{Pattern: "x@b"}}}},
	} {
		_, err := queue.NewConnectors(list...)
		require.ErrorContains(t, err, want)
	}
}

// Mail goes another way when its own is down, and stays where it is if all are.
func TestFailOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cheapDown, dearDown atomic.Bool
		cheapDown.Store(true)
		h := &host{does: func(d *queue.Delivery, _ queue.Recipient) queue.Result {
			if d.Route.Name == "cheap" && cheapDown.Load() || d.Route.Name == "dear" && dearDown.Load() {
				return isDown
			}
			return ok
		}}
		events := new(recorder)
		q := &queue.Queue{
			Store: memory.New(nil), Transport: h, Tracker: events,
			Router: connectors(
				t,
				queue.Connector{Name: "cheap", Next: []string{"cheap.example"}},
				queue.Connector{Name: "dear", Next: []string{"dear.example"}, Spaces: []queue.AddressSpace{{Pattern: "*", Cost: 9}}},
			),
			Schedules: queue.Schedules{Normal: &queue.Schedule{Intervals: []time.Duration{10 * time.Second}}},
		}
		start(t, q)
		add(t, q, "a@a.example", "b@b.example")
		sleep(time.Second)
		require.Equal(t, "cheap", h.tries[0].route)
		require.Equal(t, "dear", h.tries[1].route)
		require.Equal(t, []time.Duration{0, 0}, h.times("b@b.example"), "at once")
		add(t, q, "a@a.example", "c@b.example") // knows that it is down
		sleep(30 * time.Second)
		require.Equal(t, "dear", h.tries[2].route)
		require.Empty(t, items(t, q, queue.Filter{}))
		require.Contains(t, events.kinds(), queue.Redirected)

		sleep(time.Hour)
		dearDown.Store(true)
		n := h.count()
		add(t, q, "a@a.example", "d@b.example")
		sleep(25 * time.Second) // 0 cheap and dear, then nothing
		require.Equal(t, 2, h.count()-n)
		require.Equal(t, 1, items(t, q, queue.Filter{})[0].Item.History.Tries, "one by all ways together")
		moved := len(events.kinds())
		sleep(20 * time.Second)
		require.LessOrEqual(t, len(events.kinds())-moved, 3, "it does not go to and fro")
		cheapDown.Store(false)
		sleep(time.Hour)
		require.Empty(t, items(t, q, queue.Filter{}))
	})
}

// A Router that has changed since a message was added.
func TestRouterChanges(t *testing.T) {
	for name, tt := range map[string]struct {
		now  []queue.Connector
		want map[string]string // route by recipient
		left int
	}{
		"to one way": {[]queue.Connector{{Name: "new", Next: []string{"n"}}}, map[string]string{"b@b.example": "new", "c@c.example": "new"}, 0},
		"to two ways": {[]queue.Connector{
			{Name: "b", Next: []string{"b"}, Spaces: []queue.AddressSpace{{Pattern: "b.example"}}},
			{Name: "c", Next: []string{"c"}, Spaces: []queue.AddressSpace{{Pattern: "c.example"}}},
		}, map[string]string{"b@b.example": "b", "c@c.example": "c"}, 0},
		"to one way for some": {[]queue.Connector{
			{Name: "b", Next: []string{"b"}, Spaces: []queue.AddressSpace{{Pattern: "b.example"}}},
		}, map[string]string{"b@b.example": "b"}, 0},
		"to none":    {[]queue.Connector{{Name: "x", Spaces: []queue.AddressSpace{{Pattern: "x.example"}}}}, map[string]string{}, 0},
		"to parking": {[]queue.Connector{{Name: "p", Next: []string{"p"}, Options: queue.RouteOptions{Park: true}}}, map[string]string{}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, events := new(host), new(recorder)
				store := memory.New(nil)
				old := &queue.Queue{Store: store, Router: connectors(t, queue.Connector{Name: "old", Next: []string{"o"}})}
				add(t, old, "a@a.example", "b@b.example", "c@c.example")
				q := &queue.Queue{Store: store, Transport: h, Tracker: events, Router: connectors(t, tt.now...)}
				start(t, q)
				sleep(time.Minute)
				got := make(map[string]string)
				for _, try := range h.tries {
					for _, to := range try.to {
						got[to] = try.route
					}
				}
				require.Equal(t, tt.want, got)
				require.Len(t, items(t, q, queue.Filter{}), tt.left)
				if tt.left == 0 {
					ends := 0
					for _, e := range events.events {
						if e.Kind == queue.Transferred || e.Kind == queue.Failed {
							ends++
						}
					}
					require.Equal(t, 2, ends)
				}
			})
		})
	}
}

// What a route does not take goes back at once.
func TestRouteRefuses(t *testing.T) {
	for want, o := range map[string]queue.RouteOptions{
		"550 5.7.1": {Refuse: true},
		"552 5.3.4": {MaxSize: 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := new(host)
			q := &queue.Queue{
				Store: memory.New(nil), Transport: h, Reporter: reporter{},
				Router: connectors(t, queue.Connector{Name: "b", Spaces: []queue.AddressSpace{{Pattern: "b.example"}}, Options: o}, queue.Connector{Name: "a"}),
			}
			start(t, q)
			add(t, q, "a@a.example", "b@b.example")
			sleep(time.Second)
			require.Len(t, h.reports(), 1)
			require.Contains(t, h.reports()[0], "b@b.example failed "+want)
			require.Empty(t, h.times("b@b.example"))
		})
	}
}

// A rate is kept to from the first delivery on, and by no more than one at once.
func TestPerMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{takes: time.Second}
		q := &queue.Queue{
			Store: memory.New(nil), Transport: h,
			Router: connectors(t, queue.Connector{Name: "slow", Next: []string{"s"}, Options: queue.RouteOptions{PerMinute: 6}}),
		}
		for range 13 {
			add(t, q, "a@a.example", "b@b.example")
		}
		start(t, q)
		sleep(2 * time.Minute)
		times := h.times("b@b.example")
		require.Len(t, times, 13)
		for i, at := range times {
			require.Equal(t, time.Duration(i)*10*time.Second, at.Round(time.Millisecond))
		}
	})
}

// After a destination is back its mail does not come all at once.
func TestNoHerdAfterRecovery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		h := &host{takes: time.Second, does: func(*queue.Delivery, queue.Recipient) queue.Result {
			if up.Load() {
				return ok
			}
			return isDown
		}}
		q := &queue.Queue{
			Store: memory.New(nil), Transport: h,
			Schedules: queue.Schedules{Normal: &queue.Schedule{Intervals: []time.Duration{time.Minute}}},
		}
		for range 100 {
			add(t, q, "a@a.example", "b@b.example")
		}
		start(t, q)
		sleep(30 * time.Minute)
		down := h.count()
		require.Less(t, down, 20, "the window's worth, and probes")
		h.mu.Lock()
		h.most = 0
		h.mu.Unlock()
		up.Store(true)
		sleep(30 * time.Minute)
		require.Empty(t, items(t, q, queue.Filter{}))
		require.Equal(t, 100, h.count()-down)
		for i, try := range h.tries[down+1:] {
			during := 0 // how many began within its second
			for _, other := range h.tries[down:] {
				if d := try.at - other.at; 0 <= d && d < time.Second {
					during++
				}
			}
			require.LessOrEqual(t, during, 2+i/2, "the window opens step by step")
		}
	})
}

// Two Runs of one Queue, and two Queues with one Store, keep out of each other's way.
func TestTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{takes: time.Second}
		store := memory.New(nil)
		one := &queue.Queue{Store: store, Transport: h, Limits: queue.Limits{PerRoute: 3, Initial: 3}}
		two := &queue.Queue{Store: store, Transport: h, Limits: queue.Limits{PerRoute: 3, Initial: 3}}
		start(t, one)
		start(t, one)
		start(t, two)
		for range 60 {
			add(t, one, "a@a.example", "b@b.example")
		}
		sleep(time.Minute)
		require.Equal(t, 60, h.count())
		require.Equal(t, 3, h.most)
		require.Empty(t, items(t, one, queue.Filter{}))
	})
}

// A destination, and a priority, may have a schedule of its own.
func TestSchedulesOfARoute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{does: func(*queue.Delivery, queue.Recipient) queue.Result { return later }}
		often := &queue.Schedule{Intervals: []time.Duration{time.Minute}, Expire: 3 * time.Minute}
		q := &queue.Queue{
			Store: memory.New(nil), Transport: h,
			Schedules: queue.Schedules{Urgent: &queue.Schedule{Intervals: []time.Duration{2 * time.Minute}, Expire: 5 * time.Minute}},
			Router: connectors(
				t,
				queue.Connector{Name: "own", Spaces: []queue.AddressSpace{{Pattern: "own.example"}}, Options: queue.RouteOptions{Schedules: &queue.Schedules{Normal: often}}},
				queue.Connector{},
			),
		}
		start(t, q)
		env, err := smtp.NewEnvelope("a@a.example", "x@own.example", "x@b.example")
		require.NoError(t, err)
		env.From.Priority = 4
		_, err = submit(t, q, queue.Submission{Envelope: env})
		require.NoError(t, err)
		normal := queue.Normal
		env.To = []smtp.RcptParams{{Path: path("c.example")}}
		_, err = submit(t, q, queue.Submission{Envelope: env, Priority: &normal})
		require.NoError(t, err)
		sleep(10 * time.Hour)
		require.Equal(t, []time.Duration{0, time.Minute, 2 * time.Minute}, h.times("x@own.example"))
		require.Equal(t, []time.Duration{0, 2 * time.Minute, 4 * time.Minute}, h.times("x@b.example"))
		require.Len(t, h.times("x@c.example"), 5)
	})
}

func TestFilterHoldsDomain(t *testing.T) {
	for filter, want := range map[string][3]bool{
		"b.example":   {true, false, false},
		"B.Example":   {true, false, false},
		".b.example":  {false, true, false},
		"cb.example":  {false, false, true},
		".example":    {true, true, true},
		"a.b.example": {false, true, false},
	} {
		f := queue.Filter{Domain: filter}
		require.Equal(t, want, [3]bool{f.HoldsDomain("b.example"), f.HoldsDomain("a.B.example"), f.HoldsDomain("cb.example")}, filter)
	}
}
