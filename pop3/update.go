package pop3

import (
	"context"
	"strconv"
)

func (c *Conn) dele(_ context.Context, n int) Reply {
	if m, refusal := c.drop.message(n); m == nil {
		return refusal
	}
	c.drop.mark(n)
	return OK(c.lang.text("message") + " " + strconv.Itoa(n) + " " + c.lang.text("deleted"))
}

func (c *Conn) rset(context.Context, struct{}) Reply {
	c.drop.reset()
	return c.maildropHas()
}

func (c *Conn) noop(context.Context, struct{}) Reply { return okReply }

// quit ends the conversation, and after a login enters the UPDATE state, which
// nothing else does (RFC 1939, 6).
func (c *Conn) quit(ctx context.Context, _ struct{}) Reply {
	if c.state != Transaction {
		return byeReply
	}
	c.state = Update
	if ids := c.drop.marked(); len(ids) > 0 {
		if err := c.maildrop.Commit(ctx, ids); err != nil {
			return c.commitFailed(ctx, err)
		}
	}
	return byeReply
}

// commitFailed is the answer to a QUIT that did not do all it was asked.
func (c *Conn) commitFailed(ctx context.Context, err error) Reply {
	r := c.replyTo(ctx, err)
	if r == localError {
		return notRemoved
	}
	r.Close = true
	return r
}
