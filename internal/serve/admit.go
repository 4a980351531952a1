package serve

import (
	"net"
	"net/netip"
)

// admit takes a connection that was just accepted. It runs in the accept loop,
// so it only decides, and leaves all waiting to a goroutine.
func (s *serving) admit(nc net.Conn) {
	c := &conn{serving: s, accepted: nc}
	c.abort = c.cut
	addr := Addr(nc)
	c.proxied = s.proxies.contain(addr)
	why, ok := s.life.admit(c, addr)
	if !ok {
		_ = nc.Close() // nobody is there to be told
		return
	}
	go c.run(why)
}

// admit registers c. It says why c is to be refused, or 0, and whether there is
// anything to do with it but closing it.
func (l *Life) admit(c *conn, addr netip.Addr) (why Refusal, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stats.Accepted++
	if l.stats.Draining {
		return 0, false
	}
	if c.proxied {
		c.interrupt = c.cut // while it sends its header
	}
	switch limit := c.serving.opts.MaxConns; {
	case l.stats.Paused:
		why = Paused
	case limit > 0 && l.stats.Conns >= limit:
		why = TooManyConns
	case !c.proxied: // else its address is not known yet
		why = l.judge(c, addr)
	}
	if why != 0 && !l.mayTell(c, why) {
		return why, false
	}
	if why == 0 {
		c.counted = true
		l.stats.Conns++
	}
	l.members[&c.member] = struct{}{}
	c.serving.users++
	return why, true
}

// judge says why addr is to be refused, or 0; then c counts for it. The caller
// holds l.mu.
func (l *Life) judge(c *conn, addr netip.Addr) Refusal {
	if !c.serving.access.allows(addr) {
		return Denied
	}
	limit := c.serving.opts.MaxConnsPerAddr
	if limit <= 0 || !addr.IsValid() {
		return 0
	}
	key := network(addr)
	if l.byAddr[key] >= limit {
		return TooManyFromAddr
	}
	l.byAddr[key]++
	c.key = key
	return 0
}

// mayTell counts the refusal of c, and says whether there is room to tell its
// peer. The caller holds l.mu.
func (l *Life) mayTell(c *conn, why Refusal) bool {
	*why.counter(&l.stats)++
	if c.serving.opts.Refuse == nil || l.telling >= maxTelling {
		return false
	}
	c.telling = true
	l.telling++
	return true
}

// identified goes on with c once its PROXY header is read. From here on
// Shutdown leaves it to its conversation.
func (l *Life) identified(c *conn, addr netip.Addr) (why Refusal, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stats.Draining {
		return 0, false
	}
	c.interrupt = nil
	if why = l.judge(c, addr); why != 0 {
		return why, l.mayTell(c, why)
	}
	return 0, true
}

// dismiss ends c.
func (l *Life) dismiss(c *conn) {
	l.mu.Lock()
	if c.counted {
		l.stats.Conns--
	}
	if c.telling {
		l.telling--
	}
	if c.key.IsValid() {
		if l.byAddr[c.key]--; l.byAddr[c.key] == 0 {
			delete(l.byAddr, c.key)
		}
	}
	l.remove(&c.member)
	l.mu.Unlock()
	l.release(c.serving)
}
