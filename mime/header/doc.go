// Package header turns the values of header fields into typed values and back: addresses, dates, text, parameters,
// message identifiers, trace and list fields. Its functions are pure, keep nothing of each other, and take time linear
// in their input.
//
// It implements the grammar of RFC 5322 with its obsolete forms, encoded words (RFC 2047), continued and encoded
// parameters (RFC 2231), UTF-8 in header fields (RFC 6532), the trace field of RFC 5321, 4.4, and the list fields of
// RFC 2369 and RFC 2919.
//
// Reading is tolerant: it never fails, but tells a [defect.List] (nil if nobody asks) what was wrong. Offsets count
// from the start of the value. What it returns is UTF-8 and has no CR, LF or NUL.
//
//	var found defect.List
//	for _, a := range header.ParseAddresses(`"Joe" <joe@example.org>, Jane <jane@example.net>`, &found) {
//		fmt.Println(a.Name, a.Local, a.Domain)
//	}
//	to, err := header.FormatAddresses(list, header.ASCII)
//	...
//	field, err := header.Fold("To", to)
//
// Writing is strict: what a Format or Encode function returns is read back as what it was given, and what the grammar
// cannot say is an error.
//
// The files:
//
//	scan.go       octets, comments, quoted strings
//	clean.go      octets into UTF-8 without controls
//	address.go    Address; addressformat.go: written
//	addresslist.go  lists of addresses read; mailbox.go: one of them; phrase.go: the names and words in it
//	date.go       dates read; dateword.go, zone.go: their words; datefast.go: the common form; dateformat.go: written
//	text.go       encoded words read; word.go: one of them; encode.go: written
//	param.go      Params; paramparse.go, paramjoin.go: read; paramformat.go: written
//	msgid.go      message identifiers
//	fold.go       folding, unfolding, names of fields
//	received.go   the trace field
//	list.go       Keywords, Content-Language, List-*
package header
