package imap4

import (
	"context"
	"io"
	"iter"
	"time"
)

// A Backend opens accounts. It is called from many goroutines.
type Backend interface {
	// Open opens the mail of the one who has just logged in, c.Identity(). To
	// refuse, it returns a Reply; any other error is logged and told to the
	// client as [UNAVAILABLE] with fixed text. The context ends with the
	// conversation.
	Open(ctx context.Context, c *Conn) (Account, error)
}

// BackendFunc makes a Backend of a function.
type BackendFunc func(context.Context, *Conn) (Account, error)

// Open calls f.
func (f BackendFunc) Open(ctx context.Context, c *Conn) (Account, error) { return f(ctx, c) }

// An Account is one user's mail, and all that the engine needs of a store. It
// knows UIDs only: sequence numbers, "*", "$" and everything that is told without
// being asked for are the engine's. What a store can do better, or what only a
// store can do, it says by further interfaces; see Searcher and those after it.
//
// Methods are called from many goroutines at once, never while an engine's lock
// is held or a client is waited for. Changes are pulled: after each change of
// its own and each call of Watch's function the engine scans since the last
// mod-sequence it knows, so that it does not matter if calls are lost, doubled
// or out of order. To refuse, a method returns one of this package's errors (see
// ErrNotFound) or a Reply, wrapped or not; any other error is logged and told as
// [SERVERBUG] or [UNAVAILABLE] with fixed text.
type Account interface {
	// Mailboxes yields the mailboxes that the user may see, a mailbox before
	// those below it, and the names that are subscribed but do not exist.
	Mailboxes(ctx context.Context) iter.Seq2[Mailbox, error]

	// Change does one thing to the list of mailboxes, and returns the mailbox
	// as it is then.
	Change(ctx context.Context, c MailboxChange) (Mailbox, error)

	// Scan yields the messages of a mailbox in the order of their UIDs: all of
	// them if since is 0, else those that were added, changed or expunged
	// after since. The State was read first: what is committed during the
	// iteration may be yielded too, with a ModSeq above the State's, and is
	// yielded again by a Scan since the State's. With since 0 no UID is at or
	// above State.UIDNext. ErrHistoryGone says that expunges after since have
	// been forgotten; the engine then scans from 0 and compares, so that a
	// store need not remember any.
	Scan(ctx context.Context, box MailboxID, since ModSeq) (State, iter.Seq2[Meta, error], error)

	// Append adds messages, all or none (RFC 3502). They are read one after
	// the other, straight from the client; an error that the iterator yields
	// ends the call and is returned, wrapped. An error may leave the iterator
	// where it is: the engine reads on what the client still sends.
	Append(ctx context.Context, box MailboxID, msgs iter.Seq2[Incoming, error]) (Appended, error)

	// SetFlags changes flags, and returns the messages that are different now,
	// each with its new ModSeq, and the UIDs that UnchangedSince left alone.
	// UIDs without a message are passed over.
	SetFlags(ctx context.Context, box MailboxID, c FlagChange) (changed []Meta, conflict UIDSet, err error)

	// Expunge removes messages at once, whatever their flags, and returns what
	// it removed: UID, ModSeq, and Expunged set. UIDs without a message are
	// passed over.
	Expunge(ctx context.Context, box MailboxID, uids UIDSet) ([]Meta, error)

	// Copy puts messages into another mailbox, or the same, with their flags
	// and dates, all or none. UIDs without a message are passed over.
	Copy(ctx context.Context, c CopyRequest) (Copied, error)

	// Body opens a message; ErrNotFound if it is gone. The caller closes it.
	Body(ctx context.Context, box MailboxID, uid UID) (Body, error)

	// Watch calls changed with the ID of each mailbox that may have changed,
	// and with 0 when the list of mailboxes may have, until ctx ends. It is a
	// hint. changed returns at once.
	Watch(ctx context.Context, changed func(MailboxID)) error

	// Close is called once, last, when the session is over.
	Close() error
}

// A MailboxID names a mailbox for good, across renames (RFC 8474, 4), and is the
// same in every Account that shows the mailbox. It is not 0.
type MailboxID uint64

// A ModSeq orders the changes of one mailbox: each change has a higher one than
// what was visible before it (RFC 7162, 3.1). It is from 1 to 1<<63-1.
type ModSeq uint64

