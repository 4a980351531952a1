package ldapserver

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/wirepost/wirepost/auth"
)

// A conn is one conversation. Its reader hands requests over to the goroutine that
// began it, which answers them one after another and alone writes; so a client can
// send ahead, and abandon what it has sent. What changes how the connection is
// read, a login or StartTLS, has it for itself.
type conn struct {
	srv *Server
	raw net.Conn // as it came, for deadlines
	nc  net.Conn // with TLS, if there is any
	in  *bufio.Reader
	out *bufio.Writer
	tls *tls.ConnectionState
	ctx context.Context // of the conversation, for what outlives a request

	account  string // who is logged in; "" is nobody
	exchange *auth.Exchange
	sasl     string // the mechanism of exchange
	failed   int    // logins, since the last that has not

	mu          sync.Mutex
	requests    map[int]*request // that have no answer yet
	waiting     bool             // for a request to begin
	interrupted bool
	guesses     bool // too many logins have failed
	ended       bool // by End
}

// A request is a message on its way through.
type request struct {
	message
	operation *operation
	ctx       context.Context
	cancel    context.CancelCauseFunc
	done      chan struct{}
}

// errEnded is why a conversation is over that End has ended.
var errEnded = errors.New("the login has ended")

var errAbandoned = errors.New("the client has abandoned it")

func newConn(s *Server, nc net.Conn) *conn {
	c := &conn{srv: s, raw: nc, nc: nc, requests: make(map[int]*request)}
	if t, ok := nc.(*tls.Conn); ok {
		c.raw = t.NetConn()
	}
	c.reset()
	return c
}

// reset forgets what is buffered, when the connection changes.
func (c *conn) reset() {
	c.in = bufio.NewReader(c.nc)
	c.out = bufio.NewWriter(&sender{c})
}

// run holds the conversation. It is over when the reader is, and what came before
// the reader's end is answered, unless the client has gone.
func (c *conn) run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer c.abort() // wakes the reader if it is the writer that has failed
	if t, ok := c.nc.(*tls.Conn); ok {
		if err := c.handshake(ctx, t); err != nil {
			return err
		}
	}
	var end error
	queue := make(chan *request, c.srv.limit.Waiting)
	wg.Go(func() {
		defer close(queue)
		if end = c.read(ctx, queue); !errors.Is(end, errInterrupted) {
			cancel()
		}
	})
	c.ctx = ctx
	for r := range queue {
		if err := c.answer(r); err != nil {
			return err
		}
	}
	return c.end(end)
}

// end says why a conversation ends, if there is something to say.
func (c *conn) end(why error) error {
	if t, ok := c.nc.(*tls.Conn); ok {
		// It sends its last words for five seconds at most, or not at all.
		defer t.CloseWrite()
	}
	switch {
	case errors.Is(why, errMalformed):
		_ = c.send(0, tagExtended, goodbye(protocolError, errText+"; this connection ends"))
	case errors.Is(why, errGuesses):
		_ = c.send(0, tagExtended, goodbye(unwillingToPerform, "too many logins have failed"))
	case errors.Is(why, errInterrupted) && c.hasEnded():
		_ = c.send(0, tagExtended, goodbye(strongerAuthRequired, "this login has ended, log in again"))
		return errEnded
	case errors.Is(why, errInterrupted):
		_ = c.send(0, tagExtended, goodbye(unavailable, "the server shuts down"))
		return ErrServerClosed
	}
	return why
}

// logIn notes who has logged in, "" for nobody. The goroutine that answers is alone to call it, and reads account.
func (c *conn) logIn(account string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.account = account
}

// endLogin has the conversation end if it is the account's.
func (c *conn) endLogin(account string) {
	c.mu.Lock()
	mine := c.account == account
	c.ended = c.ended || mine
	c.mu.Unlock()
	if mine {
		c.interrupt()
	}
}

func (c *conn) hasEnded() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

// answer runs a request. The error is one of writing.
func (c *conn) answer(r *request) error {
	defer c.finish(r)
	if context.Cause(r.ctx) != nil {
		return nil
	}
	var result reply
	if oid, found := r.operation.unknownControl(r.controls); found {
		result = refuse(unavailableCriticalExtension, "there is no control "+printable(oid))
	} else {
		result = r.operation.run(c, r.ctx, r)
	}
	if context.Cause(r.ctx) != nil { // it was abandoned, or the conversation is over: what has come out says nothing
		return c.out.Flush() // entries may have gone before
	}
	if err := c.send(r.id, r.operation.response, result); err != nil {
		return err
	}
	if result.then != nil {
		result.then()
	}
	return nil
}

func (c *conn) send(id int, tag asn1.Tag, r reply) error {
	if err := c.queue(id, tag, r.controls, r.fill); err != nil {
		return err
	}
	return c.out.Flush()
}

// queue writes a message, which goes out with what comes after it.
func (c *conn) queue(id int, tag asn1.Tag, controls []control, fill func(*cryptobyte.Builder)) error {
	_, err := c.out.Write(appendMessage(nil, id, tag, controls, fill))
	return err
}

func (c *conn) finish(r *request) {
	c.mu.Lock()
	delete(c.requests, r.id)
	c.mu.Unlock()
	r.cancel(nil)
	close(r.done)
}

// handshake does a TLS handshake as its server.
func (c *conn) handshake(ctx context.Context, t *tls.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, c.srv.limit.Handshake)
	defer cancel()
	if err := t.HandshakeContext(ctx); err != nil {
		return err
	}
	state := t.ConnectionState()
	c.nc, c.tls = t, &state
	c.reset()
	return nil
}
