package imap4

import (
	"context"
	"errors"
	"iter"
	"slices"
)

// Pipeline runs functions that each use the conversation as if it were theirs
// alone, and has their commands on their way at the same time: when one waits for
// an answer, the next one goes on. They run one at a time, never at once, and
// begin in the order that is given.
//
//	err := c.Pipeline(ctx,
//		func(c *imap4.Client) (err error) { inbox, err = c.Status(ctx, "INBOX", 0); return err },
//		func(c *imap4.Client) (err error) { sent, err = c.Status(ctx, "Sent", 0); return err },
//	)
//
// A function must use the Client that it is given, and that no longer than it
// runs. Commands that change what others mean, such as Select, have the line to
// themselves. The server may carry out others in any order (RFC 9051, 5.5): what
// must come after something else belongs into the same function. Idle, StartTLS
// and Compress cannot be used in one (ErrBusy).
//
// The errors of all functions are returned, joined. The end of ctx, and that of a
// context within, close the connection.
func (c *Client) Pipeline(ctx context.Context, functions ...func(*Client) error) error {
	if c.yield != nil {
		return ErrBusy
	}
	return c.during(ctx, func() error {
		l := clientPipeline{conn: c.conn}
		defer l.stop()
		for len(functions) > 0 || len(l.active) > 0 {
			if len(functions) > 0 && !l.crowded() {
				l.start(functions[0])
				functions = functions[1:]
				continue
			}
			if l.resumeReady() {
				continue
			}
			if err := c.conn.step(); err != nil {
				l.wakeAll()
			}
			l.came = true
		}
		var errs []error
		for _, one := range l.all {
			errs = append(errs, one.err)
		}
		return errors.Join(errs...)
	})
}

// A clientPipeline is what Pipeline has under way.
type clientPipeline struct {
	conn   *clientConn
	all    []*clientFunction
	active []*clientFunction // those that have not returned
	came   bool              // something has come since those were resumed that wait for their turn
}

// A clientFunction is one of them: a coroutine.
type clientFunction struct {
	client *Client
	next   func() (struct{}, bool)
	stop   func()
	err    error
}

// crowded reports whether one that has begun waits for its turn to send.
func (l *clientPipeline) crowded() bool {
	return slices.ContainsFunc(l.active, func(one *clientFunction) bool { return one.client.curious })
}

func (l *clientPipeline) start(f func(*Client) error) {
	one := &clientFunction{client: &Client{conn: l.conn}}
	one.next, one.stop = iter.Pull(func(yield func(struct{}) bool) {
		one.client.yield = func() bool { return yield(struct{}{}) }
		one.err = f(one.client)
	})
	l.all = append(l.all, one)
	l.active = append(l.active, one)
	l.resume(one)
}

// resume lets one go on until it waits.
func (l *clientPipeline) resume(one *clientFunction) {
	one.client.ready = false
	l.conn.current = one.client
	defer func() { l.conn.current = nil }()
	if _, waits := one.next(); !waits {
		one.client.over = true
		l.active = slices.DeleteFunc(l.active, func(o *clientFunction) bool { return o == one })
	}
}

// resumeReady resumes those for whom something has come. If a body has, that is
// the one that reads it.
func (l *clientPipeline) resumeReady() (any bool) {
	for _, one := range slices.Clone(l.active) {
		reads := l.conn.broken != nil || l.conn.open == nil || l.conn.opener == nil || l.conn.opener.owner == one.client
		if (one.client.ready || one.client.curious && l.came) && reads {
			any = true
			l.resume(one)
		}
	}
	l.came = l.came && l.conn.open != nil && l.conn.broken == nil
	return any
}

// wakeAll has all see that the conversation is over.
func (l *clientPipeline) wakeAll() {
	for _, one := range l.active {
		one.client.ready = true
	}
}

// stop ends those that are still there because one has panicked.
func (l *clientPipeline) stop() {
	if len(l.active) > 0 {
		l.conn.lose(errClientAbandoned)
	}
	for _, one := range l.all {
		one.stop()
	}
}
