package imap4

import (
	"context"
	"errors"
	"slices"
)

// news looks for what has changed in the open mailbox, if look says so, and
// tells what may be told now: not that messages are gone unless expunge says so
// (RFC 9051, 7.5.1).
func (c *Conn) news(ctx context.Context, look, expunge bool) error {
	if look {
		if err := c.refresh(ctx); err != nil {
			return err
		}
	}
	return c.follow(ctx, c.tell(expunge))
}

// refresh brings the view up to date.
func (c *Conn) refresh(ctx context.Context) error {
	v := c.box
	if v.dead {
		return nil
	}
	state, all, err := c.account.Scan(ctx, v.id, v.modSeq)
	if err == nil {
		for m, e := range all {
			if err = e; err != nil {
				break
			}
			v.merge(m)
		}
	}
	switch {
	case errors.Is(err, ErrHistoryGone):
		return c.compare(ctx)
	case errors.Is(err, ErrNotFound):
		v.dead = true
		v.gone = append(v.gone[:0], v.uids...)
		return nil
	case err != nil:
		return err
	}
	return c.advance(ctx, state)
}

// advance notes how far the view has come.
func (c *Conn) advance(ctx context.Context, state State) error {
	v := c.box
	if state.UIDValidity != v.validity {
		v.dead = true
		v.gone = append(v.gone[:0], v.uids...)
		return nil
	}
	v.modSeq = max(v.modSeq, state.ModSeq)
	v.uidNext = max(v.uidNext, state.UIDNext)
	if v.len() > v.exists {
		return c.claimRecent(ctx)
	}
	return nil
}

// compare brings the view up to date by a look at all messages.
func (c *Conn) compare(ctx context.Context) error {
	v := c.box
	state, all, err := c.account.Scan(ctx, v.id, 0)
	if err != nil {
		return err
	}
	there := make([]bool, v.len())
	for m, err := range all {
		if err != nil {
			return err
		}
		if i, found := v.find(m.UID); found && i < len(there) {
			there[i] = true
		}
		v.merge(m)
	}
	for i, is := range there {
		if !is {
			v.gone = append(v.gone, v.uids[i])
		}
	}
	return c.advance(ctx, state)
}

// claimRecent learns which messages are \Recent here, where that is known. Those
// that were so stay so.
func (c *Conn) claimRecent(ctx context.Context) error {
	store, ok := as[RecentStore](c.account)
	if !ok || c.box.readOnly || c.has(rev2) {
		return nil
	}
	from, err := store.ClaimRecent(ctx, c.box.id)
	if err == nil && c.box.recent == 0 {
		c.box.recent = from
	}
	return err
}

// tell tells what the client does not know yet of the open mailbox, and wants to.
// It returns the row from which on messages are new.
func (c *Conn) tell(expunge bool) (from int) {
	v := c.box
	wanted, _, _ := c.watch.selected()
	if expunge && wanted&messageExpunge != 0 {
		c.tellGone()
	}
	c.dropGone()
	from = v.exists
	if wanted&flagChange == 0 {
		v.dirty = nil
	}
	if wanted&messageNew == 0 {
		return from
	}
	if n := v.len(); n != v.exists {
		c.tellKeywords() // those of the new ones may be new, too
		v.exists = n
		c.put(append(appendNumber([]byte("* "), n), " EXISTS\r\n"...))
	}
	if n := v.recents(); n != v.told && !c.has(rev2) {
		v.told = n
		c.put(append(appendNumber([]byte("* "), n), " RECENT\r\n"...))
	}
	if len(v.dirty) > 0 {
		c.tellDirty()
	}
	return from
}

// tellGone tells which messages are no longer there, and forgets them.
func (c *Conn) tellGone() {
	v := c.box
	if len(v.gone) == 0 {
		return
	}
	c.dropGone()
	slices.Sort(v.gone)
	gone := slices.Compact(v.gone)
	rows := v.expunge(gone)
	v.gone = nil
	// Those that came and went before they were told are news to nobody.
	told, _ := slices.BinarySearch(rows, v.exists+1)
	rows, gone = rows[:told], gone[:told]
	v.exists -= len(rows)
	c.tellExpunged(rows, gone)
}

// tellExpunged tells that the messages of these sequence numbers or UIDs are
// gone.
func (c *Conn) tellExpunged(rows []int, gone []UID) {
	if len(rows) == 0 {
		return
	}
	if c.has(qresync | uidOnly) { // RFC 7162, 3.2.10; RFC 9586, 3.5
		b := appendSet([]byte("* VANISHED "), NewUIDSet(gone...))
		c.put(append(b, "\r\n"...))
		return
	}
	var room [32]byte
	for i, row := range rows {
		b := appendNumber(append(room[:0], "* "...), row-i)
		c.put(append(b, " EXPUNGE\r\n"...))
	}
}

// tellDirty tells the flags of messages that have changed.
func (c *Conn) tellDirty() {
	v := c.box
	slices.Sort(v.dirty)
	dirty := slices.Compact(v.dirty)
	v.dirty = nil
	c.tellKeywords()
	slices.Sort(v.gone)
	var room [256]byte
	for _, u := range dirty {
		_, gone := slices.BinarySearch(v.gone, u)
		if i, found := v.find(u); found && !gone {
			c.put(c.appendChanged(room[:0], i))
		}
	}
}

// appendChanged appends the FETCH response that a message's flags are told by
// unasked. The UID is in it for those who need it (RFC 7162, 3.2.4), and harms
// nobody.
func (c *Conn) appendChanged(b []byte, i int) []byte {
	v := c.box
	b = c.appendFetch(b, i)
	b = append(b, "FLAGS "...)
	b = appendFlags(b, v.flagsOf(i), v.isRecent(v.uids[i]))
	if c.has(condStore) {
		b = append(b, " MODSEQ ("...)
		b = append(appendNumber(b, v.mods[i]), ')')
	}
	return append(b, ")\r\n"...)
}

// appendFetch appends the beginning of a FETCH response, with the UID in it.
func (c *Conn) appendFetch(b []byte, i int) []byte {
	b = append(b, "* "...)
	if c.has(uidOnly) { // RFC 9586, 3.3
		b = appendNumber(b, c.box.uids[i])
		return append(b, " UIDFETCH ("...)
	}
	b = appendNumber(b, i+1)
	b = append(b, " FETCH (UID "...)
	b = appendNumber(b, c.box.uids[i])
	return append(b, ' ')
}

// tellKeywords tells the flags of the mailbox, if there are new ones
// (RFC 9051, 7.3.5).
func (c *Conn) tellKeywords() {
	if c.box.unknown {
		c.box.unknown = false
		c.put(c.appendMailboxFlags(nil))
	}
}

// appendMailboxFlags appends FLAGS and PERMANENTFLAGS.
func (c *Conn) appendMailboxFlags(b []byte) []byte {
	v := c.box
	all := Flags{Answered | Flagged | Deleted | Seen | Draft, v.keywords}
	b = append(b, "* FLAGS "...)
	b = appendFlags(b, all, false)
	b = append(b, "\r\n* OK [PERMANENTFLAGS "...)
	if v.readOnly {
		return append(b, "()] flags cannot be changed\r\n"...)
	}
	may := permitted(v.rights, all) // RFC 4314, 5.1.1
	if _, keywords := flagRights(v.rights); !keywords {
		return append(appendFlags(b, may, false), "] flags that can be changed\r\n"...)
	}
	b = appendFlags(b, may, false)
	return append(b[:len(b)-1], " \\*)] flags that can be changed\r\n"...)
}
