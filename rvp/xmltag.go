package rvp

import (
	"encoding/xml"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

const spaceXML = "http://www.w3.org/XML/1998/namespace"

// A rawAttribute is an attribute as it stood.
type rawAttribute struct{ name, value string }

// startTag reads a start tag, and an empty element as one that ends at once.
func (p *xmlParser) startTag() error {
	p.at++
	name, err := p.name()
	if err != nil {
		return err
	}
	switch {
	case len(p.open) == 0 && len(p.doc.nodes) > 0:
		return badXML("a second root, <%.50s>", name)
	case len(p.open) == maxDepth:
		return badXML("deeper than %d elements", maxDepth)
	}
	var buf [4]rawAttribute
	attrs := buf[:0]
	for {
		space := p.space()
		switch rest := p.src[p.at:]; {
		case strings.HasPrefix(rest, ">"):
			p.at++
			return p.start(name, attrs)
		case strings.HasPrefix(rest, "/>"):
			p.at += 2
			if err := p.start(name, attrs); err != nil {
				return err
			}
			p.pop()
			return nil
		case !space:
			return badXML("<%.50s> is not ended", name)
		}
		a, err := p.attribute()
		if err != nil {
			return err
		}
		if attrs = append(attrs, a); len(attrs) > 2*maxAttributes {
			return badXML("more than %d attributes in <%.50s>", 2*maxAttributes, name)
		}
	}
}

// start opens an element once all of its tag was read.
func (p *xmlParser) start(name string, attrs []rawAttribute) error {
	p.open = append(p.open, openElement{len(p.doc.nodes), name, len(p.binds)})
	plain := attrs[:0]
	for i, a := range attrs {
		for _, b := range attrs[:i] {
			if a.name == b.name {
				return badXML("<%.50s> has two attributes %.50s", name, a.name)
			}
		}
		prefix, isPrefix := strings.CutPrefix(a.name, "xmlns:")
		if !isPrefix && a.name != "xmlns" {
			continue
		}
		if !isPrefix {
			prefix = ""
		}
		if err := p.bind(prefix, a.value); err != nil {
			return err
		}
	}
	for _, a := range attrs {
		if a.name != "xmlns" && !strings.HasPrefix(a.name, "xmlns:") {
			plain = append(plain, a)
		}
	}
	if len(plain) > maxAttributes {
		return badXML("more than %d attributes in <%.50s>", maxAttributes, name)
	}
	n := xmlNode{kind: elementNode}
	var err error
	if n.name, err = p.resolve(name, false); err != nil {
		return err
	}
	for _, a := range plain {
		full, err := p.resolve(a.name, true)
		if err != nil {
			return err
		}
		if full.Space != "" {
			if p.foreign++; p.foreign > maxForeign {
				return badXML("more than %d attributes with prefixes", maxForeign)
			}
		}
		for _, b := range n.attrs {
			if b.Name == full {
				return badXML("<%.50s> has two attributes %.50s", name, full.Local)
			}
		}
		n.attrs = append(n.attrs, xml.Attr{Name: full, Value: string(appendUnescaped(nil, a.value, true))})
	}
	return p.add(n)
}

// bind gives a prefix a meaning in the element that was opened last.
func (p *xmlParser) bind(prefix, value string) error {
	space := strings.TrimSpace(string(appendUnescaped(nil, value, true)))
	switch {
	case len(p.binds) == maxPrefixes:
		return badXML("more than %d prefixes", maxPrefixes)
	case len(space) > maxName:
		return badXML("a namespace longer than %d octets", maxName)
	case prefix != "" && space == "":
		return badXML("the prefix %.50s stands for nothing", prefix)
	case (prefix == "xml") != (space == spaceXML) || prefix == "xmlns":
		return badXML("the prefix %.50s is reserved", prefix)
	}
	p.binds = append(p.binds, binding{prefix, canonicalSpace(space)})
	return nil
}

// canonicalSpace returns the namespace as the protocol writes it. One example
// writes that of ACLs without its slash and with a capital letter (facts, 3).
func canonicalSpace(s string) string {
	bare := strings.TrimSuffix(s, "/")
	for _, space := range [...]string{spaceDAV, spaceRVP, spaceACL} {
		if s == space || ascii.EqualFold(bare, strings.TrimSuffix(space, "/")) {
			return space
		}
	}
	return s
}

// attribute reads name="value".
func (p *xmlParser) attribute() (a rawAttribute, err error) {
	if a.name, err = p.name(); err != nil {
		return a, err
	}
	p.space()
	if !strings.HasPrefix(p.src[p.at:], "=") {
		return a, badXML("the attribute %.50s has no value", a.name)
	}
	p.at++
	p.space()
	rest := p.src[p.at:]
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return a, badXML("the value of %.50s is not quoted", a.name)
	}
	if a.value, err = p.until(1, rest[:1]); err != nil {
		return a, err
	}
	if strings.IndexByte(a.value, '<') >= 0 {
		return a, badXML("< in the value of %.50s", a.name)
	}
	return a, checkText(a.value)
}

// name reads the name of an element or attribute: ASCII only, since no others
// are known and what may stand in one differs among parsers.
func (p *xmlParser) name() (string, error) {
	rest := p.src[p.at:]
	i, colons := 0, 0
	for i < len(rest) && (isNameByte(rest[i]) || rest[i] == ':') {
		if rest[i] == ':' {
			colons++
		}
		i++
	}
	s := rest[:i]
	prefix, name, ok := strings.Cut(s, ":")
	if max(len(prefix), len(name)) > maxName || colons > 1 || !isNameStart(prefix) || ok && !isNameStart(name) {
		return "", badXML("%.50q is no name", s)
	}
	p.at += i
	return s, nil
}

func isNameStart(s string) bool { return s != "" && (isLetter(s[0]) || s[0] == '_') }

func isNameByte(c byte) bool { return ascii.IsAlnum(c) || c == '-' || c == '_' || c == '.' }

// space passes over white space and reports whether there was any.
func (p *xmlParser) space() bool {
	start := p.at
	for p.at < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.at]) >= 0 {
		p.at++
	}
	return p.at > start
}
