package imap4

import (
	"context"
	"errors"
)

// resyncing is what a client knows of a mailbox that it selects again (RFC 7162,
// 3.2.5).
type resyncing struct {
	validity uint32
	modSeq   ModSeq
	known    UIDSet // nil: all
	matched  bool   // sequence numbers and their UIDs are given
}

// resync takes the parameter of SELECT, behind its name.
func (p *parser) resync() *resyncing {
	r := new(resyncing)
	p.space()
	p.need('(')
	r.validity = p.nz()
	p.space()
	r.modSeq = ModSeq(p.number())
	if p.skip(' ') && p.peek() != '(' {
		known := p.set()
		if known.saved {
			p.fail("known UIDs are numbers")
		}
		r.known = known.uidSet(1<<32 - 1)
		if p.skip(' ') && p.peek() != '(' {
			p.fail("( is missing")
		}
	}
	if p.skip('(') {
		// Sequence numbers and their UIDs would let a server without a history
		// tell less (RFC 7162, 3.2.5.2); to tell more is right too.
		r.matched = true
		p.set()
		p.space()
		p.set()
		p.need(')')
	}
	p.need(')')
	return r
}

// resync tells what has changed since the client knew the mailbox: which messages
// are gone, then the flags of those that changed.
func (c *Conn) resync(ctx context.Context, r *resyncing) error {
	v := c.box
	if r.validity != v.validity {
		return nil // the client knows by UIDVALIDITY that it knows nothing
	}
	known := r.known
	if known == nil {
		if v.uidNext <= 1 {
			return nil
		}
		known = UIDSet{{1, v.uidNext - 1}}
	}
	if err := c.tellVanished(ctx, known, r.modSeq); err != nil {
		return err
	}
	var room [256]byte
	for i := range v.changed(v.rowsOf(known), r.modSeq).all {
		c.put(c.appendChanged(room[:0], i))
	}
	return nil
}

// everIn returns the UIDs of a set among which messages may be gone: "*" is the last
// one that there ever was, lest the end of the mailbox could not be asked about.
func (c *Conn) everIn(set *sequenceSet) UIDSet {
	if set.saved {
		return c.saved
	}
	return set.uidSet(max(c.box.uidNext-1, 1))
}

// tellVanished tells which of the messages of these UIDs are gone since. Where
// the store does not know since when, all that are not there are told: the client
// knows what it has (RFC 7162, 3.2.5.2).
func (c *Conn) tellVanished(ctx context.Context, among UIDSet, since ModSeq) error {
	gone, err := c.expungedSince(ctx, among, since)
	if errors.Is(err, ErrHistoryGone) {
		gone, err = c.box.missing(among), nil
	}
	if err != nil || len(gone) == 0 {
		return err
	}
	b := appendSet([]byte("* VANISHED (EARLIER) "), gone)
	c.put(append(b, "\r\n"...))
	return nil
}

// expungedSince asks the store.
func (c *Conn) expungedSince(ctx context.Context, among UIDSet, since ModSeq) (UIDSet, error) {
	if since == 0 {
		return nil, ErrHistoryGone
	}
	_, all, err := c.account.Scan(ctx, c.box.id, since)
	if err != nil {
		return nil, err
	}
	var gone UIDSet
	for m, err := range all {
		if err != nil {
			return nil, err
		}
		if !m.Expunged || !among.Contains(m.UID) {
			continue
		}
		if _, there := c.box.find(m.UID); there {
			continue // it is told as news
		}
		if n := len(gone); n > 0 && gone[n-1].Last+1 == m.UID {
			gone[n-1].Last = m.UID
		} else {
			gone = append(gone, UIDRange{m.UID, m.UID})
		}
	}
	return gone, nil
}

// missing returns the UIDs of a set, below UIDNEXT, that no message has.
func (v *view) missing(among UIDSet) (out UIDSet) {
	for _, r := range among {
		next := r.First
		for i, _ := v.find(r.First); i < v.len() && v.uids[i] <= r.Last; i++ {
			if v.uids[i] > next {
				out = append(out, UIDRange{next, v.uids[i] - 1})
			}
			next = v.uids[i] + 1
		}
		if last := min(r.Last, v.uidNext-1); next <= last && next >= r.First {
			out = append(out, UIDRange{next, last})
		}
	}
	return out
}
