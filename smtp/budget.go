package smtp

import (
	"context"
	"time"
)

// What a client can do without getting anywhere is counted: errors, refusals,
// and commands that change nothing.

// isJunk tells verbs that bring no message closer.
func isJunk(verb string) bool {
	switch verb {
	case "NOOP", "RSET", "HELP", "VRFY", "EXPN", "EHLO", "HELO", "LHLO", "ETRN", "XFORWARD":
		return true
	}
	return false
}

// count counts a reply against the client's budget and returns what to send
// instead of it if that is used up. It delays the replies of a client that
// makes many mistakes.
func (c *Conn) count(ctx context.Context, cmd *command, r Reply) Reply {
	l := c.srv.limits()
	if r.hangsUp() {
		return r
	}
	if cmd != nil && isJunk(cmd.verb) {
		if c.junk++; over(c.junk, l.Junk) {
			c.errors++
		}
	}
	switch {
	case !r.Permanent():
	case r.Code <= 504 || r.Code == 555:
		c.errors++
	default:
		c.refusals++
	}
	if over(c.errors, l.Errors) || over(c.refusals, l.Refusals) {
		return tooManyErrors
	}
	if r.Permanent() && l.Tarpit > 0 && over(c.errors+c.refusals, l.TarpitAfter) {
		c.pause(ctx, l.Tarpit)
	}
	return r
}

// pause waits, in vain if the conversation is cut meanwhile.
func (c *Conn) pause(ctx context.Context, d time.Duration) {
	// What was answered already is not to be held back.
	_ = c.wire.Flush()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
