package mailbox

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
)

// An Account is a user's view of a store. It is an imap4.Account.
type Account struct {
	Store store.Store
	User  store.Account

	// Administrator may do anything to public folders.
	Administrator bool

	entered entered
}

// entered are the folders that were found to be there for the user to see.
type entered struct {
	mu      sync.Mutex
	listing uint64 // the store's, when that was so
	folders map[imap4.MailboxID]bool
}

// has reports whether a folder is one of them, as long as the listing stays what it is now.
func (e *entered) has(box imap4.MailboxID, listing uint64) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.listing == listing && e.folders[box]
}

// add notes one.
func (e *entered) add(box imap4.MailboxID, listing uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.listing != listing || e.folders == nil {
		e.listing, e.folders = listing, make(map[imap4.MailboxID]bool)
	}
	e.folders[box] = true
}

var (
	_ imap4.Account       = (*Account)(nil)
	_ imap4.SummaryCache  = (*Account)(nil)
	_ imap4.MetaReader    = (*Account)(nil)
	_ imap4.QuotaStore    = (*Account)(nil)
	_ imap4.ACLStore      = (*Account)(nil)
	_ imap4.MetadataStore = (*Account)(nil)
	_ imap4.Namespacer    = (*Account)(nil)
)

// enter is the first thing that happens to a mailbox. What the user may not see
// does not exist; what more he may is for the engine to look at, in
// Mailbox.Rights.
func (a *Account) enter(ctx context.Context, box imap4.MailboxID) error {
	listing := a.Store.Listing()
	if a.entered.has(box, listing) {
		return ctx.Err()
	}
	_, err := a.folder(ctx, box)
	if err == nil {
		a.entered.add(box, listing)
	}
	return err
}

// folder returns a folder that has messages for the user to see.
func (a *Account) folder(ctx context.Context, box imap4.MailboxID) (store.Folder, error) {
	f, notes, err := a.node(ctx, box)
	if err == nil && notes.noSelect {
		err = imap4.ErrNotFound
	}
	return f, err
}

// node returns a folder that may be only a name.
func (a *Account) node(ctx context.Context, box imap4.MailboxID) (store.Folder, folderNotes, error) {
	var notes folderNotes
	f, err := a.Store.Folder(ctx, store.FolderID(box))
	if err != nil {
		return f, notes, told(err)
	}
	for note, err := range a.Store.Notes(ctx, f.ID, store.Public, "") {
		if err != nil {
			return f, notes, told(err)
		}
		notes.read(note)
	}
	if !strings.Contains(a.rights(f, notes.acl), "l") {
		return f, notes, imap4.ErrNotFound
	}
	return f, notes, nil
}

// Scan implements imap4.Account.
func (a *Account) Scan(ctx context.Context, box imap4.MailboxID, since imap4.ModSeq) (imap4.State, iter.Seq2[imap4.Meta, error], error) {
	if err := a.enter(ctx, box); err != nil {
		return imap4.State{}, nil, err
	}
	f, metas, err := a.Store.Scan(ctx, store.FolderID(box), store.ModSeq(since))
	if err != nil {
		return imap4.State{}, nil, told(err)
	}
	return stateOf(f), func(yield func(imap4.Meta, error) bool) {
		for m, err := range metas {
			if !yield(metaOf(m), told(err)) {
				return
			}
		}
	}, nil
}

// Metas implements imap4.MetaReader.
func (a *Account) Metas(ctx context.Context, box imap4.MailboxID, uids imap4.UIDSet) iter.Seq2[imap4.Meta, error] {
	return func(yield func(imap4.Meta, error) bool) {
		if err := a.enter(ctx, box); err != nil {
			yield(imap4.Meta{}, err)
			return
		}
		for m, err := range a.Store.Metas(ctx, store.FolderID(box), uidsIn(uids)) {
			if !yield(metaOf(m), told(err)) {
				return
			}
		}
	}
}

// Append implements imap4.Account.
func (a *Account) Append(ctx context.Context, box imap4.MailboxID, msgs iter.Seq2[imap4.Incoming, error]) (imap4.Appended, error) {
	f, err := a.folder(ctx, box)
	if err != nil {
		return imap4.Appended{}, err
	}
	came := false
	metas, err := a.Store.Append(ctx, f.ID, func(yield func(store.Incoming, error) bool) {
		for m, err := range msgs {
			came = true
			if !yield(store.Incoming{Flags: flagsIn(m.Flags), Received: m.Received, Body: m.R}, err) {
				return
			}
		}
	})
	if err != nil && came { // the store will not append nothing
		return imap4.Appended{}, told(err)
	}
	return imap4.Appended{UIDValidity: f.UIDValidity, Messages: metasOf(metas)}, nil
}

// SetFlags implements imap4.Account.
func (a *Account) SetFlags(ctx context.Context, box imap4.MailboxID, c imap4.FlagChange) ([]imap4.Meta, imap4.UIDSet, error) {
	if err := a.enter(ctx, box); err != nil {
		return nil, nil, err
	}
	change := store.FlagChange{UIDs: uidsIn(c.UIDs), Mode: modeIn(c.Mode), Flags: flagsIn(c.Flags)}
	if c.UnchangedSince != nil {
		if *c.UnchangedSince == 0 { // no message meets it
			conflict, err := a.present(ctx, store.FolderID(box), c.UIDs)
			return nil, conflict, told(err)
		}
		change.UnchangedSince = store.ModSeq(*c.UnchangedSince)
	}
	changed, conflict, err := a.Store.SetFlags(ctx, store.FolderID(box), change)
	return metasOf(changed), uidsOf(conflict), told(err)
}

