package rvp

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// SetState has others see another state, of this program: Busy, Away and the like, also
// one of the program's own. The server shows it as long as the Client keeps its
// lease alive, then Offline. Before LogOn it sets the one to log on with, which
// is Online otherwise.
func (c *Client) SetState(ctx context.Context, s State) error {
	if !s.Valid() {
		return fmt.Errorf("rvp: state %.70q: write up to 64 letters, digits and hyphens, a letter first", string(s))
	}
	c.start()
	c.mu.Lock()
	c.state = s
	c.mu.Unlock()
	link, err := c.online()
	if err != nil {
		return nil
	}
	wait, err := c.showState(ctx, link)
	if err != nil {
		link.plan.within(&link.refresh, 0)
		return err
	}
	link.plan.within(&link.refresh, wait)
	return nil
}

// State returns the state that was set.
func (c *Client) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmp.Or(c.state, Online)
}

// refreshState is the job that keeps the lease of the state (RVP-083).
func (c *Client) refreshState(ctx context.Context, link *link) time.Duration {
	if c.Status() == Lost {
		return never // Restored will see to it
	}
	wait, err := c.showState(ctx, link)
	if err != nil {
		c.logger().InfoContext(ctx, "rvp: the state could not be refreshed", "err", err)
		link.plan.within(&link.keep, 0) // is the server there?
		c.mu.Lock()
		defer c.mu.Unlock()
		link.stale++
		return min(30*time.Second<<min(link.stale-1, 8), maxBackOff)
	}
	// A server that was started anew with nothing in its memory takes the state all
	// the same, and may give the view the ID that it had. So the logon is looked
	// after as often, and not only when it is about to end in some hours.
	link.plan.within(&link.keep, 0)
	return wait
}

// showState sets the state at the server and returns when to refresh it.
func (c *Client) showState(ctx context.Context, link *link) (time.Duration, error) {
	// One at a time, or an older one might be the last.
	select {
	case link.stating <- struct{}{}:
		defer func() { <-link.stating }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	c.mu.Lock()
	s, view := c.state, link.view
	c.mu.Unlock()
	granted, err := c.lease(ctx, s, view.id)
	if view.id != "" && forgotten(err) {
		granted, err = c.lease(ctx, s, "")
	}
	if err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	link.view, link.stale = granted, 0
	return max(time.Until(granted.due()), 0), nil
}

// lease sets the state, in a view that is given or, if that is "", a new one
// (rvp-exchange2000, 5.5; RVP-068 to RVP-070).
func (c *Client) lease(ctx context.Context, s State, view string) (hold, error) {
	h := hold{began: time.Now(), id: view, granted: cmp.Or(c.Lease, DefaultLease)}
	_, body, err := c.do(ctx, query{method: "PROPPATCH", node: c.Node(), body: appendPropertyUpdate(nil, []PropertyChange{{
		Name: PropState, Leased: true, View: view,
		Lease: Lease{Value: s.inner(), Default: Offline.inner(), Timeout: max(h.granted, time.Second)},
	}})})
	if err != nil {
		return h, err
	}
	known, err := parseMultistatus(body)
	if err != nil || len(known) == 0 {
		return h, nil // it has succeeded, by the status; what was granted is not said
	}
	for _, stat := range known[0].Stats {
		for _, p := range stat.Props {
			if p.Name != PropState {
				continue
			}
			if stat.Status/100 != 2 {
				return h, failure("PROPPATCH", c.Node(), stat.Status)
			}
			if granted, err := p.change(); err == nil {
				h.granted = cmp.Or(granted.Lease.Timeout, h.granted)
				h.id = cmp.Or(granted.View, h.id)
			}
		}
	}
	return h, nil
}
