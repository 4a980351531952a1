package smtp

import (
	"context"
	"fmt"
	"slices"
)

// The methods in this file want Pool.mu to be held, unless they say otherwise.
// It is never held over I/O.

// site finds or makes what is known of an address.
func (p *Pool) site(addr string) *site {
	s := p.sites[addr]
	if s == nil {
		if p.sites == nil {
			p.sites = map[string]*site{}
		}
		s = &site{addr: addr}
		p.sites[addr] = s
	}
	return s
}

func (p *Pool) lend(c *Client, l lease) {
	if p.lent == nil {
		p.lent = map[*Client]lease{}
	}
	p.lent[c] = l
}

// vacate gives the room of a connection to who waits for it.
func (p *Pool) vacate(s *site) {
	s.open--
	s.wake()
	if s.open == 0 && len(s.waiting) == 0 && p.sites[s.addr] == s {
		delete(p.sites, s.addr)
	}
}

// wake lets the first of those who wait look again.
func (s *site) wake() {
	if len(s.waiting) > 0 {
		close(s.waiting[0])
		s.waiting = s.waiting[1:]
	}
}

// take removes and returns the connection with the key that was used last.
func (s *site) take(key poolKey) *idler {
	for i, kept := range slices.Backward(s.idle) {
		if kept.key == key {
			s.remove(i)
			return kept
		}
	}
	return nil
}

// oldest removes and returns the connection that has waited longest.
func (s *site) oldest() *idler {
	if len(s.idle) == 0 {
		return nil
	}
	kept := s.idle[0]
	s.remove(0)
	return kept
}

func (s *site) remove(i int) {
	s.idle[i].timer.Stop() // if it has fired, expire finds nothing
	s.idle = slices.Delete(s.idle, i, i+1)
}

// end closes a connection that nobody else has, in a goroutine of its own: it
// says goodbye, and waits a little for the answer.
func (p *Pool) end(c *Client) {
	if p.closed {
		go c.leave() // Close does not wait for it
		return
	}
	p.ends.Go(c.leave)
}

// leave says goodbye if there is somebody to say it to, and closes.
func (c *Client) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), quitTime)
	defer cancel()
	// How it goes makes no difference to anybody.
	_ = c.Quit(ctx)
}

// adopt takes over from o what does not depend on the connection.
func (c *Client) adopt(o *Options) {
	d := o.orDefaults()
	c.opts.Convert, c.opts.Trace = d.Convert, d.Trace
	c.opts.ReplyLines, c.opts.ReplyOctets = d.ReplyLines, d.ReplyOctets
	c.opts.Timeouts = d.Timeouts
	c.wire.Timeouts.Write = max(0, d.Timeouts.Block)
}

// leave ends a wait, and passes on the wake-up that may have come meanwhile. It
// takes the lock.
func (p *Pool) leave(s *site, room chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(s.waiting, room); i >= 0 {
		s.waiting = slices.Delete(s.waiting, i, i+1)
		return
	}
	s.wake()
}

// drop closes a connection that was lent. It takes the lock.
func (p *Pool) drop(c *Client, s *site) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.lent, c)
	p.end(c)
	p.vacate(s)
}

// expire closes a connection that has waited long enough. It takes the lock.
func (p *Pool) expire(s *site, kept *idler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(s.idle, kept); i >= 0 {
		s.remove(i)
		p.end(kept.c)
		p.vacate(s)
	}
}

func ctxError(ctx context.Context) error {
	return fmt.Errorf("smtp: no connection yet: %w", context.Cause(ctx))
}
