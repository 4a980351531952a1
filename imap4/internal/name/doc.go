// Package name has the names of mailboxes: how they are written on the wire, what they may be, and whether the pattern of a
// LIST takes them in (RFC 3501, 5.1 and 6.3.8; RFC 9051, 5.1 and 6.3.9; RFC 5258; RFC 9755, 3).
//
// Inside of the engine a mailbox is a path: its components from the root, in UTF-8. A client writes them as one string:
//
//	text, err := name.Decode(argument) // modified UTF-7, of a client that has not enabled UTF-8
//	path, err := name.Parse(text, '/') // ["INBOX", "Entwürfe"]
//	...
//	wire := name.Encode(name.Join(path, '/'))
//
// and asks for them by patterns, which may be decoded like names:
//
//	p := name.Compile("inbox/%", '/')
//	p.Match("INBOX/Entwürfe")  // true
//	p.MatchBelow("INBOX")      // true: go and look there
//
// The files: utf7.go has the encoding, path.go what a name may be, pattern.go LIST.
package name
