package ldapserver

import "strings"

// A truth is what a filter says of an object (RFC 4511, 4.5.1.7): And is the least
// of its parts, Or the greatest, Not turns it round.
type truth int8

const (
	isFalse   truth = -1
	undefined truth = 0
	isTrue    truth = 1
)

func (f *filter) match(o *object) truth {
	switch f.kind {
	case filterAnd:
		least := isTrue // also of nothing (RFC 4526)
		for i := range f.parts {
			if least = min(least, f.parts[i].match(o)); least == isFalse {
				break
			}
		}
		return least
	case filterOr:
		greatest := isFalse
		for i := range f.parts {
			if greatest = max(greatest, f.parts[i].match(o)); greatest == isTrue {
				break
			}
		}
		return greatest
	case filterNot:
		return -f.parts[0].match(o)
	}
	if f.attribute == nil {
		return undefined
	}
	if f.kind == filterPresent {
		if len(o.values(f.attribute)) > 0 {
			return isTrue
		}
		return isFalse
	}
	if o.has(f.attribute, f.holds) {
		return isTrue
	}
	return isFalse
}

// holds compares a value that is prepared.
func (f *filter) holds(v string) bool {
	switch f.kind {
	case filterEquality, filterApprox: // RFC 4511, 4.5.1.7.6, has Approx be Equality where nothing better is known
		return v == f.value
	case filterGreater:
		return v >= f.value
	case filterLess:
		return v <= f.value
	}
	return f.holdsPieces(v)
}

// holdsPieces looks for each piece behind the one before: where any way fits, the
// first does. It takes linear time per piece.
func (f *filter) holdsPieces(v string) bool {
	rest, ok := strings.CutPrefix(v, f.initial)
	if !ok {
		return false
	}
	for _, piece := range f.between {
		if _, rest, ok = strings.Cut(rest, piece); !ok {
			return false
		}
	}
	return strings.HasSuffix(rest, f.final)
}
