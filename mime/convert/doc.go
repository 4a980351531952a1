// Package convert makes of a message what a destination can be sent, as a connector of a mail server does: attachments
// in MIME or in uuencode, text in another charset and wrapped, 7 bits in place of 8, rich text taken apart or made, display
// names left out. It also recognises automatic replies.
//
//	m, err := mime.Index(file, size, mime.Limits{})
//	...
//	r, err := convert.Convert(m, convert.Options{Encoding: transfer.SevenBit})
//	...
//	if r.Encoding != transfer.SevenBit {
//		return r.Err() // a signed part, say
//	}
//	_, err = r.WriteTo(conn)
//
// The result is made while it is read, from the source of the message and as often as wanted, and takes no more memory for
// large attachments than for small ones, but for rich text, which [Options].MaxRichText bounds. What need not be changed
// stays byte for byte as it was; if that is all of it, the result is the message. Nothing fails because of what a message
// says: what can't be converted stays, and is told in Result.Problems.
//
// A [Result] has the methods that a client of SMTP wants of a message, but for naming the kind of its content, which follows
// from Result.Encoding.
//
// Implemented are the gateways' part of RFC 2045, RFC 2046 and RFC 2049, the conversions that RFC 6152, 3 and RFC 3030, 3 ask
// for, the downgrade of header fields after RFC 6857, 3, as far as it loses no address, and the recognition after RFC 3834.
//
// The files:
//
//	options.go      Options; result.go: Result, notes
//	convert.go      Convert, the steps in their order
//	node.go         the message as a tree of parts, touched or not; segment.go: written
//	sevenbit.go     bodies in 7 or 8 bits; scan.go: what they need; downgrade.go: headers
//	fields.go       display names, classes of fields
//	texts.go        texts in MIME; text.go, wrap.go, translit.go, label.go: how text is read and written
//	flatten.go      a message without its structure; htmltext.go: HTML as text
//	uuencode.go     MIME to uuencode; attachfiles.go: and back
//	richtext.go     winmail.dat taken apart; richfile.go: its attachments; winmail.go: made
//	automatic.go    automatic replies
//	types.go        media types and extensions; types.txt: the table
package convert
