package mime

import (
	"encoding"
	"encoding/binary"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// The form of a stored index: a version, the size of the message, flags, and its parts in the order of [Part.All]. A
// number is a varint, a string its length and its octets. A part is
//
//	the lengths of what is before it in its parent, of its header, of its body; the lines of its body
//	a set of bits that say what follows
//	the strings and parameters that are not empty, in the order of the bits
//	the number of its children, if it has some
const (
	indexVersion = 1
	utf8Flag     = 1 // of the message
)

// Bits of a part. Those of strings come first, in the order of [Part.strings].
const (
	hasType = 1 << iota // and is not text/plain
	hasDisposition
	hasEncoding // and is not 7bit
	hasLabel
	hasID
	hasDescription
	hasLanguage
	hasLocation
	hasMD5
	hasParams
	hasDispositionParams
	hasChildren
	hasMessage
	isUnknown
	allBits = 1<<iota - 1
)

// strings are the strings of a part that are stored.
func (p *Part) strings() [9]*string {
	return [...]*string{
		&p.Type, &p.Disposition, (*string)(&p.Encoding), &p.EncodingLabel, &p.ID, &p.Description, &p.Language,
		&p.Location, &p.MD5,
	}
}

// MarshalBinary writes the index in a compact form, for a store that keeps it beside the message. Defects and the source
// are not in it. Its error is [ErrIndex], for a Message that is no index.
func (m *Message) MarshalBinary() ([]byte, error) {
	if m.Root == nil {
		return nil, ErrIndex
	}
	flags := byte(0)
	if m.UTF8Header {
		flags = utf8Flag
	}
	b := append(binary.AppendUvarint([]byte{indexVersion}, uint64(m.Size)), flags)
	before := int64(0) // where the last part that has ended ends, or the body of the one around starts
	for p := range m.Root.All() {
		switch {
		case p.parent == nil:
		case p.number > 1:
			before = p.parent.Children[p.number-2].End
		default:
			before = p.parent.BodyStart
		}
		b = p.append(b, before)
	}
	return b, nil
}

func (p *Part) append(b []byte, before int64) []byte {
	for _, n := range []int64{p.Start - before, p.BodyStart - p.Start, p.End - p.BodyStart, p.Lines} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	bits := p.bits()
	b = binary.AppendUvarint(b, bits)
	for i, s := range p.strings() {
		if bits&(1<<i) != 0 {
			b = appendString(b, *s)
		}
	}
	for _, params := range []header.Params{p.Params, p.DispositionParams} {
		if len(params) > 0 {
			b = binary.AppendUvarint(b, uint64(len(params)))
		}
		for _, param := range params {
			b = appendString(appendString(appendString(b, param.Name), param.Value), param.Language)
		}
	}
	if len(p.Children) > 0 {
		b = binary.AppendUvarint(b, uint64(len(p.Children)))
	}
	return b
}

func (p *Part) bits() uint64 {
	bits := uint64(0)
	for i, s := range p.strings() {
		if *s != "" {
			bits |= 1 << i
		}
	}
	if p.Type == plainText {
		bits &^= hasType
	}
	if p.Encoding == transfer.SevenBit {
		bits &^= hasEncoding
	}
	set := func(bit uint64, is bool) {
		if is {
			bits |= bit
		}
	}
	set(hasParams, len(p.Params) > 0)
	set(hasDispositionParams, len(p.DispositionParams) > 0)
	set(hasChildren, len(p.Children) > 0)
	set(hasMessage, p.Message != nil)
	set(isUnknown, !p.KnownEncoding)
	return bits
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

var (
	_ encoding.BinaryMarshaler   = (*Message)(nil)
	_ encoding.BinaryUnmarshaler = (*Message)(nil)
)
