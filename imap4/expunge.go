package imap4

import (
	"context"
	"strconv"
)

// expunge removes the messages that are marked as deleted (RFC 9051, 6.4.3).
func (c *Conn) expunge(ctx context.Context, _ struct{}) Reply { return c.remove(ctx, nil) }

// uidExpunge is expunge for some of the messages (RFC 4315, 2.1).
func (c *Conn) uidExpunge(ctx context.Context, set sequenceSet) Reply {
	rows, _ := c.resolve(&set, true)
	return c.remove(ctx, &rows)
}

func (c *Conn) remove(ctx context.Context, among *spans) Reply {
	if c.box.readOnly {
		return readOnlyBox
	}
	if err := allowed(c.box.rights, "e"); err != nil {
		return c.replyTo(ctx, err)
	}
	gone, err := c.expungeDeleted(ctx, among)
	if err != nil {
		return c.replyTo(ctx, err)
	}
	c.vanish(gone)
	r := OK("", "deleted messages expunged")
	if len(gone) > 0 {
		r = c.withModSeq(ctx, r)
	}
	return r
}

// expungeDeleted removes the messages with \Deleted, of some rows or of all, and
// returns what it removed. Flags are those of now, not those that the client was
// told last.
func (c *Conn) expungeDeleted(ctx context.Context, among *spans) ([]UID, error) {
	v := c.box
	if err := c.refresh(ctx); err != nil {
		return nil, err
	}
	rows := spans{{0, v.len()}}
	if among != nil {
		rows = *among
	}
	var marked spans
	for i := range rows.all {
		if v.flags[i]&uint32(Deleted) == 0 {
			continue
		}
		if n := len(marked); n > 0 && marked[n-1].end == i {
			marked[n-1].end++
		} else {
			marked = append(marked, span{i, i + 1})
		}
	}
	if len(marked) == 0 {
		return nil, nil
	}
	removed, err := c.account.Expunge(ctx, v.id, v.uidsOf(marked))
	gone := make([]UID, len(removed))
	for i, m := range removed {
		gone[i] = m.UID
	}
	return gone, err
}

// withModSeq adds to the answer of what expunged messages where the mailbox is
// now (RFC 7162, 3.2.7 and 3.2.8). What else has changed up to there is told
// before it: here what is gone, the rest with the news.
func (c *Conn) withModSeq(ctx context.Context, r Reply) Reply {
	if c.has(qresync) && c.refresh(ctx) == nil {
		c.tellGone()
		r.Code = "HIGHESTMODSEQ " + strconv.FormatUint(uint64(c.box.modSeq), 10)
	}
	return r
}
