package pop3

import (
	"context"
	"fmt"
	"io"
	"strconv"
)

func (c *Conn) retr(ctx context.Context, n int) Reply {
	m, refusal := c.drop.message(n)
	if m == nil {
		return refusal
	}
	return c.fetch(ctx, m, strconv.FormatInt(m.Size, 10)+" "+c.lang.text("octets"), nil)
}

func (c *Conn) top(ctx context.Context, req topRequest) Reply {
	m, refusal := c.drop.message(req.number)
	if m == nil {
		return refusal
	}
	return c.fetch(ctx, m, "top of message follows", &topFilter{left: req.lines})
}

func (c *Conn) fetch(ctx context.Context, m *Message, text string, top *topFilter) Reply {
	from, err := c.openBody(ctx, m)
	if err != nil {
		return c.replyTo(ctx, err)
	}
	s := &stream{id: m.ID, from: from, top: top}
	c.opened = s
	if err := s.begin(); err != nil {
		return c.replyTo(ctx, fmt.Errorf("reading message %q: %w", m.ID, err))
	}
	r := OK(text)
	r.body = s
	return r
}

// closeBody closes what the last command has opened, sent or not.
func (c *Conn) closeBody(ctx context.Context) {
	s := c.opened
	if s == nil {
		return
	}
	c.opened = nil
	if err := s.Close(); err != nil {
		c.srv.logger().ErrorContext(ctx, "pop3: message did not close", "user", c.identity.Name(), "id", s.id, "err", err)
	}
}

// sendBody streams the rest of a multi-line answer. What a Maildrop has in it that
// no client takes is mended on the way. If the answer cannot be sent whole it has
// no end, and the connection is of no more use.
func (c *Conn) sendBody(ctx context.Context, body io.WriterTo) error {
	c.inBody = true
	w := c.wire.DotWriter()
	w.Mend = true
	_, err := body.WriteTo(w)
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		c.inBody = false
		return nil
	}
	if s, ok := body.(*stream); ok && s.err != nil {
		c.srv.logger().ErrorContext(ctx, "pop3: message cannot be sent, hanging up", "user", c.identity.Name(), "id", s.id, "err", err)
	}
	return fmt.Errorf("answer cut short: %w", err)
}
