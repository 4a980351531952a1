package summary

import (
	"strings"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

const (
	maxReferences = 64
	maxID         = 998 // octets: a line (RFC 5322, 2.1.1)
)

// threading returns the identifiers that THREAD goes by (RFC 5256, 3).
func threading(e *mime.Envelope, h *mime.Header) (id string, references []string) {
	if e.MessageID != nil {
		if ids := identifiers(*e.MessageID); len(ids) > 0 {
			id = ids[0]
		}
	}
	for _, value := range h.Values("References") {
		references = append(references, identifiers(value)...)
	}
	if len(references) == 0 && e.InReplyTo != nil {
		if ids := identifiers(*e.InReplyTo); len(ids) > 0 {
			references = ids[:1]
		}
	}
	if n := len(references); n > maxReferences {
		references = append(references[:1], references[n-maxReferences+1:]...)
	}
	return id, references
}

// identifiers are the message identifiers of a value in their normal form.
func identifiers(value string) []string {
	ids := header.ParseMessageIDs(value, nil)
	kept := ids[:0]
	for _, id := range ids {
		if id = normalID(id); id != "" && len(id) <= maxID {
			kept = append(kept, id)
		}
	}
	return kept
}

// normalID is an identifier without angle brackets and quotes.
func normalID(id string) string {
	id = strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">")
	if strings.IndexByte(id, '"') < 0 && strings.IndexByte(id, '\\') < 0 {
		return id
	}
	b := make([]byte, 0, len(id))
	quoted := false
	for i := 0; i < len(id); i++ {
		switch c := id[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted && i+1 < len(id):
			i++
			b = append(b, id[i])
		default:
			b = append(b, c)
		}
	}
	return string(b)
}
