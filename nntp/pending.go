package nntp

import (
	"context"
	"time"
)

// A pending is an answer that is being worked on, or that waits for one.
type pending struct {
	verb  string
	began time.Time
	done  chan struct{} // closed once reply is there; nil if it always was
	reply Reply
	size  int // octets that are held until then
}

// worked reports whether the answer is there.
func (p *pending) worked() bool {
	if p.done == nil {
		return true
	}
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// queued is what the handler of a command returns whose answer is a pending.
var queued = Reply{Code: -1}

// maxQueued bounds the answers that wait for those before them: one read can bring
// many commands, and many more out of compression.
const maxQueued = 1000

// settle waits for the answers that are being worked on, and queues them in the
// order of their commands. If one of them ends the conversation it becomes
// c.final, and those behind it are not sent.
func (c *Conn) settle() {
	ctx := context.Background() // only for the bodies of answers, which these have not
	for len(c.queue) > 0 {
		c.settleOne(ctx)
	}
	c.queue = nil
}

// settleOne does so for the first.
func (c *Conn) settleOne(ctx context.Context) {
	p := c.queue[0]
	c.queue[0] = nil
	c.queue = c.queue[1:]
	if p.done != nil {
		<-p.done
		c.held -= int64(p.size)
	}
	if !c.final.isNone() {
		return
	}
	if r := c.deliver(ctx, p.verb, p.reply, p.began, nil); r.Close {
		c.final = r
	}
}

// begin has f work out the answer to a command while the client is heard on,
// after those that came before. It holds size octets. At most Limits.InFlight are
// worked on, of Limits.InFlightSize.
func (c *Conn) begin(ctx context.Context, verb string, size int, f func() Reply) Reply {
	l := c.srv.limits()
	for len(c.queue) > 0 && (len(c.queue) >= l.InFlight || c.held+int64(size) > l.InFlightSize) {
		c.settleOne(ctx)
	}
	p := &pending{verb: verb, began: c.began, done: make(chan struct{}), size: size}
	c.queue = append(c.queue, p)
	c.held += int64(size)
	c.work(func() {
		defer close(p.done)
		p.reply = internalError // of a panic
		_ = c.srv.guard(ctx, func() { p.reply = f() })
	})
	if !c.watched {
		c.settle()
	}
	return queued
}

// work has f called by one of the conversation's workers. They stay, since a
// goroutine's stack grows anew each time; there are as many as were ever busy at
// once.
func (c *Conn) work(f func()) {
	select {
	case c.jobs <- f:
		return
	default:
	}
	if c.jobs == nil {
		c.jobs = make(chan func())
	}
	c.workers.Go(func() {
		f()
		for f := range c.jobs {
			f()
		}
	})
}

// dismiss ends the workers, once they have done what they are at: what came
// whole is kept, and nothing is left behind.
func (c *Conn) dismiss() {
	if c.jobs != nil {
		close(c.jobs)
	}
	c.workers.Wait()
}
