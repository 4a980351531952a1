package smtp

import (
	"context"

	"github.com/wirepost/wirepost/internal/wire"
)

func (c *Conn) data(ctx context.Context, _ struct{}) Reply {
	if c.env.From.Body == BodyBinary {
		return binaryNeedsBDAT // RFC 3030, 3
	}
	if r := c.dataStart(ctx); r != (Reply{}) {
		c.reset()
		return r
	}
	c.send(goAhead)
	// Now, and not when the Session begins to read (RFC 2920, 3.2). An error
	// sticks, and the reader returns it.
	_ = c.wire.Flush()
	limit := c.srv.limits().body()
	limit.Size = max(0, c.size)
	return c.receive(ctx, dotMessage{c.wire.DotReader(limit)})
}

// A dotMessage is a message that comes by DATA.
type dotMessage struct{ *wire.DotReader }

// finish implements message. Refused or not, the message ends at its dot.
func (m dotMessage) finish(bool) error { return m.Drain() }

func (dotMessage) ended() bool { return true }
