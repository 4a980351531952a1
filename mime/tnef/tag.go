package tnef

import "fmt"

// A Type is the type of a property's value (MS-OXCDATA, 2.11.1). In parentheses, the type of [Property.Value].
type Type uint16

// The types that TNEF can carry.
const (
	PtypInteger16    Type = 0x0002 // int16
	PtypInteger32    Type = 0x0003 // int32
	PtypFloating32   Type = 0x0004 // float32
	PtypFloating64   Type = 0x0005 // float64
	PtypCurrency     Type = 0x0006 // int64, in ten-thousandths
	PtypFloatingTime Type = 0x0007 // float64, days since the end of 1899
	PtypErrorCode    Type = 0x000a // int32
	PtypBoolean      Type = 0x000b // bool
	PtypObject       Type = 0x000d // Object
	PtypInteger64    Type = 0x0014 // int64
	PtypString8      Type = 0x001e // string; in the stream, in its code page
	PtypString       Type = 0x001f // string; in the stream, in UTF-16
	PtypTime         Type = 0x0040 // time.Time in UTC, in steps of 100 ns, from 1601
	PtypGuid         Type = 0x0048 // GUID
	PtypBinary       Type = 0x0102 // []byte
	// PtypMultiple, added to any other type but PtypObject, makes it several values: a slice of the type above.
	PtypMultiple Type = 0x1000
)

// A Tag names a property: its id and its type (MS-OXCDATA, 2.9).
type Tag uint32

// NewTag returns the tag of an id and a type.
func NewTag(id uint16, t Type) Tag { return Tag(id)<<16 | Tag(t) }

// ID is what the property is. From 0x8000 up it means nothing without the [Name].
func (t Tag) ID() uint16 { return uint16(t >> 16) }

// Type is the type of its value.
func (t Tag) Type() Type { return Type(t) }

// String writes the tag as the specifications do: 0x0037001F.
func (t Tag) String() string { return fmt.Sprintf("0x%08X", uint32(t)) }

// isNamed reports whether a tag needs a Name.
func (t Tag) isNamed() bool { return t.ID() >= 0x8000 }

// Properties of messages that a mail program needs (MS-OXPROPS).
const (
	PidTagImportance                       Tag = 0x00170003 // 0 low, 1 normal, 2 high
	PidTagMessageClass                     Tag = 0x001A001F // IPM.Note, IPM.Schedule.Meeting.Request, REPORT.IPM.Note.NDR
	PidTagSubject                          Tag = 0x0037001F
	PidTagClientSubmitTime                 Tag = 0x00390040
	PidTagSentRepresentingName             Tag = 0x0042001F
	PidTagOriginalMessageClass             Tag = 0x004B001F
	PidTagStartDate                        Tag = 0x00600040
	PidTagEndDate                          Tag = 0x00610040
	PidTagOwnerAppointmentId               Tag = 0x00620003
	PidTagResponseRequested                Tag = 0x0063000B
	PidTagSentRepresentingAddressType      Tag = 0x0064001F
	PidTagSentRepresentingEmailAddress     Tag = 0x0065001F
	PidTagReceivedRepresentingName         Tag = 0x0044001F
	PidTagReceivedRepresentingAddressType  Tag = 0x0077001F
	PidTagReceivedRepresentingEmailAddress Tag = 0x0078001F
	PidTagReceivedRepresentingEntryId      Tag = 0x00430102
	PidTagConversationKey                  Tag = 0x000B0102
	PidTagParentKey                        Tag = 0x00250102
	PidTagTransportMessageHeaders          Tag = 0x007D001F
	PidTagSenderName                       Tag = 0x0C1A001F
	PidTagSenderAddressType                Tag = 0x0C1E001F
	PidTagSenderEmailAddress               Tag = 0x0C1F001F
	PidTagRecipientType                    Tag = 0x0C150003
	PidTagMessageDeliveryTime              Tag = 0x0E060040
	PidTagMessageFlags                     Tag = 0x0E070003
	PidTagBody                             Tag = 0x1000001F
	PidTagRtfCompressed                    Tag = 0x10090102 // see package rtf
	PidTagHtml                             Tag = 0x10130102 // in PidTagInternetCodepage
	PidTagInternetMessageId                Tag = 0x1035001F
	PidTagDisplayName                      Tag = 0x3001001F
	PidTagAddressType                      Tag = 0x3002001F
	PidTagEmailAddress                     Tag = 0x3003001F
	PidTagCreationTime                     Tag = 0x30070040
	PidTagLastModificationTime             Tag = 0x30080040
	PidTagSearchKey                        Tag = 0x300B0102
	PidTagSmtpAddress                      Tag = 0x39FE001F
	PidTagInternetCodepage                 Tag = 0x3FDE0003
	PidTagSenderSmtpAddress                Tag = 0x5D01001F
	PidTagSentRepresentingSmtpAddress      Tag = 0x5D02001F
)

// Properties of attachments.
const (
	PidTagAttachDataObject      Tag = 0x3701000D
	PidTagAttachDataBinary      Tag = 0x37010102
	PidTagAttachFilename        Tag = 0x3704001F // of 8.3 characters
	PidTagAttachMethod          Tag = 0x37050003 // 1 by value, 5 an embedded message, 6 an OLE object
	PidTagAttachLongFilename    Tag = 0x3707001F
	PidTagAttachRendering       Tag = 0x37090102
	PidTagRenderingPosition     Tag = 0x370B0003
	PidTagAttachTransportName   Tag = 0x370C001F
	PidTagAttachMimeTag         Tag = 0x370E001F
	PidTagAttachContentId       Tag = 0x3712001F
	PidTagAttachContentLocation Tag = 0x3713001F
)
