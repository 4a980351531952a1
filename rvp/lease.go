package rvp

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"time"
)

const (
	dueBatch    = 256 // nodes at a time
	sweepPeriod = 10 * time.Minute
	retryPause  = time.Second // when the store fails, or too many watchers wait to be told
	endQueue    = 256         // logons that are to be ended
)

// A calendar ends leases when their time has come, and logons that are not
// reached any more: one goroutine for all users.
type calendar struct {
	home    *HomeServer
	ctx     context.Context
	cancel  context.CancelFunc
	wakeAt  atomic.Int64  // when it looks next, in Unix nanoseconds
	sooner  chan struct{} // it has to look before that
	ends    chan Subscription
	stopped chan struct{}
}

func (c *calendar) start(h *HomeServer) {
	c.home = h
	c.sooner, c.ends, c.stopped = make(chan struct{}, 1), make(chan Subscription, endQueue), make(chan struct{})
	c.ctx, c.cancel = context.WithCancel(h.ctx)
	c.wakeAt.Store(math.MaxInt64)
	go c.run()
}

// stop ends it; what is due stays due for the next server.
func (c *calendar) stop() {
	c.cancel()
	<-c.stopped
}

// wakeIn says that something is due in that time.
func (c *calendar) wakeIn(d time.Duration) {
	if time.Now().Add(d).UnixNano() >= c.wakeAt.Load() {
		return
	}
	select {
	case c.sooner <- struct{}{}:
	default: // it has been said
	}
}

// end has a logon ended. It does not block: one that is forgotten will fail again.
func (c *calendar) end(s Subscription) {
	select {
	case c.ends <- s:
	default:
	}
}

func (c *calendar) run() {
	defer close(c.stopped)
	timer := time.NewTimer(0)
	defer timer.Stop()
	sweep := time.NewTicker(sweepPeriod)
	defer sweep.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-c.sooner:
			c.look(timer)
		case <-timer.C:
			c.look(timer)
		case s := <-c.ends:
			c.log(c.home.endSubscription(c.ctx, s.Node, s.ID))
		case <-sweep.C:
			c.log(c.home.Store.Sweep(c.ctx))
		}
	}
}

// look ends what is due, and sets the timer. Leases that are made meanwhile make
// themselves heard.
func (c *calendar) look(timer *time.Timer) {
	c.wakeAt.Store(math.MaxInt64)
	wait := c.expire()
	timer.Reset(wait)
	c.wakeAt.Store(time.Now().Add(wait).UnixNano())
}

// expire ends leases whose time has come and returns how long it is until the
// next one's has, as far as that is known.
func (c *calendar) expire() time.Duration {
	for {
		nodes, wait, err := c.home.Store.Due(c.ctx, dueBatch)
		if err != nil {
			c.log(err)
			return retryPause
		}
		for _, n := range nodes {
			err := c.home.change(c.ctx, n, (*Record).expire)
			if errors.Is(err, errBusy) {
				return retryPause
			}
			if err != nil && !errors.Is(err, errUnchanged) {
				c.log(err)
				return retryPause
			}
		}
		if len(nodes) < dueBatch {
			return wait
		}
		if c.ctx.Err() != nil {
			return retryPause
		}
	}
}

func (c *calendar) log(err error) {
	if err != nil && !errors.Is(err, ErrNoSubscription) && !errors.Is(err, context.Canceled) {
		c.home.logger().Error("rvp: the store failed", "err", err)
	}
}
