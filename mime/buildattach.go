package mime

import (
	"errors"
	"fmt"
)

// Attach puts a message and further parts into a multipart/mixed, under the header that the message has. What described
// its content (Content-*) describes the first part; the body and each field are as they were, byte for byte. The Transport
// has to take the body as it is. Its errors are those of [Builder.Build], and those of the message's source.
func (b Builder) Attach(m *Message, parts ...Entity) (*Outgoing, error) {
	h, err := m.Root.Header()
	if err != nil {
		return nil, err
	}
	if m.Root.BodyStart > maxHeader {
		return nil, fmt.Errorf("mime: the message has a header of more than %d octets", maxHeader)
	}
	var fields, inner []byte
	for f := range h.All() {
		switch {
		case len(f.Raw) == 0 || f.Raw[len(f.Raw)-1] != '\n':
			return nil, errors.New("mime: the message ends in its header, and has no body to put into a part")
		case len(f.Name) > len(contentPrefix) && equalFold(f.Name[:len(contentPrefix)], contentPrefix):
			inner = append(inner, f.Raw...)
		default:
			fields = append(fields, f.Raw...)
		}
	}
	if !h.Has("MIME-Version") {
		fields = append(fields, "MIME-Version: 1.0\r\n"...)
	}
	first := &Outgoing{}
	first.segments = addFixed(nil, append(inner, crlf...))
	first.keep(m, m.Root.BodyStart, m.Root.End)
	first.sum()
	mixed := &Entity{Type: "multipart/mixed", Children: []Entity{{Raw: first}}}
	for _, e := range parts {
		mixed.Children = append(mixed.Children, asFile(e, "attachment"))
	}
	out, err := b.plan(mixed, fields, true)
	if err != nil {
		return nil, fmt.Errorf("mime: %w", err)
	}
	return out, nil
}
