package convert

import (
	"cmp"
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/tnef"
	"github.com/wirepost/wirepost/mime/tnef/rtf"
)

// isRichText reports whether a leaf is TNEF: by its type, or by the name that it always has.
func (n *node) isRichText() bool {
	switch n.mediaType {
	case "application/ms-tnef", "application/vnd.ms-tnef":
		return true
	}
	return n.mediaType == octetStream && lower(n.filename) == "winmail.dat"
}

func (c *conversion) maxRichText() int64 { return cmp.Or(c.o.MaxRichText, defaultRichText) }

// takeApart puts in the place of each winmail.dat what is in it.
func (c *conversion) takeApart() error {
	left := c.maxRichText()
	return c.takeApartIn(c.root, &left)
}

func (c *conversion) takeApartIn(n *node, left *int64) error {
	if n.isSecured() {
		return nil
	}
	if n.isLeaf() {
		if !n.isRichText() {
			return nil
		}
		m, err := c.readRichText(n, left)
		if m == nil || err != nil {
			return err
		}
		c.change(RichTextApart, n)
		return c.becomeParts(n, m)
	}
	for _, kid := range n.kids {
		if err := c.takeApartIn(kid, left); err != nil {
			return err
		}
	}
	return nil
}

// readRichText reads TNEF, or returns nil if it is none or too large.
func (c *conversion) readRichText(n *node, left *int64) (*tnef.Message, error) {
	b, err := io.ReadAll(io.LimitReader(n.decoded(), *left+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > *left {
		c.problem(TooLarge, n)
		return nil, nil
	}
	m := tnef.Parse(b, tnef.Limits{})
	if len(m.Properties)+len(m.Attachments) == 0 { // it may be anything
		return nil, nil
	}
	*left -= int64(len(b))
	return m, nil
}

// becomeParts makes of a winmail.dat the texts and files that are in it.
func (c *conversion) becomeParts(n *node, m *tnef.Message) error {
	if err := n.edit(); err != nil {
		return err
	}
	if n == c.root || n.parent == c.root {
		c.describeRichText(m)
	}
	text := n.siblingText()
	kids, err := c.richTextParts(m, text)
	if err != nil {
		return err
	}
	at := n.parent
	if at == nil || !at.isMultipart() || at.mediaType != "multipart/mixed" { // it takes the place of the winmail.dat
		n.header.Del("Content-Disposition")
		if n.isMessage() {
			n.set("MIME-Version", "1.0")
		}
		if len(kids) == 0 {
			kids = []*node{c.textPart("text/plain", nil)}
		}
		return c.makeMultipart(n, "multipart/mixed", kids...)
	}
	var all []*node
	for _, kid := range at.kids {
		switch {
		case kid == n:
			all = append(all, kids...)
		case kid == text && len(kids) > 0 && kids[0].mediaType == "multipart/alternative": // it is in there
		default:
			all = append(all, kid)
		}
	}
	if len(all) == 0 {
		all = []*node{c.textPart("text/plain", nil)}
	}
	if text != nil && len(kids) > 0 && kids[0].mediaType == "multipart/alternative" { // it goes first, as the text did
		all = append([]*node{kids[0]}, without(all, kids[0])...)
	}
	return c.makeMultipart(at, at.mediaType, all...)
}

func without(list []*node, one *node) []*node {
	var rest []*node
	for _, n := range list {
		if n != one {
			rest = append(rest, n)
		}
	}
	return rest
}

// siblingText is the plain text that goes with a winmail.dat: the first part beside it.
func (n *node) siblingText() *node {
	if n.parent == nil || n.parent.mediaType != "multipart/mixed" || !n.parent.isMultipart() {
		return nil
	}
	if first := n.parent.kids[0]; first.isLeaf() && first != n && first.isPlainText() {
		return first
	}
	return nil
}

// describeRichText takes over what the header does not say.
func (c *conversion) describeRichText(m *tnef.Message) {
	if c.root.edit() != nil {
		return
	}
	c.root.fill("Subject", m.Properties.Text(tnef.PidTagSubject))
	if v, ok := m.Properties.Int(tnef.PidTagImportance); ok && v != 1 {
		c.root.fill("Importance", map[int64]string{0: "low", 2: "high"}[v])
	}
}

// fill sets a field of text that is not there yet.
func (n *node) fill(name, text string) {
	if n.header.Has(name) {
		return
	}
	if value, err := header.EncodeText(clean(text), header.ASCII); err == nil && value != "" {
		n.set(name, value)
	}
}

// clean takes what no header field may have out of a text.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// richTextParts are the texts and the files of a TNEF message. text is the plain text that is there already.
func (c *conversion) richTextParts(m *tnef.Message, text *node) ([]*node, error) {
	var parts []*node
	body, _ := m.Body(int(min(c.maxRichText(), 1<<30)))
	var rich *node
	switch {
	case body.HTML != "":
		rich = c.textPart("text/html", []byte(body.HTML))
	case len(body.RTF) > 0 && rtf.SourceOf(body.RTF) == rtf.SourceNative:
		rich = c.filePart("text/rtf", "", body.RTF)
		rich.header.Del("Content-Disposition")
	}
	if text == nil && body.Text != "" {
		text = c.textPart("text/plain", []byte(body.Text))
		if rich == nil {
			parts = append(parts, text)
		}
	}
	switch {
	case rich != nil && text != nil:
		both := &node{loaded: true, edited: true, touched: true}
		if err := c.makeMultipart(both, "multipart/alternative", text, rich); err != nil {
			return nil, err
		}
		parts = append(parts, both)
	case rich != nil:
		parts = append(parts, rich)
	}
	for i := range m.Attachments {
		a := &m.Attachments[i]
		part, err := c.richTextFile(a)
		if err != nil {
			return nil, err
		}
		if part != nil {
			parts = append(parts, part)
		}
	}
	return parts, nil
}
