package smtp

import (
	"context"
	"io"
	"time"
)

// nextChunk answers commands until the next chunk of the message begins, or
// until one comes that ends the transaction, which is an *abortedError. The
// Session is in the midst of its Data meanwhile, so none of them reaches it.
func (c *Conn) nextChunk(ctx context.Context, b *chunkReader) error {
	c.state = Chunking
	defer func() { c.state = Ready }()
	for {
		c.current = nil
		line, err := c.readLine()
		began := c.now()
		if err == nil {
			var r Reply
			if r, err = c.between(ctx, b, line); err != nil || r == (Reply{}) {
				return err
			}
			if err = c.goOn(ctx, r, nil, began); err != nil {
				return err
			}
			continue
		}
		r := c.lineReply(err)
		if r == (Reply{}) {
			return cutShort(err)
		}
		if err = c.goOn(ctx, r, err, began); err != nil {
			return err
		}
	}
}

// goOn sends a reply between two chunks, or is an error if it hangs up.
func (c *Conn) goOn(ctx context.Context, r Reply, err error, began time.Time) error {
	if r = c.count(ctx, c.current, r); r.hangsUp() {
		return &abortedError{func() Reply { return r }}
	}
	c.traceCommand(c.current, r, err, began)
	c.send(r)
	return nil
}

// cutShort makes sure that the end of the connection is none of a message.
func cutShort(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// between obeys a command between two chunks. It returns what to answer, none
// if a chunk has begun.
func (c *Conn) between(ctx context.Context, b *chunkReader, line []byte) (Reply, error) {
	cmd, args, r := c.lookUp(line)
	if r != (Reply{}) {
		return r, nil
	}
	command := Command{Verb: cmd.verb, Args: args, row: cmd}
	switch {
	case cmd.offered != nil && !cmd.offered(c):
		return notOffered, nil
	case cmd.in&Chunking == 0:
		return outOfOrder(cmd, Chunking), nil
	}
	switch cmd.verb {
	case "BDAT":
		req, err := bdatArgs(args)
		if err == nil {
			err = b.take(req)
		}
		if err != nil {
			return parseReply(err), nil
		}
		return Reply{}, nil
	case "BURL":
		req, err := burlArgs(args)
		if err != nil {
			return parseReply(err), nil
		}
		if r := c.mayFetch(req); r != (Reply{}) {
			return r, nil
		}
		if err := b.beginURL(req); err != nil {
			return Reply{}, &abortedError{func() Reply { return c.replyTo(ctx, err) }}
		}
		return Reply{}, nil
	case "NOOP", "HELP":
		return c.srv.answer(ctx, c, command), nil
	}
	if err := abandons(cmd.verb, args); err != nil {
		return parseReply(err), nil
	}
	// The others end the transaction, once the Session knows. So does an EHLO
	// that a Greeter refuses then: it cannot be asked before.
	return Reply{}, &abortedError{func() Reply { return c.srv.answer(ctx, c, command) }}
}

// abandons is an error if a command that ends a message between two chunks
// cannot be obeyed, and so changes nothing (RFC 5321, 4.1.4).
func abandons(verb, args string) (err error) {
	switch verb {
	case "RSET", "QUIT":
		_, err = nothing(args)
	case "EHLO", "HELO", "LHLO":
		_, err = hello(args)
	}
	return err
}
