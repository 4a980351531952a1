package rvp

import (
	"bufio"
	"container/list"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"time"
)

// upstreams are the connections of a router to home servers. Each belongs to one
// connection of a client's, for whom something may be logged in on it (RVP-031).
type upstreams struct {
	limit int
	idle  time.Duration

	mu     sync.Mutex
	recent list.List // of *upstream, the one that was used last at the back
	closed bool
}

// An upstream is a connection to a home server.
type upstream struct {
	of     *upstreams
	nc     net.Conn
	r      *bufio.Reader
	at     *list.Element // in of.recent
	expire *time.Timer
	spoilt bool // not to be used again
}

// pins are the upstreams of one connection of a client's. Its requests come one after the
// other; the lock is for those who close an upstream meanwhile.
type pins struct {
	mu   sync.Mutex
	home map[string]*upstream
}

// maxPins is how many home servers are kept connected for one client.
const maxPins = 8

type dialFunc func(ctx context.Context, address string) (net.Conn, error)

// do sends a request and reads the answer, whose body read reads. conn is the context of
// the client's request.
func (u *upstreams) do(ctx, conn context.Context, home string, req *http.Request, dial dialFunc, read func(*http.Response) error) (*http.Response, error) {
	p := pinsOf(conn)
	c := p.take(home)
	// A client's connection may have come to several routers, one for each domain.
	if c != nil && !(c.of.use(c) && c.of == u && c.alive()) {
		c.nc.Close()
		c = nil
	}
	if c == nil {
		nc, err := dial(ctx, home)
		if err != nil {
			return nil, err
		}
		c = &upstream{of: u, nc: nc, r: bufio.NewReaderSize(nc, 4096)}
	}
	answer, err := c.exchange(ctx, req, read)
	if err != nil || answer.Close || c.spoilt || p == nil || !u.keep(p, home, c) {
		c.nc.Close()
	}
	return answer, err
}

// exchange sends a request and reads the answer.
func (c *upstream) exchange(ctx context.Context, req *http.Request, read func(*http.Response) error) (*http.Response, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.nc.SetDeadline(time.Unix(1, 0)) })
	defer func() { c.spoilt = !stop() }()
	if err := req.Write(c.nc); err != nil {
		return nil, cause(ctx, err)
	}
	for {
		answer, err := http.ReadResponse(c.r, req)
		if err != nil {
			return nil, cause(ctx, fmt.Errorf("rvp: no answer in HTTP: %w", err))
		}
		if answer.StatusCode/100 == 1 {
			continue // RFC 9110, 15.2
		}
		err = read(answer)
		answer.Body.Close()
		return answer, cause(ctx, err)
	}
}

// cause is err, or the reason of a deadline.
func cause(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// alive reports whether the home server has left the connection open: nothing
// can be read.
func (c *upstream) alive() bool {
	if c.nc.SetReadDeadline(time.Now().Add(time.Millisecond)) != nil {
		return false
	}
	_, err := c.r.Peek(1)
	return errors.Is(err, os.ErrDeadlineExceeded) && c.nc.SetReadDeadline(time.Time{}) == nil
}

// use takes an upstream out of the idle ones, and reports whether it was there.
func (u *upstreams) use(c *upstream) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if c.at == nil {
		return false
	}
	u.remove(c)
	return true
}

func (u *upstreams) remove(c *upstream) {
	u.recent.Remove(c.at)
	c.at = nil
	c.expire.Stop()
}

// keep keeps an idle upstream for the client's next request.
func (u *upstreams) keep(p *pins, home string, c *upstream) bool {
	u.mu.Lock()
	if u.closed {
		u.mu.Unlock()
		return false
	}
	var eldest *upstream
	if u.recent.Len() >= u.limit {
		eldest = u.recent.Front().Value.(*upstream)
		u.remove(eldest)
	}
	c.at = u.recent.PushBack(c)
	c.expire = time.AfterFunc(u.idle, func() {
		if u.use(c) {
			c.nc.Close()
		}
	})
	u.mu.Unlock()
	if eldest != nil {
		eldest.nc.Close()
	}
	if other := p.put(home, c); other != nil && other.of.use(other) {
		other.nc.Close()
	}
	return true
}

// close closes those that are idle, and keeps no more.
func (u *upstreams) close() {
	u.mu.Lock()
	var idle []*upstream
	for u.recent.Len() > 0 {
		c := u.recent.Front().Value.(*upstream)
		u.remove(c)
		idle = append(idle, c)
	}
	u.closed = true
	u.mu.Unlock()
	for _, c := range idle {
		c.nc.Close()
	}
}

// take takes the upstream to a home server, nil if there is none.
func (p *pins) take(home string) *upstream {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.home[home]
	delete(p.home, home)
	return c
}

// put puts it back. If there are too many it returns another one, which has to go.
func (p *pins) put(home string, c *upstream) (other *upstream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.home == nil {
		p.home = make(map[string]*upstream)
	}
	if len(p.home) >= maxPins {
		for name, one := range p.home {
			other = one
			delete(p.home, name)
			break
		}
	}
	p.home[home] = c
	return other
}

// pinsOf returns what ConnContext has put there, or nil.
func pinsOf(ctx context.Context) *pins {
	if s := slotOf(ctx); s != nil {
		return &s.pins
	}
	return nil
}

// dial connects to a home server.
func (r *Router) dial(ctx context.Context, address string) (net.Conn, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return nil, err
	}
	// The directory names the host itself: no SRV records are asked about it.
	return r.locator.connectAny(ctx, []router{{host, uint16(port)}}, func(at netip.AddrPort) error {
		return allowed(r.locator.Addrs, at)
	})
}
