package report

import (
	"errors"
	"fmt"
	"io"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/defect"
)

// ErrNone is a message that holds no report.
var ErrNone = errors.New("report: the message holds no report")

// A Found is a report in a message. One of Delivery, Disposition and Feedback is set.
type Found struct {
	Delivery    *Delivery
	Disposition *Disposition
	Feedback    *Feedback
	Original    *mime.Part // what is returned, a message or a header; nil for nothing
}

// maxMachine is how much of a machine-readable part is read.
const maxMachine = 4 << 20

// Find reads the first report of a message, wherever it is among the parts (RFC 6522, 1), but not those in messages that
// are enclosed. The multipart need not say that it is a report. What was wrong is told to found, which may be nil, with
// offsets in the decoded part. The other errors are those of the message's source.
func Find(m *mime.Message, found *defect.List) (*Found, error) {
	machine, original := search(m.Root)
	if machine == nil {
		return nil, ErrNone
	}
	b, err := io.ReadAll(io.LimitReader(machine.Decoded(), maxMachine))
	if err != nil {
		return nil, fmt.Errorf("report: reading the message: %w", err)
	}
	r := &Found{Original: original}
	switch machine.Type {
	case "message/delivery-status", "message/global-delivery-status":
		r.Delivery = ParseDelivery(b, found)
	case "message/feedback-report":
		r.Feedback = ParseFeedback(b, found)
	default:
		r.Disposition = ParseDisposition(b, found)
	}
	return r, nil
}

// search finds the machine-readable part, and what is returned behind it.
func search(p *mime.Part) (machine, original *mime.Part) {
	switch p.Type {
	case "message/delivery-status", "message/global-delivery-status", "message/feedback-report",
		"message/disposition-notification", "message/global-disposition-notification":
		return p, nil
	}
	for i, child := range p.Children {
		machine, original = search(child)
		if machine == child && i+1 < len(p.Children) && isReturned(p.Children[i+1]) {
			original = p.Children[i+1]
		}
		if machine != nil {
			return machine, original
		}
	}
	return nil, nil
}

func isReturned(p *mime.Part) bool {
	switch p.Type {
	case "message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers":
		return true
	}
	return false
}
