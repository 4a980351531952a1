package defect

import (
	"fmt"
	"iter"
	"slices"
)

// A Kind says what rule was broken, in a few words of English without a full stop. It is a constant of the package that
// finds it, so that it can be compared.
type Kind string

// A Defect is one deviation from the rules.
type Defect struct {
	Kind   Kind
	Offset int64 // in octets from the start of what was read; -1 where no place can be named
}

// String says the kind and, where there is one, the place.
func (d Defect) String() string {
	if d.Offset < 0 {
		return string(d.Kind)
	}
	return fmt.Sprintf("%s at octet %d", d.Kind, d.Offset)
}

// Max is how many defects a List keeps.
const Max = 100

// A List collects defects in the order in which they were found. It keeps the first [Max] and counts the rest, so that a
// hostile message cannot fill the memory with its faults. The zero value is empty; a nil *List forgets what it is told.
type List struct {
	kept    []Defect
	dropped int
}

// Add notes a defect at an offset, -1 for none.
func (l *List) Add(kind Kind, offset int64) {
	switch {
	case l == nil:
	case len(l.kept) < Max:
		l.kept = append(l.kept, Defect{kind, offset})
	default:
		l.dropped++
	}
}

// All yields the defects kept.
func (l *List) All() iter.Seq[Defect] {
	if l == nil {
		return slices.Values[[]Defect](nil)
	}
	return slices.Values(l.kept)
}

// Len is the number of defects found, those beyond [Max] included.
func (l *List) Len() int {
	if l == nil {
		return 0
	}
	return len(l.kept) + l.dropped
}

// Has reports whether a defect of this kind was kept.
func (l *List) Has(kind Kind) bool {
	return l != nil && slices.ContainsFunc(l.kept, func(d Defect) bool { return d.Kind == kind })
}
