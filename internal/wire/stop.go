package wire

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// A stopper is what other goroutines ask of a Conn. Its mutex also orders
// their changes of the deadline with those of the reader: a late one would
// hit a command that is on its way, or wake nobody. It is not held over I/O.
type stopper struct {
	mu          sync.Mutex
	idle        bool // waiting for a command
	interrupted bool
	aborted     bool
}

// past is a deadline that is over, for any clock.
var past = time.Unix(1, 0)

// Abort makes the reads and writes that are pending, and all later ones that
// need the connection, fail with net.ErrClosed. What is buffered can still be
// read. It may be called from any goroutine.
func (c *Conn) Abort() {
	c.stop.mu.Lock()
	defer c.stop.mu.Unlock()
	c.stop.aborted = true
	// If it fails the connection is closed already.
	_ = c.base.SetDeadline(past)
}

// Interrupt makes the wait for a command that is pending, or else the next
// one, fail with ErrInterrupted. A command or body that is on its way is not
// disturbed, and reading can go on afterwards. It may be called from any
// goroutine.
func (c *Conn) Interrupt() {
	c.stop.mu.Lock()
	defer c.stop.mu.Unlock()
	c.stop.interrupted = true
	if c.stop.idle {
		_ = c.base.SetReadDeadline(past) // as in Abort
	}
}

// arm sets a deadline of c.base, unless an Abort has set it for good.
func (c *Conn) arm(set func(time.Time) error, t time.Time) error {
	c.stop.mu.Lock()
	defer c.stop.mu.Unlock()
	if c.stop.aborted {
		return net.ErrClosed
	}
	return set(t)
}

// setReadDeadline sees to it that a read fails at c.deadline or earlier; early
// tells these apart.
func (c *Conn) setReadDeadline() error {
	c.stop.mu.Lock()
	defer c.stop.mu.Unlock()
	if c.stop.aborted {
		return net.ErrClosed
	}
	return c.armRead()
}

// armRead moves the deadline of reads, but only if the one that is set is too
// late: to move it costs more than to parse a command. The caller holds
// c.stop.mu.
func (c *Conn) armRead() error {
	if c.deadline.IsZero() || !c.armed.IsZero() && !c.armed.After(c.deadline) {
		return nil
	}
	c.armed = c.deadline
	return c.base.SetReadDeadline(c.deadline)
}

// early reports whether a read failed with err because of a deadline that was
// left from before, and sets the one that holds now: the read is to be tried
// again.
func (c *Conn) early(err error) bool {
	left := !c.armed.IsZero() && (c.deadline.IsZero() || c.armed.Before(c.deadline))
	if !left || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	c.armed = c.deadline
	return c.arm(c.base.SetReadDeadline, c.deadline) == nil
}

// beginIdle arms c.deadline and lets Interrupt move it until endIdle.
func (c *Conn) beginIdle() error {
	c.stop.mu.Lock()
	defer c.stop.mu.Unlock()
	switch {
	case c.stop.aborted:
		return net.ErrClosed
	case c.stop.interrupted:
		c.stop.interrupted = false
		return ErrInterrupted
	}
	c.stop.idle = true
	return c.armRead()
}

// endIdle says what err, of the wait, comes from.
func (c *Conn) endIdle(err error) error {
	c.stop.mu.Lock()
	defer c.stop.mu.Unlock()
	c.stop.idle = false
	if c.stop.interrupted {
		c.armed = past // as Interrupt has set it
	}
	switch {
	case !errors.Is(err, os.ErrDeadlineExceeded):
	case c.stop.aborted:
		return net.ErrClosed
	case c.stop.interrupted:
		c.stop.interrupted = false
		return ErrInterrupted
	}
	return err
}

// reason returns err, of a read or write, or net.ErrClosed if that is an
// Abort's doing.
func (c *Conn) reason(err error) error {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	c.stop.mu.Lock()
	defer c.stop.mu.Unlock()
	if c.stop.aborted {
		return net.ErrClosed
	}
	return err
}
