package ldapserver

import (
	"golang.org/x/crypto/cryptobyte"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A selection says which attributes of an entry are sent (RFC 4511, 4.5.1.8).
type selection struct {
	attributes []*attribute
	typesOnly  bool
}

// parseSelection reads AttributeSelection. Those that there are not are ignored.
func parseSelection(in *cursor) selection {
	wanted := make(map[*attribute]bool)
	user, operational := !in.more(), false
	for in.more() {
		switch name := in.text(tagOctets); name {
		case "*":
			user = true
		case "+": // RFC 3673
			operational = true
		default: // "1.1", for none, is the number of no attribute
			wanted[findAttribute(name)] = true
		}
	}
	var s selection
	for _, a := range attributes {
		if wanted[a] || user && !a.operational || operational && a.operational {
			s.attributes = append(s.attributes, a)
		}
	}
	return s
}

// fill writes a SearchResultEntry.
func (s *selection) fill(o *object) func(*cryptobyte.Builder) {
	return func(b *cryptobyte.Builder) {
		addText(b, tagOctets, o.name())
		b.AddASN1(tagSequence, func(b *cryptobyte.Builder) {
			for _, a := range s.attributes {
				values := o.values(a)
				if len(values) == 0 {
					continue
				}
				b.AddASN1(tagSequence, func(b *cryptobyte.Builder) {
					addText(b, tagOctets, a.name)
					b.AddASN1(tagSet, func(b *cryptobyte.Builder) {
						if s.typesOnly {
							return
						}
						for _, v := range distinct(values, a) {
							addText(b, tagOctets, v)
						}
					})
				})
			}
		})
	}
}

// distinct leaves out what is there twice: values are a set (RFC 4512, 2.2).
func distinct(values []string, a *attribute) []string {
	if len(values) < 2 {
		return values
	}
	seen := make(map[string]bool, len(values))
	var list []string
	for _, v := range values {
		key, ok := a.syntax.prepare(v)
		if !ok {
			key = ascii.Lower(v)
		}
		if !seen[key] {
			seen[key] = true
			list = append(list, v)
		}
	}
	return list
}
