package pop3

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/internal/wire"
)

// A Conn is one conversation, as a Backend sees it. Its methods are for the
// goroutine that the Backend and the Maildrop are called from.
type Conn struct {
	srv       *Server
	wire      *wire.Conn
	state     State
	timestamp string    // of the greeting, for APOP; empty if there is none, or no more
	name      string    // of the last USER
	lang      *language // that LANG has chosen; nil before
	utf8      bool      // UTF8 was sent
	identity  auth.Identity
	maildrop  Maildrop // nil before a login
	drop      snapshot
	opened    *stream     // a message that is not closed yet
	inBody    bool        // in the midst of an answer of many lines
	ending    atomic.Bool // see End
	lost      error       // why a command could not be answered: the client is gone

	errors, refusals, logins int // see Limits
}

func newConn(s *Server, nc net.Conn) *Conn {
	return &Conn{srv: s, wire: wire.New(nc, s.limits().timeouts()), state: Authorization}
}

// Identity is who logged in. Its Name is empty if nobody did.
func (c *Conn) Identity() auth.Identity { return c.identity }

// TLS is the state of the TLS connection, nil without TLS.
func (c *Conn) TLS() *tls.ConnectionState { return c.wire.TLS() }

// RemoteAddr is the client's address: the one that a trusted proxy tells, if
// it came through one.
func (c *Conn) RemoteAddr() net.Addr { return c.wire.NetConn().RemoteAddr() }

// LocalAddr is the address that the client connected to.
func (c *Conn) LocalAddr() net.Addr { return c.wire.NetConn().LocalAddr() }

// Server is the server that holds the conversation.
func (c *Conn) Server() *Server { return c.srv }

// State is where the conversation stands.
func (c *Conn) State() State { return c.state }

// End has the conversation end because who has logged in may not go on: at
// once if it waits for a command, else after the one that is being answered.
// The client is told so (-ERR [AUTH]; what it has marked as deleted stays). Unlike the other methods it may be called from
// any goroutine, and after the end.
func (c *Conn) End() {
	c.ending.Store(true)
	c.wire.Interrupt()
}

// run holds the conversation and tells the trace of its beginning and end.
func (c *Conn) run(ctx context.Context) (err error) {
	began := time.Now()
	// Deferred, because a Maildrop of a test may end this goroutine.
	defer func() {
		for _, end := range []func(context.Context){c.closeBody, c.closeMaildrop} {
			if panicked := c.guard(ctx, func() { end(ctx) }); panicked != nil {
				err = panicked
			}
		}
		panicked := c.guard(ctx, func() {
			c.trace(Event{Kind: ConnClosed, Err: err, Duration: time.Since(began)})
		})
		if err == nil {
			err = panicked
		}
		c.wire.Release()
	}()
	if panicked := c.guard(ctx, func() { err = c.converse(ctx) }); panicked != nil {
		err = panicked
		if !c.inBody { // where it would be taken for a line of the message
			// What comes back tells less than the panic.
			_ = c.finish(ctx, internalError)
		}
	}
	// A peer that has gone does not take the last words.
	_ = c.wire.Flush()
	return err
}

// guard calls f and returns its panic, if there is one: a mistake of what the
// program brought ends this conversation and no more.
func (c *Conn) guard(ctx context.Context, f func()) (panicked error) {
	defer func() {
		if v := recover(); v != nil {
			c.srv.logger().ErrorContext(ctx, "pop3: panic", "err", v, "stack", string(debug.Stack()))
			panicked = fmt.Errorf("pop3: panic: %v", v)
		}
	}()
	f()
	return nil
}

// converse holds the conversation from the handshake, if there is one, to the
// end.
func (c *Conn) converse(ctx context.Context) error {
	c.trace(Event{Kind: ConnOpened})
	if err := c.wire.Handshake(ctx, c.srv.limits().Handshake); err != nil {
		return fmt.Errorf("pop3: TLS handshake: %w", err)
	}
	text := c.srv.hostname() + " POP3"
	if c.offerAPOP(); c.timestamp != "" {
		text += " " + c.timestamp
	}
	c.sendLine(OK(text))
	return c.serve(ctx)
}

// serve reads commands and has them answered. It is the only reader, besides
// that of AUTH's answers.
func (c *Conn) serve(ctx context.Context) error {
	for {
		line, err := c.readLine()
		if over, err := c.turn(ctx, line, err); over {
			return err
		}
	}
}

// turn answers one line, or what kept one from being read, and reports whether
// the conversation is over.
func (c *Conn) turn(ctx context.Context, line []byte, err error) (over bool, _ error) {
	var began time.Time
	if c.srv.Trace != nil { // to look at the clock costs more than most commands
		began = time.Now()
	}
	var verb string
	var r Reply
	if err == nil {
		verb, r = c.obey(ctx, line)
	} else if r = c.lineReply(err); r.isNone() {
		return true, ended(ctx, err)
	}
	if c.count(r) {
		r = tooManyErrors
	}
	if !r.Close && !r.isNone() {
		c.lost = c.send(ctx, r)
	}
	c.closeBody(ctx)
	if c.srv.Trace != nil {
		c.trace(Event{Kind: CommandDone, Verb: verb, Reply: r, Err: cmp.Or(err, c.lost), Duration: time.Since(began)})
	}
	switch {
	case r.Close:
		return true, c.finish(ctx, r)
	case c.lost != nil:
		return true, ended(ctx, c.lost)
	case c.ending.Load():
		return true, c.finish(ctx, sessionEnded)
	}
	return false, nil
}

