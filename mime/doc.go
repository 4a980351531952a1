// Package mime reads and builds messages: Internet messages (RFC 5322) with the parts that MIME puts into them (RFC 2045, RFC 2046).
//
// It makes an index: one pass over the message notes where each part is, and what its header says of it. The index is
// small plain data that a store can keep beside the message; bodies are read when they are asked for, from wherever the
// message lies. Nothing is copied or changed, so that what is not touched is written again byte for byte.
//
//	m, err := mime.Index(file, size, mime.Limits{})
//	...
//	for p := range m.Root.All() {
//		if strings.HasPrefix(p.Type, "text/") {
//			_, err = io.Copy(os.Stdout, p.Text()) // decoded, in UTF-8
//		}
//	}
//	for d := range m.Defects.All() {
//		log.Print(d)
//	}
//
// A message that arrives is indexed while it is stored, by writing it to an [Indexer] as well.
//
// Reading is tolerant, after the advice of RFC 7103: there is no message that it refuses, unless [Limits].Strict asks for
// it. What it tolerates it tells, as a [defect.Kind] of this package. Whatever a message nests or repeats, the work is
// linear in its size and the memory is bounded by [Limits].
//
// A [Builder] makes messages: of a [Draft], with text, HTML, pictures and attachments, or of any tree of entities. It
// picks transfer encodings by content and boundaries that cannot collide, and what it makes is streamed: an attachment of
// a gigabyte needs no memory. [Message.Edit] changes parts and fields of a message that exists and leaves every other
// octet as it was.
//
// For IMAP there is what its FETCH wants: [Part.Envelope], [Message.BodyStructure], [Message.Section] (RFC 3501, RFC 9051),
// [Message.Binary] (RFC 3516), [Message.Preview] (RFC 8970) and [BaseSubject] (RFC 5256).
//
// Values of header fields are the business of package header, transfer encodings of package transfer, charsets of package
// charset.
//
// The files:
//
//	indexer.go      Indexer: what is written; indexline.go: lines out of it
//	indexheader.go  where headers end
//	describe.go     what a header says of its part
//	delimiter.go    boundaries, parts that begin and end
//	line.go         what a line is
//	limits.go       Limits; kinds.go: the defects
//	message.go      Message, Index; part.go: Part, paths, walking
//	marshal.go      an index stored; unmarshal.go: and read again
//	header.go       Header, Field
//	read.go         parts read; text.go, htmlcharset.go: as UTF-8; filename.go: names of files
//	envelope.go     ENVELOPE; structure.go: BODYSTRUCTURE; section.go: BODY[]; binary.go: BINARY
//	preview.go      PREVIEW; htmltext.go: HTML without its markup
//	basesubject.go  subjects for SORT and THREAD
//	build*.go       Builder, Draft, Entity, Outgoing; buildedit.go: Message.Edit
package mime
