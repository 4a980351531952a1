package sqlite

import (
	"container/heap"
)

// lanes are where a claim begins: which routes have mail, of which sources, and whose turn it is. They are in memory, and
// the writer's alone. What they know of the items is a hint only, when to look: never later than there is something to
// find, so that a claim looks nowhere else, and is put right when it looks and finds nothing. So nothing has to be undone
// here after an item has gone, and a store opens without reading its items.
type lanes struct {
	byName   map[string]*route
	byNumber map[int64]*lane
	asleep   alarm  // routes, and when to look at them
	ready    []turn // routes that may have something due, in turn
	touched  bool   // the transaction has changed more than hints
	stale    bool   // they are ahead of the database, and are to be loaded again
	soonest  int64  // when to look next, for those who wait
}

// A route has lanes, one for each source.
type route struct {
	name   string
	lanes  map[string]*lane
	asleep alarm
	ready  []turn
	place  int             // in lanes.asleep; -1: in lanes.ready
	wakes  int64           // when to look at it, if it is asleep
	leases map[int64]int64 // until when, by item; those that have run out too, until they are claimed again
}

// A lane is one source's mail for one route.
type lane struct {
	n      int64
	route  *route
	source string
	place  int   // in route.asleep; -1: in route.ready
	wakes  int64 // when to look at it
}

// A turn is a route or a lane, which takes its turn among others.
type turn interface {
	when() *int64
	where() *int
}

func (r *route) when() *int64 { return &r.wakes }
func (r *route) where() *int  { return &r.place }
func (l *lane) when() *int64  { return &l.wakes }
func (l *lane) where() *int   { return &l.place }

// An alarm is a heap of those that sleep, the one to wake first in front.
type alarm []turn

func (a alarm) Len() int           { return len(a) }
func (a alarm) Less(i, j int) bool { return *a[i].when() < *a[j].when() }

func (a alarm) Swap(i, j int) {
	a[i], a[j] = a[j], a[i]
	*a[i].where(), *a[j].where() = i, j
}

// Push implements heap.Interface.
func (a *alarm) Push(x any) {
	t := x.(turn)
	*t.where() = len(*a)
	*a = append(*a, t)
}

// Pop implements heap.Interface.
func (a *alarm) Pop() any {
	last := len(*a) - 1
	t := (*a)[last]
	(*a)[last] = nil
	*a = (*a)[:last]
	*t.where() = -1
	return t
}

// wake moves those whose time has come to the end of ready.
func (a *alarm) wake(ready *[]turn, now int64) {
	for len(*a) > 0 && *(*a)[0].when() <= now {
		*ready = append(*ready, heap.Pop(a).(turn))
	}
}

// first is when the first one wakes, never if there is none.
func (a alarm) first() int64 {
	if len(a) == 0 {
		return never
	}
	return *a[0].when()
}

// sleep puts one that is in no list to sleep.
func (a *alarm) sleep(t turn, until int64) {
	*t.when() = until
	heap.Push(a, t)
}

// earlier has a sleeper wake at a time at the latest.
func (a *alarm) earlier(t turn, at int64) {
	if *t.where() >= 0 && at < *t.when() {
		*t.when() = at
		heap.Fix(a, *t.where())
	}
}

// loadLanes reads what lanes and leases there are. Every lane is to be looked at.
func loadLanes(c *conn) (*lanes, error) {
	ls := &lanes{byName: make(map[string]*route), byNumber: make(map[int64]*lane), soonest: never}
	err := c.Each(func(r scanner) error {
		var n int64
		var route, source string
		err := r.Scan(&n, &route, &source)
		ls.add(n, route, source, noTime)
		return err
	}, "SELECT n, route, source FROM lane ORDER BY n")
	if err != nil {
		return nil, err
	}
	err = c.Each(func(r scanner) error {
		var n, lane, until int64
		err := r.Scan(&n, &lane, &until)
		if l := ls.byNumber[lane]; l != nil {
			l.route.leases[n] = until
		}
		return err
	}, "SELECT n, lane, at FROM item WHERE state = 1 AND state <> 0")
	return ls, err
}

// add makes a lane that is to be looked at then.
func (ls *lanes) add(n int64, name, source string, at int64) *lane {
	r, ok := ls.byName[name]
	if !ok {
		r = &route{name: name, lanes: make(map[string]*lane), leases: make(map[int64]int64)}
		ls.byName[name] = r
		ls.asleep.sleep(r, at)
	}
	l := &lane{n: n, route: r, source: source}
	r.lanes[source], ls.byNumber[n] = l, l
	r.asleep.sleep(l, at)
	ls.lower(l, at)
	return l
}

// lower notes that a lane has something at a time.
func (ls *lanes) lower(l *lane, at int64) {
	l.route.asleep.earlier(l, at)
	ls.asleep.earlier(l.route, at)
	ls.soonest = min(ls.soonest, at)
}

// drop forgets a lane that is in no list, and with its last lane a route.
func (ls *lanes) drop(l *lane) {
	delete(ls.byNumber, l.n)
	delete(l.route.lanes, l.source)
	if len(l.route.lanes) == 0 {
		delete(ls.byName, l.route.name)
	}
}

// active is how many leases of the route have not run out.
func (r *route) active(now int64) (n int) {
	for _, until := range r.leases {
		if until > now {
			n++
		}
	}
	return n
}

// lookNext is when there may be something to claim, after a claim that took all that it could: those that are ready
// still have reached their limits, until a lease of theirs runs out.
func (ls *lanes) lookNext(now int64) int64 {
	next := ls.asleep.first()
	for _, t := range ls.ready {
		r := t.(*route)
		next = min(next, r.asleep.first())
		for _, until := range r.leases {
			if until > now {
				next = min(next, until)
			}
		}
	}
	return next
}

// lane finds or makes the lane of a route and source.
func (t *tx) lane(name, source string, at int64) (*lane, error) {
	if r, ok := t.lanes.byName[name]; ok {
		if l, ok := r.lanes[source]; ok {
			t.lanes.lower(l, at)
			return l, nil
		}
	}
	n, err := t.next()
	if err != nil {
		return nil, err
	}
	if _, err := t.Exec("INSERT INTO lane (n, route, source) VALUES (?, ?, ?)", n, name, source); err != nil {
		return nil, err
	}
	t.lanes.touched = true
	return t.lanes.add(n, name, source, at), nil
}
