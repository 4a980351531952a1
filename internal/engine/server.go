package engine

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/wirepost/wirepost/internal/serve"
	"github.com/wirepost/wirepost/internal/wire"
)

// A Reply is how a protocol's replies are written.
type Reply interface {
	AppendTo(b []byte) []byte // with the end of its last line
}

// Lifecycle is what a protocol has of its own in the life of a Server. All but
// Before must be set.
type Lifecycle struct {
	Closed error // what Serve and Hold return after Shutdown or Close

	// What clients are told that are not served: those over a limit, those that
	// may not connect, and those that come too late or during a pause.
	Full, Denied, ShuttingDown Reply

	Before string // goes before each of them on its line, such as "* "
}

// Serve is life.Serve with those replies. Hold is to be what o.Handle comes to.
func (p *Lifecycle) Serve(life *serve.Life, l net.Listener, o *serve.Options) error {
	o.Refuse = p.refuse
	err := life.Serve(l, o)
	if errors.Is(err, serve.ErrClosed) {
		return p.Closed
	}
	return err
}

// refuseTime is for a refusal to be told, a TLS handshake included.
const refuseTime = 5 * time.Second

// refuse tells a client why it is not served.
func (p *Lifecycle) refuse(nc net.Conn, why serve.Refusal) {
	r := p.Full
	switch why {
	case serve.Denied:
		r = p.Denied
	case serve.Paused:
		r = p.ShuttingDown
	}
	// The peer is sent away whether it hears this or not, but not waited for.
	if nc.SetDeadline(time.Now().Add(refuseTime)) == nil {
		_, _ = nc.Write(r.AppendTo([]byte(p.Before)))
	}
}

// Hold has run hold the conversation on c until that is over, or until Close or
// Shutdown calls back to cut it, which ends the context of run too. The end of
// ctx does not by itself cut c.
func (p *Lifecycle) Hold(ctx context.Context, life *serve.Life, c *wire.Conn, run func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	leave, err := life.Enter(c.Interrupt, func() {
		cancel(p.Closed)
		c.Abort()
	})
	if err != nil {
		p.refuse(c.NetConn(), serve.Paused)
		return p.Closed
	}
	defer leave()
	return run(ctx)
}

// Stats are the counters that the Servers show, in their order.
type Stats struct {
	Active       int
	Accepted     uint64
	RefusedFull  uint64
	RefusedAddr  uint64
	Denied       uint64
	BadProxy     uint64
	Paused       bool
	ShuttingDown bool
}

// StatsOf returns the counters of now.
func StatsOf(life *serve.Life) Stats {
	n := life.Stats()
	return Stats{
		Active:       n.Active,
		Accepted:     n.Accepted,
		RefusedFull:  n.RefusedFull,
		RefusedAddr:  n.RefusedAddr,
		Denied:       n.Denied,
		BadProxy:     n.ProxyErrors,
		Paused:       n.Paused,
		ShuttingDown: n.Draining,
	}
}
