package nntp

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// check says whether an article is wanted (RFC 4644, 2.4).
func (c *Conn) check(ctx context.Context, id string) Reply {
	// First, since what this peer has just sent may be in the Store by the time that
	// Seen has said it is not.
	if standing, flying := c.srv.flights.flying(id, c); flying {
		return standing.reply(id)
	}
	seen, err := c.srv.Store.Seen(ctx, id)
	switch {
	case err != nil:
		c.replyTo(ctx, err) // for the log
		return R(431, id)
	case seen, c.srv.refused.has(c.source, id, c.began):
		return R(438, id)
	}
	return c.srv.flights.offer(id, c, c.began).reply(id)
}

// takeThis takes an article that comes right behind the command (RFC 4644,
// 2.5). Whatever is wrong, the article is read first: else it would be taken for
// commands.
func (c *Conn) takeThis(ctx context.Context, id string) Reply {
	text, err := c.readArticle(-1)
	refused := R(439, id)
	if err != nil {
		if _, ok := errors.AsType[*refusal](err); !ok {
			return c.gone(fmt.Errorf("article cut short: %w", err))
		}
	}
	switch {
	case !c.mayStream():
		if err == nil {
			text.release()
		}
		return c.forbidden()
	case !ValidMessageID(id):
		if err == nil {
			text.release()
		}
		return badSyntax
	case err != nil:
		c.refused(ctx, c.source, id, err)
		return refused
	}
	return c.take(ctx, id, text)
}

// take stores an article of TAKETHIS, while the client goes on.
func (c *Conn) take(ctx context.Context, id string, text *textBuffer) Reply {
	from := c.source
	a, err := c.srv.parse(text.b)
	// Whoever judges an article is to see it once. Else the Store says that it was here before when it is added to it.
	judged := c.srv.Filter != nil
	if err == nil && (a.fields.has[fieldControl] || a.fields.has[fieldSupersedes]) {
		judged = true
		// What it is about may be one of those that are being stored.
		if c.settle(); !c.final.isNone() {
			text.release()
			return Reply{}
		}
	}
	// From here on a CHECK knows that it is on its way.
	wait, asked := c.srv.flights.begin(id, c)
	begun := wait == nil
	return c.begin(ctx, "TAKETHIS", len(text.b), func() Reply {
		defer text.release()
		if begun {
			defer c.srv.flights.end(id)
		}
		if err == nil && judged && !asked {
			err = c.srv.unseen(ctx, id)
		}
		if err == nil {
			err = c.srv.relay(ctx, from, announced{id, begun}, a)
		}
		if err == nil {
			return R(239, id)
		}
		if c.refused(ctx, from, id, err) == deferred {
			return tryLater // RFC 4644, 2.5.2: there is no other way to say so
		}
		return R(439, id)
	})
}

// unseen is errDuplicate if an article was here before.
func (s *Server) unseen(ctx context.Context, id string) error {
	seen, err := s.Store.Seen(ctx, id)
	if seen && err == nil {
		return errDuplicate
	}
	return err
}

// refused remembers that an article was refused, and logs why, which TAKETHIS has
// no room to say.
func (c *Conn) refused(ctx context.Context, from *Source, id string, err error) refusalKind {
	r := c.srv.refusalOf(ctx, err)
	if r.kind == rejected {
		c.srv.refused.add(from, id, time.Now(), c.srv.limits().RefusedIDs)
		c.srv.logger().DebugContext(ctx, "nntp: article refused", "remote", c.remote, "id", id, "why", r.text)
	}
	return r.kind
}

// ihave takes an article that is announced first (RFC 3977, 6.3.2).
func (c *Conn) ihave(ctx context.Context, id string) Reply {
	seen, err := c.srv.Store.Seen(ctx, id)
	switch {
	case err != nil:
		c.replyTo(ctx, err) // for the log
		return ihaveLater
	case seen, c.srv.refused.has(c.source, id, c.began):
		return haveIt
	case c.srv.flights.busy(id, c, c.began):
		return ihaveLater
	}
	text, refusal := c.ask(sendReply, -1)
	if text == nil {
		return c.ihaveReply(ctx, id, refusal)
	}
	defer text.release()
	a, err := c.srv.parse(text.b)
	if err == nil {
		err = c.srv.relay(ctx, c.source, announced{id, false}, a)
	}
	return c.ihaveReply(ctx, id, err)
}

func (c *Conn) ihaveReply(ctx context.Context, id string, err error) Reply {
	if err == nil {
		return ihaveReply
	}
	if c.lost != nil {
		return c.gone(c.lost)
	}
	r := c.srv.refusalOf(ctx, err)
	if r.kind == deferred {
		return R(436, r.text)
	}
	if r.kind == rejected {
		c.srv.refused.add(c.source, id, time.Now(), c.srv.limits().RefusedIDs)
	}
	return R(437, r.text)
}

// ask tells the client to send an article, and reads it. Without one the error
// is why; c.lost is set if the client is gone.
func (c *Conn) ask(r Reply, line int) (*textBuffer, error) {
	c.sendLine(r)
	if err := c.wire.Flush(); err != nil {
		c.lost = err
		return nil, err
	}
	c.wire.QuickAck()
	text, err := c.readArticle(line)
	if err == nil {
		return text, nil
	}
	if _, ok := errors.AsType[*refusal](err); !ok {
		c.lost = fmt.Errorf("article cut short: %w", err)
	}
	return nil, err
}
