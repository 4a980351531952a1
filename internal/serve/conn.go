package serve

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime/debug"
	"time"
)

// A conn is a connection that was accepted. The fields below member belong to
// the goroutine that runs it, but for key, counted and telling, which are
// guarded by Life.mu.
type conn struct {
	member
	serving  *serving
	accepted net.Conn
	key      netip.Addr // what it counts for in Life.byAddr, zero if nothing
	counted  bool       // it counts in Stats.Conns
	telling  bool       // it counts in Life.telling
	proxied  bool       // it begins with a PROXY header
}

// run takes the connection to its end, whichever that is.
func (c *conn) run(why Refusal) {
	defer c.serving.life.dismiss(c)
	defer c.accepted.Close() // mostly closed already
	defer c.recovered()
	nc := c.accepted
	if c.proxied {
		var ok bool
		if nc, why, ok = c.identify(why); !ok {
			return
		}
	}
	if why != 0 {
		c.tell(nc, why)
		return
	}
	nc = c.encrypt(nc)
	defer nc.Close()
	c.serving.opts.Handle(c.serving.ctx, nc)
}

// identify reads the PROXY header, and decides about the address in it unless
// the connection is refused already. (It is told so behind the header: to
// close on octets that were not read would reset the connection, and the
// peer might never see why.)
func (c *conn) identify(why Refusal) (nc net.Conn, _ Refusal, ok bool) {
	timeout := c.serving.opts.proxyTimeout()
	if why != 0 {
		timeout = min(timeout, tellTime)
	}
	nc, err := readProxied(c.accepted, time.Now().Add(timeout))
	if err != nil {
		c.badHeader(err)
		return nil, why, false
	}
	if why != 0 {
		return nc, why, true
	}
	why, ok = c.serving.life.identified(c, Addr(nc))
	return nc, why, ok
}

func (c *conn) badHeader(err error) {
	life := c.serving.life
	if life.Draining() { // it was cut, most likely
		return
	}
	life.add(&life.stats.ProxyErrors)
	if errors.Is(err, io.EOF) { // a load balancer that only asks whether we listen
		return
	}
	c.serving.opts.logger().Warn("serve: closed a connection for want of a PROXY header", "proxy", Addr(c.accepted), "err", err)
}

func (c *conn) encrypt(nc net.Conn) net.Conn {
	if cfg := c.serving.opts.TLSConfig; cfg != nil {
		return tls.Server(nc, cfg)
	}
	return nc
}

// recovered is deferred around what the caller brought.
func (c *conn) recovered() {
	v := recover()
	if v == nil {
		return
	}
	life := c.serving.life
	life.add(&life.stats.Panics)
	c.serving.opts.logger().Error("serve: panic in a conversation",
		"remote", Addr(c.accepted), "panic", v, "stack", string(debug.Stack()))
}

// cut closes the connection from another goroutine, without the goodbye of TLS:
// that may block.
func (c *conn) cut() {
	nc := c.accepted
	for {
		outer, ok := nc.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		nc = outer.NetConn()
	}
	_ = nc.Close()
}
