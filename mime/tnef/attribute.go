package tnef

import (
	"encoding/binary"

	"github.com/wirepost/wirepost/mime/defect"
)

// The outer form of a stream: a signature, a key, then attributes of a level, an id, a length, the data and a sum of
// its octets (MS-OXTNEF, 2.1.3).
const (
	signature     = 0x223e9f78
	prefixSize    = 6
	attributeHead = 9
	checksumSize  = 2
	tnefVersion   = 0x00010000
)

const (
	levelMessage    = 1
	levelAttachment = 2
)

// The ids of the attributes (MS-OXTNEF, 2.1.3). The upper half is a type that says nothing more.
const (
	attOwner                 = 0x00060000
	attSentFor               = 0x00060001
	attDelegate              = 0x00060002
	attDateStart             = 0x00030006
	attDateEnd               = 0x00030007
	attAidOwner              = 0x00040008
	attAidOwnerLong          = 0x00050008 // as TNEF.H has it
	attRequestRes            = 0x00040009
	attOriginalMessageClass  = 0x00070600
	attOriginalMessageClassH = 0x00070006 // as TNEF.H has it
	attFrom                  = 0x00008000
	attSubject               = 0x00018004
	attDateSent              = 0x00038005
	attDateRecd              = 0x00038006
	attMessageStatus         = 0x00068007
	attMessageClass          = 0x00078008
	attMessageID             = 0x00018009
	attParentID              = 0x0001800a
	attConversationID        = 0x0001800b
	attBody                  = 0x0002800c
	attPriority              = 0x0004800d
	attAttachData            = 0x0006800f
	attAttachTitle           = 0x00018010
	attAttachMetaFile        = 0x00068011
	attAttachCreateDate      = 0x00038012
	attAttachModifyDate      = 0x00038013
	attDateModified          = 0x00038020
	attAttachTransportName   = 0x00069001
	attAttachRenddata        = 0x00069002
	attMsgProps              = 0x00069003
	attRecipTable            = 0x00069004
	attAttachment            = 0x00069005
	attTnefVersion           = 0x00089006
	attOemCodepage           = 0x00069007
)

// What the reader of attributes finds wrong.
const (
	NoSignature        defect.Kind = "TNEF without its signature"
	Truncated          defect.Kind = "TNEF that ends within an attribute"
	WrongSum           defect.Kind = "TNEF attribute with a wrong checksum"
	LostTrack          defect.Kind = "octets in TNEF that are no attribute"
	UnknownAttribute   defect.Kind = "TNEF attribute of an unknown kind"
	WrongLevel         defect.Kind = "TNEF attribute on the wrong level"
	DuplicateAttribute defect.Kind = "TNEF attribute that was there before"
	BadAttribute       defect.Kind = "TNEF attribute whose content is malformed"
	StrayAttribute     defect.Kind = "TNEF attribute of an attachment before any attachment"
)

type attribute struct {
	level  byte
	id     uint32
	offset int64 // of data in the outermost stream
	data   []byte
}

// attributes calls f for each attribute of a stream without its first octets, until one has no level or is cut short;
// that one is given with what there is of it. Without a list of defects, it does not look at checksums.
func attributes(b []byte, base int64, defects *defect.List, f func(attribute)) {
	for pos := 0; pos < len(b); {
		level := b[pos]
		if level != levelMessage && level != levelAttachment {
			defects.Add(LostTrack, base+int64(pos))
			return
		}
		if len(b)-pos < attributeHead {
			defects.Add(Truncated, base+int64(pos))
			return
		}
		a := attribute{level: level, id: binary.LittleEndian.Uint32(b[pos+1:])}
		length := int64(binary.LittleEndian.Uint32(b[pos+5:]))
		pos += attributeHead
		a.offset = base + int64(pos)
		if length > int64(len(b)-pos) {
			defects.Add(Truncated, a.offset)
			a.data = b[pos:]
			f(a)
			return
		}
		a.data = b[pos : pos+int(length) : pos+int(length)]
		pos += int(length)
		switch {
		case defects == nil:
		case len(b)-pos < checksumSize:
			defects.Add(Truncated, base+int64(pos))
		case binary.LittleEndian.Uint16(b[pos:]) != sum(a.data):
			defects.Add(WrongSum, base+int64(pos))
		}
		pos = min(pos+checksumSize, len(b))
		f(a)
	}
}

// sum adds up octets modulo 65536, eight at a time: each octet goes to one of four lanes of 16 bits, which hold the sums
// of 128 steps.
func sum(b []byte) uint16 {
	const even = 0x00ff00ff00ff00ff
	var total uint16
	for len(b) >= 8 {
		var lanes uint64
		n := min(len(b)/8, 128)
		for i := range n {
			v := binary.LittleEndian.Uint64(b[8*i:])
			lanes += v&even + v>>8&even
		}
		b = b[8*n:]
		total += uint16(lanes) + uint16(lanes>>16) + uint16(lanes>>32) + uint16(lanes>>48)
	}
	for _, c := range b {
		total += uint16(c)
	}
	return total
}
