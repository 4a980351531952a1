package nntp

import (
	"context"
	"errors"
	"fmt"
)

// send queues r, all of its lines. The next read that has to wait sends what is
// queued. The error is of a body: it was cut short.
func (c *Conn) send(ctx context.Context, r Reply) error {
	c.sendLine(r)
	if r.body == nil {
		return nil
	}
	return c.sendBody(ctx, r.body)
}

// sendLine queues the first line of r.
func (c *Conn) sendLine(r Reply) {
	var room [320]byte
	// An error sticks, and the next read returns it.
	_, _ = c.wire.Write(r.AppendTo(room[:0]))
}

// gone is what a handler returns if the client was lost to err, so that there
// is nobody to answer.
func (c *Conn) gone(err error) Reply {
	c.lost = err
	return Reply{Close: true}
}

// finish sends the last reply, if there is one, in such a way that the client
// can read it even if it has sent more than we have read, and ends TLS by its
// rules. It returns why the conversation is over.
func (c *Conn) finish(ctx context.Context, r Reply) error {
	if r.isNone() {
		return ended(ctx, c.lost)
	}
	c.sendLine(r)
	c.wire.Linger()
	switch r {
	case byeReply:
		return nil
	case shuttingDown:
		return ErrServerClosed
	}
	return fmt.Errorf("nntp: hung up: %w", r)
}

// count counts the errors of the client and reports whether there are too
// many.
func (c *Conn) count(r Reply) bool {
	l := c.srv.limits()
	switch {
	case !r.refuses() || r.Close:
		return false
	case isFault(r):
		c.errors++
	case !c.mayFeed() && !isMiss(r): // a feed is refused often, and rightly
		c.refusals++
	}
	return over(c.errors, l.Errors) || over(c.refusals, l.Refusals)
}

// replyTo is what the client is told of an error of what the program brought. A
// Reply that says yes, or nothing, cannot be: that is a mistake, and no reason
// to let pass what was refused.
func (c *Conn) replyTo(ctx context.Context, err error) Reply {
	switch {
	case errors.Is(err, ErrNoGroup):
		return noSuchGroup
	case errors.Is(err, ErrNoArticle):
		return noSuchNumber
	}
	if r, ok := errors.AsType[Reply](err); ok && r.refuses() {
		return r
	}
	c.srv.logger().ErrorContext(ctx, "nntp: store failed", "remote", c.remote, "err", err)
	return localError
}
