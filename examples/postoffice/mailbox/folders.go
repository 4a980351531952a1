package mailbox

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
)

// The roots of what is not the user's own.
const (
	Public = "Public Folders"
	Others = "Other Users"
)

// The IDs of names that no folder stands for. Folders count from 1.
const (
	publicRoot imap4.MailboxID = 1<<63 + iota
	othersRoot
	otherUser // and the account's ID above it
)

// separator parts the components of a name in a note. It cannot be in one: it is
// IMAP's hierarchy separator.
const separator = "/"

// Namespaces implements imap4.Namespacer.
func (a *Account) Namespaces() (personal, other, shared []imap4.Namespace) {
	return []imap4.Namespace{{}}, []imap4.Namespace{{Prefix: []string{Others}}}, []imap4.Namespace{{Prefix: []string{Public}}}
}

// Mailboxes implements imap4.Account.
func (a *Account) Mailboxes(ctx context.Context) iter.Seq2[imap4.Mailbox, error] {
	return func(yield func(imap4.Mailbox, error) bool) {
		boxes, err := a.list(ctx)
		if err != nil {
			yield(imap4.Mailbox{}, told(err))
			return
		}
		for _, b := range boxes {
			if !yield(b, nil) {
				return
			}
		}
	}
}

// list returns what the user may see, in order of names.
func (a *Account) list(ctx context.Context) ([]imap4.Mailbox, error) {
	l := &listing{Account: a, named: make(map[string]int)}
	for _, step := range []func(context.Context) error{l.own, l.public, l.others, l.subscribed} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(l.boxes, func(x, y imap4.Mailbox) int { return slices.Compare(x.Name, y.Name) })
	return l.boxes, nil
}

// A listing is the list of mailboxes in the making.
type listing struct {
	*Account
	boxes []imap4.Mailbox
	named map[string]int // where in boxes, by joined name
}

func (l *listing) add(b imap4.Mailbox) {
	key := strings.Join(b.Name, separator)
	if _, twice := l.named[key]; !twice {
		l.named[key] = len(l.boxes)
		l.boxes = append(l.boxes, b)
	}
}

// own lists the user's own folders.
func (l *listing) own(ctx context.Context) error {
	return l.tree(ctx, l.User.ID, nil, func(store.Folder) bool { return true })
}

// public lists the folders that belong to nobody.
func (l *listing) public(ctx context.Context) error {
	l.add(imap4.Mailbox{ID: publicRoot, Name: []string{Public}, NoSelect: true, Rights: l.publicRootRights()})
	return l.tree(ctx, store.Public, []string{Public}, func(f store.Folder) bool { return f.Kind != store.Files })
}

// tree lists an owner's folders below prefix: those that take, if the user may
// look them up.
func (l *listing) tree(ctx context.Context, owner store.AccountID, prefix []string, take func(store.Folder) bool) error {
	notes, err := l.folderNotes(ctx, owner)
	if err != nil {
		return err
	}
	folders := make(map[store.FolderID]store.Folder)
	for f, err := range l.Store.ListFolders(ctx, owner) {
		if err != nil {
			return err
		}
		folders[f.ID] = f
	}
	for id, f := range folders {
		path, ok := pathOf(folders, id)
		if !ok || !take(f) {
			continue
		}
		if b := l.mailbox(f, notes[id], append(slices.Clone(prefix), path...)); mayLookUp(b) {
			l.add(b)
		}
	}
	return nil
}

func mayLookUp(b imap4.Mailbox) bool { return strings.Contains(b.Rights, "l") }

// pathOf returns the names from the root down to a folder, unless one of them
// cannot be told to a client.
func pathOf(folders map[store.FolderID]store.Folder, id store.FolderID) ([]string, bool) {
	var path []string
	for id != 0 {
		f, ok := folders[id]
		if !ok || imap4.CheckName(f.Name) != nil || strings.Contains(f.Name, separator) {
			return nil, false
		}
		path = append(path, f.Name)
		id = f.Parent
	}
	slices.Reverse(path)
	return path, true
}

