package imap4

import (
	"context"
	"slices"
)

// store changes flags, and tells those of all the messages that it was asked for.
func (c *Conn) store(ctx context.Context, r storeRequest) Reply {
	v := c.box
	if r.unchanged != nil {
		c.enabled |= condStore // RFC 7162, 3.1
	}
	if v.readOnly {
		return readOnlyBox
	}
	if err := c.mayStore(&r); err != nil {
		return c.replyTo(ctx, err)
	}
	rows, ok := c.resolve(&r.set, r.uid)
	if !ok {
		return badSet
	}
	if len(rows) == 0 {
		return OK("", "nothing to change")
	}
	rows, more := c.bounded(rows, nil)
	changed, conflict, err := c.setFlags(ctx, FlagChange{
		UIDs: v.uidsOf(rows), Mode: r.mode, Flags: r.flags, UnchangedSince: r.unchanged,
	})
	if err != nil {
		return c.replyTo(ctx, err)
	}
	for _, m := range changed {
		i, found := v.find(m.UID)
		if !found {
			continue
		}
		was := v.flagsOf(i)
		if v.set(i, m) && r.silent && !r.explains(v.rights, was, m.Flags) {
			if r.others == nil {
				r.others = map[UID]bool{}
			}
			r.others[m.UID] = true
		}
	}
	if len(changed) < rows.len() {
		// Some were so already, some may be gone: the flags told are those of now.
		if err := c.refresh(ctx); err != nil {
			return c.replyTo(ctx, err)
		}
	}
	c.tellStored(&r, rows, changed, conflict)
	return c.stored(&r, conflict, more)
}

// mayStore reports whether the user has the rights to change these flags
// (RFC 4314, 4): "s" for \Seen, "t" for \Deleted, "w" for all others. Those
// without a right are left as they are, unless that is all there is to do.
func (c *Conn) mayStore(r *storeRequest) error {
	may, keywords := flagRights(c.box.rights)
	if may == 0 {
		return ErrNoPermission
	}
	asked := r.flags.System != 0 || len(r.flags.Keywords) > 0
	r.flags.System &= may
	if !keywords {
		r.flags.Keywords = nil
	}
	if asked && r.flags.System == 0 && len(r.flags.Keywords) == 0 {
		return ErrNoPermission
	}
	return nil
}

// explains reports whether flags that were so are as they are now by this request
// alone.
func (r *storeRequest) explains(rights string, was, now Flags) bool {
	may, keywords := flagRights(rights)
	want := was
	switch r.mode {
	case AddFlags:
		want.System |= r.flags.System
		want.Keywords = keywordsOf(was.Keywords, r.flags.Keywords, nil)
	case RemoveFlags:
		want.System &^= r.flags.System
		want.Keywords = keywordsOf(was.Keywords, nil, r.flags.Keywords)
	default:
		want.System = was.System&^may | r.flags.System
		if keywords {
			want.Keywords = r.flags.Keywords
		}
	}
	return want.System == now.System && keywordKey(want.Keywords) == keywordKey(now.Keywords)
}

// tellStored tells the flags of the messages; with .SILENT those that the client
// cannot know (RFC 9051, 6.4.6), and of the others that changed the mod-sequences
// (RFC 7162, 3.1.3).
func (c *Conn) tellStored(r *storeRequest, rows spans, changed []Meta, conflict UIDSet) {
	v := c.box
	c.tellKeywords()
	var room [256]byte
	if r.silent {
		for _, m := range changed {
			i, found := v.find(m.UID)
			switch {
			case !found:
			case r.others[m.UID]:
				c.put(c.appendChanged(room[:0], i))
			case c.has(condStore):
				b := c.appendFetch(room[:0], i)
				b = appendNumber(append(b, "MODSEQ ("...), v.mods[i])
				c.put(append(b, "))\r\n"...))
			}
		}
		return
	}
	slices.Sort(v.gone)
	for i := range rows.all {
		if _, gone := slices.BinarySearch(v.gone, v.uids[i]); !gone && !conflict.Contains(v.uids[i]) {
			c.put(c.appendChanged(room[:0], i))
		}
	}
}

// stored is the answer to STORE: those that were left alone because they had
// changed are in it, as the client counts.
func (c *Conn) stored(r *storeRequest, conflict UIDSet, more string) Reply {
	if len(conflict) == 0 {
		return c.limited(OK("", "flags stored"), more)
	}
	b := []byte("MODIFIED ")
	if r.uid {
		b = appendSet(b, conflict)
	} else {
		var numbers []UID
		for i := range c.box.rowsOf(conflict).all {
			if conflict.Contains(c.box.uids[i]) {
				numbers = append(numbers, UID(i+1))
			}
		}
		b = appendSet(b, NewUIDSet(numbers...))
	}
	return c.limited(OK(string(b), "some messages had changed"), more)
}
