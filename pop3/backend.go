package pop3

import (
	"context"
	"io"
)

// A Backend opens maildrops. It is called from many goroutines.
type Backend interface {
	// Open opens and locks the maildrop of the one who has just logged in,
	// c.Identity(). The lock keeps other sessions, and whoever else removes
	// messages, out until Close (RFC 1939, 4); new messages may arrive. A
	// maildrop that is locked already is ErrInUse. To refuse otherwise, Open
	// returns a Reply of its own; any other error is logged and told to the
	// client as [SYS/TEMP] with fixed text. After a refusal the client may
	// log in again. The context ends with the conversation.
	Open(ctx context.Context, c *Conn) (Maildrop, error)
}

// BackendFunc makes a Backend of a function.
type BackendFunc func(context.Context, *Conn) (Maildrop, error)

// Open calls f.
func (f BackendFunc) Open(ctx context.Context, c *Conn) (Maildrop, error) { return f(ctx, c) }

// A Maildrop is one user's messages, open for one session, which calls one
// method at a time. The engine numbers the messages, marks the deleted ones and
// counts octets. Errors are told as those of Backend.Open are.
type Maildrop interface {
	// Messages lists the messages, in the order of their numbers. It is
	// called once, first of all; what arrives later is for the next session.
	Messages(ctx context.Context) ([]Message, error)

	// Body opens a message. Its lines should end in CRLF, the last one too, and
	// it should hold no CR, LF or NUL otherwise. The engine mends on its way
	// what does: a bare CR or LF becomes CRLF, and a NUL the octet 0x80, which is
	// as long. The engine closes it before it calls another method.
	//
	// An error of Body, or of reading the first 32 KiB, is told. After one
	// further on the answer has no end, and the engine hangs up: RFC 1939 has no
	// other way. Deletions are lost with the conversation, so a client that asks
	// for the same message first comes no further: a store that knows such
	// messages should leave them out of Messages.
	Body(ctx context.Context, id string) (io.ReadCloser, error)

	// Commit removes the messages of these IDs, at least one, for good. It is
	// called at most once, on QUIT, never when the client just goes away. An
	// error tells the client that some or all of them are still there (RFC
	// 1939, 6).
	Commit(ctx context.Context, deleted []string) error

	// Close releases the lock. It is always called, and last.
	Close() error
}

// A Message is what a Maildrop tells of a message.
type Message struct {
	// ID is the store's own name of the message, unique in the maildrop. No
	// client sees it.
	ID string

	// UIDL is the name that clients see: 1 to 70 octets from 0x21 to 0x7e,
	// unique in the maildrop, the same in every session, and never used
	// again for another message (RFC 1939, 7).
	UIDL string

	// Size is how many octets Body has: line ends count two, dot-stuffing
	// does not count. The engine tells it as it is: a store of files that end
	// lines in LF should count as transfer.CRLFSize of package mime/transfer
	// does, and may hand them out by transfer.NewCRLFReader.
	Size int64

	// UTF8 says that the message needs a client that takes UTF-8 in header
	// fields (RFC 6532), as mail that came by SMTPUTF8 does. Clients that have
	// not sent UTF8 are refused it, and keep it, or get a surrogate if the
	// Maildrop is a Downgrader. A Maildrop that accepts such mail and does not
	// say so breaks RFC 6856, 2.1.
	UTF8 bool

	// SurrogateSize is Size for the surrogate of a message with UTF8, if the
	// Maildrop is a Downgrader.
	SurrogateSize int64
}

// A Downgrader is a Maildrop that has surrogates for messages with UTF8, for
// clients that cannot take those (RFC 6856, 4; RFC 6857 and RFC 6858 say how to
// make one). A client may delete a message of which it has only the surrogate:
// what that leaves out is lost then.
type Downgrader interface {
	// Surrogate is as Maildrop.Body.
	Surrogate(ctx context.Context, id string) (io.ReadCloser, error)
}

// An Unwrapper stands around another Maildrop. What it does not implement
// itself, of Downgrader and PolicyHolder, is looked for within.
type Unwrapper interface{ Unwrap() Maildrop }

// as finds what implements T in m or in what it wraps.
func as[T any](m Maildrop) (T, bool) {
	for {
		if t, ok := m.(T); ok {
			return t, true
		}
		u, ok := m.(Unwrapper)
		if !ok {
			var zero T
			return zero, false
		}
		m = u.Unwrap()
	}
}
