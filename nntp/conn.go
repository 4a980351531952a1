package nntp

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/wire"
)

// A Conn is one conversation, as the program that embeds the Server sees it. Its
// methods are for the goroutine that the program's own functions are called
// from.
type Conn struct {
	srv      *Server
	wire     *wire.Conn
	verbs    func() []Verb // Verbs; by name it would refer to its own table
	remote   net.Addr
	local    net.Addr
	state    State
	tls      *tls.ConnectionState // nil without TLS
	name     string               // of the last AUTHINFO USER
	identity auth.Identity
	access   Access
	source   *Source // never changed, but replaced
	group    selected
	inBody   bool        // in the midst of an answer of many lines
	ending   atomic.Bool // see End
	lost     error       // why a command could not be answered: the client is gone

	watched bool        // the wire waits by way of a gate
	began   time.Time   // when the present command came
	queue   []*pending  // answers to come, in order
	held    int64       // octets that the queue holds
	jobs    chan func() // for the workers; nil before there are any
	workers sync.WaitGroup
	final   Reply       // hang up with this one
	flown   atomic.Bool // the conversation is over; see flights

	errors, refusals, logins int // see Limits
}

func newConn(s *Server, nc net.Conn) *Conn {
	return &Conn{
		srv:    s,
		verbs:  Verbs,
		remote: nc.RemoteAddr(),
		local:  nc.LocalAddr(),
		wire:   wire.New(nc, s.limits().timeouts()),
		state:  Fresh,
	}
}

// Identity is who logged in. Its Name is empty if nobody did.
func (c *Conn) Identity() auth.Identity { return c.identity }

// TLS is the state of the TLS connection, nil without TLS.
func (c *Conn) TLS() *tls.ConnectionState { return c.tls }

// RemoteAddr is the client's address: the one that a trusted proxy tells, if
// it came through one.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// LocalAddr is the address that the client connected to.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// Server is the server that holds the conversation.
func (c *Conn) Server() *Server { return c.srv }

// State is where the conversation stands.
func (c *Conn) State() State { return c.state }

// End has the conversation end because who has logged in may not go on: at
// once if it waits for a command, else after the one that is being answered.
// The client is told so (400). Unlike the other methods it may be called from
// any goroutine, and after the end.
func (c *Conn) End() {
	c.ending.Store(true)
	c.wire.Interrupt()
}

// run holds the conversation and tells the trace of its beginning and end.
func (c *Conn) run(ctx context.Context) (err error) {
	began := time.Now()
	// Deferred, because what a test brings may end this goroutine.
	defer func() {
		c.flown.Store(true)
		c.dismiss()
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
		if !c.inBody { // where it would be taken for a line of the answer
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
func (c *Conn) guard(ctx context.Context, f func()) error { return c.srv.guard(ctx, f) }

func (s *Server) guard(ctx context.Context, f func()) (panicked error) {
	defer func() {
		if v := recover(); v != nil {
			s.logger().ErrorContext(ctx, "nntp: panic", "err", v, "stack", string(debug.Stack()))
			panicked = fmt.Errorf("nntp: panic: %v", v)
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
		return fmt.Errorf("nntp: TLS handshake: %w", err)
	}
	c.tls = c.wire.TLS()
	if err := c.admit(ctx); err != nil {
		r := c.replyTo(ctx, err)
		r.Close = true
		return c.finish(ctx, r)
	}
	c.sendLine(c.greeting())
	return c.serve(ctx)
}

// greeting is the first line, and the answer to MODE READER (RFC 3977, 5.1 and
// 5.3).
func (c *Conn) greeting() Reply {
	if c.mayPost() {
		return R(200, c.srv.hostname()+" NNTP, posting allowed")
	}
	return R(201, c.srv.hostname()+" NNTP, no posting")
}

// serve reads commands and has them answered. It is the only reader, besides
// those of articles and of the answers in a login.
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
	began := time.Now()
	var verb string
	var r Reply
	if err == nil {
		c.began = began
		verb, r = c.obey(ctx, line)
	} else if r = c.lineReply(err); r.isNone() && c.final.isNone() {
		return true, ended(ctx, err)
	}
	if len(c.queue) > 0 && (r.Close || verb != "CHECK" && verb != "TAKETHIS") {
		c.settle()
	}
	for len(c.queue) >= maxQueued {
		c.settleOne(ctx)
	}
	switch {
	case !c.final.isNone():
		return true, c.finish(ctx, c.final)
	case r == queued:
		return false, nil
	case len(c.queue) > 0 && !r.Close:
		c.queue = append(c.queue, &pending{verb: verb, began: began, reply: r})
		return false, nil
	}
	r = c.deliver(ctx, verb, r, began, err)
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

// deliver counts, sends and traces an answer, and returns it, or what replaces
// it. One that closes the conversation is not sent yet.
func (c *Conn) deliver(ctx context.Context, verb string, r Reply, began time.Time, err error) Reply {
	if c.count(r) {
		r = tooManyErrors
	}
	if !r.Close && !r.isNone() {
		c.lost = c.send(ctx, r)
	}
	if c.srv.Trace != nil {
		c.trace(Event{Kind: CommandDone, Verb: verb, Reply: r, Err: cmp.Or(err, c.lost), Duration: time.Since(began)})
	}
	return r
}

// obey answers one command line. The verb is empty if it is not known.
func (c *Conn) obey(ctx context.Context, line []byte) (verb string, _ Reply) {
	if len(line) == 0 {
		return "", Reply{} // some clients send empty lines, and expect nothing
	}
	// A copy: the arguments outlive the buffer.
	cmd, args, known := find(string(line))
	if cmd != nil {
		verb = cmd.name()
	}
	switch {
	case isForeign(line):
		return verb, notNNTP
	case len(line)+len("\r\n") > c.srv.limits().Line && verb != "AUTHINFO SASL":
		r := c.cannotFollow(lineTooLong)
		r.Close = r.Close || verb == "TAKETHIS" // an article follows, whoever may send it
		return verb, r
	case cmd == nil && known:
		return verb, unknownKeyword
	case cmd == nil:
		return verb, unknownCommand
	case !cmd.streams():
		if c.settle(); !c.final.isNone() {
			return verb, Reply{}
		}
	}
	return verb, c.answer(ctx, cmd, args)
}

// isForeign tells the first line of another protocol, which a browser can be
// made to send here; hanging up ends the attack.
func isForeign(line []byte) bool {
	for _, begin := range []string{"GET /", "PUT /", "HEAD /", "POST /", "DELETE /", "CONNECT ", "OPTIONS ", "PATCH /", "PRI *"} {
		if len(line) >= len(begin) && string(line[:len(begin)]) == begin {
			return true
		}
	}
	return line[0] == 0x16 // a ClientHello
}
