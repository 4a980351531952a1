package store

import (
	"context"
	"io"
	"iter"
	"time"
)

// A Store keeps accounts, folders and messages. Its methods are safe for concurrent use. Whatever a
// method has changed is on disk when it returns without an error. When it returns one, nothing has
// changed, unless the method's comment says otherwise; only when the disk fails in the midst of a
// commit may that show no sooner than at the next start, which is what [Delivery.Key] is for.
//
// A context that ends while a call waits for its turn ends the call, and nothing has happened. Once
// the change is being committed the context no longer matters: the call waits for the outcome and
// reports it, so that a caller is never left to guess.
type Store interface {
	Accounts
	Lists
	Folders
	Messages
	Maildrops
	Notes
	Summaries
	Articles

	// Sweep forgets what has outlived its use, in small steps between which other calls proceed.
	// Call it every hour or so. What it had done when ctx ended stays done.
	Sweep(ctx context.Context, keep Retention) error

	// Close waits for the changes that are being made; later calls return ErrClosed. Bodies that
	// are open stay readable until they are closed.
	Close() error
}

// Accounts are who has mail here.
type Accounts interface {
	// Domains lists the domains that are local, the default one first.
	Domains(ctx context.Context) ([]string, error)
	// SetDomains replaces the list. It returns ErrNotEmpty when an account or a mailing list still has
	// an address in a domain that is not in the new list.
	SetDomains(ctx context.Context, domains []string) error

	// DefaultQuota returns the Quota of accounts that have none of their own.
	DefaultQuota(ctx context.Context) (Quota, error)
	// SetDefaultQuota sets it.
	SetDefaultQuota(ctx context.Context, q Quota) error

	// AddAccount makes an account and its INBOX. It returns ErrExists when the name or an address
	// is taken, ErrInvalid when an address is not in a local domain.
	AddAccount(ctx context.Context, a NewAccount) (Account, error)
	// Account returns the account with that login name, compared by FoldName, or ErrNotFound.
	Account(ctx context.Context, name string) (Account, error)
	// Resolve returns the account that has the address, or ErrNotFound. A disabled account is
	// returned too, with Disabled set.
	//
	// Postmaster resolves in every local domain, and with an empty domain, as RFC 5321, 4.5.1
	// demands, as long as somebody has it: to the account that has postmaster's address there, else
	// to the one that has it in the default domain. Who else is to get it, the server knows.
	Resolve(ctx context.Context, a Address) (Account, error)
	// ListAccounts yields the accounts ordered by folded name. It is not a snapshot: what is added
	// or removed meanwhile may or may not be seen.
	ListAccounts(ctx context.Context) iter.Seq2[Account, error]
	// Administrators returns the accounts with Administrator set, the oldest first.
	Administrators(ctx context.Context) ([]Account, error)
	// ChangeAccount changes what c names and returns the account as it is then.
	ChangeAccount(ctx context.Context, id AccountID, c AccountChange) (Account, error)
	// RemoveAccount frees the account's name and addresses, which are no longer members of lists
	// then. Its folders go too, unless keepMail:
	// then they remain under its ID, where ListFolders finds them, INBOX without its protection,
	// until they are deleted or RemoveAccount is called again without keepMail.
	RemoveAccount(ctx context.Context, id AccountID, keepMail bool) error
}

// Lists are the addresses whose mail goes to others.
type Lists interface {
	// SetList makes the list, or replaces the one that has its address. It returns ErrExists when an
	// account has the address, ErrInvalid when it is not in a local domain.
	SetList(ctx context.Context, l List) error
	// List returns the list that has the address, or ErrNotFound. Postmaster's is that of the default
	// domain where neither an account nor a list has postmaster's address.
	List(ctx context.Context, a Address) (List, error)
	// ListLists yields the lists ordered by Key of their addresses. It is not a snapshot.
	ListLists(ctx context.Context) iter.Seq2[List, error]
	// RemoveList removes the list that has the address, also from the members of others, or returns
	// ErrNotFound.
	RemoveList(ctx context.Context, a Address) error
}

