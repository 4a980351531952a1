// Package tnef reads and writes TNEF, the stream of MAPI properties that Outlook and Exchange send as
// application/ms-tnef in a part called winmail.dat (MS-OXTNEF).
//
//	m := tnef.Parse(octets, tnef.Limits{})
//	subject := m.Properties.Text(tnef.PidTagSubject)
//	body, _ := m.Body(0)
//	for i := range m.Attachments {
//		a := &m.Attachments[i]
//		save(a.Name(), a.ContentType(), a.Data)
//	}
//
// A stream is read from memory, since its attributes come in any order; a winmail.dat is as large as a message may be.
// Parse never fails: a damaged stream gives what can be had, and Message.Defects tells the rest. Nothing is copied:
// attachments and binary properties are slices of the input, which so may not change while the message is in use. The
// memory is a small multiple of the input, whatever lengths and counts it declares, and [Limits] bounds the rest.
//
// All that a message says is in its properties. TNEF has older attributes for some of them; those are read as the
// properties that they stand for, unless the message has these too. What kind of message it is (a note, a meeting
// request, a report) is its PidTagMessageClass; a meeting is not interpreted further.
//
// The way out is the same [Message], filled with Properties.Set, [NewAttachment], [NewRecipient], and written with
// Message.WriteTo. What it writes, Parse reads back equal.
//
// The files: message.go has what there is to see; tag.go, property.go, guid.go and time.go its values; parse.go,
// attribute.go, legacy.go and value.go read, write.go and encode.go write; body.go finds the text. Rich text is the
// business of package rtf below.
package tnef
