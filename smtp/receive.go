package smtp

import (
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/wirepost/wirepost/internal/wire"
)

// A message is a body that comes in, by DATA or by BDAT.
type message interface {
	io.Reader

	// finish consumes what is left of the message, after a Session that has
	// refused it or not, and returns nil if it came whole and good.
	finish(refused bool) error

	// ended reports whether nothing of the message can come any more.
	ended() bool
}

// receive hands a message to the Session and returns the last reply to it.
// What is left of the message must not be taken for commands, and one that did
// not come whole and clean is not accepted, whatever the Session made of it.
func (c *Conn) receive(ctx context.Context, body message) Reply {
	env := c.env // reset drops it; a Session may keep it
	replies, err := c.judge(ctx, env, c.complete(body))
	flaw := body.finish(err != nil)
	if aborted, ok := errors.AsType[*abortedError](flaw); ok {
		c.reset()
		return aborted.answer()
	}
	if !body.ended() {
		c.fail()
		// One reply, and one for each recipient behind the last chunk (RFC
		// 2033, 4.3).
		env = &Envelope{From: env.From, To: env.To[:min(1, len(env.To))]}
	} else {
		c.reset()
	}
	if broken, ok := errors.AsType[*urlError](flaw); ok {
		flaw, err = nil, broken.err
	}
	switch {
	case flaw != nil:
		return c.verdict(ctx, env, []Reply{c.bodyReply(flaw)})
	case err != nil:
		return c.verdict(ctx, env, []Reply{c.replyTo(ctx, err)})
	}
	c.junk = 0
	return c.verdict(ctx, env, replies)
}

// dataStart asks the Session whether the message may come. A Reply other than
// zero says why not.
func (c *Conn) dataStart(ctx context.Context) Reply {
	s, ok := as[DataStarter](c.sess)
	if !ok {
		return Reply{}
	}
	if err := s.DataStart(ctx, c.env); err != nil {
		return c.replyTo(ctx, err)
	}
	return Reply{}
}

// judge runs the Session. It returns one Reply for all recipients, or one for
// each if the client can be told.
func (c *Conn) judge(ctx context.Context, env *Envelope, body io.Reader) ([]Reply, error) {
	if each, ok := as[EachSession](c.sess); ok && (c.srv.LMTP || env.From.PerRecipient) {
		replies, err := each.DataEach(ctx, env, body)
		if err == nil && len(replies) != len(env.To) {
			err = errors.New("smtp: DataEach must return a reply for each recipient")
		}
		return replies, err
	}
	r, err := c.sess.Data(ctx, env, body)
	return []Reply{r}, err
}

// verdict sends all replies to a message but the last, which it returns: one
// for each recipient by LMTP (RFC 2033, 4.2), or by PRDR behind a 353 and
// before one for all, else a single one.
func (c *Conn) verdict(ctx context.Context, env *Envelope, replies []Reply) Reply {
	one := c.answerOf(ctx, replies[0])
	switch {
	case one.Code == 0: // nobody is there to hear it
		return one
	case c.srv.LMTP:
		for i := range len(env.To) - 1 {
			c.send(c.answerOf(ctx, replies[min(i, len(replies)-1)]))
		}
		return c.answerOf(ctx, replies[len(replies)-1])
	case len(replies) == 1:
		return one
	}
	c.send(perRecipient)
	final := one
	for _, r := range replies {
		r = c.answerOf(ctx, r)
		c.send(r)
		if r.Accepted() {
			final = accepted
		} else if r.Temporary() && final.Permanent() {
			final = r // or a client that heeds it only would give up for all
		}
	}
	return final
}

// answerOf completes the Reply of a Session that has taken a message. The
// client must get an answer, and one that is none must not have it send the
// message again.
func (c *Conn) answerOf(ctx context.Context, r Reply) Reply {
	switch r.Code / 100 {
	case 2, 4, 5:
		return r
	case 0:
		if r.Close {
			return r
		}
		r.Code, r.Enhanced, r.Text = accepted.Code, accepted.Enhanced, cmp.Or(r.Text, accepted.Text)
		return r
	}
	c.srv.logger().ErrorContext(ctx, "smtp: Data must return a reply of 2xx, 4xx or 5xx", "code", r.Code)
	return accepted
}

// fail ends the transaction but for chunks of its message that may be still to
// come: they are refused until the last one.
func (c *Conn) fail() {
	owed := 0
	if c.srv.LMTP {
		owed = len(c.env.To)
	}
	c.reset()
	c.state, c.owed = Failed, owed
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
