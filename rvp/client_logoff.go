package rvp

import (
	"context"
	"sync"
	"time"
)

// giveUp undoes a logon that has failed half way.
func (c *Client) giveUp(ctx context.Context, l *link) {
	l.cancel()
	c.mu.Lock()
	self, login, door := c.self, l.login, l.door
	own := hold{}
	if k := c.contacts[self]; k != nil {
		own, k.sub = k.sub, hold{}
	}
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = c.unsubscribe(ctx, self, own.id)
	_ = c.unsubscribe(ctx, self, login.id)
	door.close()
	c.carrier.closeIdle()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.link = nil
}

// LogOff goes offline, ends all subscriptions (RVP-148) and, when all has been said,
// the listener. The contacts stay for the next LogOn. The error says what could not
// be told to the server, which will find out by itself, later. Who is not logged on is logged off.
func (c *Client) LogOff(ctx context.Context) error {
	c.start()
	c.mu.Lock()
	l, lost := c.link, c.status == Lost
	if l == nil || !l.open {
		c.mu.Unlock()
		return nil
	}
	l.open = false
	c.mu.Unlock()
	l.cancel()
	<-l.ended
	var err error
	if !lost {
		c.mu.Lock()
		view := l.view.id
		c.mu.Unlock()
		_, err = c.lease(ctx, Offline, view)
		c.endAll(ctx, l)
	}
	l.door.close()
	c.carrier.closeIdle()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.contacts {
		k.sub, k.State, k.Err = hold{}, "", nil
	}
	c.link = nil
	c.turn(LoggedOff, nil)
	return err
}

// endAll ends all subscriptions, the login last.
func (c *Client) endAll(ctx context.Context, l *link) {
	type end struct {
		node Node
		id   string
	}
	c.mu.Lock()
	var ends []end
	for n, k := range c.contacts {
		if n == k.Node {
			ends = append(ends, end{n, k.sub.id})
		}
	}
	self := c.self
	c.mu.Unlock()
	var wg sync.WaitGroup
	slots := make(chan struct{}, maxJobs)
	for _, e := range ends {
		slots <- struct{}{}
		wg.Go(func() {
			if err := c.unsubscribe(ctx, e.node, e.id); err != nil {
				c.logger().DebugContext(ctx, "rvp: UNSUBSCRIBE failed", "node", e.node.URL(), "err", err)
			}
			<-slots
		})
	}
	wg.Wait()
	_ = c.unsubscribe(ctx, self, l.login.id) // it ends by itself
}
