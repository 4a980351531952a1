package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/pop3"
)

// A Drop is a POP3 maildrop of a mailbox of any imap4.Account. It locks nothing:
// RFC 1939, 4 wants sessions kept apart, which is for the program to do, in Unlock
// to undo.
type Drop struct {
	Account imap4.Account
	Box     imap4.MailboxID

	// Remove, if set, is what Commit calls instead of Account.Expunge.
	Remove func(context.Context, imap4.UIDSet) error
	// Unlock, if set, is called by Close.
	Unlock func() error
}

var _ pop3.Maildrop = (*Drop)(nil)

// Messages implements pop3.Maildrop. Messages that an IMAP client has marked as
// deleted are there: until they are expunged they exist.
func (d *Drop) Messages(ctx context.Context) ([]pop3.Message, error) {
	state, metas, err := d.Account.Scan(ctx, d.Box, 0)
	if err != nil {
		return nil, err
	}
	var messages []pop3.Message
	for m, err := range metas {
		if err != nil {
			return nil, err
		}
		id := strconv.FormatUint(uint64(m.UID), 10)
		messages = append(messages, pop3.Message{
			ID: id,
			// A UID is unique within its UIDVALIDITY, for good.
			UIDL: fmt.Sprintf("%d.%s", state.UIDValidity, id),
			Size: m.Size,
		})
	}
	return messages, nil
}

// Body implements pop3.Maildrop.
func (d *Drop) Body(ctx context.Context, id string) (io.ReadCloser, error) {
	uid, err := parseUID(id)
	if err != nil {
		return nil, err
	}
	body, err := d.Account.Body(ctx, d.Box, uid)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(body, 0, body.Size()), body}, nil
}

// Commit implements pop3.Maildrop.
func (d *Drop) Commit(ctx context.Context, deleted []string) error {
	uids := make([]imap4.UID, 0, len(deleted))
	for _, id := range deleted {
		uid, err := parseUID(id)
		if err != nil {
			return err
		}
		uids = append(uids, uid)
	}
	set := imap4.NewUIDSet(uids...)
	if d.Remove != nil {
		return d.Remove(ctx, set)
	}
	_, err := d.Account.Expunge(ctx, d.Box, set)
	return err
}

// Close implements pop3.Maildrop.
func (d *Drop) Close() error {
	err := d.Account.Close()
	if d.Unlock != nil {
		err = errors.Join(err, d.Unlock())
	}
	return err
}

// parseUID reads an ID that Messages has made.
func parseUID(id string) (imap4.UID, error) {
	n, err := strconv.ParseUint(id, 10, 32)
	return imap4.UID(n), err
}
