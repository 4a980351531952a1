package nntp

import "context"

// modeReader tells whether posting is permitted; the server reads and feeds in
// one mode (RFC 3977, 5.3).
func (c *Conn) modeReader(context.Context, struct{}) Reply { return c.greeting() }

func (c *Conn) modeStream(context.Context, struct{}) Reply { return streamingReply }

// help lists the commands.
func (c *Conn) help(context.Context, struct{}) Reply {
	return helpReply.with(func(l *lines) error {
		for _, v := range c.verbs() {
			if err := l.line("  " + v.Name); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Conn) quit(context.Context, struct{}) Reply { return byeReply }
