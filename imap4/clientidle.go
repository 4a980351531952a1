package imap4

import (
	"context"
	"errors"
	"time"
)

// Idle waits for news, which go to Options.Updates, until ctx ends: that is how
// it is meant to end, and it returns nil then, with the conversation as it was
// (RFC 2177; RFC 9051, 6.3.13). Updates may end ctx. IDLE is said anew from time
// to time: see ClientTimeouts.Idle.
func (c *Client) Idle(ctx context.Context) error {
	if c.yield != nil {
		return ErrBusy
	}
	return c.during(context.WithoutCancel(ctx), func() error {
		w := c.conn.wire
		w.allowInterrupts(true)
		defer w.allowInterrupts(false)
		stop := context.AfterFunc(ctx, w.interrupt)
		defer stop()
		for ctx.Err() == nil {
			if err := c.idleOnce(); err != nil {
				return err
			}
		}
		return nil
	})
}

// idleOnce is one IDLE, until it is interrupted.
func (c *Client) idleOnce() error {
	conn := c.conn
	call, err := c.send(clientCommand{verb: "IDLE", needs: "IDLE|IMAP4REV2", alone: true})
	if err != nil {
		return err
	}
	if limit := conn.opts.Timeouts.Idle; limit > 0 {
		defer time.AfterFunc(limit, conn.wire.interrupt).Stop()
	}
	// No answer comes before that of IDLE itself: if this is interrupted, DONE
	// is sent before "+" comes, which servers take.
	conn.waiting = call
	defer func() { conn.waiting = nil }()
	conn.limit = -1
	for err == nil && !call.done {
		err = conn.step()
	}
	conn.limit = 0
	switch {
	case call.done: // refused, or the server has had enough
		_, err = c.finish(call)
		return err
	case !errors.Is(err, errClientInterrupted):
		return err
	}
	conn.wire.allowInterrupts(false)
	defer conn.wire.allowInterrupts(true)
	conn.limit = conn.opts.Timeouts.Stall // there is nothing to search for now
	defer func() { conn.limit = 0 }()
	if err := conn.prompt(call); err != nil {
		return err
	}
	// finish returns the error.
	_, _ = conn.wire.Write([]byte("DONE\r\n"))
	_, err = c.finish(call)
	return err
}

// prompt waits for "+" if it has not come: DONE before it would be a command.
func (conn *clientConn) prompt(call *clientCall) error {
	for !call.goAhead && !call.done {
		if err := conn.step(); err != nil {
			return err
		}
	}
	return nil
}

// allowInterrupts says whether interrupt does anything, and forgets one that has
// come.
func (w *clientWire) allowInterrupts(is bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.interruptible, w.interrupted = is, false
}

// A NotifyGroup says of which mailboxes which events are to be told (RFC 5465,
// 5 and 6).
type NotifyGroup struct {
	// Filter is "selected", "selected-delayed", "inboxes", "personal",
	// "subscribed", or "subtree" or "mailboxes" with names.
	Filter    string
	Mailboxes []string

	// Events are such as "MessageNew", "MessageExpunge", "FlagChange",
	// "MailboxName", "SubscriptionChange". None is NONE.
	Events []string
}

// Notify has the server tell of events in other mailboxes, and the one that is
// selected, whenever a method of the Client runs, Idle among them. News go to
// Options.Updates. status has it tell the numbers of each mailbox first. Without
// groups there are no news at all, not even of the selected mailbox.
func (c *Client) Notify(ctx context.Context, status bool, groups ...NotifyGroup) error {
	_, err := c.run(ctx, clientCommand{verb: "NOTIFY", needs: "NOTIFY", alone: true, args: func(e *clientEncoder) {
		if len(groups) == 0 {
			e.raw(" NONE")
			return
		}
		e.raw(" SET")
		if status {
			e.raw(" STATUS")
		}
		for _, g := range groups {
			e.raw(" (").atom(g.Filter)
			if len(g.Mailboxes) > 0 {
				e.raw(" ")
				clientList(e, g.Mailboxes, func(s string) { e.mailbox(s) })
			}
			if len(g.Events) == 0 {
				e.raw(" NONE)")
				continue
			}
			e.raw(" ")
			clientList(e, g.Events, func(s string) { e.atom(s) })
			e.raw(")")
		}
	}})
	return err
}