// mailbox is the folder as this user sees it.
func (l *listing) mailbox(f store.Folder, notes folderNotes, name []string) imap4.Mailbox {
	state, counts := stateOf(f), countsOf(f.Counts)
	return imap4.Mailbox{
		ID: imap4.MailboxID(f.ID), Name: name, State: &state, Counts: &counts,
		NoSelect:   notes.noSelect,
		SpecialUse: notes.use,
		Rights:     l.rights(f, notes.acl),
	}
}

// others lists the folders that other users have shared with this one, and the
// names above them.
func (l *listing) others(ctx context.Context) error {
	shared, err := l.sharing(ctx)
	if err != nil {
		return err
	}
	if len(shared) == 0 {
		return nil
	}
	l.add(imap4.Mailbox{ID: othersRoot, Name: []string{Others}, NoSelect: true, Rights: "l"})
	for account, err := range l.Store.ListAccounts(ctx) {
		if err != nil {
			return err
		}
		if !shared[account.ID] || imap4.CheckName(account.Name) != nil || strings.Contains(account.Name, separator) {
			continue
		}
		prefix := []string{Others, account.Name}
		l.add(imap4.Mailbox{ID: otherUser + imap4.MailboxID(account.ID), Name: prefix, NoSelect: true, Rights: "l"})
		if err := l.tree(ctx, account.ID, prefix, func(f store.Folder) bool { return f.Kind == store.Mail }); err != nil {
			return err
		}
	}
	return nil
}

// sharing returns the other users who share folders with this one.
func (a *Account) sharing(ctx context.Context) (map[store.AccountID]bool, error) {
	owners := make(map[store.AccountID]bool)
	for _, identifier := range []string{a.key(), anyone} {
		for n, err := range a.Store.NamedNotes(ctx, store.Public, aclNote+identifier) {
			if err != nil {
				return nil, err
			}
			f, err := a.Store.Folder(ctx, n.Folder)
			if errors.Is(err, store.ErrNotFound) { // it has just been deleted
				continue
			}
			if err != nil {
				return nil, err
			}
			if f.Owner != store.Public && f.Owner != a.User.ID {
				owners[f.Owner] = true
			}
		}
	}
	return owners, nil
}

// subscribed marks what is subscribed, and adds the names that do not exist.
func (l *listing) subscribed(ctx context.Context) error {
	for n, err := range l.Store.Notes(ctx, 0, l.User.ID, subscribedNote) {
		if err != nil {
			return err
		}
		key := strings.TrimPrefix(n.Name, subscribedNote)
		if i, there := l.named[key]; there {
			l.boxes[i].Subscribed = true
			continue
		}
		l.add(imap4.Mailbox{Name: strings.Split(key, separator), Subscribed: true, Missing: true})
	}
	return nil
}

// The names of notes.
const (
	aclNote        = "acl/"
	useNote        = "use"
	noSelectNote   = "noselect"
	subscribedNote = "subscribed/"
)

// folderNotes are what everybody's notes say of one folder.
type folderNotes struct {
	acl      []imap4.ACLEntry
	use      []string
	noSelect bool
}

func (n *folderNotes) read(note store.Note) {
	switch identifier, isACL := strings.CutPrefix(note.Name, aclNote); {
	case isACL:
		n.acl = append(n.acl, imap4.ACLEntry{Identifier: identifier, Rights: string(note.Value)})
	case note.Name == useNote:
		n.use = strings.Fields(string(note.Value))
	case note.Name == noSelectNote:
		n.noSelect = true
	}
}

// folderNotes reads the notes of all of an owner's folders.
func (a *Account) folderNotes(ctx context.Context, owner store.AccountID) (map[store.FolderID]folderNotes, error) {
	all := make(map[store.FolderID]folderNotes)
	for note, err := range a.Store.FolderNotes(ctx, owner, store.Public, "") {
		if err != nil {
			return nil, err
		}
		n := all[note.Folder]
		n.read(note)
		all[note.Folder] = n
	}
	return all, nil
}
