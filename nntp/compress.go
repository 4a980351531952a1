package nntp

import (
	"context"
	"net"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/internal/deflate"
)

// compress begins compression in both directions (RFC 8054, 2.2). After it there
// is no login: secrets and what others chose would be compressed together.
func (c *Conn) compress(_ context.Context, algorithm string) Reply {
	switch {
	case !c.srv.Compress || !ascii.EqualFold(algorithm, "DEFLATE"):
		return noCompression
	case c.wire.Buffered() > 0:
		return pipelined // as startTLS
	}
	c.sendLine(compressReply)
	if err := c.wire.Wrap(func(nc net.Conn) net.Conn { return deflate.New(nc) }); err != nil {
		return c.gone(err)
	}
	c.state = Compressed
	return Reply{}
}
