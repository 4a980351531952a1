package report

import (
	"cmp"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wirepost/wirepost/mime/header"
)

// A headWriter collects the header of a report.
type headWriter struct {
	b     []byte
	needs Way
	err   error
}

// add writes a field. The first error stays.
func (h *headWriter) add(name, value string) {
	folded, err := header.Fold(name, value)
	if err != nil && h.err == nil {
		h.err = fmt.Errorf("report: field %s: %w", name, err)
	}
	if !ascii(folded) {
		h.needs = UTF8
	}
	h.b = append(h.b, folded...)
}

// addresses writes a field of addresses. What is not ASCII is an error unless the way is for it.
func (h *headWriter) addresses(name string, list []header.Address, mode header.Mode) {
	list = append([]header.Address(nil), list...)
	for i := range list {
		list[i].Name = clean(list[i].Name)
	}
	value, err := header.FormatAddresses(list, mode)
	if err != nil && h.err == nil {
		h.err = fmt.Errorf("report: field %s: %w", name, err)
	}
	if value != "" {
		h.add(name, value)
	}
}

// maxReferences is how many identifiers References has: the first and the last ones (RFC 5537, 3.4.4).
const maxReferences = 20

// head writes the header, but for what MIME needs.
func (l *Letter) head(c content, o *original, auto string) (*headWriter, error) {
	h := new(headWriter)
	mode := header.ASCII
	if l.Way == UTF8 {
		mode = header.UTF8
	}
	h.addresses("From", []header.Address{l.From}, mode)
	h.addresses("To", l.To, mode)
	subject, err := header.EncodeText(clean(cmp.Or(l.Subject, c.subject(l, o))), mode)
	if err != nil {
		return nil, fmt.Errorf("report: subject: %w", err)
	}
	h.add("Subject", subject)
	date := l.Date
	if date.IsZero() {
		date = time.Now()
	}
	h.add("Date", header.FormatDate(date))
	id := clean(l.MessageID)
	if id == "" {
		if id, err = header.NewMessageID(l.Random, l.From.Domain); err != nil {
			return nil, fmt.Errorf("report: identifier: %w", err)
		}
	}
	h.add("Message-ID", id)
	h.references(o)
	h.add("Auto-Submitted", auto) // RFC 3834, 5
	return h, h.err
}

// references names the message as what this one answers (RFC 3834, 3.1.5; RFC 5322, 3.6.4).
func (h *headWriter) references(o *original) {
	ids := usable(header.ParseMessageIDs(o.fields["message-id"], nil))
	if len(ids) == 0 {
		return
	}
	before := usable(header.ParseMessageIDs(o.fields["references"], nil))
	if len(before) == 0 {
		before = usable(header.ParseMessageIDs(o.fields["in-reply-to"], nil))
		if len(before) > 1 {
			before = nil
		}
	}
	if extra := len(before) - maxReferences; extra > 0 {
		before = append(before[:1:1], before[1+extra:]...)
	}
	h.add("In-Reply-To", ids[0])
	var value strings.Builder
	for _, id := range before {
		value.WriteString(id + " ")
	}
	h.add("References", value.String()+ids[0])
}

// usable leaves out identifiers that are not ASCII or far too long.
func usable(ids []string) (good []string) {
	for _, id := range ids {
		if len(id) <= 250 && plain(id) {
			good = append(good, id)
		}
	}
	return good
}

// newBoundary makes a delimiter that the message to be returned cannot hold: 120 bits that its author could not know, and
// behind "=_", which encoded bodies never have (RFC 2045, 6.7).
func newBoundary(random io.Reader) (string, error) {
	if random == nil {
		random = rand.Reader
	}
	var b [15]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("report: boundary: %w", err)
	}
	return "=_" + base32.StdEncoding.EncodeToString(b[:]), nil
}
