package wire

import (
	"errors"
	"io"
	"os"
	"time"
)

// ErrTooSlow is what a body ends in whose sender did not keep up with the
// Progress that is asked of it.
var ErrTooSlow = errors.New("wire: body came too slowly")

// Progress says how fast a body must come. One timeout for a whole body
// either cuts honest slow lines or lets a peer that sends an octet now and
// then hold a connection for ever; a minimum rate does neither. The zero
// value of a field means no limit.
type Progress struct {
	Rate  int           // octets a second, on average, after Grace; both must be set
	Grace time.Duration // how long the average may stay below Rate
	Stall time.Duration // the longest silence
	Whole time.Duration // for the whole body
}

// A pace is how a body came so far.
type pace struct {
	start  time.Time     // of the first wait for it
	waited time.Duration // in all; the time that its reader takes is not the sender's
}

// longest is more time than any body takes, in seconds.
const longest = 1e9

// deadline is when the next octet of a body must be there, of which got have
// come at pace t.
func (p Progress) deadline(now time.Time, t pace, got int64) time.Time {
	var d time.Time
	if p.Rate > 0 && p.Grace > 0 {
		earned := min(float64(got)/float64(p.Rate), longest)
		d = now.Add(p.Grace - t.waited + time.Duration(earned*float64(time.Second)))
	}
	if p.Stall > 0 {
		d = earlier(d, now.Add(p.Stall))
	}
	if p.Whole > 0 {
		d = earlier(d, t.start.Add(p.Whole))
	}
	return d
}

// earlier returns the earlier of two deadlines; a zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// fillBody waits for more of a body of which got octets have come, as long as
// the sender makes progress.
func (c *Conn) fillBody(t *pace, got int64) error {
	if err := c.Flush(); err != nil {
		return err
	}
	now := time.Now()
	if t.start.IsZero() {
		t.start = now
	}
	c.deadline = c.Timeouts.Body.deadline(now, *t, got)
	if c.in == nil {
		c.in = smallBuffers.Get().(*[]byte)
	}
	err := c.more()
	t.waited += time.Since(now)
	switch {
	case err == io.EOF:
		return io.ErrUnexpectedEOF
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ErrTooSlow
	}
	return err
}
