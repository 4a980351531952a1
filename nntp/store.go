package nntp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"time"
)

// What a Store tells by its errors, wrapped or not. Any other error is told to
// clients as a fault that may pass, with fixed text, and logged.
var (
	ErrNoGroup   = errors.New("nntp: no such newsgroup")
	ErrNoArticle = errors.New("nntp: no such article")
	ErrDuplicate = errors.New("nntp: the article was here before")
)

// A Store keeps newsgroups, articles and the history of message identifiers.
// Its methods are called from many goroutines. Whatever a method has changed is
// durable when it returns without an error; when it returns one, nothing has
// changed.
//
// The iterators hold no lock while the caller works: a client may take its time
// over each line. They end at the first error. None of them must be a snapshot.
//
// A Store may also have a method
//
//	GroupStatus(ctx context.Context, name string) (Status, error)
//
// which tells of Group's answer the status alone. It is asked for each group of
// each article that comes, where the water marks do not matter.
//
// nntptest.TestStore checks a Store.
type Store interface {
	// Group returns a newsgroup as it is now, or ErrNoGroup. Names compare
	// octet by octet, here and everywhere.
	Group(ctx context.Context, name string) (Group, error)

	// Groups yields all newsgroups in the order of their names.
	Groups(ctx context.Context) iter.Seq2[Group, error]

	// ChangeGroup makes, changes or removes a newsgroup.
	ChangeGroup(ctx context.Context, c GroupChange) error

	// Overview yields what is known of the articles of a group whose numbers
	// are in r, ascending, without opening them. It is asked for long ranges
	// and for the first of them only, so it must not collect before it yields.
	// A group that is not there is ErrNoGroup.
	Overview(ctx context.Context, group string, r Range) iter.Seq2[Entry, error]

	// Article opens an article by its number. The error is ErrNoGroup or
	// ErrNoArticle. The caller closes its Text.
	Article(ctx context.Context, group string, n Number) (Article, error)

	// Find opens an article by its message identifier, or returns
	// ErrNoArticle. The caller closes its Text.
	Find(ctx context.Context, id string) (Article, error)

	// Seen reports whether an article of that identifier is or was here, or
	// is to be refused when it comes: whether Add would be ErrDuplicate.
	Seen(ctx context.Context, id string) (bool, error)

	// Arrivals yields the articles that were added at since or later and are
	// still there, each once, in the order in which they came.
	Arrivals(ctx context.Context, since time.Time) iter.Seq2[Arrival, error]

	// Add files an article in all the groups of in or in none, stores its text
	// once, and returns its places in the order of in.Groups. Each group gives
	// it a number above all that it ever gave. If Seen, it changes nothing and
	// returns ErrDuplicate; of several calls with one identifier, at once or
	// not, one succeeds. ErrNoGroup says that a group has gone meanwhile.
	//
	// Without Groups, it only remembers the identifier.
	//
	// Several calls are made at once for one connection, so a Store that
	// commits in groups is as fast there as with many connections.
	Add(ctx context.Context, in Incoming) ([]Place, error)

	// Remove removes an article from all its groups. The identifier is
	// remembered, also if it was never seen, so that the article is refused
	// when it comes late.
	Remove(ctx context.Context, id string) error

	// Unfile removes articles from one group; numbers without one are passed
	// over. The text goes with the last place, and the identifier stays
	// remembered. It is how articles expire.
	Unfile(ctx context.Context, group string, numbers []Number) error

	// Forget forgets the identifiers that were remembered before that time,
	// except those of articles that are still there.
	Forget(ctx context.Context, before time.Time) error
}

// Incoming is an article to be filed. The engine has worked all of it out and
// checked it; the Store need not understand it.
type Incoming struct {
	MessageID string
	Groups    []string // names, no two the same
	Overview  Overview
	Expires   time.Time // when its author wants it gone (RFC 5536, 3.2.5); zero if that is not said
	Arrived   time.Time // now, by the engine's clock; a Store may have one of its own

	// Text is the whole article: lines that end in CRLF, no CR, LF or NUL
	// besides, no Xref. It is valid until Add returns; nil without Groups.
	Text *bytes.Reader
}

// A Place is where an article is filed.
type Place struct {
	Group  string
	Number Number
}

// An Entry is what a Store tells of an article in a group without opening it.
type Entry struct {
	Number   Number
	Overview Overview // as it was given to Add
	Places   []Place  // all that the article has or had, for Xref; the caller does not change them
	Arrived  time.Time
	Expires  time.Time // as it was given to Add
}

// An Article is an article that is open.
type Article struct {
	MessageID string
	Places    []Place // as in Entry
	Text      Text    // as it was given to Add
}

// A Text is the octets of an article.
type Text interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// An Arrival is an article that came.
type Arrival struct {
	MessageID string
	Groups    []string // that it was filed in
	Arrived   time.Time
}

// A GroupChange is a change of a newsgroup, which is made if it is not there. A
// field that is nil leaves what was; in a new group that is Posting, no
// description and no creator.
type GroupChange struct {
	Name        string
	Status      *Status
	Description *string
	Creator     *string

	// Remove removes the group and the places of its articles; the other
	// fields are not looked at. If it is made again, its numbers go on above
	// those that it gave. Removing what is not there is ErrNoGroup.
	Remove bool
}
