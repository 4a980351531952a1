package convert

import (
	"bytes"
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// A node is a part of the message that comes out. What has not been touched is written as the octets that it was read as.
type node struct {
	part   *mime.Part // where it comes from, nil if it was made
	parent *node
	kids   []*node // the parts of a multipart, or the message that is enclosed
	path   string

	mediaType   string
	params      header.Params
	disposition string
	filename    string
	encoding    transfer.Encoding

	header   mime.Header // once it was loaded or made
	loaded   bool
	edited   bool   // the header is another one
	touched  bool   // it, or something in it, is another one
	boundary string // of a multipart that was made, or made anew
	content  opener // what a leaf holds, decoded, if it is not what the part holds
	charset  string // that of a text that says none, or none that can be true, once it was looked for
	known    profile
	scanned  bool // known says what the encoded body has
	isText   bool // content is text, whose ends of lines may be written anew
}

// grow makes the nodes of a part and all in it.
func grow(p *mime.Part, parent *node) *node {
	n := &node{
		part: p, parent: parent, path: p.Path(), mediaType: p.Type, params: p.Params, disposition: p.Disposition,
		filename: p.Filename(), encoding: p.Encoding,
	}
	if n.encoding == "" {
		n.encoding = transfer.SevenBit
	}
	if p.Message != nil {
		n.kids = []*node{grow(p.Message, n)}
	}
	if parent == nil {
		n.path = "" // the message, and not its only part
	}
	for _, child := range p.Children {
		n.kids = append(n.kids, grow(child, n))
	}
	return n
}

// newLeaf makes a part. Its Content-Type and other fields are to be set by who makes it.
func newLeaf(mediaType string, content opener) *node {
	return &node{mediaType: mediaType, content: content, encoding: transfer.Binary, touched: true, edited: true, loaded: true}
}

// all yields the node and those in it, which must not be changed meanwhile. It returns false to stop.
func (n *node) all(yield func(*node) bool) bool {
	if !yield(n) {
		return false
	}
	for _, kid := range n.kids {
		if !kid.all(yield) {
			return false
		}
	}
	return true
}

func (n *node) isLeaf() bool { return len(n.kids) == 0 }

func (n *node) isMultipart() bool { return n.boundary != "" || n.part != nil && n.part.IsMultipart() }

// isMessage reports whether it is the root, or an enclosed message, and not a part of a multipart.
func (n *node) isMessage() bool { return n.parent == nil || !n.parent.isMultipart() }

// isSecured reports whether it is a multipart that a signature covers, or that is encrypted (RFC 1847).
func (n *node) isSecured() bool {
	return n.mediaType == "multipart/signed" || n.mediaType == "multipart/encrypted"
}

// touch marks it and all that it is in.
func (n *node) touch() {
	for ; n != nil && !n.touched; n = n.parent {
		n.touched = true
	}
}

// maxHeader is how much of a header package mime reads: a larger one can't be edited.
const maxHeader = 1 << 20

// load reads the header.
func (n *node) load() error {
	if n.loaded {
		return nil
	}
	h, err := n.part.Header()
	if err != nil {
		return err
	}
	n.header, n.loaded = h, true
	return nil
}

// edit makes ready for changes of the header.
func (n *node) edit() error {
	if err := n.load(); err != nil {
		return err
	}
	n.edited = true
	n.touch()
	return nil
}

// set sets a field whose value is known to be good. One that can't be folded is a field that is too long, and stays out.
func (n *node) set(name, value string) { _ = n.header.Set(name, value) }

// setContentType sets the Content-Type. Parameters that can't be written are left out.
func (n *node) setContentType(mediaType string, params header.Params) {
	value, err := header.FormatParams(mediaType, params, header.ASCII)
	if err != nil {
		value = mediaType
	}
	n.mediaType, n.params = mediaType, params
	n.set("Content-Type", value)
}

// setParam returns params with one parameter set.
func setParam(params header.Params, name, value string) header.Params {
	var set header.Params
	for _, p := range params {
		if p.Name != name {
			set = append(set, p)
		}
	}
	return append(set, header.Param{Name: name, Value: value})
}

// holds is what a leaf holds now, without its transfer encoding.
func (n *node) holds() opener {
	if n.content != nil {
		return n.content
	}
	return n.part.Decoded
}

// decoded opens what a leaf holds, without its transfer encoding.
func (n *node) decoded() io.Reader { return n.holds()() }

// body opens what a leaf holds, as it is transferred.
func (n *node) body() io.Reader {
	if n.content == nil {
		return n.part.Body()
	}
	if rank(n.encoding) > 0 || n.encoding == transfer.SevenBit {
		return n.content()
	}
	return encoded(n.content, func(w io.Writer) io.WriteCloser {
		if n.isText {
			return transfer.NewWriter(n.encoding, w)
		}
		return transfer.NewBinaryWriter(n.encoding, w)
	})()
}

// replace gives a leaf other content and a transfer encoding for it.
func (n *node) replace(content opener, e transfer.Encoding, isText bool) error {
	if err := n.edit(); err != nil {
		return err
	}
	n.content, n.encoding, n.isText, n.scanned = content, e, isText, false
	n.set("Content-Transfer-Encoding", string(e))
	return nil
}

// segments appends what the node is made of.
func (n *node) segments(s []segment, lf bool) []segment {
	if !n.touched && n.part != nil {
		return append(s, segment{at: n.part.Start, end: n.part.End})
	}
	if n.edited {
		s = append(s, segment{text: n.headerBytes(lf)})
	} else {
		s = append(s, segment{at: n.part.Start, end: n.part.BodyStart})
	}
	switch {
	case n.boundary != "":
		between := "--" + n.boundary + "\r\n"
		for _, kid := range n.kids {
			s = kid.segments(append(s, segment{text: []byte(between)}), lf)
			between = "\r\n--" + n.boundary + "\r\n"
		}
		return append(s, segment{text: []byte("\r\n--" + n.boundary + "--\r\n")})
	case n.isLeaf() && n.content != nil:
		return append(s, segment{open: n.body})
	case n.isLeaf():
		return append(s, segment{at: n.part.BodyStart, end: n.part.End})
	case n.part == nil: // an enclosed message that was made
		return n.kids[0].segments(s, lf)
	}
	at := n.part.BodyStart
	for _, kid := range n.kids {
		s = append(s, segment{at: at, end: kid.part.Start})
		s = kid.segments(s, lf)
		at = kid.part.End
	}
	return append(s, segment{at: at, end: n.part.End})
}

// headerBytes is the header with the blank line that ends it, which some lack that were read.
func (n *node) headerBytes(lf bool) []byte {
	b := n.header.Bytes()
	if !endsHeader(b, n.header.Len() > 0) {
		if len(b) > 0 && b[len(b)-1] != '\n' {
			b = append(b, "\r\n"...)
		}
		b = append(b, "\r\n"...)
	}
	if lf {
		b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	}
	return b
}

// endsHeader reports whether a header ends in a blank line.
func endsHeader(b []byte, fields bool) bool {
	text, ok := strings.CutSuffix(string(b), "\n")
	if !ok {
		return false
	}
	text = strings.TrimSuffix(text, "\r")
	return strings.HasSuffix(text, "\n") || text == "" && !fields
}

// opened reads a node as a whole.
func (n *node) opened(c *conversion) opener {
	segments := n.segments(nil, c.lf)
	return func() io.Reader { return &sequence{source: c.source, segments: segments, lf: c.lf} }
}
