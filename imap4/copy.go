package imap4

import (
	"context"
	"slices"
)

// copy copies messages, all or none.
func (c *Conn) copy(ctx context.Context, r copyRequest) Reply { return c.transfer(ctx, r, false) }

// move moves them (RFC 6851).
func (c *Conn) move(ctx context.Context, r copyRequest) Reply { return c.transfer(ctx, r, true) }

func (c *Conn) transfer(ctx context.Context, r copyRequest, move bool) Reply {
	v := c.box
	if move {
		if v.readOnly {
			return readOnlyBox
		}
		if err := allowed(v.rights, "te"); err != nil {
			return c.replyTo(ctx, err)
		}
	}
	rows, ok := c.resolve(&r.set, r.uid)
	if !ok {
		return badSet
	}
	rows, more := c.bounded(rows, nil)
	if more != "" && !move { // which is for all messages or for none
		return tooMany(more)
	}
	box, err := c.holder(ctx, r.to, "i")
	if err != nil {
		return c.target(ctx, err)
	}
	if len(rows) == 0 {
		return OK("", "nothing to do")
	}
	done, err := c.account.Copy(ctx, CopyRequest{From: v.id, To: box.ID, UIDs: v.uidsOf(rows), Move: move})
	if err != nil {
		return c.target(ctx, err)
	}
	if err := c.settle(ctx, box, v, &done); err != nil {
		return c.replyTo(ctx, err)
	}
	if len(done.From) == 0 {
		return No("EXPUNGEISSUED", "the messages are gone")
	}
	c.made(box.ID, done.To)
	// The sets match one by one (RFC 4315, 3).
	b := appendNumber([]byte("COPYUID "), done.UIDValidity)
	b = appendList(append(b, ' '), done.From)
	b = appendList(append(b, ' '), done.To)
	if !move {
		return OK(string(b), "messages copied")
	}
	// The client learns where they are before it learns that they are gone
	// (RFC 6851, 4.3).
	c.put(append(append([]byte("* OK ["), b...), "] messages moved\r\n"...))
	c.vanish(done.From)
	return c.limited(c.withModSeq(ctx, OK("", "messages moved")), more)
}

// vanish tells that messages are gone by the client's own doing.
func (c *Conn) vanish(gone []UID) {
	v := c.box
	for _, u := range gone {
		if _, found := v.find(u); found {
			v.gone = append(v.gone, u)
		}
	}
	slices.Sort(v.gone)
	c.tellGone()
}
