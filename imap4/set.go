package imap4

import (
	"slices"
	"sort"
)

// A sequenceSet is what a client writes: numbers and ranges of them, "*" being 0
// here, or "$" (RFC 9051, 9: sequence-set).
type sequenceSet struct {
	ranges []setRange
	saved  bool // "$"
}

// A setRange is from its lower end to its upper one, in any order.
type setRange struct{ from, to uint32 }

// set takes a sequence set.
func (p *parser) set() (s sequenceSet) {
	if p.skip('$') {
		s.saved = true
		return s
	}
	for p.err == nil {
		r := setRange{from: p.setNumber()}
		r.to = r.from
		if p.skip(':') {
			r.to = p.setNumber()
		}
		s.ranges = append(s.ranges, r)
		if len(s.ranges) > p.limits.SetRanges {
			p.refuse(tooManyArgs)
		}
		if !p.skip(',') {
			break
		}
	}
	return s
}

// setNumber takes a number that is not 0, or "*", which is.
func (p *parser) setNumber() uint32 {
	if p.skip('*') {
		return 0
	}
	return p.nz()
}

// isSet reports whether a sequence set comes next, in the place of a word.
func (p *parser) isSet() bool {
	c := p.peek()
	return '0' <= c && c <= '9' || c == '*' || c == '$'
}

// ordered returns the ends of a range in order, with star for "*".
func (r setRange) ordered(star uint32) (from, to uint32) {
	from, to = r.from, r.to
	if from == 0 {
		from = star
	}
	if to == 0 {
		to = star
	}
	return min(from, to), max(from, to)
}

// uidSet is the set as UIDs, "*" being the last one of the mailbox.
func (s *sequenceSet) uidSet(star UID) UIDSet {
	all := make(UIDSet, 0, len(s.ranges))
	for _, r := range s.ranges {
		from, to := r.ordered(uint32(star))
		all = append(all, UIDRange{UID(from), UID(to)})
	}
	return normal(all)
}

// normal puts ranges in the form of a UIDSet.
func normal(all UIDSet) UIDSet {
	slices.SortFunc(all, func(a, b UIDRange) int {
		switch {
		case a.First < b.First:
			return -1
		case a.First > b.First:
			return 1
		}
		return 0
	})
	out := all[:0]
	for _, r := range all {
		if n := len(out); n > 0 && (r.First <= out[n-1].Last || r.First-1 == out[n-1].Last) {
			out[n-1].Last = max(out[n-1].Last, r.Last)
			continue
		}
		out = append(out, r)
	}
	return out
}

// A span is rows of a view, from first up to but not including end. Spans are in
// ascending order, and neither overlap nor touch.
type span struct{ first, end int }

type spans []span

// len returns how many rows there are.
func (s spans) len() int {
	n := 0
	for _, r := range s {
		n += r.end - r.first
	}
	return n
}

// all yields the rows.
func (s spans) all(yield func(int) bool) {
	for _, r := range s {
		for i := r.first; i < r.end; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

// merged puts spans in order.
func merged(s spans) spans {
	sort.Slice(s, func(i, j int) bool { return s[i].first < s[j].first })
	out := s[:0]
	for _, r := range s {
		if n := len(out); n > 0 && r.first <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, r.end)
			continue
		}
		out = append(out, r)
	}
	return out
}

// rowsOf returns the rows of the messages that are in a set of UIDs.
func (v *view) rowsOf(uids UIDSet) spans {
	var s spans
	for _, r := range uids {
		first, _ := v.find(r.First)
		end, found := v.find(r.Last)
		if found {
			end++
		}
		if first < end {
			s = append(s, span{first, end})
		}
	}
	return merged(s)
}

// uidsOf returns the UIDs of rows, and of nothing else.
func (v *view) uidsOf(s spans) UIDSet {
	out := make(UIDSet, 0, len(s))
	for i := range s.all {
		u := v.uids[i]
		if n := len(out); n > 0 && out[n-1].Last+1 == u {
			out[n-1].Last = u
			continue
		}
		out = append(out, UIDRange{u, u})
	}
	return out
}

// last returns the highest UID, 0 if there is no message.
func (v *view) last() UID {
	if v.len() == 0 {
		return 0
	}
	return v.uids[v.len()-1]
}

// resolve returns the rows that a set stands for. It is not ok if it has sequence
// numbers that do not exist; those that do are returned then.
func (c *Conn) resolve(set *sequenceSet, uid bool) (rows spans, ok bool) {
	v := c.box
	if set.saved {
		return v.rowsOf(c.saved), true
	}
	if uid {
		return v.rowsOf(set.uidSet(max(v.last(), 1))), true
	}
	ok = true
	n := uint32(v.exists) // what came since is not known to the client
	for _, r := range set.ranges {
		from, to := r.ordered(n)
		if from == 0 || to > n {
			ok = false
			to = min(to, n)
		}
		if from = max(from, 1); from <= to {
			rows = append(rows, span{int(from) - 1, int(to)})
		}
	}
	return merged(rows), ok
}

var badSet = bad("there are no messages of these numbers")
