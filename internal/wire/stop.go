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

func (c *Conn) setReadDeadline() error { return c.arm(c.base.SetReadDeadline, c.deadline) }

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
	return c.base.SetReadDeadline(c.deadline)
}

// endIdle says what err, of the wait, comes from.
func (c *Conn) endIdle(err error) error {
	c.stop.mu.Lock()
	defer c.stop.mu.Unlock()
	c.stop.idle = false
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
