package rvp

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// maxBackOff is how long the Client waits at most until it tries to come back, and
// loginPause if the password is refused: accounts are locked by too many tries.
const (
	maxBackOff = 5 * time.Minute
	loginPause = time.Hour
)

var (
	errForgotten = errors.New("rvp: the server has forgotten the logon")
	errDeaf      = errors.New("rvp: the listener has failed")
)

// keepLogon is the job that keeps the login subscription, and brings it back.
func (c *Client) keepLogon(ctx context.Context, l *link) time.Duration {
	c.mu.Lock()
	login, lost, door := l.login, c.status == Lost, l.door
	c.mu.Unlock()
	if !lost {
		err := errDeaf
		if !door.ended() {
			if login, err = c.renew(ctx, c.Node(), login); err == nil {
				return c.kept(l, login)
			}
		}
		switch {
		case ctx.Err() != nil:
			return never
		case statusOf(err)/100 == 5 && !login.over():
			return min(30*time.Second, max(time.Second, login.granted/8)) // it is busy, not gone
		}
		c.lose(ctx, l, err)
	}
	if err := c.comeBack(ctx, l); err != nil {
		if ctx.Err() != nil {
			return never
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		l.fails++
		return backOffOf(err, l.fails)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Until(l.login.due())
}

// backOffOf is how long to wait after so many failures: 1 s, doubled each time, and less
// up to a quarter, since all clients of a server lose it at the same time.
func backOffOf(err error, fails int) time.Duration {
	if errors.Is(err, ErrLogin) {
		return loginPause
	}
	d := min(time.Second<<min(fails-1, 16), maxBackOff)
	return d - rand.N(d/4)
}

// kept notes a renewal. The server knows the logon, so that if it has
// forgotten a view that is all.
func (c *Client) kept(l *link, login hold) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	l.login = login
	return time.Until(login.due())
}

// lose notes that the server is not there, or has forgotten the logon.
func (c *Client) lose(ctx context.Context, l *link, err error) {
	if forgotten(err) {
		err = errForgotten
	}
	c.logger().InfoContext(ctx, "rvp: the connection is lost", "user", c.Node().URL(), "err", err)
	c.carrier.closeIdle() // connections that were good before are not now
	c.mu.Lock()
	defer c.mu.Unlock()
	l.fails = 0
	c.turn(Lost, err)
}

// comeBack does what LogOn does, with what is left of it.
func (c *Client) comeBack(ctx context.Context, l *link) error {
	moved, err := c.reopen(ctx, l)
	if err != nil {
		return err
	}
	c.mu.Lock()
	self, login, door, own := c.self, l.login, l.door, c.contacts[c.self]
	c.mu.Unlock()
	if moved {
		_ = c.unsubscribe(ctx, self, login.id)
	} else {
		login, err = c.renew(ctx, self, login)
	}
	fresh := forgotten(err)
	if moved || fresh {
		login, _, err = c.subscribe(ctx, self, PragmaNotify, door.url)
	}
	if err != nil {
		return err
	}
	c.mu.Lock()
	l.login = login
	for n, k := range c.contacts {
		// What has happened meanwhile was not told. A server that has forgotten
		// all may use the same IDs again: ending what was would hit what is.
		k.anew = true
		if fresh && n.Host == self.Host {
			k.sub = hold{}
		}
	}
	c.mu.Unlock()
	if err := c.tendOwn(ctx, l, own); err != nil && statusOf(err) == 0 {
		return err
	}
	wait, err := c.showState(ctx, l)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	l.fails = 0
	c.turn(Restored, nil)
	l.plan.within(&l.refresh, wait)
	for n, k := range c.contacts {
		if n == k.Node {
			l.plan.within(k.job, 0)
		}
	}
	return nil
}

// tendOwn is tendNow for the user's own node, unless that is under way.
func (c *Client) tendOwn(ctx context.Context, l *link, own *contact) error {
	c.mu.Lock()
	busy := own.tending
	own.tending = true
	c.mu.Unlock()
	if busy {
		return nil
	}
	err := c.tendNow(ctx, l, own)
	c.mu.Lock()
	defer c.mu.Unlock()
	own.tending = false
	return err
}

// reopen opens another listener if the old one has failed, or the address of this
// machine is another one now.
func (c *Client) reopen(ctx context.Context, l *link) (moved bool, err error) {
	c.mu.Lock()
	door := l.door
	c.mu.Unlock()
	if !door.ended() {
		if c.Listen != nil || c.CallBack != "" {
			return false, nil
		}
		local, err := c.localAddr(ctx)
		if err != nil || local == door.local {
			return false, err
		}
	}
	if err := c.open(ctx, l); err != nil {
		return false, err
	}
	door.close()
	return true, nil
}

// sweep ends logons that an earlier run of the program has left behind at the same
// address: all messages would come once for each of them (facts, 9.11).
func (c *Client) sweep(l *link) {
	list, err := c.Subscriptions(l.ctx, PragmaNotify)
	if err != nil {
		return // servers need not tell
	}
	c.mu.Lock()
	own, at := l.login.id, l.door.url
	c.mu.Unlock()
	for _, s := range list {
		id := strconv.FormatUint(s.ID, 10)
		if s.CallBack == at && id != own {
			_ = c.unsubscribe(l.ctx, c.Node(), id)
		}
	}
}

// forgotten reports whether an error says that the server does not know a subscription.
func forgotten(err error) bool {
	s := statusOf(err)
	return s == http.StatusPreconditionFailed || s == http.StatusNotFound
}
