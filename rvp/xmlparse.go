package rvp

import (
	"encoding/xml"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// An xmlParser reads a document from its beginning to its end.
type xmlParser struct {
	src   string
	at    int
	limit int // of nodes
	doc   *document
	open  []openElement
	binds []binding // of prefixes; the last one counts

	foreign int // attributes with a prefix, so far
}

// An openElement is one whose end was not yet seen.
type openElement struct {
	index int
	name  string // as it stood, with its prefix
	binds int    // how many bindings there were before it
}

// A binding is what a prefix stands for.
type binding struct{ prefix, space string }

// parseXML reads a document with up to limit nodes.
func parseXML(src string, limit int) (element, error) {
	if len(src) > maxDocument {
		return element{}, badXML("longer than %d octets", maxDocument)
	}
	p := &xmlParser{src: strings.TrimPrefix(src, "\ufeff"), limit: limit, doc: &document{}}
	p.doc.nodes = make([]xmlNode, 0, min(limit, 16+len(src)/48, 64))
	// The letters that everybody uses may be used without saying so.
	p.binds = append(p.binds, binding{"d", spaceDAV}, binding{"r", spaceRVP}, binding{"a", spaceACL}, binding{"xml", spaceXML})
	for p.at < len(p.src) {
		if err := p.next(); err != nil {
			return element{}, err
		}
	}
	switch {
	case len(p.open) > 0:
		return element{}, badXML("it ends within <%.50s>", p.open[len(p.open)-1].name)
	case len(p.doc.nodes) == 0:
		return element{}, badXML("there is none")
	}
	return element{p.doc, 0}, nil
}

// next reads text up to a tag, or what is in angle brackets.
func (p *xmlParser) next() error {
	rest := p.src[p.at:]
	if rest[0] != '<' {
		n := strings.IndexByte(rest, '<')
		if n < 0 {
			n = len(rest)
		}
		p.at += n
		return p.text(rest[:n])
	}
	switch {
	case strings.HasPrefix(rest, "</"):
		return p.endTag()
	case strings.HasPrefix(rest, "<?"):
		return p.instruction()
	case strings.HasPrefix(rest, "<!--"):
		_, err := p.until(4, "-->")
		return err
	case strings.HasPrefix(rest, "<![CDATA["):
		text, err := p.until(9, "]]>")
		if err != nil {
			return err
		}
		return p.cdata(text)
	case strings.HasPrefix(rest, "<!"):
		return badXML("DOCTYPE and other declarations are refused")
	}
	return p.startTag()
}

// until reads what lies between an opening of that many octets and the closing.
func (p *xmlParser) until(opening int, closing string) (string, error) {
	rest := p.src[p.at+opening:]
	i := strings.Index(rest, closing)
	if i < 0 {
		return "", badXML("no %s at its end", closing)
	}
	p.at += opening + i + len(closing)
	return rest[:i], nil
}

// instruction passes over <?xml ...?> and others. The encoding must be UTF-8.
func (p *xmlParser) instruction() error {
	text, err := p.until(2, "?>")
	if err != nil || !strings.HasPrefix(text, "xml") {
		return err
	}
	_, encoding, ok := strings.Cut(text, "encoding")
	if !ok {
		return nil
	}
	encoding = strings.TrimLeft(encoding, " \t\r\n='\"")
	encoding = encoding[:max(0, strings.IndexAny(encoding, "'\""))]
	if !ascii.EqualFold(encoding, "utf-8") && !ascii.EqualFold(encoding, "us-ascii") {
		return badXML("encoding %.30q: write UTF-8", encoding)
	}
	return nil
}

// text adds text if it says anything.
func (p *xmlParser) text(s string) error {
	if strings.Trim(s, " \t\r\n") == "" {
		return nil
	}
	if len(p.open) == 0 {
		return badXML("text outside of the root")
	}
	if strings.Contains(s, "]]>") {
		return badXML("]]> outside of CDATA")
	}
	if err := checkText(s); err != nil {
		return err
	}
	return p.add(xmlNode{kind: textNode, text: s})
}

// cdata adds text that stands for itself. Octets that are no UTF-8 are let
// through, since it may be a message of an old client.
func (p *xmlParser) cdata(s string) error {
	if len(p.open) == 0 {
		return badXML("text outside of the root")
	}
	if i := badByte(s); i >= 0 {
		return badXML("the control character %q", s[i])
	}
	return p.add(xmlNode{kind: cdataNode, text: s})
}

func (p *xmlParser) add(n xmlNode) error {
	if len(p.doc.nodes) == p.limit {
		return badXML("more than %d elements and texts", p.limit)
	}
	n.end = len(p.doc.nodes) + 1
	p.doc.nodes = append(p.doc.nodes, n)
	return nil
}

// endTag ends the innermost element.
func (p *xmlParser) endTag() error {
	name, err := p.until(2, ">")
	if err != nil {
		return err
	}
	name = strings.TrimRight(name, " \t\r\n")
	if len(p.open) == 0 || p.open[len(p.open)-1].name != name {
		return badXML("the end tag of %.50q ends nothing", name)
	}
	p.pop()
	return nil
}

func (p *xmlParser) pop() {
	top := p.open[len(p.open)-1]
	p.doc.nodes[top.index].end = len(p.doc.nodes)
	p.binds = p.binds[:top.binds]
	p.open = p.open[:len(p.open)-1]
}

// resolve returns what a name with its prefix means. Attributes without a
// prefix are in no namespace.
func (p *xmlParser) resolve(name string, attribute bool) (xml.Name, error) {
	prefix, local, ok := strings.Cut(name, ":")
	if !ok {
		prefix, local = "", name
	}
	if prefix == "" && attribute {
		return xml.Name{Local: local}, nil
	}
	for i := len(p.binds) - 1; i >= 0; i-- {
		if p.binds[i].prefix == prefix {
			return xml.Name{Space: p.binds[i].space, Local: local}, nil
		}
	}
	if prefix != "" {
		return xml.Name{}, badXML("the prefix of <%.50s> is not declared", name)
	}
	return xml.Name{Local: local}, nil
}
