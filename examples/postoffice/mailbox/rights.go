package mailbox

import (
	"context"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
)

const (
	allRights    = "lrswipkxtea" // RFC 4314, 2.1
	alwaysRights = "la"          // that an owner cannot give away, so that he can undo what he did
	anyone       = "anyone"      // RFC 4314, 2
)

// readers are everybody's rights to a public folder that says nothing else: to
// look it up, to read it, and to post to it.
const readers = "lrip"

// key is the identifier of the user in access control lists: names compare
// without case.
func (a *Account) key() string { return store.FoldName(a.User.Name) }

// rights are the user's to a folder with this list.
func (a *Account) rights(f store.Folder, acl []imap4.ACLEntry) string {
	mine := func(e imap4.ACLEntry) bool {
		identifier := strings.TrimPrefix(e.Identifier, "-")
		return identifier == a.key() || identifier == anyone
	}
	given, taken, said := "", "", false
	for _, e := range acl {
		said = said || !strings.HasPrefix(e.Identifier, "-") && e.Identifier == anyone
		switch {
		case !mine(e):
		case strings.HasPrefix(e.Identifier, "-"):
			taken += e.Rights
		default:
			given += e.Rights
		}
	}
	always := ""
	switch {
	case f.Owner == a.User.ID:
		always = alwaysRights
		if !slices.ContainsFunc(acl, func(e imap4.ACLEntry) bool { return e.Identifier == a.key() }) {
			given += allRights
		}
	case f.Owner == store.Public && a.Administrator:
		return allRights
	case f.Owner == store.Public && !said:
		given += readers
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(always, r) || strings.ContainsRune(given, r) && !strings.ContainsRune(taken, r) {
			return r
		}
		return -1
	}, allRights)
}

// publicRootRights are the rights to the place where public folders are made.
func (a *Account) publicRootRights() string {
	if a.Administrator {
		return "lka"
	}
	return "l"
}

// ACL implements imap4.ACLStore. It lists what applies without having been said,
// too.
func (a *Account) ACL(ctx context.Context, box imap4.MailboxID) ([]imap4.ACLEntry, error) {
	f, n, err := a.node(ctx, box)
	if err != nil {
		return nil, err
	}
	has := func(identifier string) bool {
		return slices.ContainsFunc(n.acl, func(e imap4.ACLEntry) bool { return e.Identifier == identifier })
	}
	switch {
	case f.Owner == a.User.ID && !has(a.key()):
		n.acl = slices.Insert(n.acl, 0, imap4.ACLEntry{Identifier: a.key(), Rights: allRights})
	case f.Owner == store.Public && !has(anyone):
		n.acl = slices.Insert(n.acl, 0, imap4.ACLEntry{Identifier: anyone, Rights: readers})
	}
	return n.acl, nil
}

// SetACL implements imap4.ACLStore.
func (a *Account) SetACL(ctx context.Context, box imap4.MailboxID, e imap4.ACLEntry) error {
	note := store.Note{Folder: store.FolderID(box), Name: aclNote + foldIdentifier(e.Identifier)}
	f, _, err := a.node(ctx, box)
	if err != nil {
		return err
	}
	if e.Rights != "" || saysNothingElse(f, note.Name) {
		note.Value = []byte(e.Rights)
	}
	return told(a.Store.SetNotes(ctx, []store.Note{note}))
}

// saysNothingElse reports whether the lack of the entry would give rights, so that
// none have to be said.
func saysNothingElse(f store.Folder, name string) bool {
	return f.Owner == store.Public && name == aclNote+anyone
}

func foldIdentifier(identifier string) string {
	name, negative := strings.CutPrefix(identifier, "-")
	name = store.FoldName(name)
	if negative {
		return "-" + name
	}
	return name
}

// GrantableRights implements imap4.ACLStore.
func (a *Account) GrantableRights(ctx context.Context, box imap4.MailboxID, identifier string) (string, []string, error) {
	f, _, err := a.node(ctx, box)
	if err != nil {
		return "", nil, err
	}
	always := ""
	if f.Owner == a.User.ID && foldIdentifier(identifier) == a.key() {
		always = alwaysRights
	}
	var optional []string
	for _, r := range allRights {
		if !strings.ContainsRune(always, r) {
			optional = append(optional, string(r))
		}
	}
	return always, optional, nil
}
