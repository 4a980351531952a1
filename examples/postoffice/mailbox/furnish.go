package mailbox

import (
	"context"
	"errors"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
)

// furniture is what each account gets besides INBOX (RFC 6154, 2).
var furniture = []struct{ name, use string }{
	{"Sent", `\Sent`},
	{"Drafts", `\Drafts`},
	{"Trash", `\Trash`},
	{"Junk", `\Junk`},
	{"Archive", `\Archive`},
}

const furnishedNote = "furnished"

// Furnish gives an account its folders for special uses, once: what the user
// deletes or renames stays so.
func (a *Account) Furnish(ctx context.Context) error {
	for _, err := range a.Store.Notes(ctx, 0, a.User.ID, furnishedNote) {
		return told(err)
	}
	if err := a.subscribe(ctx, []string{store.Inbox}, []byte{}); err != nil {
		return told(err)
	}
	for _, f := range furniture {
		name := []string{f.name}
		if err := a.create(ctx, name, []string{f.use}); err != nil && !errors.Is(err, store.ErrExists) {
			return told(err)
		}
		if err := a.subscribe(ctx, name, []byte{}); err != nil {
			return told(err)
		}
	}
	return told(a.Store.SetNotes(ctx, []store.Note{{Account: a.User.ID, Name: furnishedNote, Value: []byte{}}}))
}

// Find returns the mailbox of this name, or imap4.ErrNotFound.
func (a *Account) Find(ctx context.Context, name ...string) (imap4.Mailbox, error) {
	b, err := a.find(ctx, name)
	if err == nil && b.Missing {
		err = imap4.ErrNotFound
	}
	return b, err
}
