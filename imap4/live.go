package imap4

import (
	"cmp"
	"context"
	"slices"

	"github.com/wirepost/wirepost/imap4/internal/thread"
)

// How changes of the result of a search are told: ADDTO and REMOVEFROM (RFC 5267,
// 4.3.2 to 4.3.4).

// tellLive tells changes of a result.
func (c *Conn) tellLive(l *liveSearch, changes []byte) {
	b := appendString([]byte("* ESEARCH (TAG "), l.tag, false)
	b = append(b, ')')
	if l.uid {
		b = append(b, " UID"...)
	}
	b = append(b, changes...)
	c.put(append(b, "\r\n"...))
}

// numbersOf returns what messages of the result are called, in their order.
func (l *liveSearch) numbersOf(v *view, some []thread.Message) []UID {
	out := make([]UID, len(some))
	for i, m := range some {
		if out[i] = UID(m.Number); !l.uid {
			row, _ := v.find(UID(m.Number))
			out[i] = UID(row + 1)
		}
	}
	return out
}

// appendRemoved takes messages out of the result, and appends REMOVEFROM: the
// places in a sorted one from its end on, so that each is right when its turn
// comes.
func (c *Conn) appendRemoved(b []byte, l *liveSearch, gone map[uint32]bool) []byte {
	var at []int
	for i, m := range l.all {
		if gone[m.Number] {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return b
	}
	was := l.all
	l.all = slices.DeleteFunc(slices.Clone(was), func(m thread.Message) bool { return gone[m.Number] })
	b = append(b, " REMOVEFROM ("...)
	runs := l.runs(at)
	slices.Reverse(runs)
	return c.appendRuns(b, l, was, at, runs)
}

// appendAdded puts rows into the result, and appends ADDTO.
func (c *Conn) appendAdded(ctx context.Context, b []byte, l *liveSearch, rows spans) ([]byte, error) {
	if len(rows) == 0 {
		return b, nil
	}
	more := c.liveRows(rows).all
	if l.sorted {
		var err error
		if more, err = c.gather(ctx, rows, true, sortKeys(l.criteria)); err != nil || len(more) == 0 {
			return b, err
		}
	}
	added := make(map[uint32]bool, len(more))
	for _, m := range more {
		added[m.Number] = true
	}
	l.all = append(l.all, more...)
	slices.SortFunc(l.all, func(a, b thread.Message) int { return cmp.Compare(a.Number, b.Number) })
	if l.sorted {
		thread.Sort(l.all, l.criteria)
	}
	var at []int
	for i, m := range l.all {
		if added[m.Number] {
			at = append(at, i)
		}
	}
	return c.appendRuns(append(b, " ADDTO ("...), l, l.all, at, l.runs(at)), nil
}

// runs parts places into runs without gaps. Without an order one place is like
// another, and there is one run.
func (l *liveSearch) runs(at []int) (runs []span) {
	for i := range at {
		if n := len(runs); n > 0 && (!l.sorted || at[i] == at[i-1]+1) {
			runs[n-1].end = i + 1
			continue
		}
		runs = append(runs, span{i, i + 1})
	}
	return runs
}

// appendRuns appends pairs of a place and what is there.
func (c *Conn) appendRuns(b []byte, l *liveSearch, all []thread.Message, at []int, runs []span) []byte {
	for i, r := range runs {
		if i > 0 {
			b = append(b, ' ')
		}
		some := make([]thread.Message, 0, r.end-r.first)
		for _, place := range at[r.first:r.end] {
			some = append(some, all[place])
		}
		place := 0
		if l.sorted {
			place = at[r.first] + 1
		}
		b = append(appendNumber(b, place), ' ')
		b = appendList(b, l.numbersOf(c.box, some))
	}
	return append(b, ')')
}
