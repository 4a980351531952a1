package wire

import "io"

// Duplex sends p while read runs, which reads what the peer answers to it.
// Writing first and reading then can wait for ever: a peer that answers as it
// goes stops reading once nobody takes its answers, and the buffers between the
// two need not hold either side's part. p goes out at once, past the queue;
// read must queue nothing.
//
// If read fails the Conn is aborted, since p may be half sent. If only the
// sending fails that is the error, and no write succeeds any more.
func (c *Conn) Duplex(p []byte, read func() error) error {
	if err := c.Flush(); err != nil {
		return err
	}
	type result struct {
		n   int64
		err error
	}
	done := make(chan result, 1)
	go func() {
		n, err := c.sendNow(p)
		done <- result{n, err}
	}()
	err := read()
	if err != nil {
		c.Abort()
	}
	sent := <-done
	c.written += sent.n
	if c.werr == nil {
		c.werr = sent.err
	}
	if err == nil {
		err = sent.err
	}
	return err
}

// sendNow writes p, each piece of it under a deadline of its own, and touches
// nothing that a reader does.
func (c *Conn) sendNow(p []byte) (total int64, err error) {
	for len(p) > 0 && err == nil {
		if err = c.setWriteDeadline(); err != nil {
			return total, err
		}
		var n int
		piece := p[:min(len(p), largeSize)]
		n, err = c.nc.Write(piece)
		if err == nil && n < len(piece) {
			err = io.ErrShortWrite
		}
		total += int64(n)
		p = p[n:]
	}
	return total, c.reason(err)
}

// LastWords forgets that a write has failed, so that the caller can read what
// the peer said before it hung up. Nothing is to be written any more.
func (c *Conn) LastWords() {
	c.dropOutput()
	c.werr = nil
}
