package convert

import (
	"strings"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// encodeBodies encodes anew what the destination does not take as it is (RFC 6152, 3; RFC 3030, 3; RFC 2045, 6): the leaves
// that need it, and of what they are in, the Content-Transfer-Encoding.
func (c *conversion) encodeBodies() error {
	if c.o.Encoding == "" || c.o.Encoding == transfer.Binary {
		return nil
	}
	needs, _, err := c.encodeBody(c.root)
	c.result.Encoding = byRank(needs)
	return err
}

// encodeBody returns the rank of what the node is now, with its header, and whether it was changed.
func (c *conversion) encodeBody(n *node) (needs int, changed bool, err error) {
	limit := rank(c.o.Encoding)
	head, err := c.headerProfile(n)
	if err != nil {
		return 0, false, err
	}
	switch {
	case n.isSecured():
		p, err := scan(n.part.Body(), c.lf)
		if p.needs() > limit {
			c.problem(Signed, n)
		}
		return max(p.needs(), head.needs()), false, err
	case n.isLeaf():
		needs, changed, err = c.encodeLeaf(n, limit)
	default:
		needs, changed, err = c.encodeKids(n, limit)
	}
	return max(needs, head.needs()), changed, err
}

func (c *conversion) headerProfile(n *node) (profile, error) {
	if n.loaded {
		return scanText(n.headerBytes(c.lf), c.lf), nil
	}
	return scan(n.part.HeaderSection(), c.lf)
}

func (c *conversion) encodeLeaf(n *node, limit int) (needs int, changed bool, err error) {
	p := n.known
	if !n.scanned {
		if p, err = scan(n.body(), c.lf); err != nil {
			return 0, false, err
		}
	}
	if p.needs() <= limit {
		return p.needs(), false, nil
	}
	if kind, ok := n.notEncodable(); !ok {
		c.problem(kind, n)
		return p.needs(), false, nil
	}
	content := p
	if rank(n.encoding) == 0 && n.encoding != transfer.SevenBit { // an encoded body with octets that its encoding does not have
		if content, err = scan(n.decoded(), c.lf); err != nil {
			return 0, false, err
		}
	}
	isText := strings.HasPrefix(n.mediaType, "text/")
	if err := c.describe(n, content); err != nil {
		return 0, false, err
	}
	e := encodingFor(content, isText)
	c.change(Reencoded, n)
	return 0, true, n.replace(n.holds(), e, isText && e == transfer.QuotedPrintable)
}

// notEncodable tells why a leaf must not be encoded: it is a multipart or message that could not be read as one (RFC 2045,
// 6.4), but for those of RFC 6532 and RFC 6533, which may be, or it is encoded in an unknown way.
func (n *node) notEncodable() (Kind, bool) {
	switch kind, _, _ := strings.Cut(n.mediaType, "/"); {
	case kind == "multipart", kind == "message" && !strings.HasPrefix(n.mediaType, "message/global"):
		return NotEncodable, false
	case n.part != nil && n.content == nil && !n.part.KnownEncoding && n.part.EncodingLabel != "":
		return UnknownEncoding, false
	}
	return "", true
}

// describe gives a message without MIME what an encoded body needs.
func (c *conversion) describe(n *node, p profile) error {
	top := n
	for !top.isMessage() {
		top = top.parent
	}
	if err := top.edit(); err != nil {
		return err
	}
	if err := n.edit(); err != nil {
		return err
	}
	if top.header.Has("MIME-Version") {
		return nil
	}
	top.set("MIME-Version", "1.0")
	if n.header.Has("Content-Type") || p.high == 0 || n.mediaType != "text/plain" {
		return nil
	}
	label, err := n.guess()
	if err != nil {
		return err
	}
	n.setContentType("text/plain", header.Params{{Name: "charset", Value: label}})
	return nil
}

// encodeKids encodes the parts of a multipart, or an enclosed message.
func (c *conversion) encodeKids(n *node, limit int) (needs int, changed bool, err error) {
	for _, kid := range n.kids {
		k, did, err := c.encodeBody(kid)
		if err != nil {
			return 0, false, err
		}
		needs, changed = max(needs, k), changed || did
	}
	gaps, err := c.gapProfile(n)
	if err != nil {
		return 0, false, err
	}
	if gaps.needs() > limit && n.isMultipart() {
		if err := c.renewBoundary(n); err != nil {
			return 0, false, err
		}
		gaps, changed = profile{}, true
	}
	needs = max(needs, gaps.needs())
	if e, known := transfer.Parse(n.label()); changed && known && rank(e) > needs {
		if err := n.edit(); err != nil {
			return 0, false, err
		}
		n.set("Content-Transfer-Encoding", string(byRank(needs)))
	}
	return needs, changed, nil
}

// label is the Content-Transfer-Encoding that was there.
func (n *node) label() string {
	if n.part == nil {
		return ""
	}
	return n.part.EncodingLabel
}

// gapProfile is the profile of what is around the parts of a multipart.
func (c *conversion) gapProfile(n *node) (profile, error) {
	if n.boundary != "" || n.part == nil {
		return profile{}, nil
	}
	var gaps []segment
	at := n.part.BodyStart
	for _, kid := range n.kids {
		gaps = append(gaps, segment{at: at, end: kid.part.Start})
		at = kid.part.End
	}
	gaps = append(gaps, segment{at: at, end: n.part.End})
	var all profile
	for _, g := range gaps {
		p, err := scan(g.reader(c.source, false), c.lf)
		if err != nil {
			return profile{}, err
		}
		all.high += p.high
		all.nul, all.bare, all.long = all.nul || p.nul, all.bare || p.bare, all.long || p.long
	}
	return all, nil
}

// renewBoundary writes a multipart with a boundary of our own, without what is before, after and between its parts.
func (c *conversion) renewBoundary(n *node) error {
	boundary, err := c.newBoundary()
	if err != nil {
		return err
	}
	if err := n.edit(); err != nil {
		return err
	}
	n.boundary = boundary
	n.setContentType(n.mediaType, setParam(n.params, "boundary", boundary))
	c.change(BoundaryReplaced, n)
	return nil
}
