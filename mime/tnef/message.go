package tnef

import (
	"cmp"
	"strings"
	"unicode"

	"github.com/wirepost/wirepost/mime/defect"
)

// A Message is what a TNEF stream says.
type Message struct {
	Key         uint16 // of the stream, of no use to a reader; 0 is written as 1
	CodePage    int    // of text that is not Unicode; 0 is 1252
	Properties  Properties
	Recipients  []Recipient
	Attachments []Attachment
	Defects     defect.List // what was wrong; that of embedded messages is with these
}

// Class is the message class, which says what the message is; compare it without regard to case.
func (m *Message) Class() string { return m.Properties.Text(PidTagMessageClass) }

// An Address is one of the addresses that MAPI knows.
type Address struct {
	Name  string
	Type  string // SMTP, EX, FAX
	Email string // of that type
}

// From is who the message is from: the one in whose name it was sent or, where none is named, the sender.
func (m *Message) From() Address {
	p := m.Properties
	a := address(p, PidTagSentRepresentingName, PidTagSentRepresentingAddressType, PidTagSentRepresentingEmailAddress,
		PidTagSentRepresentingSmtpAddress)
	if a == (Address{}) {
		a = address(p, PidTagSenderName, PidTagSenderAddressType, PidTagSenderEmailAddress, PidTagSenderSmtpAddress)
	}
	return a
}

// address prefers the SMTP address, which is what one wants of an Exchange user.
func address(p Properties, name, kind, email, smtp Tag) Address {
	a := Address{Name: p.Text(name), Type: p.Text(kind), Email: p.Text(email)}
	if s := p.Text(smtp); s != "" {
		a.Type, a.Email = "SMTP", s
	}
	return a
}

// A RecipientType says in which field a recipient is (MS-OXOMSG, 2.2.3.1).
type RecipientType int32

// The types of recipients.
const (
	To  RecipientType = 1
	Cc  RecipientType = 2
	Bcc RecipientType = 3
)

// A Recipient is a row of the table of recipients.
type Recipient struct{ Properties Properties }

// NewRecipient returns a recipient with an SMTP address.
func NewRecipient(t RecipientType, name, email string) Recipient {
	var r Recipient
	r.Properties.Set(PidTagRecipientType, int32(t))
	r.Properties.Set(PidTagDisplayName, cmp.Or(name, email))
	r.Properties.Set(PidTagAddressType, "SMTP")
	r.Properties.Set(PidTagEmailAddress, email)
	return r
}

// Type is 0 if the recipient does not say.
func (r *Recipient) Type() RecipientType {
	const resend = 0xf << 28 // flags of a message that is sent again
	v, _ := get[int32](r.Properties, PidTagRecipientType)
	return RecipientType(uint32(v) &^ resend)
}

// Address is the recipient's.
func (r *Recipient) Address() Address {
	return address(r.Properties, PidTagDisplayName, PidTagAddressType, PidTagEmailAddress, PidTagSmtpAddress)
}

// An Attachment is a file, a message or an OLE object.
type Attachment struct {
	Properties Properties
	Data       []byte   // the content of a file; nil if there is none. An OLE object stays in PidTagAttachDataObject
	Message    *Message // an embedded message, else nil
}

// NewAttachment returns a file.
func NewAttachment(name, contentType string, data []byte) Attachment {
	a := Attachment{Data: data}
	a.Properties.Set(PidTagAttachMethod, int32(1))
	a.Properties.Set(PidTagAttachLongFilename, name)
	if contentType != "" {
		a.Properties.Set(PidTagAttachMimeTag, contentType)
	}
	return a
}

// Embed returns an attachment that is a message.
func Embed(m *Message) Attachment {
	a := Attachment{Message: m}
	a.Properties.Set(PidTagAttachMethod, int32(methodEmbedded))
	a.Properties.Set(PidTagDisplayName, m.Properties.Text(PidTagSubject))
	return a
}

// The values of PidTagAttachMethod that matter to the form of the stream (MS-OXCMSG, 2.2.2).
const (
	methodEmbedded = 5
	methodStorage  = 6
)

// Name is the name of the file, the long one if there is one. It is fit to be shown and, with due care, to be a file's:
// without directories, control characters, marks that turn text around or spaces at its ends, and never "." or "..".
func (a *Attachment) Name() string {
	for _, tag := range [...]Tag{
		PidTagAttachLongFilename, PidTagAttachFilename, PidTagAttachTransportName, PidTagDisplayName,
	} {
		s := a.Properties.Text(tag)
		if i := strings.LastIndexAny(s, `/\`); i >= 0 {
			s = s[i+1:]
		}
		s = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				return -1
			}
			return r
		}, s)
		if s = strings.TrimSpace(s); s != "" && s != "." && s != ".." {
			return s
		}
	}
	return ""
}

// ContentType is the MIME type that the sender gave. It may be any text.
func (a *Attachment) ContentType() string { return a.Properties.Text(PidTagAttachMimeTag) }

// ContentID is what cid: URLs of the HTML call the attachment, without angle brackets.
func (a *Attachment) ContentID() string {
	return strings.Trim(a.Properties.Text(PidTagAttachContentId), "<>")
}
