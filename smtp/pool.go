package smtp

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"
)

// ErrPoolClosed is what a Pool returns after Close.
var ErrPoolClosed = errors.New("smtp: pool is closed")

// A Pool keeps connections for the next message. One is reused only for the
// same address with the same Options in all that matters: the policy and names
// of TLS, the login, the name for ourselves; so that nothing which asks for much
// ever travels on a connection that was made for less. (Where connections come
// from is not looked at: different DialContexts need different Pools.)
//
// The zero value works; the fields must not be changed once it is used. It is
// safe for use by several goroutines, and must not be copied.
type Pool struct {
	// PerDestination is how many connections are open to one address at most,
	// idle ones included; 20. Who wants more waits.
	PerDestination int

	// Messages is how many transactions a connection carries at most; 100.
	Messages int

	// Idle is how long a connection waits for the next message; 10 seconds.
	// Servers do not like to be kept waiting.
	Idle time.Duration

	// Dial opens connections; Dial of this package if nil.
	Dial func(ctx context.Context, addr string, o *Options) (*Client, error)

	mu     sync.Mutex
	sites  map[string]*site
	lent   map[*Client]lease
	closed bool
	ends   sync.WaitGroup // goodbyes that are being said
}

// A lease says what a Client that was lent is for.
type lease struct {
	site *site
	key  poolKey
}

// An idler is a connection that waits for the next message.
type idler struct {
	c     *Client
	key   poolKey
	since time.Time
	timer *time.Timer // ends the wait
}

// A site is what a Pool knows of one address.
type site struct {
	addr    string
	open    int             // connections, idle ones included, and those being made
	idle    []*idler        // the one last used is the last
	waiting []chan struct{} // who waits for room, the first first
}

// A round of calls within checkAfter needs no sign of life in between.
const (
	checkAfter = time.Second
	checkTime  = 10 * time.Second
	quitTime   = 10 * time.Second
)

// Get returns a connection to addr that fits the Options: one that was kept and
// still lives, or a new one. The caller hands it back by Put. ctx ends the wait
// for a connection, and the making of one.
func (p *Pool) Get(ctx context.Context, addr string, o *Options) (*Client, error) {
	c, _, err := p.get(ctx, addr, o)
	return c, err
}

// get is Get, and tells whether the connection was used before.
func (p *Pool) get(ctx context.Context, addr string, o *Options) (c *Client, used bool, err error) {
	key := keyOf(addr, o)
	for {
		kept, s, err := p.claim(ctx, addr, key)
		if err != nil {
			return nil, false, err
		}
		if kept == nil {
			c, err := p.connect(ctx, addr, o, lease{s, key})
			return c, false, err
		}
		if p.alive(ctx, kept) {
			kept.c.adopt(o)
			return kept.c, true, nil
		}
		p.drop(kept.c, s)
	}
}

// claim takes an idle connection, or else room for a new one.
func (p *Pool) claim(ctx context.Context, addr string, key poolKey) (*idler, *site, error) {
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return nil, nil, ErrPoolClosed
		}
		s := p.site(addr)
		if kept := s.take(key); kept != nil {
			p.lend(kept.c, lease{s, key})
			p.mu.Unlock()
			return kept, s, nil
		}
		full := s.open >= cmp.Or(p.PerDestination, 20)
		if !full {
			s.open++
			p.mu.Unlock()
			return nil, s, nil
		}
		if other := s.oldest(); other != nil { // it fits nobody who wants one now
			s.open--
			p.end(other.c)
			p.mu.Unlock()
			continue
		}
		room := make(chan struct{})
		s.waiting = append(s.waiting, room)
		p.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			p.leave(s, room)
			return nil, nil, ctxError(ctx)
		}
	}
}

// connect opens a connection in the room that was claimed for it.
func (p *Pool) connect(ctx context.Context, addr string, o *Options, l lease) (*Client, error) {
	dial := p.Dial
	if dial == nil {
		dial = Dial
	}
	c, err := dial(ctx, addr, o)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.vacate(l.site)
		return nil, err
	}
	p.lend(c, l)
	return c, nil
}

// alive makes sure that a connection which has waited can be used, and that no
// transaction is open.
func (p *Pool) alive(ctx context.Context, kept *idler) bool {
	if !kept.c.open && time.Since(kept.since) < checkAfter {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	return kept.c.Reset(ctx) == nil && kept.c.Reusable()
}

// Put hands a connection back. One that cannot be used again is closed.
func (p *Pool) Put(c *Client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ours := p.lent[c]
	if !ours {
		p.end(c)
		return
	}
	delete(p.lent, c)
	if p.closed || !l.key.shared || !c.Reusable() || c.mails >= cmp.Or(p.Messages, 100) {
		p.end(c)
		p.vacate(l.site)
		return
	}
	kept := &idler{c: c, key: l.key, since: time.Now()}
	kept.timer = time.AfterFunc(cmp.Or(p.Idle, 10*time.Second), func() { p.expire(l.site, kept) })
	l.site.idle = append(l.site.idle, kept)
	l.site.wake()
}

// Close closes the connections that are idle, and those in use when they are
// handed back. It waits until the servers were told.
func (p *Pool) Close() error {
	p.mu.Lock()
	for addr, s := range p.sites {
		for kept := s.oldest(); kept != nil; kept = s.oldest() {
			s.open--
			p.end(kept.c)
		}
		for len(s.waiting) > 0 {
			s.wake()
		}
		delete(p.sites, addr)
	}
	p.closed = true // from here on end does not count
	p.mu.Unlock()
	p.ends.Wait()
	return nil
}
