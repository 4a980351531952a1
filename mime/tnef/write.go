package tnef

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/wirepost/wirepost/mime/tnef/internal/codepage"
)

// maxWriteDepth bounds messages within messages, so that one that holds itself is an error.
const maxWriteDepth = 64

// WriteTo writes the message as a stream that Parse reads back equal, but for Defects and these: text of type
// PtypString8 that the code page does not have goes as PtypString, octets in text that are no UTF-8 become U+FFFD, and
// times lose what is below 100 ns. It writes nothing of a message that TNEF can't carry, and says why in the error.
func (m *Message) WriteTo(w io.Writer) (int64, error) {
	s := stream{w: w}
	// A dry run, so that an error in a value comes before the first octet.
	if err := m.write(&stream{w: io.Discard}, 0); err != nil {
		return 0, err
	}
	err := m.write(&s, 0)
	if err != nil {
		err = fmt.Errorf("tnef: writing: %w", err)
	}
	return s.n, err
}

// A stream counts what it writes.
type stream struct {
	w io.Writer
	n int64
}

func (s *stream) write(parts ...[]byte) error {
	for _, p := range parts {
		n, err := s.w.Write(p)
		s.n += int64(n)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *stream) attribute(level byte, id uint32, data []byte) error {
	if int64(len(data)) > math.MaxUint32 {
		return fmt.Errorf("tnef: %d octets are more than an attribute can have", len(data))
	}
	head := binary.LittleEndian.AppendUint32([]byte{level}, id)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(data)))
	return s.write(head, data, binary.LittleEndian.AppendUint16(nil, sum(data)))
}

func (m *Message) write(s *stream, depth int) error {
	if depth > maxWriteDepth {
		return fmt.Errorf("tnef: messages in messages more than %d deep; does one hold itself?", maxWriteDepth)
	}
	page := cmp.Or(m.CodePage, codepage.Western)
	head := binary.LittleEndian.AppendUint32(nil, signature)
	if err := s.write(binary.LittleEndian.AppendUint16(head, cmp.Or(m.Key, 1))); err != nil {
		return err
	}
	for _, a := range m.attributes(page) {
		if err := s.attribute(levelMessage, a.id, a.data); err != nil {
			return err
		}
	}
	if len(m.Recipients) > 0 {
		e := encoder{page: page}
		e.uint32(uint32(len(m.Recipients)))
		for _, r := range m.Recipients {
			e.properties(r.Properties)
		}
		if e.err != nil {
			return e.err
		}
		if err := s.attribute(levelMessage, attRecipTable, e.b); err != nil {
			return err
		}
	}
	// The properties come last (MS-OXTNEF, 2.1.3).
	e := encoder{page: page}
	e.properties(m.Properties)
	if e.err != nil {
		return e.err
	}
	if err := s.attribute(levelMessage, attMsgProps, e.b); err != nil {
		return err
	}
	for i := range m.Attachments {
		if err := m.Attachments[i].write(s, page, depth); err != nil {
			return err
		}
	}
	return nil
}

// attributes are those that readers expect or older ones know, all but the first two in double with the properties.
func (m *Message) attributes(page int) []attribute {
	le := binary.LittleEndian
	list := []attribute{
		{id: attTnefVersion, data: le.AppendUint32(nil, tnefVersion)},
		{id: attOemCodepage, data: le.AppendUint64(nil, uint64(uint32(page)))},
	}
	add := func(id uint32, data []byte) { list = append(list, attribute{id: id, data: data}) }
	p := m.Properties
	if class := m.Class(); class != "" {
		add(attMessageClass, octets(page, classTo(class)))
	}
	if v, ok := get[int32](p, PidTagImportance); ok {
		priority := uint16(2)
		switch v {
		case 0:
			priority = 3
		case 2:
			priority = 1
		}
		add(attPriority, le.AppendUint16(nil, priority))
	}
	if s := p.Text(PidTagSubject); s != "" {
		add(attSubject, octets(page, s))
	}
	for _, d := range [...]struct {
		id  uint32
		tag Tag
	}{
		{attDateSent, PidTagClientSubmitTime},
		{attDateRecd, PidTagMessageDeliveryTime},
		{attDateModified, PidTagLastModificationTime},
	} {
		if t := p.Time(d.tag); fitsDate(t.UTC().Year()) {
			add(d.id, appendDate(nil, t))
		}
	}
	if key := p.Bytes(PidTagSearchKey); key != nil {
		add(attMessageID, append([]byte(strings.ToUpper(hex.EncodeToString(key))), 0))
	}
	return list
}

// octets are text for readers that don't know Unicode, with a NUL. What the code page lacks is a question mark.
func octets(page int, s string) []byte {
	b, exact := codepage.Encode(page, s)
	if !exact || page == codepage.UTF16LE {
		b = b[:0:0]
		for _, r := range s {
			if one, ok := codepage.Encode(page, string(r)); ok && page != codepage.UTF16LE {
				b = append(b, one...)
			} else {
				b = append(b, '?')
			}
		}
	}
	b = bytes.ReplaceAll(b, []byte{0}, []byte{'?'})
	return append(b, 0)
}

func (a *Attachment) write(s *stream, page, depth int) error {
	le := binary.LittleEndian
	method, _ := a.Properties.Int(PidTagAttachMethod)
	kind, position := uint16(1), uint32(noPosition)
	if method == methodStorage {
		kind = attachTypeOLE
	}
	if v, ok := get[int32](a.Properties, PidTagRenderingPosition); ok {
		position = uint32(v)
	}
	data := le.AppendUint64(le.AppendUint32(le.AppendUint16(nil, kind), position), 0)
	if err := s.attribute(levelAttachment, attAttachRenddata, data); err != nil {
		return err
	}
	p := a.Properties
	list := make([]attribute, 0, 4)
	if name := cmp.Or(p.Text(PidTagAttachLongFilename), p.Text(PidTagAttachFilename)); name != "" {
		list = append(list, attribute{id: attAttachTitle, data: octets(page, name)})
	}
	if t := p.Time(PidTagCreationTime); fitsDate(t.UTC().Year()) {
		list = append(list, attribute{id: attAttachCreateDate, data: appendDate(nil, t)})
	}
	if t := p.Time(PidTagLastModificationTime); fitsDate(t.UTC().Year()) {
		list = append(list, attribute{id: attAttachModifyDate, data: appendDate(nil, t)})
	}
	if a.Data != nil {
		list = append(list, attribute{id: attAttachData, data: a.Data})
	}
	for _, at := range list {
		if err := s.attribute(levelAttachment, at.id, at.data); err != nil {
			return err
		}
	}
	if len(p) == 0 && a.Message == nil {
		return nil
	}
	b, err := a.properties(page, depth)
	if err != nil {
		return err
	}
	return s.attribute(levelAttachment, attAttachment, b)
}

// properties is the list of an attachment's, the embedded message first.
func (a *Attachment) properties(page, depth int) ([]byte, error) {
	e := encoder{page: page}
	n := len(a.Properties)
	if a.Message != nil {
		n++
	}
	e.uint32(uint32(n))
	if a.Message != nil {
		var inner bytes.Buffer
		if err := a.Message.write(&stream{w: &inner}, depth+1); err != nil {
			return nil, err
		}
		e.property(Property{
			Tag: PidTagAttachDataObject, Value: Object{IID: OLEGUID(iidMessage), Data: inner.Bytes()},
		})
	}
	for _, p := range a.Properties {
		e.property(p)
	}
	return e.b, e.err
}
