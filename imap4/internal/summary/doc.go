// Package summary works out, once for each message, what IMAP is asked of it again and again: ENVELOPE, BODY and
// BODYSTRUCTURE as the octets that go to the client (RFC 3501, 7.4.2; RFC 9051, 7.5.2), the index of its parts, what SORT and
// THREAD compare (RFC 5256, RFC 5957), the fields that SEARCH looks into, and PREVIEW (RFC 8970).
//
//	m, err := mime.Index(body, body.Size(), mime.Limits{})
//	s, err := summary.New(m)
//	w.WriteString(s.Envelope.For(utf8)) // FETCH ENVELOPE is a copy
//	data := s.AppendTo(nil)             // to keep
//	s, ok := summary.Decode(data)       // false: make it anew
//
// A summary has a few kilobytes; only structures of very many parts make it larger. It is bounded for any message, and so is
// the time that it takes.
//
// The files: summary.go has the type, new.go makes one; envelope.go and structure.go render, string.go writes strings;
// fields.go and threading.go read the header; encode.go and decode.go turn it into octets and back; cache.go keeps summaries
// in memory.
package summary
