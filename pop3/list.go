package pop3

import (
	"context"
	"strconv"
)

func (c *Conn) stat(context.Context, struct{}) Reply {
	b := appendNumber(nil, c.drop.count)
	return OK(string(strconv.AppendInt(b, c.drop.octets, 10)))
}

func (c *Conn) list(_ context.Context, n int) Reply { return c.listing(n, appendSize) }

func (c *Conn) uidl(_ context.Context, n int) Reply { return c.listing(n, appendUIDL) }

func appendSize(b []byte, m *Message) []byte { return strconv.AppendInt(b, m.Size, 10) }

func appendUIDL(b []byte, m *Message) []byte { return append(b, m.UIDL...) }

// listing is the answer about message n, or about all if n is 0.
func (c *Conn) listing(n int, format func([]byte, *Message) []byte) Reply {
	if n == 0 {
		r := OK(c.drop.describe(c.lang))
		r.body = c.drop.lines(format)
		return r
	}
	m, refusal := c.drop.message(n)
	if m == nil {
		return refusal
	}
	return OK(string(format(appendNumber(nil, n), m)))
}
