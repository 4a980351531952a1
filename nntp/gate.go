package nntp

import (
	"context"
	"errors"
	"net"
	"runtime"
	"time"

	"github.com/wirepost/wirepost/internal/wire"
)

// watch puts a gate before the connection of a client that feeds. Where that is
// too late, since more has come behind the login, its articles are stored one
// after the other.
func (c *Conn) watch() error {
	if c.watched || !c.mayFeed() {
		return nil
	}
	err := c.wire.Wrap(func(nc net.Conn) net.Conn { return &gate{nc, c} })
	if errors.Is(err, wire.ErrPipelined) {
		return nil
	}
	c.watched = err == nil
	return err
}

// A gate is the connection of a client that feeds. While it is read, the answers that are being worked on are sent as they come:
// the client may be waiting for them, or may have more to send.
type gate struct {
	net.Conn
	c *Conn
}

// NetConn is the connection beneath.
func (g *gate) NetConn() net.Conn { return g.Conn }

// Read implements net.Conn.
func (g *gate) Read(p []byte) (int, error) {
	if len(g.c.queue) == 0 {
		return g.Conn.Read(p)
	}
	r := reading{done: make(chan struct{})}
	go func() {
		defer close(r.done)
		r.n, r.err = g.Conn.Read(p)
	}()
	err := g.answer(r.done)
	if err != nil {
		_ = g.SetReadDeadline(time.Unix(1, 0)) // nothing more is read; p is the caller's again once this is over
		<-r.done
		return 0, err
	}
	if r.err != nil { // no more comes, but answers are still wanted
		if err := g.answer(nil); err != nil {
			return 0, err
		}
	}
	return r.n, r.err
}

// A reading is a Read that goes on.
type reading struct {
	done chan struct{}
	n    int
	err  error
}

// answer sends answers as they are worked out, until enough is closed or there are none left. Then it waits for enough, if that
// is not nil.
func (g *gate) answer(enough <-chan struct{}) error {
	ctx := context.Background() // as in settle
	for {
		sent := false
		for len(g.c.queue) > 0 && g.c.queue[0].worked() {
			g.c.settleOne(ctx)
			sent = true
		}
		if !g.c.final.isNone() {
			return errFinal
		}
		if sent {
			if err := g.c.wire.Flush(); err != nil {
				return err
			}
		}
		var next <-chan struct{} // never, if there is none
		switch {
		case len(g.c.queue) > 0:
			next = g.c.queue[0].done
		case enough == nil:
			return nil
		}
		select {
		case <-enough:
			return nil
		case <-next:
			runtime.Gosched() // those behind it are mostly done at the same time
		}
	}
}

// errFinal is what a gate's Read returns if there is to be no more.
var errFinal = errors.New("nntp: the conversation is to end")

// CloseWrite ends our direction, as wire's Linger does.
func (g *gate) CloseWrite() error { return closeWrite(g.Conn) }

func closeWrite(nc net.Conn) error {
	if half, ok := nc.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}
