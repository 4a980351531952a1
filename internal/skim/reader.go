package skim

import (
	"io"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A Reader passes a message on and skims its header. A field that is not ended yet when the message ends counts too.
type Reader struct {
	R io.Reader

	received int
	fields   [numKept]value
	inBody   bool
	inValue  bool   // past the colon
	begun    bool   // the line has an octet
	name     []byte // of the field, in lower case, as far as it matters
	keep     kept   // which value is being read
}

// A value is what was kept of a field.
type value struct {
	octets []byte
	count  int // how often the field was there; the octets are the first one's
	long   bool
}

// kept are the fields whose values are kept.
type kept int

const (
	messageID kept = iota
	tlsRequired
	numKept
	nothing
)

// The names of the fields, in lower case.
const (
	receivedName    = "received"
	messageIDName   = "message-id"
	tlsRequiredName = "tls-required"
	longestName     = len(tlsRequiredName)
)

// maxValue is how much of a value is kept before it is trimmed: more than a Message-ID may have, in octets.
const maxValue = 2 * MaxMessageID

// MaxMessageID is how many octets a Message-ID may have; a longer one is as if there were none.
const MaxMessageID = 500

// Received is how many Received fields have passed (RFC 5321, 4.4).
func (r *Reader) Received() int { return r.received }

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	n, err := r.R.Read(p)
	for _, c := range p[:n] {
		if r.inBody {
			break
		}
		r.take(c)
	}
	return n, err
}

// take takes one octet of the header.
func (r *Reader) take(c byte) {
	switch {
	case !r.begun: // the line's first
		switch c {
		case '\n':
			r.inBody = true
		case '\r': // of an empty line
		case ' ', '\t': // the field goes on (RFC 5322, 2.2.3)
			r.begun = true
			r.put(' ')
		default:
			r.begun, r.inValue, r.keep, r.name = true, false, nothing, r.name[:0]
			r.take(c)
		}
	case c == '\n':
		r.begun = false
	case r.inValue:
		r.put(c)
	case c == ':':
		r.named()
	case len(r.name) <= longestName:
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		r.name = append(r.name, c)
	}
}

// named notes which field has begun.
func (r *Reader) named() {
	r.inValue = true
	switch string(r.name) {
	case receivedName:
		r.received++
	case messageIDName:
		r.begin(messageID)
	case tlsRequiredName:
		r.begin(tlsRequired)
	}
}

func (r *Reader) begin(k kept) {
	if r.fields[k].count++; r.fields[k].count == 1 {
		r.keep = k
	}
}

// put keeps an octet of a value.
func (r *Reader) put(c byte) {
	if !r.inValue || r.keep == nothing {
		return
	}
	v := &r.fields[r.keep]
	switch {
	case (c == ' ' || c == '\t') && len(v.octets) == 0:
	case len(v.octets) >= maxValue:
		v.long = true
	default:
		v.octets = append(v.octets, c)
	}
}

// MessageID is the Message-ID of what has passed, without its angle brackets (RFC 5322, 3.6.4): printable UTF-8, of at most
// MaxMessageID octets. It is empty if there is none, or one that is too long; of several it is the first.
func (r *Reader) MessageID() string {
	v := &r.fields[messageID]
	id := string(v.octets)
	whole := false
	if _, rest, ok := strings.Cut(id, "<"); ok {
		id, _, whole = strings.Cut(rest, ">")
	}
	if v.long && !whole {
		return ""
	}
	id = strings.Trim(strings.Map(printable, strings.ToValidUTF8(id, "?")), " ")
	if len(id) > MaxMessageID {
		return ""
	}
	return id
}

// printable makes control characters spaces, and what Unicode calls the end of a line.
func printable(r rune) rune {
	if r < ' ' || 0x7f <= r && r < 0xa0 || r == '\u2028' || r == '\u2029' {
		return ' '
	}
	return r
}

// TLSOptional tells that what has passed says "TLS-Required: No" (RFC 8689, 3), once.
func (r *Reader) TLSOptional() bool {
	v := &r.fields[tlsRequired]
	return v.count == 1 && !v.long && ascii.EqualFold(strings.Trim(string(v.octets), " \t\r"), "No")
}
