package rvp

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// What is written has the letters d, r and a for its namespaces, all of them declared at
// the root in single quotes, and no white space between elements: there are
// clients that look for these very letters, and others that only see
// declarations at the root (facts, 3; RVP-107, RVP-109).

const (
	xmlProlog = `<?xml version="1.0"?>`
	xmlSpaces = ` xmlns:d='` + spaceDAV + `' xmlns:r='` + spaceRVP + `' xmlns:a='` + spaceACL + `'>`
)

// openRoot appends the beginning of a document, up to the content of its root, such as "d:multistatus".
func openRoot(dst []byte, root string) []byte {
	dst = append(append(dst, xmlProlog...), '<')
	return append(append(dst, root...), xmlSpaces...)
}

// appendElement appends an element with a text.
func appendElement(dst []byte, name, text string) []byte {
	dst = append(append(append(dst, '<'), name...), '>')
	dst = appendEscaped(dst, text)
	return append(append(append(dst, "</"...), name...), '>')
}

// appendNumber appends an element with a number.
func appendNumber(dst []byte, name string, n uint64) []byte {
	dst = append(append(append(dst, '<'), name...), '>')
	dst = strconv.AppendUint(dst, n, 10)
	return append(append(append(dst, "</"...), name...), '>')
}

// letter returns the prefix of a namespace; "" if it must be declared.
func letter(space string) string {
	switch space {
	case spaceDAV:
		return "d:"
	case spaceRVP:
		return "r:"
	case spaceACL:
		return "a:"
	case spaceXML:
		return "xml:"
	}
	return ""
}

// foreign is the prefix of elements in namespaces that are not the protocol's.
const foreign = "x:"

// appendTag appends "<name" and what declares its namespace if that is neither
// the protocol's nor bound, and returns what prefix it took and what is bound to foreign now.
func appendTag(dst []byte, name xml.Name, bound string) (out []byte, prefix, binds string) {
	prefix = letter(name.Space)
	if prefix == "" && name.Space != "" {
		prefix = foreign
	}
	dst = append(append(append(dst, '<'), prefix...), name.Local...)
	if prefix == foreign && name.Space != bound {
		dst = append(appendEscaped(append(dst, ` xmlns:x="`...), name.Space), '"')
		bound = name.Space
	}
	return dst, prefix, bound
}

// appendProperty appends an element with its content, which is XML.
func appendProperty(dst []byte, name xml.Name, inner string) []byte {
	dst, prefix, _ := appendTag(dst, name, "")
	dst = append(append(dst, '>'), inner...)
	return appendEnd(dst, prefix, name.Local)
}

func appendEnd(dst []byte, prefix, local string) []byte {
	dst = append(append(dst, "</"...), prefix...)
	return append(append(dst, local...), '>')
}

// inner is the content of e as it stands for itself: with the letters d, r and a,
// other namespaces declared in it, texts escaped, and neither comments nor white space
// around elements.
func (e element) inner() string { return e.innerWithout("") }

// innerWithout is inner without the elements of that name in e.
func (e element) innerWithout(name string) string {
	return strings.Trim(string(e.appendInner(nil, "", name)), " \t\r\n")
}

func (e element) appendInner(dst []byte, bound, without string) []byte {
	nodes := e.doc.nodes
	var text []byte
	for i := e.at + 1; i < nodes[e.at].end; i = nodes[i].end {
		n := &nodes[i]
		switch n.kind {
		case textNode:
			text = appendUnescaped(text, n.text, true)
			continue
		case cdataNode:
			text = appendPlain(text, n.text, true)
			continue
		}
		c := element{e.doc, i}
		if without != "" && c.is(without) {
			continue
		}
		dst, text = appendWords(dst, text), text[:0]
		dst = c.appendTo(dst, bound)
	}
	return appendWords(dst, text)
}

// appendWords appends a text if there is more than white space in it.
func appendWords(dst, text []byte) []byte {
	if strings.Trim(string(text), " \t\r\n") == "" {
		return dst
	}
	return appendEscaped(dst, text)
}

// appendTo appends e itself. It calls itself no deeper than maxDepth.
func (e element) appendTo(dst []byte, bound string) []byte {
	n := e.node()
	dst, prefix, bound := appendTag(dst, n.name, bound)
	for i, a := range n.attrs {
		dst = appendAttribute(dst, a, strconv.Itoa(i))
	}
	if n.end == e.at+1 {
		return append(dst, "/>"...)
	}
	start := len(dst)
	dst = e.appendInner(append(dst, '>'), bound, "")
	if len(dst) == start+1 { // nothing but white space
		return append(dst[:start], "/>"...)
	}
	return appendEnd(dst, prefix, n.name.Local)
}

// appendAttribute appends an attribute; the number tells prefixes of foreign namespaces apart.
func appendAttribute(dst []byte, a xml.Attr, number string) []byte {
	dst = append(dst, ' ')
	prefix := letter(a.Name.Space)
	if prefix == "" && a.Name.Space != "" {
		prefix = "y" + number + ":"
		dst = append(append(dst, "xmlns:"...), prefix[:len(prefix)-1]...)
		dst = append(appendEscaped(append(dst, `="`...), a.Name.Space), `" `...)
	}
	dst = append(append(dst, prefix...), a.Name.Local...)
	return append(appendEscaped(append(dst, `="`...), a.Value), '"')
}