// present returns those of uids that there are messages of.
func (a *Account) present(ctx context.Context, folder store.FolderID, uids imap4.UIDSet) (imap4.UIDSet, error) {
	_, metas, err := a.Store.Scan(ctx, folder, 0)
	if err != nil {
		return nil, err
	}
	var there []imap4.UID
	for m, err := range metas {
		if err != nil {
			return nil, err
		}
		if uids.Contains(imap4.UID(m.UID)) {
			there = append(there, imap4.UID(m.UID))
		}
	}
	return imap4.NewUIDSet(there...), nil
}

// Expunge implements imap4.Account.
func (a *Account) Expunge(ctx context.Context, box imap4.MailboxID, uids imap4.UIDSet) ([]imap4.Meta, error) {
	if err := a.enter(ctx, box); err != nil {
		return nil, err
	}
	gone, err := a.Store.Expunge(ctx, store.FolderID(box), uidsIn(uids))
	return metasOf(gone), told(err)
}

// Copy implements imap4.Account.
func (a *Account) Copy(ctx context.Context, c imap4.CopyRequest) (imap4.Copied, error) {
	for _, box := range []imap4.MailboxID{c.From, c.To} {
		if err := a.enter(ctx, box); err != nil {
			return imap4.Copied{}, err
		}
	}
	done, err := a.Store.Copy(ctx, store.CopyRequest{
		From: store.FolderID(c.From), To: store.FolderID(c.To), UIDs: uidsIn(c.UIDs), Move: c.Move,
	})
	if err != nil {
		return imap4.Copied{}, told(err)
	}
	copied := imap4.Copied{UIDValidity: done.UIDValidity}
	for i := range done.From {
		copied.From = append(copied.From, imap4.UID(done.From[i]))
		copied.To = append(copied.To, imap4.UID(done.To[i]))
	}
	return copied, nil
}

// Body implements imap4.Account.
func (a *Account) Body(ctx context.Context, box imap4.MailboxID, uid imap4.UID) (imap4.Body, error) {
	if err := a.enter(ctx, box); err != nil {
		return nil, err
	}
	body, err := a.Store.Open(ctx, store.FolderID(box), store.UID(uid))
	if err != nil {
		return nil, told(err)
	}
	return body, nil
}

// Watch implements imap4.Account. It watches the user's own folders, public ones,
// and those of the users who share some with him now: what another one shares
// later is seen when the client next says something.
func (a *Account) Watch(ctx context.Context, changed func(imap4.MailboxID)) error {
	owners, err := a.sharing(ctx)
	if err != nil {
		return told(err)
	}
	owners[a.User.ID], owners[store.Public] = true, true
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tell := func(id store.FolderID) { changed(imap4.MailboxID(id)) }
	ended := make(chan error, len(owners))
	for owner := range owners {
		go func() {
			defer cancel() // all end with the first
			ended <- a.Store.Watch(ctx, owner, tell)
		}()
	}
	for range owners {
		err = errors.Join(err, <-ended)
	}
	return err
}

// LoadSummaries implements imap4.SummaryCache.
func (a *Account) LoadSummaries(ctx context.Context, _ imap4.MailboxID, emailIDs []string) iter.Seq2[imap4.Summary, error] {
	blobs := make([]store.BlobID, 0, len(emailIDs))
	for _, id := range emailIDs {
		if blob, ok := blobOf(id); ok {
			blobs = append(blobs, blob)
		}
	}
	return func(yield func(imap4.Summary, error) bool) {
		for s, err := range a.Store.Summaries(ctx, blobs) {
			if !yield(imap4.Summary{EmailID: emailID(s.Blob), Data: s.Data}, told(err)) {
				return
			}
		}
	}
}

// SaveSummaries implements imap4.SummaryCache.
func (a *Account) SaveSummaries(ctx context.Context, _ imap4.MailboxID, all []imap4.Summary) error {
	summaries := make([]store.Summary, 0, len(all))
	for _, s := range all {
		if blob, ok := blobOf(s.EmailID); ok {
			summaries = append(summaries, store.Summary{Blob: blob, Data: s.Data})
		}
	}
	return told(a.Store.SaveSummaries(ctx, summaries))
}

// Close implements imap4.Account.
func (a *Account) Close() error { return nil }

// told turns an error of the store into imap4's that says the same to a client.
func told(err error) error {
	if err == nil {
		return nil
	}
	for _, pair := range [][2]error{
		{store.ErrNotFound, imap4.ErrNotFound},
		{store.ErrExists, imap4.ErrExists},
		{store.ErrInvalid, imap4.ErrCannot},
		{store.ErrProtected, imap4.ErrCannot},
		{store.ErrNotEmpty, imap4.ErrHasChildren},
		{store.ErrQuota, imap4.ErrOverQuota},
		{store.ErrFull, imap4.ErrNoSpace},
		{store.ErrHistoryGone, imap4.ErrHistoryGone},
		{store.ErrInUse, imap4.ErrInUse},
	} {
		if errors.Is(err, pair[0]) {
			return fmt.Errorf("%w: %w", pair[1], err)
		}
	}
	return err
}
