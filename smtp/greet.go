package smtp

import (
	"context"
	"strings"
)

func (c *Conn) helo(_ context.Context, name string) Reply {
	c.greet(name, false)
	return R(250, Enhanced{}, c.srv.hostname())
}

func (c *Conn) ehlo(_ context.Context, name string) Reply {
	c.greet(name, true)
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

// greet starts afresh, as RFC 5321, 4.1.4 asks of a repeated EHLO.
func (c *Conn) greet(name string, extended bool) {
	c.reset()
	c.hello, c.extended, c.state = name, extended, Greeted
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
