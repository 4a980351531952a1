package office

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// A place is where a virtual server listens, whichever of its engines answers there: that may change
// while those who are connected go on. Each engine has a door of its own.
type place struct {
	listener net.Listener
	address  string // as the settings have it
	tls      bool   // begins with the connection

	once   sync.Once // for accept to be called
	calls  chan call
	closed chan struct{}
	close  func() error
}

// A call is what Accept has returned.
type call struct {
	net.Conn
	err error
}

func listenAt(ctx context.Context, handed *sockets, address string, tls bool) (*place, error) {
	l, err := handed.listen(ctx, address)
	if err != nil {
		return nil, err
	}
	p := &place{listener: l, address: address, tls: tls, calls: make(chan call), closed: make(chan struct{})}
	p.close = sync.OnceValue(func() error {
		close(p.closed)
		return l.Close()
	})
	return p, nil
}

// accept takes no more connections than one before a door asks for it, so that those who come wait
// in the system's queue.
func (p *place) accept() {
	for {
		nc, err := p.listener.Accept()
		select {
		case p.calls <- call{nc, err}:
		case <-p.closed:
			if err == nil {
				nc.Close()
			}
			return
		}
	}
}

// door returns a Listener for an engine.
func (p *place) door() *door {
	p.once.Do(func() { go p.accept() })
	d := &door{place: p, shut: make(chan struct{})}
	d.close = sync.OnceFunc(func() { close(d.shut) })
	return d
}

func (p *place) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

// A door is the way to one engine. To close it leaves the place open.
type door struct {
	place *place
	shut  chan struct{}
	close func()
	left  atomic.Bool // it is not the engine that has closed it
}

// Accept implements net.Listener.
func (d *door) Accept() (net.Conn, error) {
	select { // who is there must not come in when both are ready
	case <-d.shut:
		return nil, d.gone()
	default:
	}
	select {
	case <-d.shut:
		return nil, d.gone()
	case <-d.place.closed:
		return nil, d.gone()
	case c := <-d.place.calls:
		return c.Conn, c.err
	}
}

func (d *door) gone() error { return fmt.Errorf("accept %v: %w", d.Addr(), net.ErrClosed) }

// Close implements net.Listener.
func (d *door) Close() error {
	d.close()
	return nil
}

// Addr implements net.Listener.
func (d *door) Addr() net.Addr { return d.place.listener.Addr() }

// leave has nobody else come in.
func (d *door) leave() {
	d.left.Store(true)
	d.close()
}

// isOver tells whether it is for us that nobody comes in any more.
func (d *door) isOver() bool { return d.left.Load() || d.place.isClosed() }