// Folders are where messages are. Folders of the owner Public belong to nobody.
type Folders interface {
	// Listing is a number that is a different one after each change of folders, but for their
	// messages, and of notes: what is known of them stands as long as it stays the same. Ask for it
	// first, then read.
	Listing() uint64
	// CreateFolder returns ErrExists when the parent has a folder of that name, and ErrNotFound
	// when there is no such owner or parent.
	CreateFolder(ctx context.Context, f NewFolder) (Folder, error)
	// Folder returns the folder as it is now, or ErrNotFound.
	Folder(ctx context.Context, id FolderID) (Folder, error)
	// FolderAt walks down from the owner's root, one name at a time; names compare byte for byte.
	// It returns ErrNotFound when a name is missing.
	FolderAt(ctx context.Context, owner AccountID, path ...string) (Folder, error)
	// ListFolders yields the owner's folders ordered by ID. It is not a snapshot.
	ListFolders(ctx context.Context, owner AccountID) iter.Seq2[Folder, error]
	// MoveFolder gives the folder a parent (0: the root) and a name, of the same owner. Its ID, its
	// messages and the folders below it stay as they are. It returns ErrProtected for INBOX,
	// ErrExists when the name is taken, ErrInvalid when the parent is the folder itself or below
	// it.
	MoveFolder(ctx context.Context, id, parent FolderID, name string) (Folder, error)
	// DeleteFolder deletes the folder and its messages. It returns ErrProtected for INBOX and
	// ErrNotEmpty when there are folders below. The folder is gone at once; the space its messages
	// took is freed in small steps, and by Sweep if ctx ends before.
	DeleteFolder(ctx context.Context, id FolderID) error
}

// Messages are the entries of folders.
type Messages interface {
	// Deliver stores one message in all the folders, or in none. The body is read to its end before
	// anything else has to wait for it; an error from it is returned as it came, wrapped. It
	// returns ErrQuota, ErrFull or ErrReadOnly when the store cannot take it; what concerns one
	// folder is a *FolderError. When it returns nil, the message is on disk.
	//
	// If d.Key was used before, nothing is stored and the first Receipt is returned, with Repeated
	// set; the body may be left unread.
	Deliver(ctx context.Context, d Delivery, body io.Reader) (Receipt, error)

	// Append stores messages in one folder, all or none, as IMAP's APPEND and MULTIAPPEND (RFC
	// 3502) do: at least one, at most MaxAppend. Each is read before the next one is asked for; an
	// error that comes instead of one is returned as it came, wrapped.
	Append(ctx context.Context, folder FolderID, msgs iter.Seq2[Incoming, error]) ([]Meta, error)

	// Scan yields a folder's messages in order of UID: all of them if since is 0, else those that
	// were changed, added or expunged after since.
	//
	// The Folder was read first. What is committed during the iteration may be yielded too, with a
	// ModSeq above the Folder's, and will be yielded again by a Scan since the Folder's ModSeq:
	// nothing is missed by scanning since then. No UID comes twice in one Scan, and with since 0
	// none at or above UIDNext.
	//
	// It returns ErrHistoryGone when expunges after since have been forgotten; scan from 0 then.
	// The iteration holds nothing while the caller works, and ends at the first error.
	Scan(ctx context.Context, folder FolderID, since ModSeq) (Folder, iter.Seq2[Meta, error], error)

	// Metas yields those of the messages that there are, in order of UID. It is not a snapshot, and
	// holds nothing while the caller works.
	Metas(ctx context.Context, folder FolderID, uids UIDSet) iter.Seq2[Meta, error]

	// Open returns the message's bytes, or ErrNotFound. The caller closes it.
	Open(ctx context.Context, folder FolderID, uid UID) (Body, error)

	// SetFlags changes flags and returns the messages that are different now, all with one new
	// ModSeq, and the UIDs that c.UnchangedSince left alone. UIDs without a message are passed
	// over.
	SetFlags(ctx context.Context, folder FolderID, c FlagChange) (changed []Meta, conflict UIDSet, err error)

	// Copy puts messages into another folder, or the same, without copying bytes, all or none.
	Copy(ctx context.Context, c CopyRequest) (Copied, error)

	// Expunge removes messages in one commit, whatever their flags, and returns what it removed,
	// with Expunged set. UIDs without a message are passed over.
	Expunge(ctx context.Context, folder FolderID, uids UIDSet) ([]Meta, error)

	// Watch calls changed, one call at a time, with the ID of each of the owner's folders that may
	// have changed, and with 0 when the list of folders may have. It returns when ctx ends or the
	// store is closed. It is a hint: calls may come late, be merged, be without cause, or be lost,
	// and changes made by another process need not be seen at all. Poll with Scan as well.
	Watch(ctx context.Context, owner AccountID, changed func(FolderID)) error
}

