package smtp

import (
	"cmp"
	"context"
	"errors"

	"github.com/wirepost/wirepost/internal/wire"
)

func (c *Conn) data(ctx context.Context, _ struct{}) Reply {
	c.send(goAhead)
	// Now, and not when the Session begins to read (RFC 2920, 3.2). An error
	// sticks, and the reader returns it.
	_ = c.wire.Flush()
	body := c.wire.DotReader(c.srv.limits().body())
	r, err := c.sess.Data(ctx, c.env, body)
	// What is left of the message must not be taken for commands, and one
	// that did not come whole and clean is not accepted, whatever the Session
	// made of it.
	flaw := body.Drain()
	c.reset()
	switch {
	case flaw != nil:
		return c.bodyReply(flaw)
	case err != nil:
		return c.replyTo(ctx, err)
	}
	return c.answerOf(ctx, r)
}

// answerOf completes the Reply of a Session that has taken a message. The
// client must get an answer, and one that is none must not have it send the
// message again.
func (c *Conn) answerOf(ctx context.Context, r Reply) Reply {
	switch r.Code / 100 {
	case 2, 4, 5:
		return r
	case 0:
		r.Code, r.Enhanced, r.Text = accepted.Code, accepted.Enhanced, cmp.Or(r.Text, accepted.Text)
		return r
	}
	c.srv.logger().ErrorContext(ctx, "smtp: Data must return a reply of 2xx, 4xx or 5xx", "code", r.Code)
	return accepted
}

// bodyReply is the answer to a message that did not come as it should.
func (c *Conn) bodyReply(flaw error) Reply {
	switch {
	case errors.Is(flaw, wire.ErrBareLF), errors.Is(flaw, wire.ErrBareCR):
		return bareInBody
	case errors.Is(flaw, wire.ErrNUL):
		return nulInBody
	case errors.Is(flaw, wire.ErrLineTooLong):
		return longInBody
	case errors.Is(flaw, wire.ErrTooLarge):
		return tooLarge
	case errors.Is(flaw, wire.ErrTooSlow):
		return bodyTooSlow
	}
	return c.gone(flaw)
}
