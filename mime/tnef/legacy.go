package tnef

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// The attributes that stand for properties (MS-OXTNEF, 2.1.3.3).

// levelOf says where an attribute belongs, and whether there is one of this id.
func levelOf(id uint32) (level byte, known bool) {
	switch id {
	case attAttachData, attAttachTitle, attAttachMetaFile, attAttachCreateDate, attAttachModifyDate,
		attAttachTransportName, attAttachRenddata, attAttachment:
		return levelAttachment, true
	case attOwner, attSentFor, attDelegate, attDateStart, attDateEnd, attAidOwner, attAidOwnerLong, attRequestRes,
		attOriginalMessageClass, attOriginalMessageClassH, attFrom, attSubject, attDateSent, attDateRecd,
		attMessageStatus, attMessageClass, attMessageID, attParentID, attConversationID, attBody, attPriority,
		attDateModified, attMsgProps, attRecipTable, attTnefVersion, attOemCodepage:
		return levelMessage, true
	}
	return 0, false
}

func (f *frame) messageLegacy(p Properties, a attribute) Properties {
	switch a.id {
	case attSubject:
		return f.addText(p, PidTagSubject, a.data)
	case attBody:
		return f.addText(p, PidTagBody, a.data)
	case attMessageClass:
		return f.addClass(p, PidTagMessageClass, a.data)
	case attOriginalMessageClass, attOriginalMessageClassH:
		return f.addClass(p, PidTagOriginalMessageClass, a.data)
	case attDateSent:
		return f.addDate(p, PidTagClientSubmitTime, a)
	case attDateRecd:
		return f.addDate(p, PidTagMessageDeliveryTime, a)
	case attDateModified:
		return f.addDate(p, PidTagLastModificationTime, a)
	case attDateStart:
		return f.addDate(p, PidTagStartDate, a)
	case attDateEnd:
		return f.addDate(p, PidTagEndDate, a)
	case attMessageID:
		return f.addHex(p, PidTagSearchKey, a)
	case attParentID:
		return f.addHex(p, PidTagParentKey, a)
	case attConversationID:
		return f.addHex(p, PidTagConversationKey, a)
	case attDelegate:
		return append(p, Property{Tag: PidTagReceivedRepresentingEntryId, Value: a.data})
	case attFrom:
		return f.addFrom(p, a)
	case attOwner:
		if isInvitation(p.Text(PidTagMessageClass)) {
			return f.addOwner(p, a, PidTagSentRepresentingName, PidTagSentRepresentingAddressType,
				PidTagSentRepresentingEmailAddress)
		}
		return f.addOwner(p, a, PidTagReceivedRepresentingName, PidTagReceivedRepresentingAddressType,
			PidTagReceivedRepresentingEmailAddress)
	case attSentFor:
		return f.addOwner(p, a, PidTagSentRepresentingName, PidTagSentRepresentingAddressType,
			PidTagSentRepresentingEmailAddress)
	}
	return f.numberLegacy(p, a)
}

// isInvitation reports whether attOwner is the one who sends, as in requests and cancellations of meetings; else it is
// the one who gets the answer (MS-OXTNEF, 2.1.3.3.16).
func isInvitation(class string) bool {
	return class == "IPM.Schedule.Meeting.Request" || class == "IPM.Schedule.Meeting.Canceled"
}

// numberLegacy takes the attributes that are a number of one, two or four octets.
func (f *frame) numberLegacy(p Properties, a attribute) Properties {
	var octets [4]byte
	if n := copy(octets[:], a.data); n < 1 || n < 2 && a.id != attMessageStatus {
		f.defects.Add(BadAttribute, a.offset)
		return p
	}
	n := binary.LittleEndian.Uint32(octets[:])
	switch a.id {
	case attPriority:
		return append(p, Property{Tag: PidTagImportance, Value: importance(n)})
	case attAidOwner, attAidOwnerLong:
		return append(p, Property{Tag: PidTagOwnerAppointmentId, Value: int32(n)})
	case attRequestRes:
		return append(p, Property{Tag: PidTagResponseRequested, Value: n != 0})
	case attMessageStatus:
		return append(p, Property{Tag: PidTagMessageFlags, Value: messageFlags(octets[0])})
	}
	return p
}

func (f *frame) attachmentLegacy(p Properties, a attribute) Properties {
	switch a.id {
	case attAttachTitle:
		return f.addText(p, PidTagAttachFilename, a.data)
	case attAttachTransportName:
		return f.addText(p, PidTagAttachTransportName, a.data)
	case attAttachMetaFile:
		return append(p, Property{Tag: PidTagAttachRendering, Value: a.data})
	case attAttachCreateDate:
		return f.addDate(p, PidTagCreationTime, a)
	case attAttachModifyDate:
		return f.addDate(p, PidTagLastModificationTime, a)
	case attAttachRenddata:
		return f.addRenddata(p, a)
	}
	return p
}

// The shape of attAttachRenddata: a type, a position, a width, a height, flags (MS-OXTNEF, 2.1.3.3.15).
const (
	renddataSize  = 14
	attachTypeOLE = 2
	noPosition    = 0xffffffff
)

// addRenddata adds what is not plain in it: a file at no place in the text is what an attachment is without a word.
func (f *frame) addRenddata(p Properties, a attribute) Properties {
	if len(a.data) < renddataSize {
		f.defects.Add(BadAttribute, a.offset)
		return p
	}
	if binary.LittleEndian.Uint16(a.data) == attachTypeOLE {
		p = append(p, Property{Tag: PidTagAttachMethod, Value: int32(methodStorage)})
	}
	if at := binary.LittleEndian.Uint32(a.data[2:]); at != noPosition {
		p = append(p, Property{Tag: PidTagRenderingPosition, Value: int32(at)})
	}
	return p
}

