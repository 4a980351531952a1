package imap4

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/wire"
)

// A Conn is one conversation, as a Backend sees it. Its methods are for the
// goroutine that the Backend is called from.
type Conn struct {
	srv      *Server
	wire     *wire.Conn
	began    time.Time
	state    ConnState
	identity auth.Identity
	account  Account     // nil before a login
	enabled  feature     // what the client has asked for, by ENABLE or otherwise
	box      *view       // the mailbox that is open, nil if none is
	saved    UIDSet      // what "$" stands for (RFC 5182)
	tag      string      // of the command that is being answered
	lost     error       // why a command could not be answered: the client is gone
	report   *progress   // of what takes long
	inside   bool        // in the midst of a response
	ruined   atomic.Bool // what waits for news has panicked
	ending   atomic.Bool // see End
	resting  bool        // between two commands
	watch    *watch      // what is told without being asked for, nil if nothing special is
	lang     *language   // of texts, by LANGUAGE; nil before

	bad, logins int // see Limits
}

func newConn(s *Server, nc net.Conn) *Conn {
	return &Conn{srv: s, wire: wire.New(nc, s.limits().timeouts()), state: NotAuthenticated, began: time.Now()}
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
func (c *Conn) State() ConnState { return c.state }

// End has the conversation end because who has logged in may not go on: at
// once if it waits for a command, else after the one that is being answered.
// The client is told so (* BYE). Unlike the other methods it may be called from
// any goroutine, and after the end.
func (c *Conn) End() {
	c.ending.Store(true)
	c.wire.Interrupt()
}

// mustEnd reports whether the conversation is to end once nothing is under way.
func (c *Conn) mustEnd() bool { return c.ending.Load() || c.ruined.Load() || c.srv.life.Draining() }

// run holds the conversation and tells the trace of its beginning and end.
func (c *Conn) run(ctx context.Context) (err error) {
	// Deferred, because an Account of a test may end this goroutine.
	defer func() {
		if panicked := c.guard(ctx, func() { c.closeAccount(ctx) }); panicked != nil {
			err = panicked
		}
		panicked := c.guard(ctx, func() {
			c.trace(Event{Kind: ConnClosed, Err: err, Duration: time.Since(c.began)})
		})
		if err == nil {
			err = panicked
		}
		c.wire.Release()
	}()
	if panicked := c.guard(ctx, func() { err = c.converse(ctx) }); panicked != nil {
		err = panicked
		if !c.inside { // where it would be taken for a part of the response
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
			c.srv.logger().ErrorContext(ctx, "imap4: panic", "err", v, "stack", string(debug.Stack()))
			panicked = fmt.Errorf("imap4: panic: %v", v)
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
		return fmt.Errorf("imap4: TLS handshake: %w", err)
	}
	c.send("*", OK(c.capabilityCode(), c.srv.hostname()+" IMAP4 ready"))
	for {
		in, err := c.readCommand()
		if over, err := c.turn(ctx, &in, err); over {
			return err
		}
	}
}

// turn answers one command, or what kept one from being read, and reports whether
// the conversation is over. (It is not where one waits: its frame is large, and
// most conversations wait.)
func (c *Conn) turn(ctx context.Context, cmd *incoming, err error) (over bool, _ error) {
	began := time.Now()
	var r Reply
	if err != nil {
		if r = c.lineReply(err); r.isNone() {
			return true, ended(ctx, err)
		}
	} else {
		r = c.answer(ctx, cmd)
	}
	if c.tooBad(r) {
		c.send(cmp.Or(cmd.tag, "*"), r)
		r = tooManyErrors
	}
	if !r.Close && !r.isNone() && c.lost == nil {
		c.send(cmp.Or(cmd.tag, "*"), r)
	}
	c.trace(Event{Kind: CommandDone, Verb: cmd.verb(), Reply: r, Err: cmp.Or(err, c.lost), Duration: time.Since(began)})
	switch {
	case c.lost != nil:
		return true, ended(ctx, c.lost)
	case r.Close:
		return true, c.finish(ctx, r)
	case c.state == Logout:
		c.wire.Linger()
		return true, nil
	case c.ending.Load():
		return true, c.finish(ctx, sessionEnded)
	}
	return false, nil
}

// answer runs a command, if it may come now, and tells what is new. The command
// has been read whole, but for the messages in it.
func (c *Conn) answer(ctx context.Context, in *incoming) Reply {
	if !in.refused.isNone() {
		return in.refused
	}
	cmd := in.cmd
	c.tag = in.tag
	if limit := c.srv.limits().Command; limit > 0 && cmd.streams == nil && cmd.traits&(barrier|slow) == 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	r := cmd.run(ctx, c, c.parser(cmd, in.args))
	if c.lost == nil && c.box != nil && cmd.traits&blind == 0 && r.Status != StatusBAD {
		busy := cmd.traits&fresh == 0 && c.wire.Buffered() > 0
		if err := c.news(ctx, !busy, cmd.traits&quiet == 0); err != nil {
			// What was done is done: a client that is told no would do it again.
			if failed := c.replyTo(ctx, err); failed.isNone() || cmd.traits&asks != 0 {
				return failed
			}
		}
	}
	if c.watch.isEnabled() && c.lost == nil && cmd.traits&blind == 0 && r.Status == StatusOK {
		c.watch.push(atEnd)
	}
	return r
}

// parser returns one for the arguments of a command.
func (c *Conn) parser(cmd *command, args string) *parser {
	p := c.parserOf(args)
	p.uid = strings.HasPrefix(cmd.verb, "UID ")
	return p
}

func (c *Conn) parserOf(s string) *parser {
	return &parser{s: s, utf8: c.takesUTF8(), accept: c.has(utf8Accept), limits: c.srv.limits()}
}

// mayRun is why a command must not run now, none if it may.
func (c *Conn) mayRun(cmd *command) Reply {
	switch {
	case cmd.offered != nil && !cmd.offered(c):
		return notOffered
	case cmd.in&c.state == 0:
		return outOfOrder(c.state)
	case cmd.traits&quiet != 0 && c.has(uidOnly):
		return uidRequired
	}
	return Reply{}
}

// lineReply is the answer to a line that could not be read, none if there is
// nobody to answer.
func (c *Conn) lineReply(err error) Reply {
	r, isReply := errors.AsType[Reply](err)
	switch {
	case isReply:
		return r
	case errors.Is(err, wire.ErrLineTooLong):
		return lineTooLong
	case errors.Is(err, wire.ErrBareLF):
		return bareLF
	case isFlaw(err):
		if c.state == NotAuthenticated && c.wire.TLS() == nil {
			return notIMAP // a ClientHello is full of NULs
		}
		return brokenLine
	case errors.Is(err, wire.ErrInterrupted) && c.ruined.Load():
		return internalError
	case errors.Is(err, wire.ErrInterrupted) && c.ending.Load():
		return sessionEnded
	case errors.Is(err, wire.ErrInterrupted):
		return shuttingDown
	case errors.Is(err, os.ErrDeadlineExceeded):
		if c.state == NotAuthenticated {
			return loginTooLate
		}
		return idleTooLong
	}
	return Reply{}
}

// ended says why a conversation ended that nobody said goodbye to.
func ended(ctx context.Context, err error) error {
	switch {
	case context.Cause(ctx) == ErrServerClosed:
		return ErrServerClosed
	case ctx.Err() != nil:
		return fmt.Errorf("imap4: conversation cut: %w", context.Cause(ctx))
	case err == io.EOF:
		return fmt.Errorf("imap4: client hung up: %w", io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("imap4: conversation lost: %w", err)
}

// send queues a status response. The next read that has to wait sends what is
// queued.
func (c *Conn) send(tag string, r Reply) {
	var room [256]byte
	b := append(append(room[:0], tag...), ' ')
	// An error sticks, and the next read returns it.
	_, _ = c.wire.Write(c.appendReply(b, r))
}

// gone is what a handler returns if the client was lost to err, so that there
// is nobody to answer.
func (c *Conn) gone(err error) Reply {
	if c.lost == nil {
		c.lost = err
	}
	return Reply{}
}

// finish sends the last words in such a way that the client can read them even
// if it has sent more than we have read, and ends TLS by its rules. It returns
// why the conversation is over.
func (c *Conn) finish(ctx context.Context, r Reply) error {
	c.closeAccount(ctx) // before the answer, after which the client may come back
	c.send("*", r)
	c.wire.Linger()
	if r == shuttingDown {
		return ErrServerClosed
	}
	return fmt.Errorf("imap4: hung up: %w", r)
}

// tooBad counts the errors of the client, after a login those in a row, and
// reports whether there are too many.
func (c *Conn) tooBad(r Reply) bool {
	if r.Status == StatusOK && c.state != NotAuthenticated {
		c.bad = 0
	}
	if r.Status != StatusBAD || r.Close {
		return false
	}
	l := c.srv.limits()
	c.bad++
	if c.state == NotAuthenticated {
		return over(c.bad, l.BadBefore)
	}
	return over(c.bad, l.Bad)
}

func (c *Conn) closeAccount(ctx context.Context) {
	account := c.account
	if account == nil {
		return
	}
	c.account, c.box, c.saved = nil, nil, nil // first, so that a panic closes it no second time
	c.unwatch(false)
	c.srv.leave(c.identity.Name())
	if err := account.Close(); err != nil {
		c.srv.logger().ErrorContext(ctx, "imap4: account did not close", "user", c.identity.Name(), "err", err)
	}
}
