package ldapserver

import (
	"cmp"

	"golang.org/x/crypto/cryptobyte"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Controls of RFC 2891.
const (
	sortRequest  = "1.2.840.113556.1.4.473"
	sortResponse = "1.2.840.113556.1.4.474"
)

// A sortKey is an attribute to sort by.
type sortKey struct {
	attribute *attribute
	reverse   bool
}

// maxSortKeys is more than the columns of an address book.
const maxSortKeys = 8

// parseSort reads SEQUENCE OF SEQUENCE { attributeType, orderingRule [0] OPTIONAL,
// reverseOrder [1] DEFAULT FALSE }. It is not ok if that is malformed; code is of
// the response, and says why there will be no order.
func parseSort(value []byte) (keys []sortKey, code int, ok bool) {
	outer := &cursor{rest: value}
	in := outer.in(tagSequence)
	for in.more() {
		item, k, rule := in.in(tagSequence), sortKey{}, ""
		k.attribute = findAttribute(item.text(tagOctets))
		if item.is(0x80) {
			rule = item.text(0x80)
		}
		if item.is(0x81) {
			k.reverse = item.boolean(0x81)
		}
		switch {
		case k.attribute == nil:
			code = cmp.Or(code, noSuchAttribute)
		case rule != "" && !k.orderedBy(rule):
			code = cmp.Or(code, inappropriateMatching)
		case len(keys) == maxSortKeys:
			code = cmp.Or(code, adminLimitExceeded)
		default:
			keys = append(keys, k)
		}
	}
	return keys, code, !outer.bad && (len(keys) > 0 || code != 0)
}

// orderedBy reports whether the rule is the one by which the attribute is ordered:
// caseIgnoreOrderingMatch, or its number (RFC 4517, 4.2.12).
func (k sortKey) orderedBy(rule string) bool {
	return k.attribute.syntax.ordering != "" &&
		(ascii.EqualFold(rule, k.attribute.syntax.ordering) || rule == "2.5.13.3")
}

func sortControl(code int) control {
	var b cryptobyte.Builder
	b.AddASN1(tagSequence, func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(code)) })
	return control{oid: sortResponse, value: b.BytesOrPanic()}
}

// A position is a place in the order of the results: a value for each key, each
// with an octet before it that puts entries without the attribute last (RFC 2891,
// 1.1), and the entry's name, so that no two have the same.
type position []string

func positionOf(o *object, keys []sortKey) position {
	p := make(position, 0, len(keys)+1)
	for _, k := range keys {
		lowest, found := "", false
		for _, v := range o.values(k.attribute) {
			if v, ok := k.attribute.syntax.prepare(v); ok && (!found || v < lowest) {
				lowest, found = v, true
			}
		}
		if found {
			p = append(p, "0"+lowest)
		} else {
			p = append(p, "1")
		}
	}
	return append(p, o.name())
}

// comparePositions compares two of the same keys.
func comparePositions(a, b position, keys []sortKey) int {
	for i, k := range keys {
		c := cmp.Compare(a[i], b[i])
		if k.reverse {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(a[len(keys)], b[len(keys)])
}

// cookie is a position for the client to keep, who may as well make one up: it
// tells where to go on, and nothing more.
func (p position) cookie() []byte {
	var b cryptobyte.Builder
	for _, part := range p {
		addText(&b, tagOctets, part)
	}
	return b.BytesOrPanic()
}

func parsePosition(cookie []byte, keys []sortKey) (p position, ok bool) {
	in := &cursor{rest: cookie}
	for in.more() && len(p) <= len(keys) {
		p = append(p, in.text(tagOctets))
	}
	return p, !in.bad && !in.more() && len(p) == len(keys)+1
}
