package smtp

import (
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
// goroutine that the Backend and the Session are called from.
type Conn struct {
	srv      *Server
	wire     *wire.Conn
	table    *[]command // for HELP, which is in it
	sess     Session
	state    State
	extended bool // greeted by EHLO
	hello    string
	identity *auth.Identity // nil before a login
	env      *Envelope      // nil outside a transaction; a Session may keep it
	size     int64          // limit of the transaction's message; 0 is none
	owed     int            // recipients of a message that failed, whom LMTP owes a reply
	ending   atomic.Bool    // see End
	lost     error          // why a handler could not answer: the client is gone
	current  *command       // that is being answered; nil: none that is known

	client    *overrides // by XCLIENT; nil: none
	forwarded *Forwarded // by XFORWARD; nil: nothing

	errors, refusals, logins, junk, mails int // see Limits
}

func newConn(s *Server, nc net.Conn) *Conn {
	return &Conn{srv: s, wire: wire.New(nc, s.limits().timeouts()), table: &commands, state: Start}
}

// Hello is the name that the client gave itself. It is a claim, and empty
// before the greeting.
func (c *Conn) Hello() string { return c.hello }

// Extended reports whether the client greeted with EHLO.
func (c *Conn) Extended() bool { return c.extended }

// Identity is who logged in. Its Name is empty if nobody did.
func (c *Conn) Identity() auth.Identity {
	if c.identity == nil {
		return auth.Identity{}
	}
	return *c.identity
}

// TLS is the state of the TLS connection, nil without TLS.
func (c *Conn) TLS() *tls.ConnectionState { return c.wire.TLS() }

// RemoteAddr is the client's address: the one that a trusted proxy tells by
// PROXY or XCLIENT, if it came through one.
func (c *Conn) RemoteAddr() net.Addr {
	if c.client != nil && c.client.remote != nil {
		return c.client.remote
	}
	return c.wire.NetConn().RemoteAddr()
}

// LocalAddr is the address that the client connected to.
func (c *Conn) LocalAddr() net.Addr {
	if c.client != nil && c.client.local != nil {
		return c.client.local
	}
	return c.wire.NetConn().LocalAddr()
}

// RemoteName is the client's host name as a trusted peer tells it by XCLIENT,
// or empty: the engine makes no look-ups.
func (c *Conn) RemoteName() string {
	if c.client == nil {
		return ""
	}
	return c.client.name
}

// Forwarded is what a trusted peer says, by XFORWARD, of the client that the
// message comes from.
func (c *Conn) Forwarded() Forwarded {
	if c.forwarded == nil {
		return Forwarded{}
	}
	return *c.forwarded
}

// Server is the server that holds the conversation.
func (c *Conn) Server() *Server { return c.srv }

// State is where the conversation stands.
func (c *Conn) State() State { return c.state }

// End has the conversation end because who has logged in may not go on: at
// once if it waits for a command, else after the one that is being answered.
// The client is told so (421). Unlike the other methods it may be called from
// any goroutine, and after the end.
func (c *Conn) End() {
	c.ending.Store(true)
	c.wire.Interrupt()
}

// run holds the conversation and tells the trace of its beginning and end.
func (c *Conn) run(ctx context.Context) (err error) {
	began := time.Now()
	// Deferred, because a Session of a test may end this goroutine.
	defer func() {
		if panicked := c.guard(ctx, func() { c.endSession(ctx, err) }); panicked != nil {
			err = panicked
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
		// What comes back tells less than the panic.
		_ = c.finish(ctx, internalError)
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
			c.srv.logger().ErrorContext(ctx, "smtp: panic", "err", v, "stack", string(debug.Stack()))
			panicked = fmt.Errorf("smtp: panic: %v", v)
		}
	}()
	f()
	return nil
}

// converse holds the conversation from the handshake, if there is one, to the
// end.
func (c *Conn) converse(ctx context.Context) error {
	if over, why := c.open(ctx); over {
		return why
	}
	return c.serve(ctx)
}

// open brings the conversation to the greeting. It reports whether it is over
// already, and why.
//
//go:noinline
func (c *Conn) open(ctx context.Context) (over bool, why error) {
	c.trace(Event{Kind: ConnOpened})
	if err := c.wire.Handshake(ctx, c.srv.limits().Handshake); err != nil {
		return true, fmt.Errorf("smtp: TLS handshake: %w", err)
	}
	if r := c.openSession(ctx); r != (Reply{}) {
		// A refusal is in order, and no error.
		_ = c.finish(ctx, r)
		return true, nil
	}
	c.send(c.greeting())
	return false, nil
}

func (c *Conn) greeting() Reply {
	protocol := " ESMTP"
	if c.srv.LMTP {
		protocol = " LMTP"
	}
	return R(220, Enhanced{}, c.srv.hostname()+protocol)
}

// serve reads commands and sends replies. It is the only place that does,
// besides the readers of bodies and of AUTH's answers.
func (c *Conn) serve(ctx context.Context) error {
	// What is on the stack here is held by every idle connection, and beyond
	// 2 KiB in all the runtime keeps 8 KiB for it instead of 4: the work is
	// in a frame of its own.
	for {
		line, err := c.readLine()
		if over, why := c.step(ctx, line, err); over {
			return why
		}
	}
}

// step answers one line, or why it could not be read. It reports whether the
// conversation is over, and why.
//
//go:noinline
func (c *Conn) step(ctx context.Context, line []byte, err error) (over bool, why error) {
	began := c.now()
	var r Reply
	c.current = nil
	if err != nil {
		if r = c.lineReply(err); r == (Reply{}) {
			return true, ended(ctx, err)
		}
	} else {
		r = c.obey(ctx, line)
	}
	r = c.count(ctx, c.current, r)
	c.traceCommand(c.current, r, err, began)
	if r.hangsUp() {
		return true, c.finish(ctx, r)
	}
	if r.Code != 0 {
		c.send(r)
	}
	if c.ending.Load() {
		return true, c.finish(ctx, sessionEnded)
	}
	return false, nil
}

// obey answers one command line.
func (c *Conn) obey(ctx context.Context, line []byte) Reply {
	cmd, args, r := c.lookUp(line)
	if r == unknownCommand && len(c.srv.Middleware) > 0 {
		if verb, args, _ := strings.Cut(string(line), " "); verb != "" {
			return c.srv.answer(ctx, c, Command{Verb: ascii.Upper(verb), Args: args})
		}
	}
	if r != (Reply{}) {
		return r
	}
	return c.srv.answer(ctx, c, Command{Verb: cmd.verb, Args: args, row: cmd})
}

// errHungUp is why a conversation ended if a Middleware had it end without a
// word.
var errHungUp = errors.New("smtp: hung up without a reply")

// ended says why a conversation ended that nobody said goodbye to.
func ended(ctx context.Context, err error) error {
	switch {
	case err == errTurned:
		return nil
	case context.Cause(ctx) == ErrServerClosed:
		return ErrServerClosed
	case ctx.Err() != nil:
		return fmt.Errorf("smtp: conversation cut: %w", context.Cause(ctx))
	case err == nil:
		return errHungUp
	case err == io.EOF:
		return fmt.Errorf("smtp: client hung up: %w", io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("smtp: conversation lost: %w", err)
}

// send queues r. The next read that has to wait sends it.
func (c *Conn) send(r Reply) {
	var room [256]byte
	// An error sticks, and the next read returns it.
	_, _ = c.wire.Write(r.AppendTo(room[:0]))
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
	if r.Code == 0 {
		return ended(ctx, c.lost)
	}
	c.send(r)
	c.wire.Linger()
	switch r {
	case byeReply:
		return nil
	case shuttingDown:
		return ErrServerClosed
	}
	return fmt.Errorf("smtp: hung up: %w", r)
}

// replyTo is what the client is told of a Session's error.
func (c *Conn) replyTo(ctx context.Context, err error) Reply {
	if r, ok := refusal(err); ok {
		return r
	}
	verb := ""
	if c.current != nil {
		verb = c.current.verb
	}
	if r, is := errors.AsType[Reply](err); is {
		c.srv.logger().ErrorContext(ctx, "smtp: the Session returned a Reply as an error that refuses nothing: return nil to accept, or a code of 400 or more",
			"code", r.Code, "command", verb, "err", err)
	} else {
		c.srv.logger().ErrorContext(ctx, "smtp: session failed", "command", verb, "err", err)
	}
	return localError
}

// refusal finds the Reply in err that can be a client's answer. One that says
// yes, or nothing, cannot: that is a mistake, and no reason to let pass what
// was refused.
func refusal(err error) (Reply, bool) {
	r, ok := errors.AsType[Reply](err)
	return r, ok && (r.Temporary() || r.Permanent())
}

// openSession asks the Backend for a Session. A Reply other than zero refuses
// the client for good.
func (c *Conn) openSession(ctx context.Context) Reply {
	sess, err := c.srv.Backend.NewSession(ctx, c)
	if err != nil {
		r := c.replyTo(ctx, err)
		r.Close = true
		return r
	}
	c.sess = sess
	return Reply{}
}

// endSession closes the Session because the conversation is over.
func (c *Conn) endSession(ctx context.Context, reason error) {
	if c.sess == nil {
		return
	}
	defer c.closeSession(ctx)
	if e, ok := as[Ender](c.sess); ok {
		e.Ended(reason)
	}
}

func (c *Conn) closeSession(ctx context.Context) {
	sess := c.sess
	if sess == nil {
		return
	}
	c.sess = nil // first, so that a panic closes it no second time
	if err := sess.Close(); err != nil {
		c.srv.logger().ErrorContext(ctx, "smtp: session did not close", "err", err)
	}
}

// reset ends the transaction, if there is one.
func (c *Conn) reset() {
	c.forwarded = nil
	switch c.state {
	case Start, Greeted:
		return
	case Failed: // the Session was told when it failed
		c.state, c.owed = Greeted, 0
		return
	}
	c.state, c.env = Greeted, nil
	c.sess.Reset()
}

// restart forgets what the client said, and who it is.
func (c *Conn) restart() {
	c.state, c.hello, c.extended = Start, "", false
	c.env, c.identity, c.forwarded = nil, nil, nil
}
