package nntp

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/wirepost/wirepost/internal/wire"
)

// eachLine reads the lines of a multi-line answer (RFC 3977, 3.1.1), at most so
// many. Once f returns an error it is not called any more, and the rest is read
// to the end; that error is returned. A line that cannot be read is for flaw; if
// that is nil it ends the conversation.
func (c *Client) eachLine(most int, f func(line []byte) error, flaw func(error) error) error {
	var failed error
	for n := 0; ; n++ {
		line, err := c.wire.ReadLine(c.opts.Line)
		switch {
		case errors.Is(err, wire.ErrBareLF):
			return c.lose(fmt.Errorf("%w: in a list: %w", ErrReply, err))
		case clientIsFlaw(err): // and its end is known
			err = fmt.Errorf("%w: in a list: %w", ErrReply, err)
			if flaw == nil || n == most {
				return c.lose(err)
			}
			if failed == nil {
				failed = flaw(err)
			}
			continue
		case err != nil:
			return c.lost(err)
		case len(line) == 1 && line[0] == '.':
			return failed
		case n == most:
			return c.lose(fmt.Errorf("%w: a list of more than %d lines", ErrReply, most))
		case failed != nil:
			continue
		case len(line) > 0 && line[0] == '.':
			line = line[1:]
		}
		failed = f(line)
	}
}

// errClientEnough ends an iteration whose caller wants no more.
var errClientEnough = errors.New("nntp: enough")

// A clientQuery is a command that is answered by a list.
type clientQuery struct {
	code       int
	verb, args string
	wrong      error        // with what was asked for; nothing is sent
	none       []int        // codes that say that the list is empty
	older      *clientQuery // what servers are asked that do not know the command
}

// clientEach yields what parse makes of the lines of the answer to q. A line that
// it cannot read, such as one longer than Options.Line, is an error, and the
// iteration goes on.
func clientEach[T any](ctx context.Context, c *Client, q clientQuery, parse func(line string) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := q.check()
		if err == nil {
			err = c.enter(ctx)
		}
		if err == nil {
			err = c.leave(c.answers(&q, func(line []byte) error {
				item, err := parse(string(line))
				if err != nil {
					err = fmt.Errorf("%w: %.200q: %w", ErrReply, line, err)
				}
				if !yield(item, err) {
					return errClientEnough
				}
				return nil
			}, func(err error) error {
				var none T
				if !yield(none, err) {
					return errClientEnough
				}
				return nil
			}))
		}
		if err != nil && err != errClientEnough {
			var none T
			yield(none, err)
		}
	}
}

func (q *clientQuery) check() error {
	if q.wrong != nil {
		return q.wrong
	}
	return clientCheck(q.verb, q.args)
}

// answers asks and reads the list. The error is errClientEnough if f wanted no more,
// unless the connection has one of its own.
func (c *Client) answers(q *clientQuery, f func(line []byte) error, flaw func(error) error) error {
	r, err := c.command(q.verb, q.args)
	if err != nil {
		return err
	}
	if slices.Contains(q.none, r.Code) {
		return nil
	}
	switch {
	case r.Code == q.code:
		return c.eachLine(c.opts.Items, f, flaw)
	case q.older != nil && (r.Code == 500 || r.Code == 501 || r.Code == 503):
		return c.answers(q.older, f, flaw)
	}
	return c.odd(r)
}
