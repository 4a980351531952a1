package mime

import (
	"fmt"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// pieces puts an entity in order, and returns what it needs of a transport.
func (p *planner) pieces(n *node, fields []byte, out *Outgoing) ([]segment, transfer.Encoding, error) {
	if n.entity.Raw != nil {
		return []segment{n.body}, n.encoding, nil
	}
	class := transfer.SevenBit
	encoding := n.encoding
	var body []segment
	params := n.params
	if n.children == nil {
		class = wider(class, n.encoding)
		body = []segment{n.body}
	} else {
		boundary, err := p.marks.boundary(p.builder.random())
		if err != nil {
			return nil, "", err
		}
		params = append(params[:len(params):len(params)], header.Param{Name: "boundary", Value: boundary})
		delimiter := "--" + boundary
		for _, child := range n.children {
			body = addFixed(body, []byte(delimiter+"\r\n"))
			pieces, needs, err := p.pieces(child, nil, out)
			if err != nil {
				return nil, "", err
			}
			class = wider(class, needs)
			body = addSegments(body, pieces)
			delimiter = "--" + boundary
			if !closed(child) {
				delimiter = "\r\n" + delimiter
			}
		}
		body = addFixed(body, []byte(delimiter+"--\r\n"))
		encoding = class
	}
	h := Header{}
	if err := n.entity.fields(&h, params, encoding, p.builder.Mode); err != nil {
		return nil, "", err
	}
	h.fields = append(h.fields, n.entity.Header.fields...)
	made := h.Bytes()
	if err := checkMode(made, p.builder.Mode); err != nil {
		return nil, "", fmt.Errorf("%s: %w", n.entity.mediaType(), err)
	}
	all := append(fields[:len(fields):len(fields)], made...)
	if !isASCII(all) {
		out.utf8Header = true
		class = wider(class, transfer.EightBit)
	}
	return addSegments(addFixed(nil, all), body), class, nil
}

// closed reports whether an entity is written with a line end that is not of its content, so that a delimiter can use it.
func closed(n *node) bool {
	return n.children != nil || n.encoding == transfer.Base64 && n.body.size > 0
}

// addFixed adds octets, to the last segment if that is fixed.
func addFixed(list []segment, b []byte) []segment {
	if n := len(list); n > 0 && list[n-1].content == nil {
		last := &list[n-1]
		last.fixed = append(last.fixed, b...)
		last.size = int64(len(last.fixed))
		return list
	}
	return append(list, segment{fixed: b, size: int64(len(b))})
}

func addSegments(list, more []segment) []segment {
	for i, s := range more {
		if s.content != nil {
			return append(list, more[i:]...)
		}
		list = addFixed(list, s.fixed)
	}
	return list
}
