package wire

import (
	"crypto/tls"
	"net"
)

// Wrap puts a layer around the connection, such as one that compresses: what is
// queued is sent beneath it first, and all that follows goes through it. Nothing
// may have been received that was not read (ErrPipelined). Deadlines are still set
// on the connection that New was given, so that they must not harm the layer.
func (c *Conn) Wrap(layer func(net.Conn) net.Conn) error {
	if err := c.Flush(); err != nil {
		return err
	}
	if c.Buffered() > 0 {
		return ErrPipelined
	}
	c.dropInput()
	c.nc = layer(c.nc)
	c.waitOn(c.nc)
	return nil
}

// tlsOf returns the TLS connection that nc is, or that is beneath it.
func tlsOf(nc net.Conn) (*tls.Conn, bool) {
	for {
		if t, ok := nc.(*tls.Conn); ok {
			return t, true
		}
		layer, ok := nc.(interface{ NetConn() net.Conn })
		if !ok {
			return nil, false
		}
		nc = layer.NetConn()
	}
}
