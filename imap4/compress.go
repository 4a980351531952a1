package imap4

import (
	"context"
	"fmt"
	"net"

	"github.com/wirepost/wirepost/internal/deflate"
)

// compressArgs takes the one algorithm there is.
func compressArgs(p *parser) struct{} {
	p.space()
	if !p.is("DEFLATE") {
		p.fail("DEFLATE is the only algorithm")
	}
	p.end()
	return struct{}{}
}

// compress makes the conversation a compressed one from here on (RFC 4978). That
// is offered after a login only, so that no password is ever guessed by how well
// it compresses.
func (c *Conn) compress(context.Context, struct{}) Reply {
	switch {
	case c.has(compressed):
		return No("COMPRESSIONACTIVE", "compressed already")
	case c.wire.Buffered() > 0:
		return pipelinedDeflate
	}
	c.send(c.tag, OK("", "compressed from here on"))
	if err := c.wire.Wrap(func(nc net.Conn) net.Conn { return deflate.New(nc) }); err != nil {
		return c.gone(fmt.Errorf("compressing: %w", err))
	}
	c.enabled |= compressed
	return Reply{} // the client speaks next
}

func (c *Conn) notCompressed() bool { return !c.has(compressed) }
