package office

import (
	"context"
	"errors"

	"github.com/wirepost/wirepost/examples/postoffice/mailbox"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
)

// openMailboxes opens the mail of who has logged in, for an IMAP session.
func (o *Office) openMailboxes(ctx context.Context, c *imap4.Conn) (imap4.Account, error) {
	user, err := o.store.Account(ctx, c.Identity().Name())
	if err != nil {
		return nil, err
	}
	if !isOn(user, "imap4") {
		return nil, noIMAP4
	}
	return o.openMail(ctx, user)
}

// openMail opens a user's mail.
func (o *Office) openMail(ctx context.Context, user store.Account) (a *mailbox.Account, err error) {
	a = o.mailboxes(user)
	a.Administrator = user.Administrator
	if err := a.Furnish(ctx); err != nil && !errors.Is(err, imap4.ErrNoSpace) && !errors.Is(err, store.ErrReadOnly) {
		return nil, err
	} // on a full disk mail can be read all the same
	return a, nil
}

// mailboxes are a user's.
func (o *Office) mailboxes(user store.Account) *mailbox.Account {
	return &mailbox.Account{Store: o.store, User: user}
}
