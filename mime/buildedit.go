package mime

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/mime/transfer"
)

// A Change is what [Message.Edit] does to one part. One of Header, With and Remove is set.
type Change struct {
	Part *Part
	// Header takes the place of the part's header: that of [Part.Header], changed.
	Header *Header
	// With takes the place of the part, header and all: see [Builder.BuildEntity]. It is read to check it, so its contents
	// must be such as can be read again.
	With *Outgoing
	// Remove takes the part out of its multipart, which must have others.
	Remove bool
}

// Edit returns the message with changes, read from its source. All octets that are not of the parts changed are as they were.
// Changes must not overlap. Its errors are those of the source, and changes that can't be made without touching more: a
// part that has a boundary of its message in it, or octets that a multipart around it is not declared to have.
//
// A signature over what is changed is no longer valid, be it DKIM or in the message.
func (m *Message) Edit(changes ...Change) (Content, error) {
	var cuts []splice
	for _, c := range changes {
		x, err := m.splice(c)
		if err != nil {
			return nil, fmt.Errorf("mime: editing part %q: %w", c.Part.Path(), err)
		}
		cuts = append(cuts, x)
	}
	slices.SortFunc(cuts, func(a, b splice) int { return cmp.Compare(a.start, b.start) })
	out := &Outgoing{}
	at := int64(0)
	for _, x := range cuts {
		if x.start < at {
			return nil, errors.New("mime: editing: changes overlap")
		}
		out.keep(m, at, x.start)
		out.segments = append(out.segments, x.with...)
		at = x.end
	}
	out.keep(m, at, m.Size)
	out.sum()
	return out, nil
}

// A splice is what takes the place of octets.
type splice struct {
	start, end int64
	with       []segment
}

// keep adds octets of the message.
func (o *Outgoing) keep(m *Message, start, end int64) {
	if end > start {
		o.segments = append(o.segments, segment{
			content:  ContentFromReaderAt(io.NewSectionReader(m.doc, start, end-start), end-start),
			encoding: transfer.Binary,
			size:     end - start,
		})
	}
}

func (m *Message) splice(c Change) (splice, error) {
	p := c.Part
	switch {
	case p.doc != m.doc:
		return splice{}, errors.New("it is of another message")
	case c.Header != nil && c.With == nil && !c.Remove:
		if p.BodyStart-p.Start > maxHeader {
			return splice{}, fmt.Errorf("its header has more than %d octets", maxHeader)
		}
		b := c.Header.Bytes()
		return splice{p.Start, p.BodyStart, addFixed(nil, b)}, p.holds(bytes.NewReader(b))
	case c.Header == nil && c.With != nil && !c.Remove:
		return p.replace(c.With)
	case c.Header == nil && c.With == nil && c.Remove:
		return p.remove()
	}
	return splice{}, errors.New("a Change has one of Header, With and Remove")
}

func (p *Part) replace(with *Outgoing) (splice, error) {
	if p.parent == nil {
		return splice{}, errors.New("it is the message: build another one")
	}
	for up := p.parent; up != nil; up = up.parent {
		if rank(with.encoding) > rank(cmp.Or(up.Encoding, transfer.SevenBit)) {
			return splice{}, fmt.Errorf("%w: what it is in is declared as %s, and the new part needs %s",
				ErrTransport, up.Encoding, with.encoding)
		}
	}
	r, err := with.Open()
	if err != nil {
		return splice{}, err
	}
	defer func() { _ = r.Close() }() // it was read
	return splice{p.Start, p.End, with.segments}, p.holds(r)
}

// remove takes out a part and the delimiter behind it, or before it if it is the last.
func (p *Part) remove() (splice, error) {
	if p.number == 0 || len(p.parent.Children) < 2 {
		return splice{}, errors.New("a multipart needs a part, and a message its content")
	}
	siblings := p.parent.Children
	if p.number < len(siblings) {
		return splice{start: p.Start, end: siblings[p.number].Start}, nil
	}
	x := splice{start: siblings[p.number-2].End, end: p.End}
	var next [1]byte
	if _, err := p.doc.ReadAt(next[:], p.End); err == nil && next[0] == '-' {
		x.with = addFixed(nil, crlf) // the part had no octet, and no line end before the delimiter
	}
	return x, nil
}

// holds checks that what is to be in the part's place has no delimiter of what it is in.
func (p *Part) holds(r io.Reader) error {
	boundaries := map[string]bool{}
	for up := p.parent; up != nil; up = up.parent {
		if b := strings.TrimRight(up.Params.Get("boundary"), " \t"); up.IsMultipart() && b != "" {
			boundaries[b] = true
		}
	}
	lines := bufio.NewReader(r)
	for start := true; ; {
		line, err := lines.ReadSlice('\n')
		if text, ok := bytes.CutPrefix(line, []byte("--")); start && ok {
			text = bytes.TrimRight(text, " \t\r\n")
			if boundaries[string(text)] || boundaries[string(bytes.TrimSuffix(text, []byte("--")))] {
				return errors.New("a boundary of the message is in it: encode it as base64")
			}
		}
		start = err == nil
		if err == io.EOF {
			return nil
		}
		if err != nil && err != bufio.ErrBufferFull {
			return err
		}
	}
}
