package queue

import "time"

const (
	// maxSites is how many routes are remembered at most, but for those that have something to do now.
	maxSites = 10000

	// siteIdle is how long a route is remembered that has nothing to do, and of which nothing bad is known.
	siteIdle = time.Minute
)

// forget drops idle routes that did well. The caller has the lock.
func (s *shaper) forget() {
	s.swept = s.now
	for name, t := range s.routes {
		idle := t.leased == 0 && s.now.Sub(t.used) >= siteIdle
		if idle && t.failed == 0 && t.window >= float64(min(s.limits.initial(), t.most)) && !s.now.Before(t.next) {
			s.drop(name)
		}
	}
}

// shrink makes room where forget has not: it drops idle routes of whatever kind until there is some to spare, so that its
// own cost is rare. What is lost is that some destinations are tried once more than they had to be. The caller has the
// lock.
func (s *shaper) shrink() {
	s.forget()
	for name, t := range s.routes {
		if len(s.routes) <= maxSites*9/10 {
			return
		}
		if t.leased == 0 {
			s.drop(name)
		}
	}
}

func (s *shaper) drop(name string) {
	delete(s.routes, name)
	delete(s.odd, name)
}

// down tells whether nothing should be sent that way now.
func (s *shaper) down(route string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.routes[route]
	return ok && t.down(s.now)
}

// revive forgets that a destination was down.
func (s *shaper) revive(route string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.routes[route]; ok && !t.probing {
		t.failed = 0
	}
}

// reviveAll forgets which destinations were down.
func (s *shaper) reviveAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.routes {
		if !t.probing {
			t.failed = 0
		}
	}
}

// probeAfter is how long a destination is left alone that has failed that often before.
func (l Limits) probeAfter(failed int) time.Duration {
	d := l.probe()
	for range failed {
		if d >= l.probeMax()/2 {
			return l.probeMax()
		}
		d *= 2
	}
	return d
}
