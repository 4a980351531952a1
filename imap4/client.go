package imap4

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/internal/engine"
)

// A Client is one conversation with a server, from its side. Its methods are the
// commands of IMAP; messages are named by UID alone. A command that the server
// refuses returns its Reply as the error, and the conversation goes on; after any
// other error that comes from the connection it is over.
//
// A Client is for one goroutine at a time: a method that is called while another
// one runs, from the body of Fetch's loop or from Options.Updates too, returns
// ErrBusy and does nothing. To have several commands on their way at once, see
// Pipeline. Close alone may be called from anywhere at any time.
//
// It reads only while a method runs. The end of a context closes the connection
// if a method is under way with it (but see Idle): what the server still had to
// say would be taken for the answer to the next command.
type Client struct {
	conn *clientConn

	// Of a Client that Pipeline has made:
	yield   func() bool // lets the others go on until something has come
	ready   bool        // something has
	curious bool        // it waits for its turn: whatever comes may be that
	over    bool        // its function has returned
	working bool        // a method runs
}

// A clientConn is what a Client and those that Pipeline makes of it share.
type clientConn struct {
	opts  Options
	root  *Client
	nc    net.Conn // what NewClient was given
	wire  *clientWire
	p     clientParser
	began time.Time

	caps     []string // in upper case
	enabled  []string // by ENABLE, in upper case
	greeted  bool
	loggedIn bool
	deflated bool
	state    *tls.ConnectionState // nil without TLS
	selected *OpenMailbox

	calls   []*clientCall // in flight, in the order in which they were sent
	waiting *clientCall   // the one that "+" is for
	limit   time.Duration // of the wait for the next response, in the place of Timeouts.Command unless 0
	open    *Fetched      // a response that is read up to a body
	opener  *clientCall   // and the command that it is for
	tags    uint64
	flight  int // octets of commands in flight
	names   clientNames

	busy    atomic.Bool
	current *Client // the one of Pipeline's that runs; nil without
	closed  atomic.Bool
	broken  error // why the conversation is over; nil while it is not
	bye     Reply // the server's last word
}

// ErrBusy is what a method returns that is called while another one runs: from
// the body of Fetch's loop, say.
var ErrBusy = errors.New("imap4: the client is busy: end the loop over Fetch first, or use another connection")

// Dial connects to addr, "host:port" or the absolute path of a Unix socket, and
// makes a Client of the connection as NewClient does. ctx is for that only.
func Dial(ctx context.Context, addr string, o *Options) (*Client, error) {
	return clientDial(ctx, addr, o.orDefaults(), false)
}

// DialTLS is Dial for a server that begins with TLS, as on port 993 (RFC 8314,
// 3.2).
func DialTLS(ctx context.Context, addr string, o *Options) (*Client, error) {
	return clientDial(ctx, addr, o.orDefaults(), true)
}

func clientDial(ctx context.Context, addr string, opts Options, implicit bool) (*Client, error) {
	nc, host, err := engine.Dial(ctx, addr, opts.DialContext, opts.Timeouts.Connect)
	if err != nil {
		return nil, fmt.Errorf("imap4: %w", err)
	}
	opts.ServerName = cmp.Or(opts.ServerName, host)
	return newClient(ctx, nc, opts, implicit)
}

// NewClient makes a Client of a connection: it reads the greeting, and begins
// TLS as the Options say. The connection is the Client's from then on, and closed
// if there is an error. ctx is for all that only. If nc is a *tls.Conn its
// handshake is done first.
func NewClient(ctx context.Context, nc net.Conn, o *Options) (*Client, error) {
	return newClient(ctx, nc, o.orDefaults(), false)
}

func newClient(ctx context.Context, nc net.Conn, opts Options, implicit bool) (*Client, error) {
	conn := &clientConn{opts: opts, nc: nc, began: time.Now()}
	c := &Client{conn: conn}
	conn.root = c
	conn.wire = newClientWire(nc, &conn.opts.Timeouts)
	conn.p = clientParser{w: conn.wire, limits: &conn.opts.Limits, names: &conn.names}
	conn.trace(Event{Kind: ConnOpened})
	err := c.during(ctx, func() error { return c.start(ctx, implicit) })
	if err != nil {
		conn.lose(err)
		// There is no more to say than err does.
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// start does what comes before the first command.
func (c *Client) start(ctx context.Context, implicit bool) error {
	conn := c.conn
	if err := c.handshake(ctx, implicit); err != nil {
		return err
	}
	if err := c.greeting(); err != nil {
		return err
	}
	return conn.begin(ctx, c)
}

// during runs f, which talks to the server, and lets the end of ctx cut it.
func (c *Client) during(ctx context.Context, f func() error) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	conn := c.conn
	if err := conn.usable(ctx); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, conn.wire.abort)
	err := f()
	if !stop() {
		conn.lose(context.Cause(ctx))
	}
	return conn.outcome(ctx, err)
}

