package rvp

import (
	"encoding/xml"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// The documents of the protocol are small, and some of what they hold must come
// through octet for octet (RVP-089), which encoding/xml does not promise: it
// turns CRLF into LF. So they are read by a scanner of our own into a flat list of
// nodes, in linear time, without DOCTYPE, entities of its own or recursion
// (RVP-108, RVP-112).

// Limits of documents. The size is that of the body, which HomeServer and Router limit.
const (
	maxDocument   = 16 << 20  // octets
	maxNodes      = 16 << 10  // elements and texts
	maxListNodes  = 256 << 10 // of a list of subscriptions, 10 for each one
	maxDepth      = 32        // of elements
	maxAttributes = 32        // of one element, and as many declarations
	maxForeign    = 16        // attributes with a prefix, each of which we declare anew
	maxPrefixes   = 64        // that are bound at a time
	maxName       = 128       // octets, of a name or of a namespace
)

// errXML is what all failures to read a document wrap.
var errXML = errors.New("rvp: malformed document")

// A document is the elements and texts of one, in the order in which they begin. The first is its
// root.
type document struct {
	nodes []xmlNode
}

// An xmlNode is an element or a text.
type xmlNode struct {
	kind  nodeKind
	end   int        // of an element: index of what follows it and all in it
	name  xml.Name   // of an element, with the namespace in its canonical form
	attrs []xml.Attr // of an element, without declarations of namespaces
	text  string     // of a text, as it stood in the document
}

type nodeKind uint8

const (
	elementNode nodeKind = iota
	textNode             // with references
	cdataNode            // as it is
)

// An element is one of a document's.
type element struct {
	doc *document
	at  int
}

func (e element) node() *xmlNode { return &e.doc.nodes[e.at] }

// is reports whether e has that local name in one of the protocol's namespaces,
// or in none: the document mixes them up (facts, 10), and so do clients.
func (e element) is(local string) bool {
	n := e.node()
	return n.name.Local == local && (n.name.Space == "" || known(n.name.Space))
}

func known(space string) bool {
	return space == spaceDAV || space == spaceRVP || space == spaceACL
}

// children yields the elements in e, not those deeper.
func (e element) children() iter.Seq[element] {
	return func(yield func(element) bool) {
		nodes := e.doc.nodes
		for i := e.at + 1; i < nodes[e.at].end; i = nodes[i].end {
			if nodes[i].kind == elementNode && !yield(element{e.doc, i}) {
				return
			}
		}
	}
}

// all yields the elements of that name in e, not those deeper.
func (e element) all(local string) iter.Seq[element] {
	return func(yield func(element) bool) {
		for c := range e.children() {
			if c.is(local) && !yield(c) {
				return
			}
		}
	}
}

// child returns the first element of that name in e.
func (e element) child(local string) (element, bool) {
	for c := range e.all(local) {
		return c, true
	}
	return element{}, false
}

// only returns the element in e if it is the only one and there is no text.
func (e element) only() (element, bool) {
	n := e.node()
	if e.at+1 >= n.end || e.doc.nodes[e.at+1].kind != elementNode || e.doc.nodes[e.at+1].end != n.end {
		return element{}, false
	}
	return element{e.doc, e.at + 1}, true
}

// text is the text in e, not that deeper, without white space around it.
func (e element) text() string {
	return strings.Trim(string(e.appendText(nil, true)), " \t\r\n")
}

// appendText appends the text in e, not that deeper. If lines is set, line
// ends become LF, as XML wants it.
func (e element) appendText(dst []byte, lines bool) []byte {
	nodes := e.doc.nodes
	for i := e.at + 1; i < nodes[e.at].end; i = nodes[i].end {
		switch n := &nodes[i]; n.kind {
		case textNode:
			dst = appendUnescaped(dst, n.text, lines)
		case cdataNode:
			dst = appendPlain(dst, n.text, lines)
		}
	}
	return dst
}

// name is the name of e, in memory of its own.
func (e element) name() xml.Name {
	n := e.node().name
	n.Local = strings.Clone(n.Local)
	if !known(n.Space) {
		n.Space = strings.Clone(n.Space)
	}
	return n
}

func badXML(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errXML}, args...)...)
}

// parseRoot reads a document whose root has one of the names.
func parseRoot(b []byte, limit int, names ...string) (element, error) {
	root, err := parseXML(string(b), limit)
	if err != nil {
		return element{}, err
	}
	if slices.ContainsFunc(names, root.is) {
		return root, nil
	}
	return element{}, badXML("the root is %q, not %s", root.node().name.Local, names[0])
}
