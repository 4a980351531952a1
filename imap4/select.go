package imap4

import (
	"context"
	"slices"
)

// selectRequest is what a SELECT or EXAMINE command says.
type selectRequest struct {
	name      []string
	condStore bool       // RFC 7162, 3.1.8
	resync    *resyncing // RFC 7162, 3.2.5; nil if it is not asked for
}

// selectArgs takes a mailbox and parameters.
func selectArgs(p *parser) (r selectRequest) {
	p.space()
	r.name = p.mailbox()
	if p.skip(' ') {
		p.list(false, func() {
			switch {
			case p.is("CONDSTORE"):
				r.condStore = true
			case p.is("QRESYNC"):
				r.resync = p.resync()
			default:
				p.fail("CONDSTORE or QRESYNC is missing")
			}
		})
	}
	p.end()
	return r
}

func (c *Conn) selectBox(ctx context.Context, r selectRequest) Reply {
	return c.openBox(ctx, r, false)
}

func (c *Conn) examine(ctx context.Context, r selectRequest) Reply { return c.openBox(ctx, r, true) }

// openBox opens a mailbox in place of the one that is open. If it cannot, none is
// (RFC 9051, 6.3.2).
func (c *Conn) openBox(ctx context.Context, r selectRequest, readOnly bool) Reply {
	if r.resync != nil && !c.has(qresync) {
		return bad("ENABLE QRESYNC first") // RFC 7162, 3.2.5
	}
	if r.resync != nil && r.resync.matched && c.has(uidOnly) {
		return uidRequired
	}
	c.leaveBox(true)
	box, err := c.holder(ctx, r.name, "r")
	if err != nil {
		return c.replyTo(ctx, err)
	}
	if r.condStore {
		c.enabled |= condStore
	}
	v := &view{id: box.ID, path: box.Name, rights: box.Rights}
	v.readOnly = readOnly || isReadOnly(box.Rights)
	state, all, err := c.account.Scan(ctx, box.ID, 0)
	if err == nil {
		v.validity, v.uidNext, v.modSeq = state.UIDValidity, state.UIDNext, state.ModSeq
		err = v.load(all)
	}
	c.box = v
	if err == nil {
		err = c.claimRecent(ctx)
	}
	if err != nil {
		c.box = nil
		return c.replyTo(ctx, err)
	}
	c.state = Selected
	c.describe()
	if r.resync != nil {
		if err := c.resync(ctx, r.resync); err != nil {
			c.leaveBox(false)
			return c.replyTo(ctx, err)
		}
	}
	if v.readOnly {
		return OK("READ-ONLY", "mailbox selected")
	}
	return OK("READ-WRITE", "mailbox selected")
}

// leaveBox forgets the mailbox that is open. A client that selects another one is
// told where the news of this one end, whatever it has enabled (RFC 7162, 3.2.11;
// RFC 9051, 7.1).
func (c *Conn) leaveBox(tell bool) {
	if c.box == nil {
		return
	}
	c.box, c.saved, c.state = nil, nil, Authenticated
	if tell {
		c.line("OK [CLOSED] " + c.text("previous mailbox closed"))
	}
}

// describe tells what SELECT has to tell (RFC 3501 and RFC 9051, 6.3.2 and 6.3.1).
func (c *Conn) describe() {
	v := c.box
	v.unknown = false
	v.exists, v.told = v.len(), v.recents()
	b := c.appendMailboxFlags(nil)
	b = appendNumber(append(b, "* "...), v.exists)
	b = append(b, " EXISTS\r\n"...)
	if !c.has(rev2) {
		b = appendNumber(append(b, "* "...), v.told)
		b = append(b, " RECENT\r\n"...)
		first := slices.IndexFunc(v.flags, func(f uint32) bool { return f&uint32(Seen) == 0 })
		if first >= 0 && !c.has(uidOnly) { // RFC 9586, 3
			b = appendCoded(b, "UNSEEN", first+1, c.text("first message that was not seen"))
		}
	} else {
		b = append(b, "* LIST () \"/\" "...) // RFC 9051, 6.3.2
		b = append(c.appendName(b, v.path), "\r\n"...)
	}
	b = appendCoded(b, "UIDVALIDITY", v.validity, c.text("UIDs are valid"))
	b = appendCoded(b, "UIDNEXT", v.uidNext, c.text("next UID"))
	b = appendCoded(b, "HIGHESTMODSEQ", v.modSeq, c.text("highest mod-sequence"))
	b = append(b, "* OK [MAILBOXID ("...) // RFC 8474, 4.2
	b = append(appendMailboxID(b, v.id), ")] mailbox of this name\r\n"...)
	c.put(b)
}

// appendCoded appends an OK response with a code that has a number.
func appendCoded[N ~int | ~uint32 | ~uint64](b []byte, code string, n N, text string) []byte {
	b = append(append(b, "* OK ["...), code...)
	b = appendNumber(append(b, ' '), n)
	b = append(append(b, "] "...), text...)
	return append(b, "\r\n"...)
}

// appendMailboxID appends an objectid (RFC 8474, 7). It begins with a letter, so
// that nobody takes it for a number.
func appendMailboxID(b []byte, id MailboxID) []byte { return appendNumber(append(b, 'M'), id) }

func (c *Conn) unselect(context.Context, struct{}) Reply {
	c.leaveBox(false)
	return OK("", "mailbox closed, nothing expunged")
}

// closeBox expunges what is marked as deleted, and tells none of it (RFC 9051,
// 6.4.1).
func (c *Conn) closeBox(ctx context.Context, _ struct{}) Reply {
	v := c.box
	if !v.readOnly && allowed(v.rights, "e") == nil {
		if _, err := c.expungeDeleted(ctx, nil); err != nil {
			return c.replyTo(ctx, err)
		}
	}
	c.leaveBox(false)
	return OK("", "mailbox closed")
}
