package rvp

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A Contact is a user as notifications name one.
type Contact struct {
	Node        Node   // zero if the URL was none of a user
	Description string // the name for people
}

// A Notification is the body of a NOTIFY (rvp-exchange2000, 5.6): a message if
// Change is nil, else what has changed of From.
type Notification struct {
	From   Contact
	To     []Contact
	MIME   []byte     // a message: see ParseMessage
	Change []Property // or a change: the new values
}

// An AckType says what the answer to a NOTIFY waits for.
type AckType string

// The types. "" is treated as SingleHop.
const (
	SingleHop AckType = "SingleHop" // the first server has it
	DeepOr    AckType = "DeepOr"    // one of the clients has taken it
	DeepAnd   AckType = "DeepAnd"   // all of them have
)

// DefaultLease is how long clients lease their state for, and DefaultLifetime
// how long they subscribe.
const (
	DefaultLease    = 20 * time.Minute
	DefaultLifetime = 4 * time.Hour
)

// ParseNotification reads the body of a NOTIFY, whatever its prefixes are. MIME is
// what was sent, octet for octet; the line ends of CDATA are not changed. What is
// not known in it is passed over.
func ParseNotification(b []byte) (*Notification, error) {
	root, err := parseRoot(b, maxNodes, "notification")
	if err != nil {
		return nil, err
	}
	for e := range root.children() {
		n := &Notification{}
		switch {
		case e.is("message"):
			body, _ := e.child("msgbody")
			if data, ok := body.inside("mime-data"); ok {
				n.MIME = data.mime()
			}
		case e.is("propnotification"):
			n.Change = e.changed()
		default:
			continue
		}
		n.From, n.To = e.contacts()
		return n, nil
	}
	return nil, badXML("a notification without message or propnotification")
}

// inside is child, of an element that may not be there.
func (e element) inside(local string) (element, bool) {
	if e.doc == nil {
		return e, false
	}
	return e.child(local)
}

// mime is the text of e as it was sent. White space around CDATA is layout.
func (e element) mime() []byte {
	return e.appendText([]byte{}, false)
}

// contacts are those in notification-from and all notification-to.
func (e element) contacts() (from Contact, to []Contact) {
	for f := range e.all("notification-from") {
		for c := range f.all("contact") {
			from = c.contact()
			break
		}
	}
	for t := range e.all("notification-to") {
		for c := range t.all("contact") {
			to = append(to, c.contact())
		}
	}
	return from, to
}

func (e element) contact() (c Contact) {
	if href, ok := e.child("href"); ok {
		c.Node, _ = ParseNode(href.text())
	}
	if d, ok := e.child("description"); ok {
		c.Description = d.text()
	}
	return c
}

// changed are the properties in d:propertyupdate, or in the d:propstat that
// some understand instead. A property that was removed has no content.
func (e element) changed() []Property {
	props := []Property{}
	for u := range e.children() {
		switch {
		case u.is("propertyupdate"), u.is("propupdate"):
			for set := range u.children() {
				props = set.appendProps(props)
			}
		case u.is("propstat"):
			props = u.appendProps(props)
		}
	}
	return props
}

// appendProps appends the properties in e's d:prop elements, with plain values
// in place of leased ones.
func (e element) appendProps(props []Property) []Property {
	for prop := range e.all("prop") {
		for p := range prop.children() {
			name := p.name()
			v := p
			if lease, ok := p.child("leased-value"); ok {
				v, _ = lease.child("value")
			}
			if v.doc != nil {
				props = append(props, Property{Name: name, Inner: v.value(name, "view-id")})
			}
		}
	}
	return props
}

// Append appends n as the body of a NOTIFY. MIME stays as it is, within CDATA.
func (n *Notification) Append(dst []byte) []byte {
	dst = openRoot(slices.Grow(dst, 1024+len(n.MIME)), "r:notification")
	kind := "message>"
	if n.Change != nil {
		kind = "propnotification>"
	}
	dst = append(append(dst, "<r:"...), kind...)
	dst = n.From.append(dst, "notification-from>")
	for _, c := range n.To {
		dst = c.append(dst, "notification-to>")
	}
	if n.Change == nil {
		dst = appendCDATA(append(dst, "<r:msgbody><r:mime-data>"...), n.MIME)
		dst = append(dst, "</r:mime-data></r:msgbody>"...)
	} else {
		dst = append(dst, "<d:propertyupdate><d:set><d:prop>"...)
		for _, p := range n.Change {
			dst = appendProperty(dst, p.Name, p.Inner)
		}
		dst = append(dst, "</d:prop></d:set></d:propertyupdate>"...)
	}
	return append(append(append(dst, "</r:"...), kind...), "</r:notification>"...)
}

// append appends a contact within an element of the given name. It always has a
// description, the alias at least, since there is a client that falls over
// without (RVP-106).
func (c Contact) append(dst []byte, within string) []byte {
	dst = append(append(append(dst, "<r:"...), within...), "<r:contact>"...)
	dst = appendElement(dst, "d:href", c.Node.URL())
	dst = appendElement(dst, "r:description", cmp.Or(strings.Trim(c.Description, " \t\r\n"), c.Node.Name))
	return append(append(dst, "</r:contact></r:"...), within...)
}
