package imap4

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// A clientCommand is what a method asks for.
type clientCommand struct {
	verb string
	args func(e *clientEncoder)

	// take is offered what the server says while the command is in flight, and
	// tells whether it is part of the answer. It is offered to the command that
	// was sent first before those that were sent later: servers answer in order
	// where the answers do not say what they belong to (RFC 9051, 5.5).
	take func(v any) bool

	// needs names a capability without which the command is not sent; of
	// several, parted by "|", one is enough.
	needs string

	// extra names items of FETCH that are kept as they are; raw is Do, which is
	// offered responses of kinds that are not known.
	extra []string
	raw   bool

	// alone keeps all other commands off the line: it changes what they mean.
	alone bool
}

// A clientCall is a command in flight.
type clientCall struct {
	clientCommand
	owner   *Client
	tag     string
	sent    time.Time
	size    int // octets of the command
	kept    int // octets of the responses that it has taken
	goAhead bool
	prompt  string // what came with "+"
	done    bool
	reply   Reply
	cut     UID // the lowest UID that it came to, if not to all: see inParts
}

// The bounds of what is in flight. A server that cannot write stops to read: what
// it has not read yet must fit into the buffers in between, or both would wait
// for ever.
const (
	clientMaxCalls  = 200
	clientMaxFlight = 16 << 10
)

// ErrUnsupported is what an error wraps if the server does not offer what is
// needed for a command.
var ErrUnsupported = errors.New("imap4: server does not offer it")

// ErrUnsafe is what an error wraps if an argument can't be sent: it holds a NUL,
// say, or is no atom where one is needed. Nothing has been sent then.
var ErrUnsafe = errors.New("imap4: argument cannot be sent")

func clientUnsafe(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrUnsafe}, args...)...)
}

// run sends a command and waits for its end. The error is the Reply if that is
// not OK.
func (c *Client) run(ctx context.Context, cmd clientCommand) (Reply, error) {
	var r Reply
	err := c.during(ctx, func() (err error) {
		r, err = c.exchange(cmd)
		return err
	})
	return r, err
}

// exchange is run for methods that are under way.
func (c *Client) exchange(cmd clientCommand) (Reply, error) {
	call, err := c.send(cmd)
	if err != nil {
		return Reply{}, err
	}
	return c.finish(call)
}

// finish waits for the tagged response.
func (c *Client) finish(call *clientCall) (Reply, error) {
	for !call.done {
		if err := c.wait(); err != nil {
			return Reply{}, err
		}
	}
	if call.reply.Status != StatusOK {
		return call.reply, call.reply
	}
	return call.reply, nil
}

// wait reads a response, or lets the others of a Pipeline go on until one has
// come.
func (c *Client) wait() error {
	switch {
	case c.yield == nil:
		return c.conn.step()
	case c.conn.broken != nil:
		return c.conn.broken
	case !c.yield():
		c.conn.lose(errClientAbandoned)
	}
	return c.conn.broken
}

// send sends a command. A streamed literal is read from its reader meanwhile.
func (c *Client) send(cmd clientCommand) (*clientCall, error) {
	conn := c.conn
	if err := conn.offers(cmd.needs); err != nil {
		return nil, err
	}
	e := clientEncoder{utf8: conn.isEnabled("UTF8=ACCEPT") || conn.isEnabled("IMAP4REV2"), conn: conn}
	if cmd.args != nil {
		cmd.args(&e)
	}
	if e.err != nil {
		return nil, e.err
	}
	if err := c.makeWay(cmd.alone, e.size()); err != nil {
		return nil, err
	}
	conn.tags++
	call := &clientCall{clientCommand: cmd, owner: c, tag: "w" + strconv.FormatUint(conn.tags, 10), sent: time.Now(), size: e.size()}
	conn.calls = append(conn.calls, call)
	conn.flight += call.size
	if err := c.transmit(call, &e); err != nil {
		return nil, conn.lose(err)
	}
	return call, nil
}

// offers is an error if the server does not offer what is needed.
func (conn *clientConn) offers(needs string) error {
	if needs == "" {
		return nil
	}
	for _, one := range clientSplit(needs, '|') {
		if conn.has(one) || one == "IMAP4REV2" && conn.isEnabled(one) {
			return nil
		}
	}
	return fmt.Errorf("%w: %s", ErrUnsupported, needs)
}

// makeWay waits until a command of that size may be sent: not while another one
// is sent in part.
func (c *Client) makeWay(alone bool, size int) error {
	conn := c.conn
	crowded := func() bool {
		n := len(conn.calls)
		full := n >= clientMaxCalls || conn.flight+size > clientMaxFlight
		return conn.waiting != nil || n > 0 && (alone || conn.calls[0].alone || full)
	}
	c.curious = true
	defer func() { c.curious = false }()
	for crowded() {
		if err := c.wait(); err != nil {
			return err
		}
	}
	return nil
}

// transmit writes a command. It waits for the server's word before a literal if
// it has to, and leaves the rest if that word is no.
func (c *Client) transmit(call *clientCall, e *clientEncoder) error {
	w := c.conn.wire
	// The errors of writing stick, and flush returns them.
	_, _ = w.Write([]byte(call.tag + " " + call.verb))
	for _, part := range e.parts {
		_, _ = w.Write(part.text)
		if part.body == nil {
			continue
		}
		if !part.free {
			if ok, err := c.await(call); !ok {
				return err
			}
		}
		if err := c.conn.copyBody(part); err != nil {
			return err
		}
	}
	_, err := w.Write([]byte("\r\n"))
	return err
}

// copyBody sends a literal. One that cannot be sent whole ends the conversation:
// what is sent next would be taken for the rest of it.
func (conn *clientConn) copyBody(part clientPart) error {
	n, err := io.Copy(conn.wire, io.LimitReader(part.body, part.size))
	switch {
	case err != nil && conn.wire.werr != nil:
		return fmt.Errorf("imap4: %w", err)
	case err != nil:
		return fmt.Errorf("imap4: reading the message: %w", err)
	case n < part.size:
		return fmt.Errorf("imap4: the message ended after %d octets, of %d: %w", n, part.size, io.ErrUnexpectedEOF)
	}
	return nil
}

// await waits for the server to say that a command may go on; ok is false if it
// has been answered instead.
func (c *Client) await(call *clientCall) (ok bool, err error) {
	call.goAhead = false
	c.conn.waiting = call
	defer func() { c.conn.waiting = nil }()
	for !call.goAhead && !call.done {
		if err := c.wait(); err != nil {
			return false, err
		}
	}
	return call.goAhead, nil
}

// complete ends a command with its tagged response.
func (conn *clientConn) complete(tag string, r Reply) error {
	i := slices.IndexFunc(conn.calls, func(call *clientCall) bool { return call.tag == tag })
	if i < 0 {
		return clientMalformed("a response with the tag %q, which no command has", tag)
	}
	call := conn.calls[i]
	call.done, call.reply = true, r
	if cut := clientCut(r); cut != 0 {
		call.cut = cut
	}
	call.owner.ready = true
	conn.flight -= call.size
	conn.calls = slices.Delete(conn.calls, i, i+1)
	conn.trace(Event{Kind: CommandDone, Verb: call.verb, Reply: r, Duration: time.Since(call.sent)})
	return nil
}
