package wire

// await waits for the first octets of a command, holding no buffer until they
// are there.
func (c *Conn) await() error {
	for {
		if err := c.beginIdle(); err != nil {
			return err
		}
		if err := c.endIdle(c.awaitOctets()); !c.early(err) {
			return err
		}
	}
}

// awaitOne waits with one octet of room, for connections that cannot say when
// they are readable.
func (c *Conn) awaitOne() error {
	n, err := c.nc.Read(c.first[:])
	if n == 0 {
		return c.received(0, err)
	}
	c.in = smallBuffers.Get().(*[]byte)
	(*c.in)[0] = c.first[0]
	return c.received(1, nil)
}
