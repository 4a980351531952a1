package imap4

import "time"

// A progress tells a client that waits for long that there is progress
// (RFC 9585). That is also how it is noticed that the client waits no more.
type progress struct {
	last        time.Time
	done, total int
}

func (c *Conn) progress(total int) *progress {
	return &progress{last: time.Now(), total: total}
}

// goesOn is called after each message that took long to look at. It reports false
// if there is nobody any more to look for.
func (c *Conn) goesOn() bool {
	p, every := c.report, c.srv.limits().Progress
	p.done++
	// The goal is told to be ahead (RFC 9585, 4).
	if now := time.Now(); every > 0 && now.Sub(p.last) >= every && p.done < p.total {
		p.last = now
		b := appendString([]byte("* OK [INPROGRESS ("), c.tag, false)
		b = appendNumber(append(b, ' '), p.done)
		b = appendNumber(append(b, ' '), p.total)
		c.put(append(b, ")] still looking\r\n"...))
		if err := c.wire.Flush(); err != nil {
			c.gone(err)
		}
	}
	return c.lost == nil
}
