package convert

import (
	"io"
	"sync"

	"github.com/wirepost/wirepost/mime/transfer"
)

// A Kind says what was done, or could not be, in a few words.
type Kind string

// What was changed.
const (
	Attached          Kind = "files in a text were made attachments"
	UUEncoded         Kind = "parts were put into one text with uuencode"
	AlternativeGone   Kind = "an alternative was left out"
	RichTextApart     Kind = "winmail.dat was taken apart"
	RichTextMade      Kind = "winmail.dat was made"
	TextConverted     Kind = "text was wrapped or put in another charset"
	CharactersLost    Kind = "characters that the charset lacks were replaced"
	NamesRemoved      Kind = "display names were removed"
	Reencoded         Kind = "a part was encoded anew"
	BoundaryReplaced  Kind = "a multipart got a new boundary, and lost what is outside its parts"
	HeaderEncoded     Kind = "header fields were encoded in ASCII"
	FieldEncapsulated Kind = "a header field was encoded as a Downgraded field"
)

// What could not be changed, and is as it was.
const (
	Signed          Kind = "a signed or encrypted part must not be altered"
	NonASCIIAddress Kind = "an address is not ASCII, and can't be said without SMTPUTF8"
	BadField        Kind = "a header field can't be written by the rules"
	UnknownEncoding Kind = "a part has an unknown transfer encoding"
	NotEncodable    Kind = "a part of this type must not be encoded"
	TooComplex      Kind = "the message exceeds the limits of its index"
	TooLarge        Kind = "a part is too large for rich text"
)

// A Note is one thing that was changed, or could not be. As an error it is one that could not be.
type Note struct {
	Kind  Kind
	Part  string // the path in the message as it was (mime.Part.Path); "" for the message itself, or what was made
	Field string // the name of a header field, or ""
}

// Error says what could not be done, and where.
func (n Note) Error() string {
	s := "convert: " + string(n.Kind)
	if n.Field != "" {
		s += ", in " + n.Field
	}
	if n.Part != "" {
		s += ", part " + n.Part
	}
	return s
}

// maxNotes is how many changes and how many problems are kept.
const maxNotes = 1000

// A Result is a message as the destination is to be sent it. It reads from the source of the message that it was made of,
// whenever it is read, and may be read by several goroutines at a time as far as that may.
type Result struct {
	// Changes tells what was changed, Problems what should have been and could not; the first thousand of each. With Problems
	// the message can still be sent to a destination that takes its Encoding.
	Changes, Problems []Note
	// Automatic tells whether the message was made by a program.
	Automatic Automatic
	// Drop reports that it is an automatic reply that Options.DropAutomaticReplies wants dropped. It is not converted.
	Drop bool
	// Encoding is the least that a destination must take: SevenBit, EightBit or Binary. It is "" if Options.Encoding is. For a
	// header in UTF-8 it must have SMTPUTF8 besides, if UTF8Header is set.
	Encoding   transfer.Encoding
	UTF8Header bool

	source   io.ReaderAt
	segments []segment
	lf       bool
	size     func() int64
}

// Changed reports whether the result differs from the message.
func (r *Result) Changed() bool { return len(r.Changes) > 0 }

// Err is the first of the Problems, a [Note], or nil.
func (r *Result) Err() error {
	if len(r.Problems) > 0 {
		return r.Problems[0]
	}
	return nil
}

// Open reads the result from its start. Each call is independent. The errors of the reader are those of the source. Closing
// it does nothing.
func (r *Result) Open() (io.ReadCloser, error) { return io.NopCloser(r.reader()), nil }

// WriteTo writes the result.
func (r *Result) WriteTo(w io.Writer) (int64, error) { return r.reader().WriteTo(w) }

// Size is the number of octets of the result. Of what was changed it makes all once to count them, on the first call. It is
// -1 if the source can't be read.
func (r *Result) Size() int64 { return r.size() }

func (r *Result) reader() *sequence {
	return &sequence{source: r.source, segments: r.segments, lf: r.lf}
}

// measured counts what the segments have.
func (r *Result) measured() func() int64 {
	return sync.OnceValue(func() int64 {
		var total int64
		for _, g := range r.segments {
			if g.open == nil && g.text == nil {
				total += g.end - g.at
				continue
			}
			one := sequence{segments: []segment{g}, lf: r.lf}
			n, err := one.WriteTo(io.Discard)
			if err != nil {
				return -1
			}
			total += n
		}
		return total
	})
}

// note adds to a list of notes.
func note(list *[]Note, n Note) {
	if len(*list) < maxNotes {
		*list = append(*list, n)
	}
}
