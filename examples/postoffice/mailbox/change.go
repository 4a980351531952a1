package mailbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
)

// Change implements imap4.Account.
func (a *Account) Change(ctx context.Context, c imap4.MailboxChange) (imap4.Mailbox, error) {
	var err error
	name := c.Name
	switch c.Op {
	case imap4.CreateMailbox:
		err = a.create(ctx, c.Name, c.SpecialUse)
	case imap4.DeleteMailbox:
		return imap4.Mailbox{}, told(a.remove(ctx, store.FolderID(c.ID)))
	case imap4.RenameMailbox:
		err = a.rename(ctx, store.FolderID(c.ID), c.Name)
	case imap4.Subscribe:
		err = a.subscribe(ctx, c.Name, []byte{})
	case imap4.Unsubscribe:
		err = a.subscribe(ctx, c.Name, nil)
	default:
		err = imap4.ErrCannot
	}
	if err != nil {
		return imap4.Mailbox{}, told(err)
	}
	return a.find(ctx, name)
}

// find returns the mailbox of this name; one that neither exists nor is
// subscribed is all zero but for the name.
func (a *Account) find(ctx context.Context, name []string) (imap4.Mailbox, error) {
	boxes, err := a.list(ctx)
	if err != nil {
		return imap4.Mailbox{}, told(err)
	}
	if i := slices.IndexFunc(boxes, func(b imap4.Mailbox) bool { return slices.Equal(b.Name, name) }); i >= 0 {
		return boxes[i], nil
	}
	return imap4.Mailbox{Name: name, Missing: true}, nil
}

// A place is where a name is in the store.
type place struct {
	owner  store.AccountID
	path   []string // of names below the owner's root
	parent store.FolderID
	folder store.Folder // zero if there is none of this name
}

// place finds where name is or would be. What is missing between is made if mkdir
// says so.
func (a *Account) place(ctx context.Context, name []string, mkdir bool) (place, error) {
	p := place{owner: a.User.ID, path: name}
	switch name[0] {
	case Public:
		p.owner, p.path = store.Public, name[1:]
	case Others:
		if len(name) < 3 {
			return p, imap4.ErrNoPermission
		}
		owner, err := a.Store.Account(ctx, name[1])
		if errors.Is(err, store.ErrNotFound) {
			err = imap4.ErrNoPermission // as if it were there: whether it is, is nobody's business
		}
		if err != nil {
			return p, err
		}
		p.owner, p.path = owner.ID, name[2:]
	}
	if len(p.path) == 0 {
		return p, imap4.ErrExists // the root of the public folders
	}
	for i := range p.path {
		f, err := a.Store.FolderAt(ctx, p.owner, p.path[:i+1]...)
		if errors.Is(err, store.ErrNotFound) && i < len(p.path)-1 && mkdir {
			f, err = a.Store.CreateFolder(ctx, store.NewFolder{Owner: p.owner, Parent: p.parent, Name: p.path[i]})
		}
		switch {
		case errors.Is(err, store.ErrNotFound) && i == len(p.path)-1:
			return p, nil
		case err != nil:
			return p, err
		case i == len(p.path)-1:
			p.folder = f
		default:
			p.parent = f.ID
		}
	}
	return p, nil
}

// create makes a folder, or of a mere name a mailbox again. The engine has
// checked that the user may: at the nearest mailbox above that exists.
func (a *Account) create(ctx context.Context, name, use []string) error {
	p, err := a.place(ctx, name, true)
	if err != nil {
		return err
	}
	if p.folder.ID == 0 {
		p.folder, err = a.Store.CreateFolder(ctx, store.NewFolder{Owner: p.owner, Parent: p.parent, Name: p.path[len(p.path)-1]})
	} else {
		err = a.revive(ctx, p.folder)
	}
	if err != nil || len(use) == 0 {
		return err
	}
	return a.Store.SetNotes(ctx, []store.Note{{Folder: p.folder.ID, Name: useNote, Value: []byte(strings.Join(use, " "))}})
}

// revive makes a mailbox of a name, ErrExists if it is one.
func (a *Account) revive(ctx context.Context, f store.Folder) error {
	for note, err := range a.Store.Notes(ctx, f.ID, store.Public, noSelectNote) {
		if err != nil {
			return err
		}
		note.Value = nil
		return a.Store.SetNotes(ctx, []store.Note{note})
	}
	return store.ErrExists
}

// remove deletes a folder; one with folders below becomes a mere name.
func (a *Account) remove(ctx context.Context, id store.FolderID) error {
	err := a.Store.DeleteFolder(ctx, id)
	if !errors.Is(err, store.ErrNotEmpty) {
		return err
	}
	for _, err := range a.Store.Notes(ctx, id, store.Public, noSelectNote) {
		if err == nil {
			err = store.ErrNotEmpty // it was one already
		}
		return err
	}
	// The note first: what arrives between goes with the rest.
	if err := a.Store.SetNotes(ctx, []store.Note{{Folder: id, Name: noSelectNote, Value: []byte{}}}); err != nil {
		return err
	}
	_, err = a.Store.Expunge(ctx, id, store.UIDSet{{From: 1, To: store.MaxUID}})
	return err
}

// rename moves a folder, with those below it, within its owner's.
func (a *Account) rename(ctx context.Context, id store.FolderID, name []string) error {
	f, err := a.Store.Folder(ctx, id)
	if err != nil {
		return err
	}
	p, err := a.place(ctx, name, true)
	switch {
	case err != nil:
		return err
	case p.folder.ID != 0:
		return store.ErrExists
	case p.owner != f.Owner:
		return fmt.Errorf("%w: a folder cannot change its owner: copy its messages", imap4.ErrCannot)
	}
	_, err = a.Store.MoveFolder(ctx, id, p.parent, p.path[len(p.path)-1])
	return err
}

func (a *Account) subscribe(ctx context.Context, name []string, value []byte) error {
	return a.Store.SetNotes(ctx, []store.Note{{Account: a.User.ID, Name: subscribedNote + strings.Join(name, separator), Value: value}})
}
