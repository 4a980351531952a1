package pop3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/wirepost/wirepost/internal/wire"
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
	r := OK(text)
	r.body = &stream{id: m.ID, from: from, top: top}
	return r
}

// sendBody streams the rest of a multi-line answer. If it cannot be sent whole
// and clean it has no end, and the connection is of no more use.
func (c *Conn) sendBody(ctx context.Context, body io.WriterTo) error {
	c.inBody = true
	w := c.wire.DotWriter()
	err := c.spend(ctx, body, w)
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		c.inBody = false
		return nil
	}
	if s, ok := body.(*stream); ok && (s.err != nil || isFlaw(err)) {
		c.srv.logger().ErrorContext(ctx, "pop3: message cannot be sent, hanging up", "user", c.identity.Name(), "id", s.id, "err", err)
	}
	return fmt.Errorf("answer cut short: %w", err)
}

// spend writes a body to w, and closes what the Maildrop has opened for it.
func (c *Conn) spend(ctx context.Context, body io.WriterTo, w io.Writer) error {
	if s, ok := body.(*stream); ok {
		defer func() {
			if err := s.from.Close(); err != nil {
				c.srv.logger().ErrorContext(ctx, "pop3: message did not close", "user", c.identity.Name(), "id", s.id, "err", err)
			}
		}()
	}
	_, err := body.WriteTo(w)
	return err
}

// isFlaw tells what is wrong with a body from what is wrong with the
// connection.
func isFlaw(err error) bool {
	return errors.Is(err, wire.ErrBareCR) || errors.Is(err, wire.ErrBareLF) || errors.Is(err, wire.ErrNUL)
}
