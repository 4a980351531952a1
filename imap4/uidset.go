package imap4

import (
	"iter"
	"slices"
)

// A UID names a message within its mailbox: ascending, from 1, never given twice
// (RFC 9051, 2.3.1.1).
type UID uint32

// A UIDRange is the UIDs from First to Last, both included.
type UIDRange struct{ First, Last UID }

// A UIDSet is a set of UIDs: ranges in ascending order that neither overlap nor
// touch. Nothing is left to work out in it: no "*", no sequence numbers.
type UIDSet []UIDRange

// NewUIDSet makes a set of uids, which may be in any order and repeat.
func NewUIDSet(uids ...UID) UIDSet {
	var s UIDSet
	for _, u := range slices.Sorted(slices.Values(uids)) {
		if last := len(s) - 1; last >= 0 && (u == s[last].Last || u == s[last].Last+1) {
			s[last].Last = u
			continue
		}
		s = append(s, UIDRange{u, u})
	}
	return s
}

// Contains reports whether u is in s.
func (s UIDSet) Contains(u UID) bool {
	_, ok := slices.BinarySearchFunc(s, u, func(r UIDRange, u UID) int {
		switch {
		case r.Last < u:
			return -1
		case r.First > u:
			return 1
		}
		return 0
	})
	return ok
}

// Len returns how many UIDs there are.
func (s UIDSet) Len() int {
	n := 0
	for _, r := range s {
		n += int(r.Last-r.First) + 1
	}
	return n
}

// All yields the UIDs in ascending order. A range may be long: look among the
// messages that there are for those that Contains instead, if it is not your own.
func (s UIDSet) All() iter.Seq[UID] {
	return func(yield func(UID) bool) {
		for _, r := range s {
			for u := r.First; ; u++ {
				if !yield(u) {
					return
				}
				if u == r.Last {
					break
				}
			}
		}
	}
}
