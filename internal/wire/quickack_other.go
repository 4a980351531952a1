//go:build !linux

package wire

// QuickAck does nothing here: only Linux can be told.
func (c *Conn) QuickAck() {}
