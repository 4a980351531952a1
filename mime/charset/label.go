package charset

import (
	"strings"
	"sync"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// A charset is one that this package knows.
type charset struct {
	name   string // the preferred MIME name, or the one in use where IANA has none
	labels string // other names as fold gives them, parted by blanks

	single *single                      // of single octets; else multi or reader is set
	writes *single                      // for Encode, where it is not single
	multi  encoding.Encoding            // from golang.org/x/text
	reader func() transform.Transformer // for reading, where multi is not right

	shifts string // the ASCII octets that are more than themselves
	wide   bool   // no text is ASCII even if it has only such octets
}

// Canonical returns the preferred MIME name of the charset with this label, such as "ISO-8859-1" for "latin1", or "" for
// a label that is not known.
func Canonical(label string) string {
	if c := lookup(label); c != nil {
		return c.name
	}
	return ""
}

// byLabel finds charsets by folded labels.
var byLabel = sync.OnceValue(func() map[string]*charset {
	m := make(map[string]*charset, 8*len(charsets))
	for i := range charsets {
		c := &charsets[i]
		var box [maxLabel]byte
		m[string(fold(box[:0], c.name))] = c
		for label := range strings.FieldsSeq(c.labels) {
			m[label] = c
		}
	}
	return m
})

// lookup returns nil for a charset that is not known.
func lookup(label string) *charset {
	var box [maxLabel]byte
	folded := fold(box[:0], label)
	m := byLabel()
	if c := m[string(folded)]; c != nil {
		return c
	}
	if len(folded) > 2 && string(folded[:2]) == "3d" {
		return m[string(folded[2:])] // "charset==3Diso-8859-1": the header was in quoted-printable
	}
	return nil
}

// maxLabel bounds a label; IANA's are at most 40 octets long (RFC 2978, 2.3).
const maxLabel = 64

// fold appends the letters and digits of a label, in lower case and without a leading "x-". It gives nothing for a label
// that is too long.
func fold(dst []byte, label string) []byte {
	label = strings.Trim(label, "\"'<>=? \t\r\n")
	if i := strings.IndexAny(label, ";,*\"'"); i >= 0 {
		label = label[:i]
	}
	if first, rest, ok := strings.Cut(label, " "); ok && (rest == "" || rest[0] < '0' || rest[0] > '9') {
		label = first // but not of "CP 932"
	}
	if len(label) > maxLabel {
		return nil
	}
	if len(label) > 2 && (label[0] == 'x' || label[0] == 'X') && (label[1] == '-' || label[1] == '_') {
		label = label[2:]
	}
	for i := range len(label) {
		c := label[i]
		switch {
		case 'A' <= c && c <= 'Z':
			dst = append(dst, c+'a'-'A')
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
			dst = append(dst, c)
		case c >= 0x80:
			return nil
		}
	}
	return dst
}
