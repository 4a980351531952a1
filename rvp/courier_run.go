package rvp

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// run delivers what is in a lane, for as long as nobody waits for its room, and then
// what is in the lane that waited: a goroutine that has dialed has a stack that is large enough.
func (c *courier) run(l *lane) {
	p, l := c.first(l)
	for l != nil {
		o := c.deliver(&p)
		again := c.again(l, &p, &o)
		if !again {
			c.tell(&p, o)
		}
		p, l = c.following(l, &p, !again)
	}
}

// first takes the parcel that a lane was started for. It returns the lane that it is in, nil
// if there is nothing more to do.
func (c *courier) first(l *lane) (parcel, *lane) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.proceed(l)
}

// proceed takes the next parcel of a lane, or of the first one after it that has one.
// The lock is held.
func (c *courier) proceed(l *lane) (parcel, *lane) {
	for ; l != nil; l = c.leave(l) {
		if p, ok := l.take(); ok {
			return p, l
		}
	}
	return parcel{}, nil
}

// following takes the parcel after one that is done, or that waits to be tried
// again. If there is none, or it is somebody else's turn, the lane has no longer
// a goroutine.
func (c *courier) following(l *lane, before *parcel, done bool) (parcel, *lane) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if done {
		c.count(l, before, -1)
	}
	if c.crowded(l) {
		l = c.leave(l)
	}
	return c.proceed(l)
}

// leave ends the run of a lane; it starts again behind those that wait now, if
// there is something in it. It returns the one whose turn it is to run, if there is one. The
// lock is held.
func (c *courier) leave(l *lane) *lane {
	c.stop(l)
	c.enqueue(l)
	next := c.admit()
	c.fill()
	if l.posted == 0 {
		delete(c.lanes, l.laneKey)
	}
	if c.stopped && c.posted == 0 {
		close(c.idle)
	}
	return next
}

// again notes how an attempt ended and reports whether there will be another
// one, after a pause in which the lane has no goroutine.
func (c *courier) again(l *lane, p *parcel, o *outcome) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if errors.Is(o.err, errUnwanted) || errors.Is(o.err, errStopped) {
		return false
	}
	c.note(l, o)
	p.attempts++
	if !p.retry || c.stopped || p.attempts > c.limits.Retries || !o.temporary(p.client) {
		return false
	}
	l.parcels = append([]parcel{*p}, l.parcels...)
	l.paused = true
	time.AfterFunc(backOff(p.attempts, p.client), func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		l.paused = false
		c.start(l)
	})
	return true
}

// note counts the failures in a row to connect to a Call-Back. One that does
// not answer in time is remembered too, since it takes as much of the room. The lock is held.
func (c *courier) note(l *lane, o *outcome) {
	if o.status != 0 || errors.Is(o.err, errRefused) {
		c.failed.drop(l.laneKey)
		c.troubled.drop(l.server)
		return
	}
	o.unreachable, _ = c.failed.get(l.laneKey)
	if errors.Is(o.err, errUnreachable) {
		o.unreachable++
	}
	c.failed.put(l.laneKey, o.unreachable, failureLife, c.limits.DeliveryQueue)
	if !l.client {
		c.troubled.put(l.server, struct{}{}, failureLife, c.limits.DeliveryQueue)
	}
}

// temporary reports whether it is worth trying again. A client that answered
// has the change, even if its answer is 500 (RVP-101).
func (o *outcome) temporary(client bool) bool {
	switch o.status {
	case 0:
		return !errors.Is(o.err, errRefused) && !errors.Is(o.err, errRedirected)
	case http.StatusServiceUnavailable:
		return true
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return !client
	}
	return false
}

// backOff is how long to wait after so many attempts: 2 s for a client and 8 s
// for a server, doubled each time, and less up to a quarter, so that those who failed
// together do not come back together.
func backOff(attempts int, client bool) time.Duration {
	d := time.Second << min(attempts, 8)
	if !client {
		d *= 4
	}
	return d - rand.N(d/4)
}

// deliver makes one attempt.
func (c *courier) deliver(p *parcel) outcome {
	if c.ctx.Err() != nil {
		return outcome{err: errStopped}
	}
	if p.wanted != nil && !p.wanted() {
		return outcome{err: errUnwanted}
	}
	if !p.client {
		return c.toServer(p)
	}
	var o outcome
	o.status, o.err = c.toClient(p)
	return o
}

// tell says how a delivery ended.
func (c *courier) tell(p *parcel, o outcome) {
	if p.done != nil {
		p.done(o)
	}
	kind := DeliveryDone
	switch {
	case errors.Is(o.err, errSuperseded):
		kind = DeliverySuperseded
	case errors.Is(o.err, errStopped):
		kind = DeliveryDropped
	}
	c.report(p, kind, o.status)
}

// report tells Trace what became of a parcel.
func (c *courier) report(p *parcel, kind EventKind, status int) {
	if c.trace != nil {
		c.trace(Event{Kind: kind, Method: "NOTIFY", Node: p.node, To: p.to, Status: status, Duration: time.Since(p.posted)})
	}
}
