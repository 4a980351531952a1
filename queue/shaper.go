package queue

import (
	"sync"
	"time"

	"github.com/wirepost/wirepost/smtp"
)

// A shaper remembers how routes have done, in this process. Each has a window, the deliveries it may have at once: that
// grows with every success and shrinks with every failure of the destination, as Postfix's scheduler does it. A
// destination that does not answer is down: what is due for it waits for its next turn, or takes another way, but for one
// probe from time to time.
type shaper struct {
	limits Limits

	mu     sync.Mutex
	now    time.Time // the latest that was heard of the Store's
	swept  time.Time // when idle routes were last forgotten
	routes map[string]*site
	odd    map[string]*site // those of late whose limit is not the initial one
}

func newShaper(l Limits) *shaper {
	return &shaper{limits: l, routes: make(map[string]*site), odd: make(map[string]*site)}
}

// A site is what is known of one route. One that knows nothing special and has had nothing to do for a while is forgotten.
type site struct {
	leased  int // items that were claimed
	running int // those of them that the Transport has
	window  float64
	most    int           // the window's bound
	every   time.Duration // between the beginnings of two deliveries; 0 if there is no rate
	next    time.Time     // when the next one may begin, if there is a rate
	failed  int           // how often in a row the destination did not answer
	probe   time.Time     // when to try again, if it failed
	probing bool
	last    smtp.Reply // what it failed with
	used    time.Time  // when it last had something to do
}

func (t *site) size() int { return max(1, int(t.window)) }

func (t *site) down(now time.Time) bool {
	return t.failed > 0 && (t.probing || now.Before(t.probe))
}

// site finds or makes that of a route. The caller has the lock.
func (s *shaper) site(route string) *site {
	t, ok := s.routes[route]
	if !ok {
		t = &site{window: float64(s.limits.initial()), most: s.limits.perRoute()}
		s.routes[route] = t
	}
	return t
}

// changed notes whether the limit of a route is another than the initial one. The caller has the lock.
func (s *shaper) changed(route string, t *site) {
	if t.every > 0 || t.size() != s.limits.initial() {
		s.odd[route] = t
	} else {
		delete(s.odd, route)
	}
}

// hear notes the time. The caller has the lock.
func (s *shaper) hear(now time.Time) {
	if now.After(s.now) {
		s.now = now
	}
}

// allowed is how many leases each route may have at a time, where that is not the initial number, and when one that may
// have none now may have one again; zero if there is none such.
func (s *shaper) allowed(now time.Time) (limits map[string]int, again time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hear(now)
	if s.now.Sub(s.swept) >= siteIdle {
		s.forget()
	}
	limits = make(map[string]int, len(s.odd))
	for name, t := range s.odd {
		switch {
		case t.leased == 0 && s.now.Sub(t.used) >= oddIdle && !s.now.Before(t.next): // pass will see to it
			delete(s.odd, name)
		case t.every > 0 && s.now.Before(t.next):
			limits[name] = -1
			if again.IsZero() || t.next.Before(again) {
				again = t.next
			}
		case t.every > 0:
			limits[name] = min(t.leased+1, t.size()) // one at a time, so that the rate holds
		default:
			limits[name] = t.size()
		}
	}
	return limits, again
}

// oddIdle is how long the limit of a route is told to the Store that has nothing to do, so that what it costs to tell
// depends on what goes on now, and not on all that is remembered.
const oddIdle = 10 * time.Second

// begin notes that an item of the route was claimed.
func (s *shaper) begin(route string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.routes) >= maxSites {
		s.shrink()
	}
	t := s.site(route)
	t.leased++
	t.used = s.now
	s.changed(route, t)
}

// A turn is whether a delivery may begin.
type turn struct {
	passed bool
	probe  bool       // it is to find out whether the destination answers again
	down   smtp.Reply // it does not; this is what it failed with
	wait   time.Time  // it is not the item's turn before
}

// pass lets a delivery begin, unless the destination is down, or has all that its options allow. After a while one
// delivery is let through to a destination that is down, as a probe, and no other until that one is over.
func (s *shaper) pass(route string, o RouteOptions, now time.Time) turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hear(now)
	t := s.site(route)
	defer s.changed(route, t)
	t.most = positive(o.Concurrency, s.limits.perRoute())
	t.window = min(t.window, float64(t.most))
	t.every = 0
	if o.PerMinute > 0 {
		t.every = time.Minute / time.Duration(o.PerMinute)
	}
	switch {
	case t.down(s.now):
		return turn{down: t.last}
	case t.running >= t.size():
		return turn{wait: s.now.Add(crowded)}
	case t.every > 0 && s.now.Before(t.next):
		return turn{wait: t.next}
	}
	t.next = s.now.Add(t.every)
	t.running++
	t.probing = t.failed > 0
	return turn{passed: true, probe: t.probing}
}

// crowded is how long an item waits that was claimed though its route has enough to do.
const crowded = time.Second

// A feedback is how the destination, not the message, has done.
type feedback uint8

const (
	untried feedback = iota // it was not asked
	healthy
	busy    // it answers, and wants less: 421, 450 and the like for everybody
	unknown // the Transport could not say
	dead    // it does not answer
)

// learn notes how a delivery went, before anything else is done about it: what is claimed next is to know.
func (s *shaper) learn(route string, f feedback, had turn, last smtp.Reply, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hear(now)
	t := s.site(route)
	defer s.changed(route, t)
	t.running--
	if had.probe {
		t.probing = false
	}
	switch f {
	case untried:
	case healthy:
		t.failed = 0
		t.window = min(t.window+1/t.window, float64(t.most))
	case busy:
		t.failed = 0
		t.window = max(1, t.window/2)
	case unknown:
		t.window = max(1, t.window/2)
		if had.probe {
			t.fail(last, s.now.Add(s.limits.probeAfter(t.failed)))
		}
	case dead:
		t.window = 1
		if had.probe || t.failed == 0 { // others that were under way tell nothing new
			t.fail(last, s.now.Add(s.limits.probeAfter(t.failed)))
		}
	}
}

// end notes that an item that was claimed is settled.
func (s *shaper) end(route string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.site(route)
	t.leased--
	t.used = s.now
}

func (t *site) fail(last smtp.Reply, probe time.Time) {
	t.failed++
	t.last, t.probe = last, probe
}
