package summary

import (
	"io"
	"strings"
	"time"

	"github.com/wirepost/wirepost/mime"
)

// A Summary is what is known of a message. It does not change, and may be used by several goroutines. Its strings share
// one piece of memory.
type Summary struct {
	Size       int64 // octets of the message
	HeaderSize int64 // of its header, with the blank line: its text begins there

	Envelope      Rendered
	Body          Rendered // BODY, without extension data
	BodyStructure Rendered

	// Preview is the start of the text, in UTF-8 and one line; "" if there is none (RFC 8970).
	Preview string

	Keys

	index  string // mime's, see Message
	fields [fieldCount]string
	cut    uint64 // the fields of which not all is in fields, as bits
	names  string // the names of all fields of the header, in small letters, each with a line end before and behind it
	all    bool   // names has all of them

	data string // the encoding, which all other strings are part of
}

// Rendered is a data item as it is written. The strings in it are quoted, or literals where they have to be.
type Rendered struct {
	ASCII string // for a client that has not enabled UTF-8: quoted strings are ASCII
	UTF8  string // with UTF8=ACCEPT (RFC 9755) or IMAP4rev2 enabled; most often the same
}

// For returns what a client gets who has enabled UTF-8 or not.
func (r Rendered) For(utf8 bool) string {
	if utf8 {
		return r.UTF8
	}
	return r.ASCII
}

// Keys are what SORT and THREAD compare. Texts are keys of [collate.UnicodeCasemap].
type Keys struct {
	Subject string // the base subject (RFC 5256, 2.1)
	Reply   bool   // the message is a reply or a forward, by its subject (RFC 5256, 3)

	From, To, Cc           string // the addr-mailbox of the first address
	DisplayFrom, DisplayTo string // the first address as RFC 5957, 3 shows it

	// Sent is the Date field, in the zone that it is written in, to the second; zero if there is none that can be read.
	Sent time.Time

	// MessageID and References are without angle brackets and quotes, so that each identifier has one spelling (RFC 5256,
	// 3). References are those of the field of this name, or else the first of In-Reply-To; of more than 64, the first one
	// and the last 63.
	MessageID  string
	References []string
}

// Clone returns a copy of the keys that shares no memory with the summary: for who sorts more messages than there should
// be summaries in memory.
func (k *Keys) Clone() *Keys {
	clone := *k
	size := 0
	texts := clone.strings()
	for _, text := range texts {
		size += len(*text)
	}
	for _, id := range k.References {
		size += len(id)
	}
	var b strings.Builder
	b.Grow(size) // so that what is taken from it stays where it is
	take := func(s string) string {
		b.WriteString(s)
		return b.String()[b.Len()-len(s):]
	}
	for _, text := range texts {
		*text = take(*text)
	}
	clone.References = nil
	for _, id := range k.References {
		clone.References = append(clone.References, take(id))
	}
	return &clone
}

// Message opens the message that was summed up: r has its octets. Its error is [mime.ErrIndex], if another version of
// package mime has made the index.
func (s *Summary) Message(r io.ReaderAt) (*mime.Message, error) {
	m := &mime.Message{}
	if err := m.UnmarshalBinary([]byte(s.index)); err != nil {
		return nil, err
	}
	m.SetSource(r)
	return m, nil
}

// Len is how many octets the summary takes in memory, about.
func (s *Summary) Len() int { return len(s.data) + overhead + 16*len(s.References) }

// overhead is what a Summary takes beside its strings.
const overhead = 640

// AppendTo appends the encoding of the summary to b. It has the version of this package in it, and a checksum.
func (s *Summary) AppendTo(b []byte) []byte { return append(b, s.data...) }
