package mailbox

import (
	"context"
	"iter"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
)

// Limits of what one account may annotate, so that nobody fills the store beside
// his quota.
const maxAnnotations = 1000 // of one mailbox, or of the server

// Metadata implements imap4.MetadataStore.
func (a *Account) Metadata(ctx context.Context, box imap4.MailboxID, names []string, depth int) iter.Seq2[imap4.MetadataEntry, error] {
	return func(yield func(imap4.MetadataEntry, error) bool) {
		if box != 0 {
			if _, _, err := a.node(ctx, box); err != nil {
				yield(imap4.MetadataEntry{}, err)
				return
			}
		}
		seen := make(map[string]bool) // one may be below two of the names
		for _, name := range names {
			owner, ok := a.annotator(name)
			if !ok {
				continue
			}
			for note, err := range a.Store.Notes(ctx, store.FolderID(box), owner, strings.TrimPrefix(name, "/")) {
				entry := imap4.MetadataEntry{Name: "/" + note.Name, Value: note.Value}
				if err == nil && (!within(entry.Name, name, depth) || seen[entry.Name]) {
					continue
				}
				seen[entry.Name] = true
				if !yield(entry, told(err)) || err != nil {
					return
				}
			}
		}
	}
}

// within reports whether an entry is name, or at most depth levels below it.
func within(entry, name string, depth int) bool {
	rest, ok := strings.CutPrefix(entry, name)
	if !ok || rest != "" && rest[0] != '/' {
		return false
	}
	return depth < 0 || strings.Count(rest, "/") <= depth
}

// annotator is whose notes an entry is among.
func (a *Account) annotator(name string) (store.AccountID, bool) {
	switch root, _, _ := strings.Cut(strings.TrimPrefix(name, "/"), "/"); root {
	case "private":
		return a.User.ID, true
	case "shared":
		return store.Public, true
	}
	return 0, false
}

// SetMetadata implements imap4.MetadataStore. What is shared and of no mailbox is
// the administrator's to change.
func (a *Account) SetMetadata(ctx context.Context, box imap4.MailboxID, entries []imap4.MetadataEntry) error {
	if box != 0 {
		if _, _, err := a.node(ctx, box); err != nil {
			return err
		}
	}
	notes := make([]store.Note, len(entries))
	added := 0
	for i, e := range entries {
		owner, ok := a.annotator(e.Name)
		switch {
		case !ok:
			return imap4.ErrCannot
		case owner == store.Public && box == 0 && !a.Administrator:
			return imap4.ErrNoPermission
		}
		notes[i] = store.Note{Folder: store.FolderID(box), Account: owner, Name: strings.TrimPrefix(e.Name, "/"), Value: e.Value}
		if e.Value != nil {
			added++
		}
	}
	if added > 0 {
		if err := a.mayAnnotate(ctx, store.FolderID(box), added); err != nil {
			return err
		}
	}
	return told(a.Store.SetNotes(ctx, notes))
}

// mayAnnotate returns ErrLimit if there would be too many. What is replaced counts
// as added.
func (a *Account) mayAnnotate(ctx context.Context, folder store.FolderID, added int) error {
	for owner, prefix := range map[store.AccountID]string{a.User.ID: "private/", store.Public: "shared/"} {
		n := added
		for _, err := range a.Store.Notes(ctx, folder, owner, prefix) {
			if err != nil {
				return told(err)
			}
			if n++; n > maxAnnotations {
				return imap4.ErrLimit
			}
		}
	}
	return nil
}
