package rvptest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// The namespaces (rvp-exchange2000, 9).
const (
	spaceDAV = "DAV:"
	spaceRVP = "http://schemas.microsoft.com/rvp/"
	spaceACL = "http://schemas.microsoft.com/rvp/acl/"
)

var spaces = map[string]string{"d": spaceDAV, "r": spaceRVP, "a": spaceACL}

// An element is one of XML that was read by namespaces, whatever its form.
type element struct {
	name     xml.Name
	text     string // its own
	children []*element
}

// parseXML reads a document.
func parseXML(s string) (*element, error) {
	d := xml.NewDecoder(strings.NewReader(s))
	top := &element{}
	open := []*element{top}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		now := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name}
			now.children = append(now.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			now.text += string(token)
		}
	}
	if len(top.children) != 1 {
		return nil, errors.New("not one root")
	}
	return top.children[0], nil
}

// is reports whether the element has a name such as "d:href", whatever its prefix.
func (e *element) is(name string) bool {
	prefix, local, _ := strings.Cut(name, ":")
	return e != nil && e.name.Local == local && e.name.Space == spaces[prefix]
}

// all returns the elements at the end of a path of names.
func (e *element) all(path ...string) []*element {
	if e == nil {
		return nil
	}
	found := []*element{e}
	for _, name := range path {
		var next []*element
		for _, f := range found {
			for _, c := range f.children {
				if c.is(name) {
					next = append(next, c)
				}
			}
		}
		found = next
	}
	return found
}

// get returns the first of all, or nil.
func (e *element) get(path ...string) *element {
	if all := e.all(path...); len(all) > 0 {
		return all[0]
	}
	return nil
}

// at returns the text at the end of a path, without white space around it; "" if there is none.
func (e *element) at(path ...string) string {
	if f := e.get(path...); f != nil {
		return strings.TrimSpace(f.text)
	}
	return ""
}

// only returns the name of the one child, or "".
func (e *element) only() string {
	if e == nil || len(e.children) != 1 {
		return ""
	}
	return e.children[0].name.Local
}

var (
	tags  = regexp.MustCompile(`<(/?)([^\s<>/?!]+)([^<>]*?)(/?)>`)
	bare  = regexp.MustCompile(`<(d:href|r:email|d:displayname|a:rvp-principal|r:view-id|r:subscription-id|d:timeout|d:status)>(\s[^<]*|[^<]*\s)</`)
	state = regexp.MustCompile(`<r:(state|value|default-value)>(\s|[^<]*[^<\s])`)
	cdata = regexp.MustCompile(`(?s)<!\[CDATA\[.*?\]\]>`)
)

// strict reads a document as clients do that know nothing of namespaces, or of those at
// the root only, and says what they would not understand, "" if they understand all (RVP-107,
// RVP-110).
func strict(s, root string) string {
	if _, err := parseXML(s); err != nil {
		return "it is not well-formed: " + err.Error()
	}
	for i, t := range tags.FindAllStringSubmatch(cdata.ReplaceAllString(s, ""), -1) {
		closing, name, attrs := t[1] == "/", t[2], t[3]
		prefix, _, _ := strings.Cut(name, ":")
		switch {
		case i == 0 && name != root:
			return "its root is <" + name + ">, not <" + root + ">"
		case spaces[prefix] == "" || !strings.Contains(name, ":"):
			return "<" + name + "> has not one of the prefixes d, r and a"
		case i > 0 && !closing && strings.TrimSpace(attrs) != "":
			return "<" + name + "> has attributes or declares a namespace"
		}
		if i > 0 {
			continue
		}
		if why := strictRoot(attrs); why != "" {
			return why
		}
	}
	return ""
}

// spaced is which element has white space that clients take for a part of it, "" if none has (RVP-109).
func spaced(s string) string {
	if m := bare.FindStringSubmatch(s); m != nil {
		return "white space in " + m[1]
	}
	if state.MatchString(s) {
		return "text in a state"
	}
	return ""
}

var declaration = regexp.MustCompile(`^\s+xmlns:([dra])=(?:'([^']*)'|"([^"]*)")`)

// strictRoot is what is wrong with the attributes of the root: they are
// declarations, and those of all three prefixes.
func strictRoot(attrs string) string {
	seen := 0
	for strings.TrimSpace(attrs) != "" {
		m := declaration.FindStringSubmatch(attrs)
		if m == nil {
			return fmt.Sprintf("the root has other attributes than xmlns:d, xmlns:r and xmlns:a: %q", attrs)
		}
		if m[2]+m[3] != spaces[m[1]] {
			return "xmlns:" + m[1] + " is " + m[2] + m[3]
		}
		seen++
		attrs = attrs[len(m[0]):]
	}
	if seen != len(spaces) {
		return "the root does not declare all of d, r and a"
	}
	return ""
}
