package ldapserver

import "errors"

// Kinds of filters, by their tags (RFC 4511, 4.5.1.7).
const (
	filterAnd        = 0xa0
	filterOr         = 0xa1
	filterNot        = 0xa2
	filterEquality   = 0xa3
	filterSubstrings = 0xa4
	filterGreater    = 0xa5
	filterLess       = 0xa6
	filterPresent    = 0x87
	filterApprox     = 0xa8
	filterExtensible = 0xa9
)

// A filter is parsed, and its values are prepared. One that can be neither true
// nor false, such as a comparison with an attribute that there is not, has no
// attribute.
type filter struct {
	kind      byte
	parts     []filter // of And, Or and Not
	attribute *attribute
	value     string

	initial, final string // of Substrings
	between        []string
}

var (
	errFilterSize = errors.New("the filter has too many terms, or they nest too deep")
	errExtensible = errors.New("extensible matching is not supported")
)

// A filterParser counts what is left of the limits.
type filterParser struct {
	terms int
	err   error // errFilterSize or errExtensible
}

// parseFilter reads a filter of at most so many comparisons, nested so deep. What
// is malformed makes the cursor bad.
func parseFilter(in *cursor, depth, terms int) (filter, error) {
	p := filterParser{terms: terms}
	f := p.parse(in, depth)
	return f, p.err
}

func (p *filterParser) refuse(in *cursor, err error) filter {
	if p.err == nil && !in.bad {
		p.err = err
	}
	in.fail()
	return filter{}
}

func (p *filterParser) parse(in *cursor, depth int) filter {
	if p.terms--; p.terms < 0 || depth <= 0 {
		return p.refuse(in, errFilterSize)
	}
	if !in.more() {
		in.fail()
		return filter{}
	}
	f := filter{kind: in.rest[0]}
	switch f.kind {
	case filterAnd, filterOr, filterNot:
		list := in.in(f.kind)
		for list.more() {
			f.parts = append(f.parts, p.parse(list, depth-1))
		}
		if f.kind == filterNot && len(f.parts) != 1 {
			in.fail()
		}
	case filterPresent:
		f.attribute = findAttribute(in.text(f.kind))
	case filterEquality, filterGreater, filterLess, filterApprox:
		pair := in.in(f.kind)
		f.attribute = findAttribute(pair.text(tagOctets))
		f.compareWith(pair.text(tagOctets))
	case filterSubstrings:
		p.substrings(in.in(f.kind), &f)
	case filterExtensible:
		return p.refuse(in, errExtensible)
	default:
		in.fail()
	}
	return f
}

// compareWith prepares the value, and has no attribute if it cannot be compared so.
func (f *filter) compareWith(value string) {
	if f.attribute == nil {
		return
	}
	var ok bool
	if f.value, ok = f.attribute.syntax.prepare(value); !ok || f.ordered() && f.attribute.syntax.ordering == "" {
		f.attribute = nil
	}
}

func (f *filter) ordered() bool { return f.kind == filterGreater || f.kind == filterLess }

// substrings reads SEQUENCE { type, substrings SEQUENCE OF CHOICE { initial [0],
// any [1], final [2] } }.
func (p *filterParser) substrings(in *cursor, f *filter) {
	f.attribute = findAttribute(in.text(tagOctets))
	if f.attribute != nil && f.attribute.syntax.substr == "" {
		f.attribute = nil
	}
	pieces := in.in(tagSequence)
	if !pieces.more() {
		pieces.fail()
	}
	prepared := func(s string, first, last bool) string {
		if f.attribute == nil {
			return ""
		}
		return f.attribute.syntax.preparePiece(s, first, last)
	}
	for first := true; pieces.more(); first = false {
		if p.terms--; p.terms < 0 {
			p.refuse(pieces, errFilterSize)
			return
		}
		switch tag, piece := pieces.next(); {
		case tag == 0x80 && first:
			f.initial = prepared(string(piece), true, false)
		case tag == 0x81:
			f.between = append(f.between, prepared(string(piece), false, false))
		case tag == 0x82 && !pieces.more():
			f.final = prepared(string(piece), false, true)
		default:
			pieces.fail()
		}
	}
}