// Maildrops are INBOXes as POP3 sees them: one session at a time, and a change at the end.
type Maildrops interface {
	// AcquireMaildrop takes the account's maildrop for ttl. It returns ErrInUse while another lease
	// runs. It does not keep deliveries or IMAP sessions out.
	AcquireMaildrop(ctx context.Context, account AccountID, ttl time.Duration) (Lease, error)
	// RenewMaildrop lets the lease run for ttl from now. It returns ErrLeaseLost when it has run
	// out, was released, or the account is gone.
	RenewMaildrop(ctx context.Context, l Lease, ttl time.Duration) (Lease, error)
	// ReleaseMaildrop ends the lease; ErrLeaseLost says that it had ended before.
	ReleaseMaildrop(ctx context.Context, l Lease) error
	// CommitMaildrop changes the INBOX in one commit, as POP3's QUIT does, and returns what it
	// expunged. It returns ErrLeaseLost, and changes nothing, unless the lease still runs.
	CommitMaildrop(ctx context.Context, l Lease, c MaildropChange) ([]Meta, error)
}

// Notes are what protocols keep with folders and accounts.
type Notes interface {
	// Notes yields the account's notes on a folder, or with 0 on none, whose names begin with
	// prefix, in order of name. It is not a snapshot.
	Notes(ctx context.Context, folder FolderID, account AccountID, prefix string) iter.Seq2[Note, error]
	// FolderNotes is Notes for all of an owner's folders, in order of their IDs.
	FolderNotes(ctx context.Context, owner, account AccountID, prefix string) iter.Seq2[Note, error]
	// NamedNotes yields the account's notes of this name on any owner's folders, in order of the
	// folders' IDs: which folders somebody was given rights to, for one.
	NamedNotes(ctx context.Context, account AccountID, name string) iter.Seq2[Note, error]
	// SetNotes writes notes, all or none. It returns ErrNotFound when there is no such folder or
	// account. Notes go with their folder and with their account. Who watches the folder's owner or
	// the account is woken with 0.
	SetNotes(ctx context.Context, notes []Note) error
}

// Summaries save a protocol from reading messages again.
type Summaries interface {
	// Summaries yields those that there are, in any order.
	Summaries(ctx context.Context, blobs []BlobID) iter.Seq2[Summary, error]
	// SaveSummaries keeps or replaces summaries, as long as there are messages with those bytes.
	// One whose bytes are gone is passed over.
	SaveSummaries(ctx context.Context, all []Summary) error
}

// Articles are messages that news servers find by an identifier, and the identifiers that were here
// before. An article is where its messages are: one that is expunged, copied or moved, by whatever
// protocol, has gone from there or come there, once NoteArticles has said so.
type Articles interface {
	// FileArticle is Deliver for an article: it is in all the folders, and its identifier known, or
	// nothing has changed. It returns ErrExists when the identifier is known. Without folders it only
	// makes it known. The delivery's key is not looked at.
	FileArticle(ctx context.Context, a NewArticle, d Delivery, body io.Reader) (Receipt, error)

	// Article returns the article with that identifier, also if it is nowhere any more, or
	// ErrNotFound.
	Article(ctx context.Context, id string) (Article, error)

	// FolderArticles yields the articles in a folder whose UIDs are in r, in order of UID. Of Message
	// they have UID, Blob and Received alone, since lists are long. It is not a snapshot, holds
	// nothing while the caller works, and reads little before it yields.
	FolderArticles(ctx context.Context, folder FolderID, r UIDRange) iter.Seq2[Article, error]

	// ArticlesSince yields the articles that came at since or later and are somewhere, in the order
	// in which they came. It is not a snapshot.
	ArticlesSince(ctx context.Context, since time.Time) iter.Seq2[Article, error]

	// UnnotedMessages yields the messages in a folder, from a UID on, that neither FileArticle nor
	// NoteArticles has named, in order of UID: those that came by another protocol.
	UnnotedMessages(ctx context.Context, folder FolderID, from UID) iter.Seq2[Meta, error]

	// NoteArticles says what such messages are. One whose identifier is known is one more place of
	// that article; if that was nowhere any more, it comes anew. Messages that are gone or were named
	// before are passed over.
	NoteArticles(ctx context.Context, all []NotedArticle) error

	// RemoveArticle expunges an article from all folders. Its identifier is known from then on, also
	// if it was not before.
	RemoveArticle(ctx context.Context, id string) error

	// ForgetArticles forgets the identifiers that came before that time, except of articles that are
	// somewhere.
	ForgetArticles(ctx context.Context, before time.Time) error

	// FirstUID returns the lowest UID of the messages in a folder, 0 if it has none.
	FirstUID(ctx context.Context, folder FolderID) (UID, error)
}
