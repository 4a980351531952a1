package imap4

import (
	"context"
	"errors"
	"fmt"
)

// append puts messages into a mailbox, all or none (RFC 9051, 6.3.12; RFC 3502).
func (c *Conn) append(ctx context.Context, r appendRequest) Reply {
	u := newUpload(ctx, c, r.first)
	box, err := c.holder(ctx, r.name, "i")
	u.rights = box.Rights
	var done Appended
	if err == nil {
		done, err = c.account.Append(ctx, box.ID, u.all)
	}
	if reply := c.uploaded(ctx, u, err); reply.Status != StatusOK {
		return reply
	}
	uids := make([]UID, len(done.Messages))
	for i, m := range done.Messages {
		uids[i] = m.UID
	}
	c.made(box.ID, uids)
	b := appendNumber([]byte("APPENDUID "), done.UIDValidity)
	return OK(string(appendList(append(b, ' '), uids)), "message appended")
}

// uploaded says what became of an upload that an Account has read as far as it
// would. That all of it came is known only at its end.
func (c *Conn) uploaded(ctx context.Context, u *upload, err error) Reply {
	if err == nil && !u.done {
		err = errors.New("the account says that it has all messages, and has not read them")
	}
	u.drop()
	switch {
	case u.lost != nil:
		if r := c.lineReply(u.lost); !r.isNone() {
			return r
		}
		return c.gone(fmt.Errorf("inside a message: %w", u.lost))
	case !u.refused.isNone():
		return u.refused
	case err != nil:
		return c.target(ctx, err)
	}
	return OK("", "")
}