// enter makes sure that nothing else runs.
func (c *Client) enter() error {
	if c.yield == nil {
		if !c.conn.busy.CompareAndSwap(false, true) {
			return ErrBusy
		}
		return nil
	}
	if c.conn.current != c || c.working || c.over {
		return ErrBusy
	}
	c.working = true
	return nil
}

func (c *Client) leave() {
	if c.yield == nil {
		c.conn.busy.Store(false)
	}
	c.working = false
}

func (conn *clientConn) usable(ctx context.Context) error {
	switch {
	case conn.closed.Load():
		return fmt.Errorf("imap4: client is closed: %w", net.ErrClosed)
	case conn.broken != nil:
		return errClientOver{conn.broken}
	case ctx.Err() != nil:
		return fmt.Errorf("imap4: not begun: %w", context.Cause(ctx))
	}
	return nil
}

// outcome closes the connection if the conversation is over, and returns what
// the caller is told.
func (conn *clientConn) outcome(ctx context.Context, err error) error {
	if conn.broken == nil {
		return err
	}
	// At once, and without the end of TLS: the server must not take for whole
	// what it has.
	_ = conn.nc.Close()
	if conn.closed.Load() { // by another goroutine, while this one was here
		conn.trace(Event{Kind: ConnClosed, Err: conn.broken, Duration: time.Since(conn.began)})
	}
	if err != nil && ctx.Err() != nil && !clientIsReply(err) {
		err = fmt.Errorf("imap4: conversation cut: %w", context.Cause(ctx))
	}
	return err
}

// lose notes that the conversation is over for err, and returns it.
func (conn *clientConn) lose(err error) error {
	if conn.broken == nil && err != nil {
		conn.broken = err
	}
	return err
}

func clientIsReply(err error) bool {
	_, is := errors.AsType[Reply](err)
	return is
}

// Close ends the conversation without a word. Logout is the polite way, and Close
// may follow it.
func (c *Client) Close() error {
	conn := c.conn
	if conn.closed.Swap(true) {
		return nil
	}
	if !conn.busy.CompareAndSwap(false, true) { // the method that runs notices
		conn.wire.abort()
		_ = conn.nc.Close()
		return nil
	}
	defer conn.busy.Store(false)
	why, nc := conn.broken, conn.nc
	if clientIsReply(why) {
		why = nil // the server has said goodbye
	}
	if conn.broken == nil {
		nc = conn.wire.nc // ends TLS by its rules
	}
	conn.trace(Event{Kind: ConnClosed, Err: why, Duration: time.Since(conn.began)})
	if err := nc.Close(); err != nil && conn.broken == nil {
		return fmt.Errorf("imap4: %w", err)
	}
	return nil
}

// TLS is the state of the TLS connection, nil without TLS.
func (c *Client) TLS() *tls.ConnectionState { return c.conn.state }

// Selected is the mailbox that is selected, with what the server has told of it
// since; nil if there is none. It must not be changed.
func (c *Client) Selected() *OpenMailbox { return c.conn.selected }

// Has reports whether the server offers a capability, such as "IDLE" or
// "AUTH=PLAIN", as far as it has told. Case does not matter.
func (c *Client) Has(capability string) bool {
	return slices.Contains(c.conn.caps, ascii.Upper(capability))
}

// Capabilities returns what the server offers, in upper case, as far as it has
// told.
func (c *Client) Capabilities() []string { return slices.Clone(c.conn.caps) }

// isEnabled reports whether a capability has been enabled (RFC 5161).
func (conn *clientConn) isEnabled(capability string) bool {
	return slices.Contains(conn.enabled, capability)
}

func (conn *clientConn) has(capability string) bool { return slices.Contains(conn.caps, capability) }

func (conn *clientConn) trace(e Event) {
	if conn.opts.Trace == nil {
		return
	}
	e.Read, e.Written = conn.wire.got, conn.wire.sent
	conn.opts.Trace(conn.root, e)
}
