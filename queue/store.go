package queue

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/wirepost/wirepost/smtp"
)

// Errors of a Store that callers tell apart.
var (
	// ErrExists: a message of this ID is, or was, in the store. What was tried again after an uncertain outcome is done.
	ErrExists = errors.New("queue: message exists")

	// ErrLeaseLost: the time of a lease was over and somebody else has the item now, or it is gone.
	ErrLeaseLost = errors.New("queue: lease is lost")

	// ErrNotFound: there is no such body.
	ErrNotFound = errors.New("queue: not found")

	// ErrFull: there is no room. A server answers 452 4.3.1.
	ErrFull = errors.New("queue: store is full")
)

// A Store keeps what is accepted until it is settled. Several queues may share one, in one process or in many, so time is
// the store's and nothing is locked: who works on an item holds a [Lease].
//
// A method that returns nil has made its change durable, except as PutBody says. One that returns an error may have made it or not, unless it
// wraps an error above; all may be tried again. Methods may be called concurrently. queuetest.TestStore checks a Store.
type Store interface {
	// PutBody keeps octets and gives them a name that no others ever have. They are durable from the first Add, or
	// Settlement.Add, that names them and succeeds. Until then they are there for the Store that PutBody was called on, and
	// an Add that fails takes nothing away; but they may be lost with that Store, when it is closed or its process dies, and
	// others on the same data may not have them: the error is ErrNotFound. Nobody has been told yet that they are safe.
	// They are removed some time after the last message that names them, or after a day if none ever does. The number of
	// octets must be size unless that is -1.
	PutBody(ctx context.Context, r io.Reader, size int64) (body string, err error)

	// OpenBody returns octets for reading, also those that no message names yet; ErrNotFound if they are gone.
	OpenBody(ctx context.Context, body string) (Body, error)

	// Add keeps entries and the bodies that they name, all or none. ErrExists if any of the messages is or was there, a day
	// back at least; ErrNotFound if a body is not there.
	Add(ctx context.Context, entries ...Entry) error

	// Claim leases due items: waiting ones whose time has come, and leased ones whose lease has run out. It does not
	// block. Routes and sources take turns, so that neither a busy route nor a busy source keeps others from being
	// claimed; of one route and source the urgent come first, and of those the one due longest. The cost does not grow
	// with the number of items that wait.
	Claim(ctx context.Context, q ClaimRequest) ([]Lease, error)

	// Extend prolongs a lease to a time from now on. ErrLeaseLost.
	Extend(ctx context.Context, l *Lease, by time.Duration) error

	// Settle ends leases. Each settlement is made as a whole or, with ErrLeaseLost, not at all, its own Add included;
	// errs has the error of each, nil if there was none. One may be settled while another is lost.
	Settle(ctx context.Context, s ...Settlement) (errs []error)

	// Find lists items that the filter lets through, by Item.ID, at most n after the cursor; the empty Cursor is the
	// beginning, and the end.
	Find(ctx context.Context, f Filter, after Cursor, n int) ([]Lease, Cursor, error)

	// Update changes items that the filter lets through and tells how many. Leased ones are left alone, their
	// holders have them. A removed item is gone for good.
	Update(ctx context.Context, f Filter, c Change) (int, error)

	// Wait returns when something may be due, or at until at the latest. It may return for nothing.
	Wait(ctx context.Context, until time.Time) error

	// Now is the store's time, which Due, Until and Expires are measured by.
	Now(ctx context.Context) (time.Time, error)

	// Routes sums up what each route has, by name, at most n of them after the cursor.
	Routes(ctx context.Context, after Cursor, n int) ([]RouteStats, Cursor, error)

	Close() error
}

// A Body is the octets of a message. They do not change, and Close must be called.
type Body interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// A Cursor is where a list goes on. It means something to the Store that gave it only.
type Cursor string

// A ClaimRequest says what to lease.
type ClaimRequest struct {
	Max      int            // items at most
	PerRoute int            // leased items of a route at most, those already leased included; 0: no limit
	Limits   map[string]int // the same for single routes; below 0 is none at all
	Lease    time.Duration
	Owner    string // who claims, for the operator's eyes
}

// A Settlement is what came of a Lease.
type Settlement struct {
	Lease *Lease

	// Keep are the recipients still to be served; with none the item is gone, and the message with its last item.
	Keep []Recipient

	// For an item that stays:
	State   State // Waiting, Held or Parked
	Due     time.Time
	History History
	Route   string // to go on another way; empty: as before

	// Add is kept in the same step: reports to the sender, and other ways for some recipients. An entry whose Message is
	// in the store already adds its Items to it.
	Add []Entry
}

// A Filter lets items through that have all that it names; the zero Filter lets all through.
type Filter struct {
	ID      string // an Item's
	Message string // a Message's ID
	Route   string
	Domain  string // of any recipient, as Path.Domain, ASCII letters folded; ".example.org" is all below it (RFC 1985, 5.3)
	Sender  string // Path.String of the reverse path
	Source  string
	To      string // Path.String of any recipient
	State   *State
	Before  time.Time         // arrived before
	Tags    map[string]string // all of them
}

// A Change is what becomes of items. Exactly one of the fields is set.
type Change struct {
	Hold    bool   // to Held
	Release bool   // from Held and Parked to Waiting, due at once
	Retry   bool   // those that wait are due at once
	Route   string // go another way, due at once
	Remove  bool   // without a report; see Queue.Drop
	Expire  bool   // expires at once: the next claim reports it as failed

	// Verdict has its code set: it becomes the Item's, which waits and is due at once.
	Verdict smtp.Reply
}

// A RouteStats sums up a route.
type RouteStats struct {
	Route                         string
	Waiting, Leased, Held, Parked int
	Oldest                        time.Time // arrival of the oldest message
	Next                          time.Time // when the first of those that wait is due
	Octets                        int64     // of the messages, each counted for every route that it takes
}

// HoldsDomain tells whether Filter.Domain holds a recipient's domain, for Stores.
func (f Filter) HoldsDomain(domain string) bool {
	want, is := fold(f.Domain), fold(domain)
	if strings.HasPrefix(want, ".") {
		return strings.HasSuffix(is, want)
	}
	return want == is
}
