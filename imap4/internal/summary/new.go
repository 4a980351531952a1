package summary

import (
	"time"

	"github.com/wirepost/wirepost/imap4/internal/collate"
	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// New sums up a message, which has its source. It reads the headers, and the start of the first text. Its error is that
// of the source.
func New(m *mime.Message) (*Summary, error) {
	h, err := m.Root.Header()
	if err != nil {
		return nil, err
	}
	structure, err := m.BodyStructure()
	if err != nil {
		return nil, err
	}
	preview, err := m.Preview()
	if err != nil {
		return nil, err
	}
	index, err := m.MarshalBinary()
	if err != nil {
		return nil, err
	}
	envelope := h.Envelope()
	s := &Summary{
		Size: m.Size, HeaderSize: m.Root.BodyStart - m.Root.Start, Preview: preview, index: string(index),
		Envelope:      render(func(r *renderer) { r.envelope(envelope) }),
		Body:          render(func(r *renderer) { r.structure(structure, false) }),
		BodyStructure: render(func(r *renderer) { r.structure(structure, true) }),
		Keys:          keys(envelope, &h),
	}
	s.keep(&h, m.Root.BodyStart-m.Root.Start > maxHeader)
	s.data = string(s.encode())
	read, _ := Decode([]byte(s.data)) // whose strings share memory
	return read, nil
}

// maxHeader is how much of a header package mime reads.
const maxHeader = 1 << 20

// keys reads what SORT and THREAD compare.
func keys(e *mime.Envelope, h *mime.Header) Keys {
	var k Keys
	fold := collate.UnicodeCasemap.Key
	if e.Subject != nil {
		subject, reply := mime.BaseSubject(cutText(*e.Subject, maxString))
		k.Subject, k.Reply = cutText(fold(subject), maxKey), reply
	}
	k.From, k.DisplayFrom = addressKeys(e.From)
	k.To, k.DisplayTo = addressKeys(e.To)
	k.Cc, _ = addressKeys(e.Cc)
	if e.Date != nil {
		if sent, ok := header.ParseDate(*e.Date, nil); ok {
			k.Sent = sent.Truncate(time.Second)
		}
	}
	k.MessageID, k.References = threading(e, h)
	return k
}

// maxKey bounds what is compared.
const maxKey = 1 << 10

// addressKeys are the keys of the first address: its addr-mailbox, which is the name if it is the start of a group, and
// what is shown of it (RFC 5957, 3).
func addressKeys(list []header.Address) (mailbox, display string) {
	if len(list) == 0 {
		return "", ""
	}
	a := list[0]
	mailbox = a.Local
	switch {
	case a.Mark == header.GroupStart:
		mailbox = a.Name
		display = header.DecodeText(a.Name, nil)
	case a.Name != "":
		display = header.DecodeText(a.Name, nil)
	}
	if display == "" {
		if display = a.Local; a.Domain != "" {
			display += "@" + a.Domain
		}
	}
	fold := func(s string) string { return cutText(collate.UnicodeCasemap.Key(cutText(s, maxKey)), maxKey) }
	return fold(mailbox), fold(display)
}
