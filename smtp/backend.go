package smtp

import (
	"context"
	"io"
)

// A Backend opens a Session for each conversation, and another one when TLS
// begins in the midst of it. To refuse, it returns a Reply. It is called from
// many goroutines.
type Backend interface {
	NewSession(ctx context.Context, c *Conn) (Session, error)
}

// BackendFunc makes a Backend of a function.
type BackendFunc func(context.Context, *Conn) (Session, error)

// NewSession calls f.
func (f BackendFunc) NewSession(ctx context.Context, c *Conn) (Session, error) { return f(ctx, c) }

// A Session answers one client, one call at a time. To refuse, it returns a
// Reply; any other error is logged and told to the client as 451 4.3.0, a
// temporary failure. The context ends with the conversation.
//
// The engine keeps the order of the commands, collects the Envelope, and asks
// the relay control, so a Session sees only what may come.
type Session interface {
	// Mail begins a transaction.
	Mail(ctx context.Context, from MailParams) error

	// Rcpt judges one recipient. One that it refuses is not in the Envelope.
	Rcpt(ctx context.Context, to RcptParams) error

	// Data takes the message for all accepted recipients. It has the whole of
	// it only once body has returned io.EOF, and must not succeed before; an
	// error of body is to be returned as it is. Lines end in CRLF, and no CR,
	// LF or NUL is in body otherwise, unless env says BodyBinary. The returned Reply is the answer (with
	// a queue id, say); without a Code it is 250 2.0.0. Once Data has
	// succeeded, the message is this server's responsibility (RFC 5321, 6.1).
	Data(ctx context.Context, env *Envelope, body io.Reader) (Reply, error)

	// Reset tells that the transaction which Mail began is over or abandoned.
	// It comes once for each, unless Close comes first.
	Reset()

	// Close tells that the conversation is over, or that TLS begins. An open
	// transaction is abandoned. Nothing is called after it.
	Close() error
}

// A Verifier is a Session that answers VRFY with a mailbox or a refusal.
// Without it the answer is 252: neither yes nor no (RFC 5321, 3.5.3).
type Verifier interface {
	Verify(ctx context.Context, name string) (mailbox string, err error)
}

// An Expander is a Session that answers EXPN with the members of a list, each
// as "name <mailbox>" or a mailbox, or a refusal. Without it the answer is 252.
type Expander interface {
	Expand(ctx context.Context, list string) (members []string, err error)
}

// An Authorizer is a Session that wants a say once a client has proved who it
// is, or wants to know. Without it every login that the Server's Auth accepts
// is good.
type Authorizer interface {
	LoggedIn(ctx context.Context) error
}

// An Unwrapper is a Session around another, as middleware is. Optional
// interfaces are looked for along the chain, so that wrapping hides nothing.
type Unwrapper interface{ Unwrap() Session }

// as finds an optional interface in s or in what it wraps.
func as[T any](s Session) (T, bool) {
	for {
		if t, ok := s.(T); ok {
			return t, true
		}
		u, ok := s.(Unwrapper)
		if !ok {
			var zero T
			return zero, false
		}
		s = u.Unwrap()
	}
}

// A HandlerFunc is a whole Backend: it accepts every sender and, within what
// the relay control allows, every recipient, and is called with each message
// as Session.Data is.
type HandlerFunc func(ctx context.Context, c *Conn, env *Envelope, body io.Reader) (Reply, error)

// NewSession returns a Session that calls f.
func (f HandlerFunc) NewSession(_ context.Context, c *Conn) (Session, error) {
	return &handlerSession{handle: f, conn: c}, nil
}

type handlerSession struct {
	handle HandlerFunc
	conn   *Conn
}

func (*handlerSession) Mail(context.Context, MailParams) error { return nil }
func (*handlerSession) Rcpt(context.Context, RcptParams) error { return nil }
func (*handlerSession) Reset()                                 {}
func (*handlerSession) Close() error                           { return nil }

func (s *handlerSession) Data(ctx context.Context, env *Envelope, body io.Reader) (Reply, error) {
	return s.handle(ctx, s.conn, env, body)
}
