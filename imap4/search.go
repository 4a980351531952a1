package imap4

import (
	"context"
)

// search finds messages (RFC 9051, 6.4.4).
func (c *Conn) search(ctx context.Context, r searchRequest) Reply {
	if c.has(uidOnly) && r.program.numbers() {
		return uidRequired
	}
	if r.ret&returnUpdate != 0 && c.box.isLive(c.tag) {
		return tagReused
	}
	rows, err := c.runProgram(ctx, &r.program)
	if err != nil {
		if r.ret&returnSave != 0 {
			c.saved = nil // RFC 5182, 2.1
		}
		return c.replyTo(ctx, err)
	}
	if !r.extended && c.has(rev2) {
		r.extended, r.ret = true, returnAll // RFC 9051, 6.4.4
	}
	if r.ret&returnSave != 0 {
		c.save(&r, rows)
	}
	if r.extended {
		c.tellESearch(&r, rows)
	} else {
		c.tellSearch(&r, rows)
	}
	if r.ret&returnUpdate != 0 {
		c.keepUpToDate(&r, c.liveRows(rows))
	}
	return OK("", "search done")
}

// numbers reports whether there are sequence numbers in a program.
func (prog *program) numbers() bool {
	for _, s := range prog.sets {
		if !s.uid && !s.set.saved {
			return true
		}
	}
	return false
}

// runProgram finds the messages that match.
func (c *Conn) runProgram(ctx context.Context, prog *program) (spans, error) {
	if prog.modSeq {
		c.enabled |= condStore // RFC 7162, 3.1
	}
	v := c.box
	for _, s := range prog.sets {
		if s.uid && !s.set.saved {
			s.query.UIDs = s.set.uidSet(max(v.last(), 1))
			continue
		}
		rows, _ := c.resolve(&s.set, s.uid)
		s.query.UIDs = v.uidsOf(rows)
	}
	if prog.fuzzy {
		return c.fuzzily(ctx, prog)
	}
	return c.evaluate(ctx, prog.query, spans{{0, v.exists}})
}

// save keeps the result for "$". What was asked for together with SAVE decides
// what that is (RFC 5182, 2.1).
func (c *Conn) save(r *searchRequest, rows spans) {
	uids := c.box.uidsOf(rows)
	if len(uids) == 0 || r.ret&(returnAll|returnCount|returnPartial) != 0 || r.ret&(returnMin|returnMax) == 0 {
		if r.ret&returnPartial != 0 && r.ret&(returnAll|returnCount|returnMin|returnMax) == 0 {
			uids = c.box.uidsOf(r.window.of(rows)) // RFC 9394, 3.4
		}
		c.saved = uids
		return
	}
	var some []UID
	if r.ret&returnMin != 0 {
		some = append(some, uids[0].First)
	}
	if r.ret&returnMax != 0 {
		some = append(some, uids[len(uids)-1].Last)
	}
	c.saved = NewUIDSet(some...)
}

// number is what a row is called in a result.
func (c *Conn) number(r *searchRequest, row int) uint32 {
	if r.uid {
		return uint32(c.box.uids[row])
	}
	return uint32(row + 1)
}

// numbersOf is a result as a set.
func (c *Conn) numbersOf(r *searchRequest, rows spans) UIDSet {
	if r.uid {
		return c.box.uidsOf(rows)
	}
	out := make(UIDSet, len(rows))
	for i, s := range rows {
		out[i] = UIDRange{UID(s.first + 1), UID(s.end)}
	}
	return out
}

// tellSearch tells a result as RFC 3501, 7.2.5 has it.
func (c *Conn) tellSearch(r *searchRequest, rows spans) {
	piece := pieces.Get().(*[]byte)
	b := append((*piece)[:0], "* SEARCH"...)
	for row := range rows.all {
		b = appendNumber(append(b, ' '), c.number(r, row))
		if len(b) > pieceSize-64 {
			c.put(b)
			b = b[:0]
		}
	}
	if r.modSeq && len(rows) > 0 {
		b = append(appendNumber(append(b, " (MODSEQ "...), c.highest(rows)), ')')
	}
	c.put(append(b, "\r\n"...))
	*piece = b[:0]
	pieces.Put(piece)
}

// highest is the highest mod-sequence of some rows.
func (c *Conn) highest(rows spans) (mod ModSeq) {
	for row := range rows.all {
		mod = max(mod, c.box.mods[row])
	}
	return mod
}

// tellESearch tells a result as RFC 9051, 7.3.4 has it.
func (c *Conn) tellESearch(r *searchRequest, rows spans) {
	if r.ret == returnSave || r.correlated && len(rows) == 0 {
		return // RFC 5182, 2.2: nothing was asked for; RFC 7377, 2.1: nothing was found
	}
	b := c.appendCorrelator(nil, r)
	if n := len(rows); n > 0 {
		if r.ret&returnMin != 0 {
			b = appendNumber(append(b, " MIN "...), c.number(r, rows[0].first))
		}
		if r.ret&returnMax != 0 {
			b = appendNumber(append(b, " MAX "...), c.number(r, rows[n-1].end-1))
		}
		if r.ret&returnAll != 0 {
			b = appendSet(append(b, " ALL "...), c.numbersOf(r, rows))
		}
	}
	if r.ret&returnCount != 0 {
		b = appendNumber(append(b, " COUNT "...), rows.len())
	}
	if r.ret&returnPartial != 0 {
		b = r.window.appendTo(append(b, " PARTIAL ("...))
		if some := r.window.of(rows); len(some) > 0 {
			b = append(appendSet(append(b, ' '), c.numbersOf(r, some)), ')')
		} else {
			b = append(b, " NIL)"...)
		}
	}
	if r.ret&returnRelevancy != 0 {
		told := rows
		if r.ret&returnPartial != 0 {
			told = r.window.of(rows)
		}
		b = appendRelevancy(b, &r.program, c.box.uidList(told))
	}
	if r.modSeq && len(rows) > 0 {
		b = appendNumber(append(b, " MODSEQ "...), c.highest(c.answered(r, rows)))
	}
	c.put(append(b, "\r\n"...))
}

// answered are the rows that an answer is about, for its mod-sequence (RFC 4731,
// 3.2): all, unless only the first or the last was asked for.
func (c *Conn) answered(r *searchRequest, rows spans) spans {
	if r.ret&(returnAll|returnCount|returnPartial) != 0 {
		return rows
	}
	first, last := rows[0].first, rows[len(rows)-1].end-1
	switch r.ret & (returnMin | returnMax) {
	case returnMin:
		return spans{{first, first + 1}}
	case returnMax:
		return spans{{last, last + 1}}
	case returnMin | returnMax:
		return spans{{first, first + 1}, {last, last + 1}}
	}
	return rows
}
