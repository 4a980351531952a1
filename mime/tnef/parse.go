package tnef

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/tnef/internal/codepage"
)

// Limits bound what Parse takes from a stream, embedded messages included. A zero is the default.
type Limits struct {
	Depth       int // of messages within messages; default 8
	Properties  int // default 50,000
	Recipients  int // default 10,000
	Attachments int // default 1,000
}

// What Parse finds wrong besides.
const (
	TooMany      defect.Kind = "TNEF with more in it than allowed"
	TooDeep      defect.Kind = "TNEF with messages in messages too deep"
	BadCodePage  defect.Kind = "TNEF text in an unknown code page"
	OddContent   defect.Kind = "TNEF attachment with more than one content"
	WrongVersion defect.Kind = "TNEF of an unknown version"
)

// Parse reads a stream. It gives what can be had of a damaged one, and also reads on without the signature: see
// [NoSignature] in the defects. It keeps slices of b.
func Parse(b []byte, limits Limits) *Message {
	m := new(Message)
	p := parser{
		properties:  cmp.Or(max(limits.Properties, 0), 50_000),
		recipients:  cmp.Or(max(limits.Recipients, 0), 10_000),
		attachments: cmp.Or(max(limits.Attachments, 0), 1_000),
		defects:     &m.Defects,
	}
	p.message(m, b, 0, cmp.Or(max(limits.Depth, 0), 8))
	return m
}

// A parser counts down what it may still take.
type parser struct {
	properties, recipients, attachments int
	defects                             *defect.List
}

// A frame is what is gathered while one message is read.
type frame struct {
	*parser
	m      *Message
	depth  int // of messages that may still be embedded
	page   int
	legacy Properties // what attributes say of the message
	seen   map[uint32]bool
	part   attachmentFrame
}

type attachmentFrame struct {
	open   bool
	over   bool // beyond the limit: read, but not kept
	a      Attachment
	legacy Properties
	seen   map[uint32]bool
}

func (p *parser) message(m *Message, b []byte, base int64, depth int) {
	if len(b) < prefixSize || binary.LittleEndian.Uint32(b) != signature {
		p.defects.Add(NoSignature, base)
	}
	if len(b) < prefixSize {
		m.CodePage = codepage.Western
		return
	}
	m.Key = binary.LittleEndian.Uint16(b[4:])
	f := frame{parser: p, m: m, depth: depth, seen: map[uint32]bool{}}
	// Text may come before the attribute that names its code page.
	attributes(b[prefixSize:], base+prefixSize, nil, func(a attribute) {
		if a.id == attOemCodepage && f.page == 0 && len(a.data) >= 4 {
			f.page = int(binary.LittleEndian.Uint32(a.data))
		}
	})
	if _, known := codepage.Decode(f.page, nil); !known {
		if f.page != 0 {
			p.defects.Add(BadCodePage, base)
		}
		f.page = codepage.Western
	}
	m.CodePage = f.page
	attributes(b[prefixSize:], base+prefixSize, p.defects, f.attribute)
	f.endAttachment()
	m.Properties = merge(m.Properties, f.legacy)
}

// merge adds what only attributes said.
func merge(p, legacy Properties) Properties {
	for _, q := range legacy {
		if p.index(q.Tag) < 0 {
			p = append(p, q)
		}
	}
	return p
}

func (f *frame) attribute(a attribute) {
	level, known := levelOf(a.id)
	switch {
	case !known:
		f.defects.Add(UnknownAttribute, a.offset)
		return
	case level != a.level:
		f.defects.Add(WrongLevel, a.offset)
	}
	if level == levelAttachment {
		f.ofAttachment(a)
		return
	}
	again := f.seen[a.id]
	if again {
		f.defects.Add(DuplicateAttribute, a.offset)
	}
	f.seen[a.id] = true
	switch a.id {
	case attMsgProps:
		r := f.reader(a)
		f.m.Properties = append(f.m.Properties, r.properties()...)
		r.end()
	case attRecipTable:
		f.recipTable(a)
	case attOemCodepage:
	case attTnefVersion:
		if len(a.data) < 4 || binary.LittleEndian.Uint32(a.data) != tnefVersion {
			f.defects.Add(WrongVersion, a.offset)
		}
	default:
		if !again { // the first one counts; more would pile up
			f.legacy = f.messageLegacy(f.legacy, a)
		}
	}
}

func (f *frame) recipTable(a attribute) {
	r := f.reader(a)
	n := r.uint32()
	for range n {
		if r.bad || r.left() < 4 {
			r.fail()
			return
		}
		if f.recipients == 0 {
			f.defects.Add(TooMany, a.offset)
			return
		}
		f.recipients--
		f.m.Recipients = append(f.m.Recipients, Recipient{r.properties()})
	}
	r.end()
}

// ofAttachment takes an attribute of the current attachment; attAttachRenddata begins one (MS-OXTNEF, 2.1.3.3.15).
func (f *frame) ofAttachment(a attribute) {
	if a.id == attAttachRenddata {
		f.endAttachment()
		f.beginAttachment(a)
	} else if !f.part.open {
		f.defects.Add(StrayAttribute, a.offset)
		f.beginAttachment(a)
	}
	part := &f.part
	again := part.seen[a.id]
	if again {
		f.defects.Add(DuplicateAttribute, a.offset)
	}
	switch {
	case part.over:
	case a.id == attAttachData:
		if !again {
			part.a.Data = a.data
		}
	case a.id == attAttachment:
		r := f.reader(a)
		r.embed = &part.a
		part.a.Properties = append(part.a.Properties, r.properties()...)
		r.end()
	case !again:
		part.legacy = f.attachmentLegacy(part.legacy, a)
	}
	part.seen[a.id] = true
}

func (f *frame) beginAttachment(a attribute) {
	f.part = attachmentFrame{open: true, seen: map[uint32]bool{}}
	if f.attachments == 0 {
		f.defects.Add(TooMany, a.offset)
		f.part.over = true
		return
	}
	f.attachments--
}

func (f *frame) endAttachment() {
	part := &f.part
	if part.open && !part.over {
		if part.a.Properties.index(PidTagAttachLongFilename) >= 0 {
			// attAttachTitle is either name; the short one is no news if the long one is there.
			part.legacy = slices.DeleteFunc(part.legacy, func(q Property) bool {
				return q.Tag.ID() == PidTagAttachFilename.ID()
			})
		}
		part.a.Properties = merge(part.a.Properties, part.legacy)
		f.binaryContent()
		f.m.Attachments = append(f.m.Attachments, part.a)
	}
	part.open = false
}

// binaryContent takes the content of an attachment that has it as a property.
func (f *frame) binaryContent() {
	a := &f.part.a
	i := a.Properties.index(PidTagAttachDataBinary)
	if i < 0 {
		return
	}
	data, ok := a.Properties[i].Value.([]byte)
	switch {
	case !ok:
	case a.Data != nil || a.Message != nil:
		f.defects.Add(OddContent, -1)
	default:
		a.Data = data
		a.Properties = append(a.Properties[:i:i], a.Properties[i+1:]...)
	}
}
