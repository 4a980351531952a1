package pop3

import "context"

// capa lists what the server can do (RFC 2449, 5).
func (c *Conn) capa(context.Context, struct{}) Reply {
	r := capaReply
	r.body = &listing{
		length: len(extensions),
		format: func(b []byte, i int) []byte {
			args, ok := extensions[i].offer(c)
			if !ok {
				return b
			}
			b = append(b, extensions[i].keyword...)
			if args != "" {
				b = append(append(b, ' '), args...)
			}
			return append(b, "\r\n"...)
		},
	}
	return r
}
