package mime

import (
	"github.com/wirepost/wirepost/mime/header"
)

// An Envelope is what the ENVELOPE of IMAP says (RFC 3501 and RFC 9051, 7.4.2 and 7.5.2). Strings are the values of the
// fields as they stand: encoded words are not decoded, for that is the client's part. A nil string is NIL, a field that is not
// there. Lists of addresses are flat, with marks for groups; an empty one is NIL. Where there is no Sender or Reply-To, it
// is From. Of a field that is there more than once the first one counts, but addresses are taken together (RFC 7103, 7.5.1).
type Envelope struct {
	Date, Subject                      *string
	From, Sender, ReplyTo, To, Cc, Bcc []header.Address
	InReplyTo, MessageID               *string
}

// Envelope reads the envelope of a message: of the root, or of the Message of a part. It comes from the header, and is to
// be kept by who needs it often. Its error is that of the source.
func (p *Part) Envelope() (*Envelope, error) {
	h, err := p.Header()
	if err != nil {
		return nil, err
	}
	return h.Envelope(), nil
}

// Envelope is the envelope of the message that has this header.
func (h *Header) Envelope() *Envelope {
	text := func(name string) *string {
		if i := h.index(name); i >= 0 {
			s := h.fields[i].Value()
			return &s
		}
		return nil
	}
	addresses := func(name string) (list []header.Address) {
		for _, value := range h.Values(name) { // one by one: what one leaves open must not swallow the next
			list = append(list, header.ParseRawAddresses(value, nil)...)
		}
		return list
	}
	e := &Envelope{
		Date: text("Date"), Subject: text("Subject"), InReplyTo: text("In-Reply-To"), MessageID: text("Message-ID"),
		From: addresses("From"), Sender: addresses("Sender"), ReplyTo: addresses("Reply-To"),
		To: addresses("To"), Cc: addresses("Cc"), Bcc: addresses("Bcc"),
	}
	if len(e.Sender) == 0 {
		e.Sender = e.From
	}
	if len(e.ReplyTo) == 0 {
		e.ReplyTo = e.From
	}
	return e
}
