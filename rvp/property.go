package rvp

import (
	"encoding/xml"
	"strings"
)

// The namespaces of the protocol (facts, 3). Written documents call them d, r
// and a, since there are clients that go by these letters.
const (
	spaceDAV = "DAV:"
	spaceRVP = "http://schemas.microsoft.com/rvp/"
	spaceACL = "http://schemas.microsoft.com/rvp/acl/"
)

// The properties that every user has.
var (
	PropState             = xml.Name{Space: spaceRVP, Local: "state"}
	PropDisplayName       = xml.Name{Space: spaceDAV, Local: "displayname"}
	PropEmail             = xml.Name{Space: spaceRVP, Local: "email"}
	PropMobileState       = xml.Name{Space: spaceRVP, Local: "mobile-state"}
	PropMobileDescription = xml.Name{Space: spaceRVP, Local: "mobile-description"}
)

// A Property is a name and a value, as they stand in a d:prop.
type Property struct {
	Name xml.Name

	// Inner is the content of the element: XML that stands for itself (its
	// prefixes are d, r and a, or declared in it), such as "Anna Poe" or
	// "<r:busy/>". Text in it is escaped: see TextProperty and Text.
	Inner string
}

// TextProperty is a property with a text, which may hold anything.
func TextProperty(name xml.Name, text string) Property {
	text = strings.Trim(text, " \t\r\n")
	return Property{Name: name, Inner: string(appendEscaped(make([]byte, 0, len(text)), text))}
}

// StateProperty is PropState with a state; Offline for one that is not Valid.
func StateProperty(s State) Property {
	if !s.Valid() {
		s = Offline
	}
	return Property{Name: PropState, Inner: s.inner()}
}

// Text is the text of a property, "" if there are elements in it.
func (p Property) Text() string {
	if !strings.ContainsAny(p.Inner, "<&\r") {
		return strings.Trim(p.Inner, " \t\n")
	}
	e, err := p.element()
	if err != nil {
		return ""
	}
	for range e.children() {
		return ""
	}
	return e.text()
}

// State is the state that a property holds, by the local name of its only
// element (RVP-080), or that of its leased value; false if it holds none.
func (p Property) State() (State, bool) {
	if s, ok := innerState(p.Inner); ok {
		return s, true
	}
	e, err := p.element()
	if err != nil {
		return "", false
	}
	return e.state()
}

// innerState reads the state that is written as our own documents do it.
func innerState(inner string) (State, bool) {
	s, ok := strings.CutPrefix(inner, "<r:")
	if !ok {
		return "", false
	}
	s, ok = strings.CutSuffix(s, "/>")
	if !ok || !State(s).Valid() {
		return "", false
	}
	return State(s), true
}

// state is that of the only element in e, or of its leased value.
func (e element) state() (State, bool) {
	if lease, ok := e.child("leased-value"); ok {
		value, ok := lease.child("value")
		if !ok {
			return "", false
		}
		e = value
	}
	c, ok := e.only()
	s := State(strings.Clone(c.localName()))
	if !ok || !s.Valid() {
		return "", false
	}
	return s, true
}

func (e element) localName() string {
	if e.doc == nil {
		return ""
	}
	return e.node().name.Local
}

// element reads the property as a document of its own.
func (p Property) element() (element, error) {
	return parseXML(string(appendProperty(nil, p.Name, p.Inner)), maxNodes)
}
