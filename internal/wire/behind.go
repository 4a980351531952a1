package wire

// A Behind sends while the owner of its Conn reads on. A client that pipelines
// needs it: to wait for the peer to take a batch of commands, and not to read
// the answers meanwhile, can be to wait for ever (see Duplex), and the batches
// of such a client have no end that is known when they begin.
//
// As long as Busy, nothing may be queued on the Conn; reading is safe. Once all that was
// sent is answered it is no longer under way, but Busy may not know that yet: Wait.
type Behind struct {
	c    *Conn
	sent chan outcome // nil while nothing is under way
}

// An outcome is what became of something that was sent.
type outcome struct {
	n   int64
	err error
}

// Behind returns a sender.
func (c *Conn) Behind() *Behind { return &Behind{c: c} }

// Send sends p. What the peer takes at once needs no more; the rest is sent by a
// goroutine, which ends when all is sent, or by Abort. It must not be called
// while Busy, and p is in use until that is over. The error is one of the
// connection, and sticks.
func (b *Behind) Send(p []byte) error {
	c := b.c
	if err := c.Flush(); err != nil {
		return err
	}
	if c.raw != nil && len(p) <= smallSize {
		// Queued and sent as Flush does it, but without the wait.
		if _, err := c.Write(p); err != nil {
			return err
		}
		n, err := c.sendAtOnce()
		c.written += int64(n)
		c.werr = c.reason(err)
		c.held = 0
		c.dropOutput()
		if p = p[n:]; c.werr != nil || len(p) == 0 {
			return c.werr
		}
	}
	b.sent = make(chan outcome, 1)
	go func() {
		n, err := c.sendNow(p)
		b.sent <- outcome{n, err}
	}()
	return nil
}

// Busy reports whether something is under way.
func (b *Behind) Busy() bool {
	select {
	case o := <-b.sent:
		b.settle(o)
	default:
	}
	return b.sent != nil
}

// Wait waits until nothing is. The caller must be sure that the peer does not
// wait for something to be read, or must have called Abort.
func (b *Behind) Wait() error {
	if b.sent != nil {
		b.settle(<-b.sent)
	}
	return b.c.werr
}

func (b *Behind) settle(o outcome) {
	b.sent = nil
	b.c.written += o.n
	if b.c.werr == nil {
		b.c.werr = o.err
	}
}