// string8 is the tag of a text property, with the type that text in a code page has.
func string8(t Tag) Tag { return NewTag(t.ID(), PtypString8) }

func (f *frame) addText(p Properties, tag Tag, b []byte) Properties {
	return append(p, Property{Tag: string8(tag), Value: f.text(b)})
}

func (f *frame) addClass(p Properties, tag Tag, b []byte) Properties {
	return append(p, Property{Tag: string8(tag), Value: classFrom(f.text(b))})
}

func (f *frame) addDate(p Properties, tag Tag, a attribute) Properties {
	t, ok := fromDate(a.data)
	if !ok {
		f.defects.Add(BadAttribute, a.offset)
		return p
	}
	return append(p, Property{Tag: tag, Value: t})
}

func (f *frame) addHex(p Properties, tag Tag, a attribute) Properties {
	b, err := hex.DecodeString(strings.TrimSpace(f.text(a.data)))
	if err != nil {
		f.defects.Add(BadAttribute, a.offset)
		return p
	}
	return append(p, Property{Tag: tag, Value: b})
}

// addFrom reads four numbers (a kind, the length of it all, that of the name and that of the address), then the name
// and the address as "type:address" (MS-OXTNEF, 2.1.3.3).
func (f *frame) addFrom(p Properties, a attribute) Properties {
	const head = 8
	if len(a.data) < head {
		f.defects.Add(BadAttribute, a.offset)
		return p
	}
	name := int(binary.LittleEndian.Uint16(a.data[4:]))
	address := int(binary.LittleEndian.Uint16(a.data[6:]))
	if name+address > len(a.data)-head {
		f.defects.Add(BadAttribute, a.offset)
		return p
	}
	rest := a.data[head:]
	return f.addAddress(p, rest[:name], rest[name:name+address], PidTagSenderName, PidTagSenderAddressType,
		PidTagSenderEmailAddress)
}

// addOwner reads a name and an address with a length before each (MS-OXTNEF, 2.1.3.3.16).
func (f *frame) addOwner(p Properties, a attribute, name, kind, email Tag) Properties {
	rest := a.data
	var parts [2][]byte
	for i := range parts {
		if len(rest) < 2 || int(binary.LittleEndian.Uint16(rest)) > len(rest)-2 {
			f.defects.Add(BadAttribute, a.offset)
			return p
		}
		n := int(binary.LittleEndian.Uint16(rest)) + 2
		parts[i], rest = rest[2:n], rest[n:]
	}
	return f.addAddress(p, parts[0], parts[1], name, kind, email)
}

func (f *frame) addAddress(p Properties, display, address []byte, name, kind, email Tag) Properties {
	k, e, ok := strings.Cut(f.text(address), ":")
	if !ok {
		k, e = "", k
	}
	p = f.addText(p, name, display)
	if k != "" {
		p = append(p, Property{Tag: string8(kind), Value: k})
	}
	return append(p, Property{Tag: string8(email), Value: e})
}

// importance turns attPriority (1 high, 2 normal, 3 low) into PidTagImportance (MS-OXTNEF, 2.1.3.3).
func importance(n uint32) int32 {
	switch n {
	case 1:
		return 2
	case 3:
		return 0
	}
	return 1
}

// messageFlags turns attMessageStatus into PidTagMessageFlags (MS-OXTNEF, 2.1.3.3): read, unmodified, submitted,
// unsent, has attachments.
func messageFlags(status byte) int32 {
	var flags int32
	for _, bit := range [...]struct {
		status byte
		flag   int32
	}{{0x20, 0x01}, {0x04, 0x04}, {0x02, 0x08}, {0x80, 0x10}} {
		if status&bit.status != 0 {
			flags |= bit.flag
		}
	}
	if status&0x01 == 0 {
		flags |= 0x02
	}
	return flags
}

// classes are the names that attMessageClass has for some classes (MS-OXTNEF, 2.1.3.3.5).
func classes() [8][2]string {
	return [8][2]string{
		{"IPM.Microsoft Mail.Note", "IPM.Note"},
		{"IPM.Microsoft Mail.Read Receipt", "Report.IPM.Note.IPNRN"},
		{"IPM.Microsoft Mail.Non-Delivery", "Report.IPM.Note.NDR"},
		{"IPM.Microsoft Schedule.MtgReq", "IPM.Schedule.Meeting.Request"},
		{"IPM.Microsoft Schedule.MtgCncl", "IPM.Schedule.Meeting.Canceled"},
		{"IPM.Microsoft Schedule.MtgRespP", "IPM.Schedule.Meeting.Resp.Pos"},
		{"IPM.Microsoft Schedule.MtgRespN", "IPM.Schedule.Meeting.Resp.Neg"},
		{"IPM.Microsoft Schedule.MtgRespA", "IPM.Schedule.Meeting.Resp.Tent"},
	}
}

func classFrom(s string) string {
	s = strings.TrimPrefix(s, "Microsoft Mail v3.0 ")
	for _, c := range classes() {
		if s == c[0] {
			return c[1]
		}
	}
	return s
}

func classTo(s string) string {
	for _, c := range classes() {
		if s == c[1] {
			return c[0]
		}
	}
	return s
}
