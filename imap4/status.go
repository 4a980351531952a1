package imap4

import (
	"context"
	"strconv"
)

// A statusItem is what STATUS can be asked for (RFC 9051, 6.3.11).
type statusItem uint8

const (
	statusMessages statusItem = iota
	statusRecent
	statusUIDNext
	statusUIDValidity
	statusUnseen
	statusDeleted
	statusSize
	statusModSeq
	statusMailboxID
	statusAppendLimit
	statusDeletedStorage
)

// statusNames are the items by name.
var statusNames = [...]string{
	statusMessages:    "MESSAGES",      // RFC 9051
	statusRecent:      "RECENT",        // RFC 3501
	statusUIDNext:     "UIDNEXT",       // RFC 9051
	statusUIDValidity: "UIDVALIDITY",   // RFC 9051
	statusUnseen:      "UNSEEN",        // RFC 9051
	statusDeleted:     "DELETED",       // RFC 9051
	statusSize:        "SIZE",          // RFC 8438
	statusModSeq:      "HIGHESTMODSEQ", // RFC 7162, 3.1.7
	statusMailboxID:   "MAILBOXID",     // RFC 8474, 4.3
	statusAppendLimit: "APPENDLIMIT",   // RFC 7889, 3.2

	statusDeletedStorage: "DELETED-STORAGE", // RFC 9208, 4.1.4
}

// statusRequest is what a STATUS command says.
type statusRequest struct {
	name  []string
	items []statusItem
}

func statusArgs(p *parser) (r statusRequest) {
	p.space()
	r.name = p.mailbox()
	p.space()
	r.items = p.statusItems()
	p.end()
	return r
}

// statusItems takes a list of items, each of which counts once.
func (p *parser) statusItems() (items []statusItem) {
	seen := 0
	p.list(false, func() {
		word := p.word()
		for i, name := range statusNames {
			if name != word {
				continue
			}
			if seen&(1<<i) == 0 {
				seen |= 1 << i
				items = append(items, statusItem(i))
			}
			return
		}
		p.fail("status item not known")
	})
	return items
}

func (c *Conn) status(ctx context.Context, r statusRequest) Reply {
	box, err := c.holder(ctx, r.name, "r")
	if err == nil {
		err = c.tellStatus(ctx, box, r.items)
	}
	if err != nil {
		return c.replyTo(ctx, err)
	}
	return OK("", "status told")
}

// tellStatus tells the STATUS of a mailbox.
func (c *Conn) tellStatus(ctx context.Context, box Mailbox, items []statusItem) error {
	var state State
	var counts Counts
	if box.State != nil && box.Counts != nil {
		state, counts = *box.State, *box.Counts
	} else {
		var err error
		if state, counts, err = c.count(ctx, box.ID); err != nil {
			return err
		}
	}
	b := c.appendName([]byte("* STATUS "), box.Name)
	b = append(b, " ("...)
	for i, item := range items {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(append(b, statusNames[item]...), ' ')
		if item != statusDeletedStorage {
			b = c.appendStatus(b, item, box, state, counts)
			continue
		}
		size := int64(0)
		if counts.Deleted > 0 {
			var err error
			if size, err = c.deletedSize(ctx, box.ID); err != nil {
				return err
			}
		}
		b = appendNumber(b, size)
	}
	c.put(append(b, ")\r\n"...))
	return nil
}

func (c *Conn) appendStatus(b []byte, item statusItem, box Mailbox, state State, counts Counts) []byte {
	switch item {
	case statusMessages:
		return appendNumber(b, counts.Messages)
	case statusRecent:
		n := 0
		if c.box != nil && c.box.id == box.ID {
			n = c.box.recents()
		}
		return appendNumber(b, n)
	case statusUIDNext:
		return appendNumber(b, state.UIDNext)
	case statusUIDValidity:
		return appendNumber(b, state.UIDValidity)
	case statusUnseen:
		return appendNumber(b, counts.Unseen)
	case statusDeleted:
		return appendNumber(b, counts.Deleted)
	case statusSize:
		return appendNumber(b, counts.Size)
	case statusModSeq:
		c.enabled |= condStore // RFC 7162, 3.1
		return appendNumber(b, state.ModSeq)
	case statusMailboxID:
		return append(appendMailboxID(append(b, '('), box.ID), ')')
	}
	limit := c.srv.limits().AppendSize
	if limit <= 0 {
		return append(b, "NIL"...)
	}
	return strconv.AppendInt(b, limit, 10)
}

// count works out what a store does not have at hand.
func (c *Conn) count(ctx context.Context, id MailboxID) (State, Counts, error) {
	var n Counts
	state, all, err := c.account.Scan(ctx, id, 0)
	if err != nil {
		return state, n, err
	}
	for m, err := range all {
		if err != nil {
			return state, n, err
		}
		n.Messages++
		n.Size += m.Size
		if m.Flags.System&Seen == 0 {
			n.Unseen++
		}
		if m.Flags.System&Deleted != 0 {
			n.Deleted++
		}
	}
	return state, n, nil
}
