package smtp

import "context"

func (c *Conn) mail(ctx context.Context, from MailParams) Reply {
	limit := c.srv.limits().Message
	switch {
	case c.srv.RequireTLS && c.wire.TLS() == nil:
		return tlsRequired
	case c.srv.RequireAuth && c.Identity().Name() == "":
		return authRequired
	case limit > 0 && from.Size > limit:
		return declaredTooBig
	}
	if err := c.sess.Mail(ctx, from); err != nil {
		return c.replyTo(ctx, err)
	}
	c.env = &Envelope{From: from}
	c.state = Mailed
	return senderOK
}

func (c *Conn) rcpt(ctx context.Context, to RcptParams) Reply {
	switch {
	case len(c.env.To) >= c.srv.limits().Recipients:
		return tooManyRcpts
	case !c.env.From.UTF8 && !to.Path.IsASCII():
		return needsUTF8
	}
	if err := c.mayRelay(ctx, to.Path); err != nil {
		return c.replyTo(ctx, err)
	}
	if err := c.sess.Rcpt(ctx, to); err != nil {
		return c.replyTo(ctx, err)
	}
	c.env.To = append(c.env.To, to)
	c.state = Ready
	return recipientOK
}
