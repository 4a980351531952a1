package rvp

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"
)

// Bounds that are not worth a setting.
const (
	maxPerServer  = 32        // deliveries at a time to one other server
	maxOctets     = 256 << 20 // of all bodies, counted once for each parcel
	maxLaneOctets = 4 << 20   // of those for one Call-Back
	failureLife   = time.Hour // of the count of failures of a Call-Back
)

// A courierConfig is what a courier needs.
type courierConfig struct {
	limits  Limits // Delivery, Deliveries, DeliveryQueue, CallBackQueue, Retries
	policy  CallBackPolicy
	locator *Locator    // finds other servers, and its Dial connects to clients too; nil is the zero one
	names   []string    // of this server and its IM domain: nothing is sent there
	trace   func(Event) // may be nil
}

// A courier delivers NOTIFYs. Those to one Call-Back go one at a time, in the
// order in which they were posted (RVP-103); only messages overtake changes that wait to be
// tried again, and of changes that cannot be delivered now the latest is kept (supersede). Those to different Call-Backs have nothing to do with each other, but for
// how many are under way at a time. Of these, clients that failed the last
// time have a quarter, servers that did an eighth, and any other server has
// maxPerServer.
//
// Rules that hold everywhere in it:
//
//  1. What was posted is counted until it is done, so memory is bounded.
//  2. A lane that is busy is run by one goroutine or in one queue, and one that is not
//     has nothing that could be delivered now.
//  3. No lock is held over I/O or done.
type courier struct {
	courierConfig
	servers *http.Transport
	ctx     context.Context // of all deliveries
	cancel  context.CancelFunc
	spaces  sync.Pool // of *callSpace

	mu          sync.Mutex
	lanes       map[laneKey]*lane        // those with something in them
	sites       map[string]*site         // other servers that something is delivered to
	all         site                     // every delivery is one of it
	deadClients site                     // those who failed the last time
	deadServers site                     // likewise
	failed      recent[laneKey, int]     // Call-Backs, and how often in a row
	troubled    recent[string, struct{}] // servers
	posted      int                      // parcels that are not done
	octets      int                      // of their bodies
	stopped     bool
	idle        chan struct{} // closed when stopped and nothing is left
}

// newCourier returns a courier; close ends it.
func newCourier(config courierConfig) *courier {
	l := &config.limits
	l.Delivery = cmp.Or(l.Delivery, 10*time.Second)
	l.Deliveries = cmp.Or(l.Deliveries, 1024)
	l.DeliveryQueue = cmp.Or(l.DeliveryQueue, 1<<16)
	l.CallBackQueue = cmp.Or(l.CallBackQueue, 256)
	l.Retries = cmp.Or(l.Retries, 4)
	if config.locator == nil {
		config.locator = new(Locator)
	}
	c := &courier{courierConfig: config, idle: make(chan struct{})}
	c.servers = config.locator.transportTo(l.Delivery/2, config.policy.servers(config.locator.Addrs))
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.lanes = make(map[laneKey]*lane)
	c.sites = make(map[string]*site)
	c.all.room = max(l.Deliveries, 1)
	c.deadClients.room = max(l.Deliveries/4, 1)
	c.deadServers.room = max(l.Deliveries/8, 1)
	return c
}

// post has a parcel delivered. It never blocks; errBusy means that too many
// wait, in all or for this Call-Back, and that this one is not taken.
func (c *courier) post(p parcel) error {
	p.posted = time.Now()
	older, err := c.accept(&p)
	for i := range older {
		c.tell(&older[i], outcome{err: errSuperseded})
	}
	if err != nil {
		c.report(&p, DeliveryDropped, 0)
	}
	return err
}

// accept puts a parcel into its lane, and returns those that it took the place of.
func (c *courier) accept(p *parcel) (older []parcel, err error) {
	key := laneKey{p.to, p.client}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return nil, errStopped
	}
	l := c.lanes[key]
	if l != nil {
		older = c.supersede(l, p)
	}
	if !c.fits(l, p, 0, 0) {
		return older, errBusy
	}
	if l == nil {
		l = newLane(key)
		c.lanes[key] = l
	}
	c.count(l, p, 1)
	l.parcels = append(l.parcels, *p)
	c.start(l)
	return older, nil
}

// count counts a parcel that was posted, or is done if by is -1.
func (c *courier) count(l *lane, p *parcel, by int) {
	c.posted += by
	l.posted += by
	c.octets += by * len(p.body)
	l.octets += by * len(p.body)
}

// close takes nothing more, tries what waits to be tried again one last time
// at once, and waits until all is delivered. When ctx ends first it cuts off
// what is under way, gives up the rest, and returns the context's error.
func (c *courier) close(ctx context.Context) error {
	c.mu.Lock()
	if !c.stopped {
		c.stopped = true
		for _, l := range c.lanes {
			l.paused = false
			c.start(l)
		}
		if c.posted == 0 {
			close(c.idle)
		}
	}
	c.mu.Unlock()
	var err error
	select {
	case <-c.idle:
	case <-ctx.Done():
		err = ctx.Err()
		c.cancel()
		<-c.idle
	}
	c.cancel()
	c.servers.CloseIdleConnections()
	return err
}
