package mime

import (
	"fmt"
	"hash/maphash"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// maxBuildDepth is how deep entities may be nested: what a reader takes by default.
const maxBuildDepth = 100

// A planner makes a message in two steps: it looks through the contents and chooses their encodings; then, when it is known
// what boundaries must not be, it puts the pieces in order.
type planner struct {
	builder Builder
	seed    maphash.Seed
	marks   marks
	chunk   []byte
}

// A node is an entity whose contents were looked through.
type node struct {
	entity   *Entity
	params   header.Params
	encoding transfer.Encoding // of a leaf
	body     segment           // of a leaf
	children []*node
}

// plan makes what is to be written: fields that are written already, and the entity. A message ends in a line end.
func (b Builder) plan(e *Entity, fields []byte, message bool) (*Outgoing, error) {
	switch t := b.transport(); t {
	case transfer.SevenBit, transfer.EightBit, transfer.Binary:
	default:
		return nil, fmt.Errorf("no transport is %q: Builder.Transport is 7bit, 8bit or binary", t)
	}
	p := &planner{builder: b, seed: maphash.MakeSeed()}
	root, err := p.look(e, "", 0, message)
	if err != nil {
		return nil, err
	}
	out := &Outgoing{encoding: transfer.SevenBit}
	out.segments, out.encoding, err = p.pieces(root, fields, out)
	if err != nil {
		return nil, err
	}
	out.sum()
	return out, nil
}

// look looks through an entity. The path is for errors.
func (p *planner) look(e *Entity, path string, depth int, last bool) (*node, error) {
	n := &node{entity: e, params: e.Params}
	err := e.check()
	switch {
	case err == nil && depth > maxBuildDepth:
		err = fmt.Errorf("entities are nested deeper than %d", maxBuildDepth)
	case err == nil && len(e.Children) == 0:
		err = p.leaf(n, last)
	}
	if err != nil && depth > 0 {
		err = fmt.Errorf("part %s: %w", path, err)
	}
	if err != nil {
		return nil, err
	}
	for i := range e.Children {
		number := strconv.Itoa(i + 1)
		if path != "" {
			number = path + "." + number
		}
		child, err := p.look(&e.Children[i], number, depth+1, false)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, child)
	}
	return n, nil
}

// leaf looks through a content and chooses its encoding.
func (p *planner) leaf(n *node, last bool) error {
	e, body := n.entity, &n.body
	*body = segment{content: e.Content, seed: p.seed, how: treat(e.mediaType(), e.disposition(), e.Params.Get("charset"))}
	switch {
	case e.Raw != nil:
		body.content, body.how = e.Raw, asOctets
	case e.Content == nil:
		body.content = ContentFromString("")
	}
	body.lines = body.how >= asText && e.Encoding != transfer.Binary
	n.encoding = p.unread(e, body)
	var s *scanner
	if !once(body.content) && (body.how != asOctets || n.encoding != transfer.Base64) {
		s = newScanner(&marks{}, p.seed)
		if err := p.scan(body, s); err != nil {
			return err
		}
	}
	if err := p.encode(n, s, last); err != nil {
		return err
	}
	if s != nil && isIdentity(n.encoding) {
		p.marks.add(s.marks)
	}
	body.encoding = n.encoding
	body.end = last && n.encoding != transfer.Binary
	body.softText = body.lines || s != nil && body.how == asExactText && !s.loose
	return p.measure(body, s)
}

// unread is the encoding of what need not be read to choose it, or can't be, and "" for the rest.
func (p *planner) unread(e *Entity, body *segment) transfer.Encoding {
	transport := p.builder.transport()
	switch {
	case e.Raw != nil:
		return transport // it needs that at most
	case e.Encoding != "":
		return e.Encoding
	case body.how == asMessage && once(body.content):
		return transport
	case once(body.content) || body.how == asOctets && transport != transfer.Binary:
		return transfer.Base64
	}
	return ""
}

// encode chooses the encoding of what was scanned, or checks it. A content that can be read once only has no scan.
func (p *planner) encode(n *node, s *scanner, last bool) (err error) {
	e, how, transport := n.entity, n.body.how, p.builder.transport()
	switch {
	case e.Raw != nil && s != nil:
		n.encoding = s.class()
		err = checkEncoding(how, n.encoding, s, transport)
	case n.encoding == "":
		n.encoding, err = choose(how, s, transport, last)
	default:
		err = checkEncoding(how, n.encoding, s, transport)
	}
	if err != nil || s == nil || e.Raw != nil {
		return err
	}
	if label := s.charset(); label != "" && strings.HasPrefix(e.mediaType(), "text/") && e.Params.Get("charset") == "" {
		n.params = append(header.Params{{Name: "charset", Value: label}}, n.params...)
	}
	if s.high && e.mediaType() == messageRFC822 {
		return p.checkMessage(n.body.content)
	}
	return nil
}

// checkMessage checks that a message is one that message/rfc822 may enclose (RFC 6532, 3.7).
func (p *planner) checkMessage(c Content) error {
	r, err := c.Open()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // it was read
	m, err := ReadIndex(r, Limits{})
	if err != nil {
		return err
	}
	if m.UTF8Header {
		return fmt.Errorf("a message with UTF-8 in its header is not message/rfc822: set Type to %s", messageGlobal)
	}
	return nil
}
