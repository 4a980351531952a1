package queue

import (
	"io"

	"github.com/wirepost/wirepost/smtp"
)

// tooManyHops is what a message is refused with that goes round in circles (RFC 5321, 6.3; RFC 3463, 3.5).
var tooManyHops = smtp.R(554, smtp.Enhanced{5, 4, 6}, "message has come through too many hosts, it seems to go in circles")

// A hopReader passes a message on and counts the Received fields in its header. It fails if there are more than limit.
type hopReader struct {
	r      io.Reader
	limit  int
	hops   int
	column int // of the next octet in its line, as far as that matters
	match  int // octets of "received:" that the line begins with; below 0 if it does not
	inBody bool
	err    error
}

const receivedField = "received:"

func (h *hopReader) Read(p []byte) (int, error) {
	if h.err != nil {
		return 0, h.err
	}
	n, err := h.r.Read(p)
	for _, c := range p[:n] {
		if h.inBody {
			break
		}
		h.count(c)
	}
	if h.hops > h.limit {
		h.err = tooManyHops
		return 0, h.err
	}
	return n, err
}

// count takes one octet of the header.
func (h *hopReader) count(c byte) {
	switch {
	case c == '\n' && h.column == 0:
		h.inBody = true
	case c == '\n':
		h.column, h.match = 0, 0
	case c == '\r' && h.column == 0: // of an empty line
	default:
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if h.match >= 0 && h.match < len(receivedField) {
			if c != receivedField[h.match] {
				h.match = -1
			} else if h.match++; h.match == len(receivedField) {
				h.hops++
			}
		}
		h.column = 1
	}
}
