package nntp

import (
	"errors"
	"net"

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

// A gate is the connection of a client that feeds. Before it is read, and so may
// have to wait, the answers that are being worked on are sent: that is the one
// moment when the client could be waiting for them.
type gate struct {
	net.Conn
	c *Conn
}

// NetConn is the connection beneath.
func (g *gate) NetConn() net.Conn { return g.Conn }

// Read implements net.Conn.
func (g *gate) Read(p []byte) (int, error) {
	if len(g.c.queue) > 0 {
		g.c.settle()
		if !g.c.final.isNone() {
			return 0, errFinal
		}
		if err := g.c.wire.Flush(); err != nil {
			return 0, err
		}
	}
	return g.Conn.Read(p)
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