// A Mailbox is one line of the list of mailboxes.
type Mailbox struct {
	ID MailboxID // 0 if Missing

	// Name is the path from the root, UTF-8, each component as CheckName wants
	// it. Separators, modified UTF-7, the case of INBOX and wildcards are the
	// engine's. The user's inbox is the one component "INBOX".
	Name []string

	Subscribed  bool
	NoSelect    bool     // it is there for the sake of those below it, and has no messages
	NoInferiors bool     // nothing can be below it
	Missing     bool     // it does not exist; somebody has subscribed to the name
	SpecialUse  []string // such as `\Sent` (RFC 6154, 2)

	// Rights are the user's own (RFC 4314, 2.1), "" for all. The engine
	// refuses what they do not allow, without asking the store.
	Rights string

	// State and Counts are what a store has at hand; where State is nil the
	// engine scans.
	State  *State
	Counts *Counts
}

// A State is where a mailbox stands.
type State struct {
	UIDValidity uint32 // not 0
	UIDNext     UID    // above every UID that was ever given
	ModSeq      ModSeq // the highest that was given
}

// Counts are a mailbox's totals, for STATUS.
type Counts struct {
	Messages, Unseen, Deleted uint32
	Size                      int64 // octets of all messages (RFC 8438)
}

// A Meta is what there is to know about a message without reading it.
type Meta struct {
	UID      UID
	ModSeq   ModSeq
	Flags    Flags
	Size     int64     // octets of the Body
	Received time.Time // INTERNALDATE; a store need not keep the zone
	Saved    time.Time // SAVEDATE (RFC 8514); zero if the store does not know
	EmailID  string    // names the bytes for good (RFC 8474, 5.1), in all accounts of a Backend: 1 to 255 of A-Z a-z 0-9 _ -; "" if the store has none
	ThreadID string    // RFC 8474, 5.2; "" if the store has none
	Expunged bool      // it is gone, and only UID and ModSeq are set
}

// A Body is a message's bytes: lines that end in CRLF. It may be read from
// several goroutines.
type Body interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// An Incoming is one message to append.
type Incoming struct {
	Flags    Flags
	Received time.Time // zero: now
	Size     int64     // octets that the client announced; a hint, for R may yield more where line ends had to be mended

	// R yields the message, without NUL and without CR or LF but in CRLF, and
	// io.EOF only if all of it came. With binary it is any octets (RFC 3516).
	R      io.Reader
	Binary bool
}

// Appended says where messages went, in the order in which they came.
type Appended struct {
	UIDValidity uint32
	Messages    []Meta
}

// A CopyRequest says what Copy does.
type CopyRequest struct {
	From, To MailboxID
	UIDs     UIDSet
	Move     bool // expunge them from From, in the same commit (RFC 6851)
}

// Copied says where messages went: From[i] is now To[i].
type Copied struct {
	UIDValidity uint32 // of the mailbox that they went to
	From, To    []UID
}

// A FlagMode says what FlagChange.Flags are for.
type FlagMode int8

// The modes of STORE (RFC 9051, 6.4.6).
const (
	ReplaceFlags FlagMode = iota
	AddFlags
	RemoveFlags
)

// A FlagChange says what SetFlags does.
type FlagChange struct {
	UIDs  UIDSet
	Mode  FlagMode
	Flags Flags

	// UnchangedSince, if not nil, leaves alone the messages whose ModSeq is
	// above it (RFC 7162, 3.1.3). 0 leaves all alone.
	UnchangedSince *ModSeq
}

// A MailboxOp is one thing that Change can do.
type MailboxOp int8

// What Change can do.
const (
	// CreateMailbox makes Name, with SpecialUse, and what is missing above
	// it. ErrExists if it is there; one that is there as NoSelect becomes an
	// ordinary mailbox.
	CreateMailbox MailboxOp = iota + 1
	// DeleteMailbox deletes ID and its messages. If there are mailboxes below,
	// it stays as NoSelect, or is ErrHasChildren. A subscription stays.
	DeleteMailbox
	// RenameMailbox gives ID, with all below it, the name Name, and makes what
	// is missing above it. ErrExists if the name is there. The engine does not
	// ask it of INBOX, whose messages it moves instead (RFC 9051, 6.3.6).
	RenameMailbox
	// Subscribe subscribes to Name, whether it exists or not. It is no error
	// to do so twice.
	Subscribe
	// Unsubscribe undoes Subscribe; it is no error if there is nothing to undo.
	Unsubscribe
)

// A MailboxChange says what Change does.
type MailboxChange struct {
	Op         MailboxOp
	ID         MailboxID // of DeleteMailbox and RenameMailbox
	Name       []string  // of the others and RenameMailbox; it has passed CheckName
	SpecialUse []string  // of CreateMailbox (RFC 6154, 3)
}
