package store

import (
	"fmt"
	"slices"
)

// A UIDRange is the UIDs from From to To, both included.
type UIDRange struct{ From, To UID }

// A UIDSet is a set of UIDs: ranges in ascending order that do not meet.
type UIDSet []UIDRange

// NewUIDSet makes a set of uids, which may be in any order and repeat.
func NewUIDSet(uids ...UID) UIDSet {
	var s UIDSet
	for _, u := range slices.Sorted(slices.Values(uids)) {
		if last := len(s) - 1; last >= 0 && (u == s[last].To || u == s[last].To+1) {
			s[last].To = u
			continue
		}
		s = append(s, UIDRange{u, u})
	}
	return s
}

// Check returns an ErrInvalid unless the ranges are in order, apart, and without UID 0.
func (s UIDSet) Check() error {
	var last UID
	for _, r := range s {
		if r.From <= last || r.To < r.From {
			return fmt.Errorf("%w: UIDs %d to %d after %d: want ascending ranges from 1", ErrInvalid, r.From, r.To, last)
		}
		last = r.To
	}
	return nil
}

// Contains reports whether u is in s.
func (s UIDSet) Contains(u UID) bool {
	_, ok := slices.BinarySearchFunc(s, u, func(r UIDRange, u UID) int {
		switch {
		case r.To < u:
			return -1
		case r.From > u:
			return 1
		}
		return 0
	})
	return ok
}
