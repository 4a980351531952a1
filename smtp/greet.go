package smtp

import (
	"context"
	"strings"
)

func (c *Conn) helo(ctx context.Context, name string) Reply {
	if r := c.greet(ctx, name, false); r != (Reply{}) {
		return r
	}
	return R(250, Enhanced{}, c.srv.hostname())
}

// ehlo answers EHLO, and LHLO, which differs in name only (RFC 2033, 4.1).
func (c *Conn) ehlo(ctx context.Context, name string) Reply {
	if r := c.greet(ctx, name, true); r != (Reply{}) {
		return r
	}
	var b strings.Builder
	b.WriteString(c.srv.hostname())
	for i := range extensions {
		args, ok := extensions[i].offer(c)
		if !ok {
			continue
		}
		b.WriteByte('\n')
		b.WriteString(extensions[i].keyword)
		if args != "" {
			b.WriteByte(' ')
			b.WriteString(args)
		}
	}
	return R(250, Enhanced{}, b.String())
}

// greet starts afresh, as RFC 5321, 4.1.4 asks of a repeated EHLO. A Reply
// other than zero refuses the name.
func (c *Conn) greet(ctx context.Context, name string, extended bool) Reply {
	if s, ok := as[Greeter](c.sess); ok {
		if err := s.Hello(ctx, name); err != nil {
			return c.replyTo(ctx, err)
		}
	}
	c.reset()
	c.hello, c.extended, c.state = name, extended, Greeted
	return Reply{}
}

func (c *Conn) rset(context.Context, struct{}) Reply {
	c.reset()
	return okReply
}

func (c *Conn) noop(context.Context, string) Reply { return okReply }

func (c *Conn) quit(context.Context, struct{}) Reply { return byeReply }

func (c *Conn) vrfy(ctx context.Context, name string) Reply {
	v, ok := as[Verifier](c.sess)
	if !ok {
		return cannotVerify
	}
	mailbox, err := v.Verify(ctx, name)
	if err != nil {
		return c.replyTo(ctx, err)
	}
	return R(250, Enhanced{2, 1, 5}, mailbox)
}

// expn keeps the members of lists to itself unless the Session tells them: they
// are a spammer's gift (RFC 5321, 7.3).
func (c *Conn) expn(ctx context.Context, list string) Reply {
	e, ok := as[Expander](c.sess)
	if !ok {
		return cannotVerify
	}
	members, err := e.Expand(ctx, list)
	switch {
	case err != nil:
		return c.replyTo(ctx, err)
	case len(members) == 0:
		return R(250, Enhanced{2, 1, 5}, "the list is empty")
	}
	return R(250, Enhanced{2, 1, 5}, strings.Join(members, "\n"))
}

// turn refuses to change roles with a client that may be anybody (RFC 5321,
// F.1). ATRN is the way.
func (c *Conn) turn(context.Context, string) Reply { return notOffered }

// hasTURN keeps it out of HELP.
func (c *Conn) hasTURN() bool { return false }

func (c *Conn) help(context.Context, string) Reply {
	var b strings.Builder
	b.WriteString("commands:")
	for _, cmd := range *c.table {
		if cmd.offered == nil || cmd.offered(c) {
			b.WriteString(" " + cmd.verb)
		}
	}
	return R(214, Enhanced{2, 0, 0}, b.String())
}
