package smtp

import (
	"context"
	"errors"
	"io"

	"github.com/wirepost/wirepost/internal/wire"
)

// Mail begins a transaction. Parameters whose extension the server does not
// offer are left out where that does no harm; otherwise the error is a Reply of
// the client's own, as it is in Send.
func (c *Client) Mail(ctx context.Context, from MailParams) (r Reply, err error) {
	b, refusal := c.appendMail(nil, &from)
	if refusal.Code != 0 {
		return refusal, refusal
	}
	err = c.during(ctx, func() (err error) {
		c.mails++
		if r, err = refused(c.command("MAIL", string(b))); err == nil {
			c.open, c.rcpts, c.utf8 = true, 0, from.UTF8
		}
		return err
	})
	return r, err
}

// Rcpt names a recipient. Parameters are treated as Mail does.
func (c *Client) Rcpt(ctx context.Context, to RcptParams) (r Reply, err error) {
	b, refusal := c.appendRcpt(nil, &to, c.utf8)
	if refusal.Code != 0 {
		return refusal, refusal
	}
	err = c.during(ctx, func() (err error) {
		c.name(foldDomain(to.Path.Domain))
		if r, err = refused(c.command("RCPT", string(b))); err == nil {
			c.rcpts++
		}
		return err
	})
	return r, err
}

// Data sends the message, whose lines end in CRLF, and returns the reply to
// it: with LMTP one for each recipient that was accepted, in their order. The
// error is the Reply if that is the only one and refuses. A *BodyError tells
// that the message could not be read or must not be sent; the conversation is
// over then, and the server has not accepted anything.
func (c *Client) Data(ctx context.Context, body io.Reader) (replies []Reply, err error) {
	err = c.during(ctx, func() error {
		r, err := c.command("DATA", "")
		switch {
		case err != nil:
			return err
		case r.Code/100 != 3:
			return c.impolite(r)
		}
		if err := c.unasked(); err != nil {
			return err
		}
		if err := c.sendDotted(body); err != nil {
			return err
		}
		want := 1
		if c.opts.LMTP {
			want = c.rcpts
		}
		c.open = false
		for range want {
			r, err := c.readReply(".")
			if err != nil {
				return err
			}
			replies = append(replies, r)
		}
		if len(replies) == 1 {
			_, err = refused(replies[0], nil)
		}
		return err
	})
	return replies, err
}

// sendDotted sends a message and its end, after a 354. If there is an error the
// end was not sent, and cannot be: the message would pass for whole.
func (c *Client) sendDotted(body io.Reader) error {
	w := c.wire.DotWriter()
	err := copyBody(w, body)
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = c.wire.Flush()
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, wire.ErrBareCR), errors.Is(err, wire.ErrBareLF), errors.Is(err, wire.ErrNUL):
		err = &BodyError{Flawed: true, Err: err}
	case !isBodyError(err):
		err = lostError(err)
	}
	return c.lose(err)
}
