package rvp

import "slices"

// A laneKey tells lanes apart.
type laneKey struct {
	to     string
	client bool
}

// A lane has the parcels of one Call-Back.
type lane struct {
	laneKey
	parcels []parcel // those that wait, in order
	posted  int      // those, and the one that is under way
	octets  int      // of their bodies
	busy    bool     // run by a goroutine, or in the queue of a site
	paused  bool     // the first change waits for a timer
	site    *site    // besides courier.all, while it is run; may be nil
	server  string   // the host of another server
}

// next returns the index of the parcel to deliver now, or -1.
func (l *lane) next() int {
	if !l.paused {
		return min(len(l.parcels), 1) - 1
	}
	return slices.IndexFunc(l.parcels, func(p parcel) bool { return !p.retry })
}

// take removes the parcel to deliver now.
func (l *lane) take() (parcel, bool) {
	i := l.next()
	if i < 0 {
		return parcel{}, false
	}
	p := l.parcels[i]
	if i > 0 {
		l.parcels = slices.Delete(l.parcels, i, i+1)
		return p, true
	}
	l.parcels[0] = parcel{} // let go of its body
	l.parcels = l.parcels[1:]
	return p, true
}

// A site is what has room for so many deliveries at a time.
type site struct {
	room    int
	running int     // lanes that have room here, whether they run or wait for room in all
	queue   []*lane // those that wait for it, in order
}

func (s *site) full() bool { return s.running >= s.room }

func (s *site) pop() *lane {
	l := s.queue[0]
	s.queue[0] = nil
	s.queue = s.queue[1:]
	return l
}

// start runs a lane, or queues it where there is no room, unless it is busy or
// has nothing to deliver now. The lock is held.
func (c *courier) start(l *lane) {
	c.enqueue(l)
	c.fill()
}

// enqueue is start, without running it. The lock is held.
func (c *courier) enqueue(l *lane) {
	if l.busy || l.next() < 0 {
		return
	}
	l.busy = true
	s := c.siteOf(l)
	if s != nil {
		if s.full() {
			s.queue = append(s.queue, l)
			return
		}
		s.running++
	}
	l.site = s
	c.all.queue = append(c.all.queue, l)
}

// stop gives up the room of a lane, which is to be filled then. The first one that waits for it gets it as it
// is, so that a queue is never left to itself. The lock is held.
func (c *courier) stop(l *lane) {
	if s := l.site; s != nil && len(s.queue) > 0 {
		next := s.pop()
		next.site = s
		c.all.queue = append(c.all.queue, next)
	} else if s != nil {
		s.running--
		if s == c.sites[l.server] && s.running == 0 {
			delete(c.sites, l.server)
		}
	}
	l.site, l.busy = nil, false
	c.all.running--
}

// admit returns the lane whose turn it is to run, or nil. The lock is held.
func (c *courier) admit() *lane {
	if c.all.full() || len(c.all.queue) == 0 {
		return nil
	}
	c.all.running++
	return c.all.pop()
}

// fill runs lanes as long as there is room in all. The lock is held.
func (c *courier) fill() {
	for l := c.admit(); l != nil; l = c.admit() {
		go c.run(l)
	}
}

// siteOf returns whose room a lane takes besides that of all; nil if nobody's.
// The lock is held.
func (c *courier) siteOf(l *lane) *site {
	switch failed := c.hasFailed(l); {
	case failed && l.client:
		return &c.deadClients
	case failed:
		return &c.deadServers
	case l.client:
		return nil
	}
	s := c.sites[l.server]
	if s == nil {
		s = &site{room: maxPerServer}
		c.sites[l.server] = s
	}
	return s
}

// hasFailed reports whether a client, or a server with any of its users, failed the last
// time. The lock is held.
func (c *courier) hasFailed(l *lane) bool {
	if l.client {
		_, failed := c.failed.get(l.laneKey)
		return failed
	}
	_, failed := c.troubled.get(l.server)
	return failed
}

// newLane returns the lane of a Call-Back.
func newLane(key laneKey) *lane {
	l := &lane{laneKey: key}
	if !key.client {
		n, _ := ParseNode(key.to) // what is none will be refused
		l.server = n.Host
	}
	return l
}

// crowded reports whether a lane has to give up its room: others wait for it,
// or it failed meanwhile and is to be among its like. The lock is held.
func (c *courier) crowded(l *lane) bool {
	if len(c.all.queue) > 0 || l.site != nil && len(l.site.queue) > 0 {
		return true
	}
	return c.hasFailed(l) != (l.site == &c.deadClients || l.site == &c.deadServers)
}
