package nntp

import (
	"context"
	"time"
)

// post takes an article from its poster (RFC 3977, 6.3.1).
func (c *Conn) post(ctx context.Context, _ struct{}) Reply {
	switch {
	case !c.mayPost() && c.state == Fresh && c.srv.Auth != nil:
		return authRequired
	case !c.mayPost():
		return mayNotPost
	case !c.srv.rates.take(c.poster(), c.srv.limits(), time.Now()):
		return R(440, "too many posts, try again later")
	}
	id, err := c.srv.newID()
	if err != nil {
		return c.replyTo(ctx, err)
	}
	// The identifier is one that the article may have, as some clients ask
	// for.
	text, err := c.ask(R(340, "send the article; recommended Message-ID "+id), c.srv.limits().ArticleLine)
	if text != nil {
		defer text.release()
		_, err = c.srv.inject(ctx, c.source, id, text.b)
	}
	switch {
	case err == nil:
		return postedReply
	case c.lost != nil:
		return c.gone(c.lost)
	}
	return R(441, c.srv.refusalOf(ctx, err).text)
}

// poster is whose posts are counted together.
func (c *Conn) poster() string {
	if name := c.identity.Name(); name != "" {
		return "user " + name
	}
	if from := c.source; from.Addr.Is6() {
		p, _ := from.Addr.Prefix(64) // fails for no IPv6 address
		return p.String()
	} else if from.Addr.IsValid() {
		return from.Addr.String()
	}
	return ""
}
