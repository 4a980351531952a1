package wire

import (
	"bytes"
	"net"
	"time"
)

// Detach sends what is queued and returns the connection for another use, with
// what has been received of it and not read. The Conn must not be used after
// it but for Release.
func (c *Conn) Detach() (net.Conn, error) {
	if err := c.Flush(); err != nil {
		return nil, err
	}
	if err := c.arm(c.base.SetDeadline, time.Time{}); err != nil {
		return nil, err
	}
	rest := bytes.Clone(c.unread())
	c.Release()
	if len(rest) == 0 {
		return c.nc, nil
	}
	return &detached{Conn: c.nc, rest: rest}, nil
}

// A detached is a connection of which some octets have been read already.
type detached struct {
	net.Conn
	rest []byte
}

func (d *detached) Read(p []byte) (int, error) {
	if len(d.rest) > 0 {
		n := copy(p, d.rest)
		d.rest = d.rest[n:]
		return n, nil
	}
	return d.Conn.Read(p)
}
