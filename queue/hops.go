package queue

import (
	"github.com/wirepost/wirepost/internal/skim"
	"github.com/wirepost/wirepost/smtp"
)

// tooManyHops is what a message is refused with that goes round in circles (RFC 5321, 6.3; RFC 3463, 3.5).
var tooManyHops = smtp.R(554, smtp.Enhanced{5, 4, 6}, "message has come through too many hosts, it seems to go in circles")

// A hopReader passes a message on. It fails if there are more than limit Received fields.
type hopReader struct {
	skim.Reader
	limit int
	err   error
}

func (h *hopReader) Read(p []byte) (int, error) {
	if h.err != nil {
		return 0, h.err
	}
	n, err := h.Reader.Read(p)
	if h.Received() > h.limit {
		h.err = tooManyHops
		return 0, h.err
	}
	return n, err
}
