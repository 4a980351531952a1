package match

import (
	"strings"

	"github.com/wirepost/wirepost/imap4/internal/collate"
	"github.com/wirepost/wirepost/imap4/internal/summary"
	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// Known looks through what a summary has of the fields of a name. known reports that the header need not be read: the
// search, which is by [collate.UnicodeCasemap], has looked through all of them. has reports, if known is set, that there is
// one at all, which is what an empty string asks for (RFC 9051, 6.4.4, HEADER).
func Known(sum *summary.Summary, name string, s *collate.Search) (has, known bool) {
	key, has, known := sum.Field(name)
	if has && known {
		s.Key(key)
	}
	return has, known
}

// Field looks through the fields of a name, decoded, and reports whether there is one.
func Field(h *mime.Header, name string, s *collate.Search) (has bool) {
	for f := range h.All() {
		if f.Name != "" && ascii.EqualFold(f.Name, name) { // a line that is no field has no name
			has = true
			s.String(decode(f.Value()))
		}
	}
	return has
}

// Header looks through a whole header, decoded: field by field, each with its name.
func Header(h *mime.Header, s *collate.Search) {
	for f := range h.All() {
		if s.Done() {
			return
		}
		s.String(f.Name + ": " + decode(f.Value()))
	}
}

// maxPiece is how much of a value is decoded at a time. Encoded words have no more octets than they are decoded to, but
// charsets of one octet become up to three.
const maxPiece = header.MaxText / 4

// decode is [header.DecodeText] for values of any length. A long one is cut at white space.
func decode(value string) string {
	if len(value) <= maxPiece {
		return header.DecodeText(value, nil)
	}
	var b strings.Builder
	for value != "" {
		n := min(len(value), maxPiece)
		if n < len(value) {
			if i := strings.LastIndexAny(value[:n], " \t"); i > 0 {
				n = i
			}
		}
		piece := header.DecodeText(value[:n], nil)
		if b.Len() > 0 && (value[0] == ' ' || value[0] == '\t') {
			b.WriteByte(' ')
		}
		b.WriteString(piece)
		value = value[n:]
	}
	return b.String()
}
