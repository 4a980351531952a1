//go:build !unix

package wire

import "net"

func (c *Conn) waitOn(net.Conn) {}

func (c *Conn) awaitOctets() error { return c.awaitOne() }

func (c *Conn) sendAtOnce() (int, error) { return 0, nil }