// obey answers one command line. The verb is empty if it is not known.
func (c *Conn) obey(ctx context.Context, line []byte) (verb string, _ Reply) {
	// A copy: the arguments outlive the buffer.
	cmd, args := find(string(line))
	if cmd != nil {
		verb = cmd.verb
	}
	switch {
	case cmd == nil && c.state != Transaction && isForeign(line):
		return verb, notPOP3
	case len(line)+len("\r\n") > c.srv.limits().Line && verb != "AUTH":
		return verb, lineTooLong
	case len(c.srv.Middleware) > 0:
		word, args, _ := strings.Cut(string(line), " ")
		if word == "" {
			return verb, unknownCommand
		}
		return verb, c.srv.wrapped()(ctx, c, Command{Verb: ascii.Upper(word), Args: args})
	case cmd == nil:
		return verb, unknownCommand
	}
	return verb, c.answer(ctx, cmd, args)
}

// readLine reads a command. How long one may be is known only once its verb
// is.
func (c *Conn) readLine() ([]byte, error) {
	l := c.srv.limits()
	limit := l.Line
	if c.srv.Auth != nil {
		limit = max(limit, l.AuthLine)
	}
	return c.wire.ReadLine(limit)
}

// lineReply is the answer to a line that could not be read, none if there is
// nobody to answer, or if the client was silent for too long: RFC 1939, 3 wants
// no last word then.
func (c *Conn) lineReply(err error) Reply {
	switch {
	case errors.Is(err, wire.ErrLineTooLong):
		return lineTooLong
	case errors.Is(err, wire.ErrBareLF):
		return bareLF
	case errors.Is(err, wire.ErrBareCR), errors.Is(err, wire.ErrNUL):
		if c.state != Transaction && c.wire.TLS() == nil {
			return notPOP3 // as isForeign; a ClientHello is full of NULs
		}
		return badOctets
	case errors.Is(err, wire.ErrInterrupted) && c.ending.Load():
		return sessionEnded
	case errors.Is(err, wire.ErrInterrupted):
		return shuttingDown
	}
	return Reply{}
}

// ended says why a conversation ended that nobody said goodbye to.
func ended(ctx context.Context, err error) error {
	switch {
	case context.Cause(ctx) == ErrServerClosed:
		return ErrServerClosed
	case ctx.Err() != nil:
		return fmt.Errorf("pop3: conversation cut: %w", context.Cause(ctx))
	case err == io.EOF:
		return fmt.Errorf("pop3: client hung up: %w", io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("pop3: conversation lost: %w", err)
}

// send queues r, all of its lines. The next read that has to wait sends what is
// queued. After an error the conversation is over.
func (c *Conn) send(ctx context.Context, r Reply) error {
	c.sendLine(r)
	if r.body == nil {
		return nil
	}
	return c.sendBody(ctx, r.body)
}

// sendLine queues the first line of r.
func (c *Conn) sendLine(r Reply) {
	var room [256]byte
	// An error sticks, and the next read returns it.
	_, _ = c.wire.Write(r.localized(c.lang).appendTo(room[:0], c.lang != nil))
}

// gone is what a handler returns if the client was lost to err, so that there
// is nobody to answer.
func (c *Conn) gone(err error) Reply {
	c.lost = err
	return Reply{Close: true}
}

// finish sends the last reply, if there is one, in such a way that the client
// can read it even if it has sent more than we have read, and ends TLS by its
// rules. It returns why the conversation is over.
func (c *Conn) finish(ctx context.Context, r Reply) error {
	if r.isNone() {
		return ended(ctx, c.lost)
	}
	c.closeMaildrop(ctx) // before the answer, after which the client may come back
	c.sendLine(r)
	c.wire.Linger()
	switch r {
	case byeReply:
		return nil
	case shuttingDown:
		return ErrServerClosed
	}
	return fmt.Errorf("pop3: hung up: %w", r)
}

// count counts the errors of the client and reports whether there are too
// many.
func (c *Conn) count(r Reply) bool {
	l := c.srv.limits()
	switch {
	case r.OK || r.Close || r.isNone():
		return false
	case isFault(r):
		c.errors++
	default:
		c.refusals++
	}
	return over(c.errors, l.Errors) || over(c.refusals, l.Refusals)
}

// replyTo is what the client is told of an error of the Backend or the
// Maildrop. A Reply that says yes, or nothing, cannot be: that is a mistake, and
// no reason to let pass what was refused.
func (c *Conn) replyTo(ctx context.Context, err error) Reply {
	if r, ok := errors.AsType[Reply](err); ok && !r.OK && !r.isNone() {
		return r
	}
	c.srv.logger().ErrorContext(ctx, "pop3: maildrop failed", "user", c.identity.Name(), "err", err)
	return localError
}

func (c *Conn) closeMaildrop(ctx context.Context) {
	c.closeBody(ctx)
	maildrop := c.maildrop
	if maildrop == nil {
		return
	}
	c.maildrop, c.drop = nil, snapshot{} // first, so that a panic closes it no second time
	if err := maildrop.Close(); err != nil {
		c.srv.logger().ErrorContext(ctx, "pop3: maildrop did not close", "user", c.identity.Name(), "err", err)
	}
}

// isForeign tells the first line of another protocol, which a browser can be
// made to send here (RFC 5321 has no rule; hanging up ends the attack).
func isForeign(line []byte) bool {
	for _, c := range line {
		if c >= 0x80 || c < ' ' && c != '\t' {
			return true
		}
	}
	for _, verb := range []string{"GET ", "PUT ", "HEAD ", "POST ", "DELETE ", "CONNECT ", "OPTIONS ", "PATCH ", "PRI "} {
		if len(line) >= len(verb) && string(line[:len(verb)]) == verb {
			return true
		}
	}
	return false
}
