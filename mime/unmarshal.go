package mime

import (
	"errors"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// ErrIndex is octets that are no index, or that of another version of this package: make the index anew.
var ErrIndex = errors.New("mime: octets that are no index of this version")

// UnmarshalBinary reads what [Message.MarshalBinary] wrote. The index has no source yet. Whatever b has, an index that is
// taken has parts that lie within each other and within the message. Its error is [ErrIndex], and then m is as it was.
func (m *Message) UnmarshalBinary(b []byte) error {
	d := decoder{b: string(b)}
	if d.number() != indexVersion {
		return ErrIndex
	}
	read := Message{Size: d.length(), doc: &document{}}
	flags := d.number()
	read.UTF8Header = flags == utf8Flag
	read.Root = d.tree(read.doc)
	if d.bad || d.b != "" || flags > utf8Flag || read.Root.Start != 0 || read.Root.End != read.Size {
		return ErrIndex
	}
	*m = read
	return nil
}

// A decoder takes values from the front of b. Once something is wrong, it is bad for good and gives zeros.
type decoder struct {
	b   string
	bad bool
}

func (d *decoder) number() uint64 {
	n, shift := uint64(0), 0
	for i := range len(d.b) {
		c := d.b[i]
		if shift == 63 && c > 1 {
			break
		}
		n |= uint64(c&0x7f) << shift
		if c < 0x80 {
			d.b = d.b[i+1:]
			return n
		}
		shift += 7
	}
	d.bad, d.b = true, ""
	return 0
}

// length is a number that may be added to another one.
func (d *decoder) length() int64 {
	n := d.number()
	if n > 1<<60 {
		d.bad = true
		return 0
	}
	return int64(n)
}

func (d *decoder) string() string {
	n := d.number()
	if n > uint64(len(d.b)) {
		d.bad = true
		return ""
	}
	s := d.b[:n]
	d.b = d.b[n:]
	return s
}

// params reads parameters. Each takes three octets at least.
func (d *decoder) params() header.Params {
	n := d.number()
	if n == 0 || n > uint64(len(d.b)/3) {
		d.bad = true
		return nil
	}
	params := make(header.Params, n)
	for i := range params {
		params[i] = header.Param{Name: d.string(), Value: d.string(), Language: d.string()}
	}
	return params
}

// An unread is a part whose children are not all read yet.
type unread struct {
	part     *Part
	children uint64
}

// tree reads the parts.
func (d *decoder) tree(doc *document) *Part {
	var stack []unread
	var root *Part
	for {
		p := &Part{doc: doc}
		before := int64(0)
		if root == nil {
			root = p
		} else {
			before = d.place(p, &stack[len(stack)-1])
		}
		more := d.part(p, before)
		if up := p.parent; up != nil && (p.End > up.End || p.number == 0 && (p.Start != up.BodyStart || p.End != up.End)) {
			d.bad = true
		}
		if more > 0 {
			stack = append(stack, unread{p, more})
		}
		for len(stack) > 0 && stack[len(stack)-1].children == 0 {
			stack = stack[:len(stack)-1]
		}
		if d.bad || len(stack) == 0 {
			return root
		}
	}
}

// place puts p into the part that it is in, and returns where it may start.
func (d *decoder) place(p *Part, in *unread) (before int64) {
	in.children--
	p.parent = in.part
	if in.part.Message == in.part { // it is marked to have one
		in.part.Message = p
		return in.part.BodyStart
	}
	before = in.part.BodyStart
	if n := len(in.part.Children); n > 0 {
		before = in.part.Children[n-1].End
	}
	in.part.Children = append(in.part.Children, p)
	p.number = len(in.part.Children)
	return before
}

// part reads what belongs to p alone, and returns how many parts are in it.
func (d *decoder) part(p *Part, before int64) (children uint64) {
	p.Start = before + d.length()
	p.BodyStart = p.Start + d.length()
	p.End = p.BodyStart + d.length()
	if p.Lines = d.length(); p.Start < before || p.BodyStart < p.Start || p.End < p.BodyStart {
		d.bad = true
	}
	bits := d.number()
	for i, s := range p.strings() {
		if bits&(1<<i) != 0 {
			*s = d.string()
		}
	}
	if bits&hasType == 0 {
		p.Type = plainText
	}
	if bits&hasEncoding == 0 {
		p.Encoding = transfer.SevenBit
	}
	p.KnownEncoding = bits&isUnknown == 0
	if bits&hasParams != 0 {
		p.Params = d.params()
	}
	if bits&hasDispositionParams != 0 {
		p.DispositionParams = d.params()
	}
	switch bits & (hasChildren | hasMessage) {
	case hasChildren:
		if children = d.number(); children == 0 || children > uint64(len(d.b)/5) { // a part takes five octets at least
			d.bad = true
		}
	case hasMessage:
		p.Message = p // until it is read
		children = 1
	case hasChildren | hasMessage:
		d.bad = true
	}
	if bits > allBits {
		d.bad = true
	}
	return children
}
