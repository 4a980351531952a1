package rvp

import (
	"context"
	"time"
)

// A link is what there is from LogOn to LogOff.
type link struct {
	ctx    context.Context // of what goes on by itself
	cancel context.CancelFunc
	plan   *schedule
	ended  chan struct{} // closed when plan is not run any more

	keep, refresh job
	stating       chan struct{} // has room for one: who is setting the state

	// Client.mu guards what follows.
	open  bool // logged on, and not about to log off
	door  *door
	login hold
	view  hold
	fails int // to come back, in a row
	stale int // failures to refresh the state, in a row
}

// LogOn logs on: it finds the home server, listens, and tells the server where
// (RVP-147). When it returns others see the user; what becomes of the contacts is told by
// events. ctx is for LogOn only.
//
// The error wraps ErrLogin if the password is wrong, ErrNoUser if the server knows no such
// user, and ErrLoggedOn if this was done already.
func (c *Client) LogOn(ctx context.Context) error {
	c.start()
	link, err := c.begin()
	if err != nil {
		return err
	}
	if err := c.logOn(ctx, link); err != nil {
		c.giveUp(ctx, link)
		return err
	}
	return nil
}

// begin reserves the Client for a logon.
func (c *Client) begin() (*link, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.link != nil {
		return nil, ErrLoggedOn
	}
	l := &link{plan: newSchedule(), ended: make(chan struct{}), stating: make(chan struct{}, 1)}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.keep.run = func(ctx context.Context) time.Duration { return c.keepLogon(ctx, l) }
	l.refresh.run = func(ctx context.Context) time.Duration { return c.refreshState(ctx, l) }
	c.link = l
	return l, nil
}

func (c *Client) logOn(ctx context.Context, l *link) error {
	found, err := c.locator.Discover(ctx, c.User)
	if err != nil {
		return err
	}
	c.become(found.User)
	if err := c.open(ctx, l); err != nil {
		return err
	}
	login, _, err := c.subscribe(ctx, found.User, PragmaNotify, l.door.url)
	if err != nil {
		return err
	}
	c.mu.Lock()
	l.login = login
	own := c.contacts[c.self]
	c.mu.Unlock()
	if err := c.tendNow(ctx, l, own); err != nil && statusOf(err) == 0 {
		return err // others are not worth more than a look at it later
	}
	wait, err := c.showState(ctx, l)
	if err != nil {
		return err
	}
	c.opened(l, wait)
	return nil
}

// become notes who the user is.
func (c *Client) become(self Node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if own := c.contacts[c.self]; own != nil && c.self != self {
		delete(c.contacts, c.self)
		delete(c.contacts, own.alias)
	}
	c.self = self
	if c.contacts[self] == nil {
		c.addContact(self)
	}
}

// opened begins what goes on by itself.
func (c *Client) opened(l *link, refresh time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l.open = true
	c.turn(Connected, nil)
	if own := c.contacts[c.self]; own.State != "" {
		c.queue.presence(PresenceEvent{Presence: own.Presence}) // see know
	}
	l.plan.within(&l.keep, time.Until(l.login.due()))
	l.plan.within(&l.refresh, refresh)
	for n, k := range c.contacts {
		if n != k.Node {
			continue
		}
		c.arm(k)
		wait := time.Duration(0)
		if n == c.self && k.sub.id != "" {
			wait = time.Until(k.sub.due())
		}
		l.plan.within(k.job, wait)
	}
	go func() {
		defer close(l.ended)
		l.plan.loop(l.ctx)
	}()
	if c.Listen != nil || c.CallBack != "" {
		go c.sweep(l)
	}
}

// turn sets the status and tells it. The lock is held.
func (c *Client) turn(s ConnectionStatus, err error) {
	c.status = s
	c.queue.connection(ConnectionEvent{Status: s, Err: err})
}
