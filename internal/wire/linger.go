package wire

import (
	"io"
	"time"
)

// Bounds on what Linger waits for.
const (
	lingerTime  = 2 * time.Second
	lingerLimit = 256 << 10
)

// Linger sends what is queued, ends our direction, and waits for the peer to
// end its own. If a connection is closed with octets unread, the kernel resets
// it, and the peer may never see the last reply. It waits two seconds or for
// 256 KiB at most.
func (c *Conn) Linger() {
	if c.Flush() != nil {
		return
	}
	half, ok := c.nc.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	if c.arm(c.base.SetReadDeadline, time.Now().Add(lingerTime)) != nil {
		return
	}
	// How it ends does not matter: the connection is over.
	_, _ = io.CopyN(io.Discard, c.nc, lingerLimit)
}
