package smtp

import (
	"context"
	"time"
)

func (c *Conn) mail(ctx context.Context, req mailRequest) Reply {
	l := c.srv.limits()
	switch {
	case c.srv.RequireTLS && c.wire.TLS() == nil:
		return tlsRequired
	case c.srv.mustLogin() && c.Identity().Name() == "":
		return authRequired
	case l.Message > 0 && req.Size > l.Message:
		return declaredTooBig
	case l.Mails > 0 && c.mails > l.Mails:
		return tooManyMails
	}
	if r := c.checkNeeds(req.needs); r != (Reply{}) {
		return r
	}
	if r := c.checkTimes(&req); r != (Reply{}) {
		return r
	}
	ok := c.checkPriority(&req)
	if err := c.maySend(ctx, req.Path); err != nil {
		return c.replyTo(ctx, err)
	}
	if err := c.sess.Mail(ctx, req.MailParams); err != nil {
		return c.replyTo(ctx, err)
	}
	c.env = &Envelope{From: req.MailParams}
	c.size = l.Message
	c.state = Mailed
	return ok
}

// checkPriority takes away a priority that only those may ask for who are
// trusted (RFC 6710, 4.1). It returns the reply to a MAIL command that is in
// order.
func (c *Conn) checkPriority(req *mailRequest) Reply {
	if req.Priority <= 0 || c.Identity().Name() != "" || c.capabilities().TrustPriority {
		return senderOK
	}
	req.Priority = 0
	return priorityLowered
}

// checkNeeds refuses parameters of extensions that are not offered.
func (c *Conn) checkNeeds(needs []string) Reply {
	for _, keyword := range needs {
		if !c.offers(keyword) {
			return badParameter
		}
	}
	return Reply{}
}

// checkTimes judges the times of a MAIL command by the clock.
func (c *Conn) checkTimes(req *mailRequest) Reply {
	able := c.capabilities()
	if by := req.DeliverBy; by.Mode == DeliverByReturn && by.In < able.DeliverByMin {
		return byTooShort
	}
	if !req.hold {
		return Reply{}
	}
	now := time.Now()
	if req.holdFor > 0 {
		req.HoldUntil = now.Add(req.holdFor)
	}
	if req.HoldUntil.After(now.Add(able.FutureRelease)) {
		return heldTooLong
	}
	return Reply{}
}

func (c *Conn) rcpt(ctx context.Context, req rcptRequest) Reply {
	switch {
	case len(c.env.To) >= c.srv.limits().Recipients:
		return tooManyRcpts
	case !c.env.From.UTF8 && (req.utf8 || !req.Path.IsASCII()):
		return needsUTF8
	}
	if r := c.checkNeeds(req.needs); r != (Reply{}) {
		return r
	}
	if err := c.mayRelay(ctx, req.Path); err != nil {
		return c.replyTo(ctx, err)
	}
	limit, err := c.sizeLimit(ctx, req.Path)
	if err == nil {
		err = c.sess.Rcpt(ctx, req.RcptParams)
	}
	if err != nil {
		return c.replyTo(ctx, err)
	}
	c.size = limit
	c.env.To = append(c.env.To, req.RcptParams)
	c.state = Ready
	return recipientOK
}

// sizeLimit returns the limit of the transaction's message with one more
// recipient, or refuses it because of the declared size.
func (c *Conn) sizeLimit(ctx context.Context, to Path) (int64, error) {
	s, ok := as[SizeLimiter](c.sess)
	if !ok {
		return c.size, nil
	}
	limit, err := s.SizeLimit(ctx, to)
	if err != nil || limit <= 0 {
		return c.size, err
	}
	if c.env.From.Size > limit {
		return 0, tooBigForUser
	}
	if c.size > 0 {
		limit = min(limit, c.size)
	}
	return limit, nil
}
