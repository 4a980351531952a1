package nntp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/wirepost/wirepost/internal/wire"
)

// readLine reads a command. How long one may be is known only once its verb
// is.
func (c *Conn) readLine() ([]byte, error) {
	l := c.srv.limits()
	limit := l.Line
	if c.srv.Auth != nil {
		limit = max(limit, l.AuthLine)
	}
	return c.wire.ReadLine(limit)
}

// lineReply is the answer to a line that could not be read, none if there is
// nobody to answer.
func (c *Conn) lineReply(err error) Reply {
	switch {
	case errors.Is(err, wire.ErrLineTooLong):
		return c.cannotFollow(lineTooLong)
	case errors.Is(err, wire.ErrBareLF):
		return bareLF
	case errors.Is(err, wire.ErrBareCR), errors.Is(err, wire.ErrNUL):
		return c.cannotFollow(badOctets)
	case errors.Is(err, wire.ErrInterrupted) && c.ending.Load():
		return sessionEnded
	case errors.Is(err, wire.ErrInterrupted):
		return shuttingDown
	case isTimeout(err):
		return idleTooLong // RFC 3977, 3.1
	}
	return Reply{}
}

// cannotFollow is the answer to a line of which it is not known whether it was a
// TAKETHIS: if the client may send those, an article could follow, and would be
// taken for commands.
func (c *Conn) cannotFollow(r Reply) Reply {
	if c.mayFeed() {
		r.Close = true
	}
	return r
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return ok && t.Timeout()
}

// ended says why a conversation ended that nobody said goodbye to.
func ended(ctx context.Context, err error) error {
	switch {
	case context.Cause(ctx) == ErrServerClosed:
		return ErrServerClosed
	case ctx.Err() != nil:
		return fmt.Errorf("nntp: conversation cut: %w", context.Cause(ctx))
	case err == io.EOF:
		return fmt.Errorf("nntp: client hung up: %w", io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("nntp: conversation lost: %w", err)
}
