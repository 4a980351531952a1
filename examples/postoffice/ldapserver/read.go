package ldapserver

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// errInterrupted ends the reading because of Shutdown.
var errInterrupted = errors.New("server shuts down")

// errGuesses ends it after too many logins that failed.
var errGuesses = errors.New("too many logins have failed")

// read reads requests until there are no more: nil after an Unbind or the end of
// the connection.
func (c *conn) read(ctx context.Context, queue chan<- *request) error {
	for {
		m, err := c.readMessage()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case m.tag == tagUnbind:
			return nil
		case m.tag == tagAbandon:
			if err := c.abandon(m.body); err != nil {
				return err
			}
			continue
		}
		r, err := c.accept(ctx, m)
		if err != nil {
			return err
		}
		select {
		case queue <- r:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !r.operation.alone {
			continue
		}
		select {
		case <-r.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// accept makes a message a request. Its number must not be that of one that has no
// answer yet (RFC 4511, 4.1.1.1).
func (c *conn) accept(ctx context.Context, m message) (*request, error) {
	r := &request{message: m, operation: findOperation(m.tag), done: make(chan struct{})}
	if r.operation == nil {
		return nil, errMalformed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.requests[m.id] != nil {
		return nil, errMalformed
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	c.requests[m.id] = r
	return r, nil
}

// abandon ends the work on a request (RFC 4511, 4.11), but not on those that
// change the connection.
func (c *conn) abandon(body []byte) error {
	id, ok := parseNumber(body)
	if !ok {
		return errMalformed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.requests[id]; r != nil && !r.operation.alone {
		r.cancel(errAbandoned)
	}
	return nil
}

// wait waits until a message begins. A client whose requests are being answered is
// not idle.
func (c *conn) wait() error {
	for {
		if err := c.beginWaiting(); err != nil {
			return err
		}
		_, err := c.in.Peek(1)
		c.mu.Lock()
		c.waiting = false
		interrupted, open := c.interrupted, len(c.requests)
		c.mu.Unlock()
		switch {
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case interrupted:
			return errInterrupted
		case open == 0:
			return err
		}
	}
}

func (c *conn) beginWaiting() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.interrupted:
		return errInterrupted
	case c.guesses:
		return errGuesses
	}
	c.waiting = true
	return c.raw.SetReadDeadline(time.Now().Add(c.srv.limit.IdleTime))
}

// interrupt ends the reading once no message is on its way.
func (c *conn) interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.interrupted = true
	if c.waiting {
		_ = c.raw.SetReadDeadline(time.Unix(1, 0)) // fails if the connection is closed, which does as well
	}
}

// abort ends all reading and writing. TLS says nothing any more.
func (c *conn) abort() { c.raw.Close() }
