package imap4

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/internal/wire"
)

// idle tells news as they come, until the client says DONE (RFC 2177). While it
// waits a second goroutine listens to the store, and wakes this one.
func (c *Conn) idle(ctx context.Context, _ struct{}) Reply {
	if c.box != nil {
		if err := c.news(ctx, true, true); err != nil {
			return c.replyTo(ctx, err)
		}
	}
	watch, cancel := context.WithCancel(ctx)
	var listener sync.WaitGroup
	defer listener.Wait()
	defer cancel()
	_, _ = c.wire.WriteString("+ idling\r\n") // as in put
	if c.box != nil {
		box := c.box.id
		account := c.account
		listener.Go(func() {
			err := c.listen(ctx, func() error {
				return account.Watch(watch, func(id MailboxID) {
					if id == box {
						c.wire.Interrupt()
					}
				})
			})
			if err != nil && watch.Err() == nil {
				c.srv.logger().ErrorContext(ctx, "imap4: watch failed", "user", c.identity.Name(), "err", err)
			}
		})
	}
	c.watch.idle(true)
	defer func() { c.watch.idle(false) }()
	return c.awaitDone(ctx)
}

// listen calls f, which waits for news in a goroutine of its own. A panic of it
// ends the conversation, as one in a command does, and is no error.
func (c *Conn) listen(ctx context.Context, f func() error) (err error) {
	if c.guard(ctx, func() { err = f() }) != nil {
		c.ruined.Store(true)
		c.wire.Interrupt()
	}
	return err
}

// firstLook is when the store is looked at again after IDLE has begun: by then the
// other goroutine listens.
const firstLook = time.Second

// awaitDone reads the line that ends IDLE, and tells what comes up until then. It
// looks at the mailbox when it is woken, and now and then besides, for a hint of
// the store's may be lost.
func (c *Conn) awaitDone(ctx context.Context) Reply {
	limits := c.srv.limits()
	began := time.Now()
	look := began.Add(firstLook)
	for {
		c.wire.Timeouts.Line = c.patience(began, look)
		line, err := c.wire.ReadLine(limits.LineBefore)
		switch now := time.Now(); {
		case err == nil:
			return c.endIdle(string(line))
		case errors.Is(err, wire.ErrInterrupted) && !c.mustEnd():
		case errors.Is(err, os.ErrDeadlineExceeded) && c.box != nil && !now.Before(look) && (limits.Idle <= 0 || now.Sub(began) < limits.Idle):
			look = now.Add(limits.Poll)
		default:
			if r := c.lineReply(err); !r.isNone() {
				return r
			}
			return c.gone(fmt.Errorf("while idle: %w", err))
		}
		if c.watch != nil {
			if c.watch.push(idling); c.lost != nil {
				return Reply{}
			}
			continue
		}
		if c.box == nil {
			continue
		}
		if err := c.news(ctx, true, true); err != nil {
			return c.replyTo(ctx, err)
		}
	}
}

// patience is how long to wait in IDLE: until it ends, or the next look.
func (c *Conn) patience(began, look time.Time) time.Duration {
	limit := max(c.srv.limits().Idle, 0)
	if limit > 0 {
		limit = max(limit-time.Since(began), time.Millisecond)
	}
	if c.box == nil {
		return limit
	}
	if wait := max(time.Until(look), time.Millisecond); limit == 0 || wait < limit {
		return wait
	}
	return limit
}

// endIdle answers the line that came.
func (c *Conn) endIdle(line string) Reply {
	if ascii.EqualFold(line, "DONE") {
		return OK("", "no longer idle")
	}
	if lit, more := announced(line); more {
		if err := c.dropRest(lit, int64(c.srv.limits().Refused)); err != nil {
			return c.gone(err)
		}
	}
	return bad("DONE is what ends IDLE")
}
