package imap4

import (
	"context"
	"iter"
)

// An Unwrapper stands around an Account. What the outer value does not implement
// is looked for in the inner one, and so on inward, so that to wrap an account
// does not hide what it can do.
type Unwrapper interface{ Unwrap() any }

// A Searcher is an Account that can find messages faster than the engine, which
// otherwise looks at each.
type Searcher interface {
	// Search returns a superset of the messages among uids that match q, and
	// what of q is still to be checked in each of them: nil if nothing is.
	// Returning uids and q is always right.
	Search(ctx context.Context, box MailboxID, q *Query, uids UIDSet) (hits UIDSet, rest *Query, err error)
}

// A FuzzySearcher is a Searcher that understands FUZZY keys (RFC 6203). Without
// it SEARCH=FUZZY is not offered.
type FuzzySearcher interface {
	Searcher
	// Fuzzy is Search for queries that hold a FUZZY key, with the relevancy of
	// each hit, 1 to 100.
	Fuzzy(ctx context.Context, box MailboxID, q *Query, uids UIDSet) (hits map[UID]uint8, err error)
}

// A SummaryCache is an Account that keeps what the engine has worked out about
// messages, across sessions. Summaries are named by EmailID, so that copies
// share them; the bytes are the engine's own, with a version in them: an unknown
// one is no error. Without it the engine remembers in memory what it can.
type SummaryCache interface {
	// LoadSummaries yields those that there are, in any order.
	LoadSummaries(ctx context.Context, box MailboxID, emailIDs []string) iter.Seq2[Summary, error]
	// SaveSummaries keeps them; they need not be durable.
	SaveSummaries(ctx context.Context, box MailboxID, all []Summary) error
}

// A Summary is what the engine has worked out about a message, in its own form.
type Summary struct {
	EmailID string
	Data    []byte
}

// A RecentStore is an Account that knows which messages no session has been told
// of (RFC 3501, 2.3.2). Without it nothing is \Recent, which RFC 9051 prefers.
type RecentStore interface {
	// ClaimRecent returns the lowest UID that is \Recent to this session, and
	// makes those from it on not recent to any later one.
	ClaimRecent(ctx context.Context, box MailboxID) (from UID, err error)
}

// A QuotaStore is an Account with limits (RFC 9208). Without it QUOTA is not
// offered.
type QuotaStore interface {
	// QuotaRoots returns those that apply to a mailbox; with 0, all that the
	// user may see.
	QuotaRoots(ctx context.Context, box MailboxID) ([]QuotaRoot, error)
	// SetQuota changes limits, and returns the root as it is then. A store
	// that lets nobody do so returns ErrNoPermission.
	SetQuota(ctx context.Context, root string, limits []QuotaLimit) (QuotaRoot, error)
}

// A QuotaRoot is a name with limits.
type QuotaRoot struct {
	Name      string
	Resources []QuotaResource
}

// A QuotaResource is what is used of one resource, and its limit.
type QuotaResource struct {
	Name  string // STORAGE in units of 1,024 octets, MESSAGE, MAILBOX, or ANNOTATION-STORAGE (RFC 9208, 5)
	Usage int64
	Limit int64 // negative: none
}

// A QuotaLimit is a new limit of a resource.
type QuotaLimit struct {
	Name  string
	Limit int64
}

// A MetadataStore is an Account that keeps annotations (RFC 5464). Without it
// METADATA is not offered. Box 0 is the server. Names are as "/private/comment",
// in lower case.
type MetadataStore interface {
	// Metadata yields the entries of these names and, to depth levels below
	// them, of further ones; a negative depth has no limit.
	Metadata(ctx context.Context, box MailboxID, names []string, depth int) iter.Seq2[MetadataEntry, error]
	// SetMetadata changes entries, all or none; a nil Value removes one. Who
	// may change what is shared and of no mailbox is for the store to say, by
	// ErrNoPermission.
	SetMetadata(ctx context.Context, box MailboxID, entries []MetadataEntry) error
}

// A MetadataEntry is one annotation. A nil Value is none.
type MetadataEntry struct {
	Name  string
	Value []byte
}

// An ACLStore is an Account whose mailboxes have access control lists (RFC 4314).
// Without it ACL is not offered. The engine has checked that the user has the
// right to ask.
type ACLStore interface {
	// ACL returns who has which rights, the store's order.
	ACL(ctx context.Context, box MailboxID) ([]ACLEntry, error)
	// SetACL gives an identifier exactly these rights; none remove the entry.
	SetACL(ctx context.Context, box MailboxID, e ACLEntry) error
	// GrantableRights returns the rights that an identifier always has, and
	// those that can be given to it, each an item of its own (RFC 4314, 3.4).
	GrantableRights(ctx context.Context, box MailboxID, identifier string) (always string, optional []string, err error)
}

// An ACLEntry is one line of an access control list. An identifier may begin
// with "-" for rights that are taken away.
type ACLEntry struct {
	Identifier string
	Rights     string
}

// A Namespacer is an Account with more than the user's own mailboxes (RFC 2342).
// Without it there is one personal namespace, at the root.
type Namespacer interface {
	// Namespaces are told in NAMESPACE's answer. A Mailbox belongs to the one
	// whose Prefix its Name begins with; the personal one has none.
	Namespaces() (personal, other, shared []Namespace)
}

// A Namespace is a place in the hierarchy of names.
type Namespace struct {
	Prefix []string // components
}

// A Replacer is an Account that can replace a message in one commit (RFC 8508).
// Without it the engine appends and then expunges.
type Replacer interface {
	Replace(ctx context.Context, from MailboxID, uid UID, to MailboxID, m Incoming) (Appended, error)
}

// as finds what implements T in v or in what it wraps.
func as[T any](v any) (T, bool) {
	for {
		if t, ok := v.(T); ok {
			return t, true
		}
		u, ok := v.(Unwrapper)
		if !ok {
			var zero T
			return zero, false
		}
		v = u.Unwrap()
	}
}

// A MetaReader is an Account that finds messages by their UIDs. Without it the
// engine scans the mailbox for them.
type MetaReader interface {
	// Metas yields those of the messages that there are, in the order of
	// their UIDs.
	Metas(ctx context.Context, box MailboxID, uids UIDSet) iter.Seq2[Meta, error]
}
