package mime

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wirepost/wirepost/mime/header"
)

// A Draft is a message to be built, as its author sees it.
type Draft struct {
	// From is needed, and Sender if From has more than one address (RFC 5322, 3.6.2).
	From   []header.Address
	Sender header.Address
	// Bcc is not written: see [Draft.Recipients].
	ReplyTo, To, Cc, Bcc []header.Address
	Subject              string
	// Date is now by default.
	Date time.Time
	// MessageID is made by default. Identifiers have their angle brackets.
	MessageID             string
	InReplyTo, References []string
	// Header has further fields, written after these.
	Header Header

	// Text and HTML are the message, as UTF-8; if both are set, they are alternatives.
	Text, HTML string
	// Flowed wraps Text as format=flowed (RFC 3676): each of its lines is a paragraph.
	Flowed bool
	// Inline is what HTML shows: each with the ID that its cid: URL has.
	Inline []Entity
	// Body is the message instead of Text, HTML and Inline: a tree of any kind. Its Header, not that of its Children, has
	// fields whose names begin with Content- alone.
	Body *Entity
	// Attachments follow the message.
	Attachments []Entity
}

// Recipients are the mailboxes of To, Cc and Bcc, each address once: whom the envelope is for.
func (d *Draft) Recipients() []header.Address {
	var list []header.Address
	seen := map[string]bool{}
	for _, a := range slices.Concat(d.To, d.Cc, d.Bcc) {
		if key := a.Local + "@" + lower(a.Domain); a.Mark == header.Mailbox && !seen[key] {
			seen[key] = true
			list = append(list, a)
		}
	}
	return list
}

func (b Builder) build(d *Draft) (*Outgoing, error) {
	if len(d.From) == 0 {
		return nil, errors.New("a message needs a From")
	}
	b.Domain = cmp.Or(b.Domain, domainOf(d.From), d.Sender.Domain)
	if b.Domain == "" {
		return nil, errors.New("no address in From has a domain: set Builder.Domain")
	}
	id := d.MessageID
	if id == "" {
		var err error
		if id, err = header.NewMessageID(b.random(), b.Domain); err != nil {
			return nil, err
		}
	}
	fields, err := b.fields(d, id)
	if err != nil {
		return nil, err
	}
	e, err := b.tree(d)
	if err != nil {
		return nil, err
	}
	out, err := b.plan(e, fields, true)
	if err != nil {
		return nil, err
	}
	out.messageID = id
	return out, nil
}

func domainOf(list []header.Address) string {
	for _, a := range list {
		if a.Domain != "" {
			return a.Domain
		}
	}
	return ""
}

// singleFields are those that a message has no more than one of (RFC 5322, 3.6).
var singleFields = []string{
	"date", "from", "sender", "reply-to", "to", "cc", "message-id", "in-reply-to", "references", "subject",
}

// fields writes the fields of the message.
func (b Builder) fields(d *Draft, id string) ([]byte, error) {
	mailboxes := 0
	for _, a := range d.From {
		if a.Mark == header.Mailbox {
			mailboxes++
		}
	}
	var sender []header.Address
	if d.Sender != (header.Address{}) {
		sender = []header.Address{d.Sender}
	}
	switch {
	case mailboxes != 1 && sender == nil:
		return nil, errors.New("a message whose From is not one address needs a Sender")
	case d.Sender.Mark != header.Mailbox:
		return nil, errors.New("a Sender is one address")
	}
	date := d.Date
	if date.IsZero() {
		date = b.now()
	}
	if year := date.Year(); year < 1900 || year > 9999 {
		return nil, fmt.Errorf("the Date is in the year %d: RFC 5322, 3.3 wants 1900 to 9999", year)
	}
	var h Header
	for _, err := range []error{
		h.Add("Date", header.FormatDate(date)),
		addAddresses(&h, "From", d.From, b.Mode),
		addAddresses(&h, "Sender", sender, b.Mode),
		addAddresses(&h, "Reply-To", d.ReplyTo, b.Mode),
		addAddresses(&h, "To", d.To, b.Mode),
		addAddresses(&h, "Cc", d.Cc, b.Mode),
		addText(&h, "Subject", d.Subject, b.Mode),
		addIDs(&h, "Message-ID", []string{id}, b.Mode),
		addIDs(&h, "In-Reply-To", d.InReplyTo, b.Mode),
		addIDs(&h, "References", d.References, b.Mode),
		checkFields(&d.Header),
	} {
		if err != nil {
			return nil, err
		}
	}
	for f := range d.Header.All() {
		switch name := lower(f.Name); {
		case name == "bcc" || name == "resent-bcc":
			return nil, fmt.Errorf("the field %s would tell whom it hides: use Draft.Bcc", f.Name)
		case slices.Contains(entityFields, name):
			return nil, fmt.Errorf("the field %s is made of the body: use Draft.Body", f.Name)
		case slices.Contains(singleFields, name) && h.Has(name):
			return nil, fmt.Errorf("the field %s would be there twice", f.Name)
		}
		h.fields = append(h.fields, f)
	}
	if err := h.Add("MIME-Version", "1.0"); err != nil {
		return nil, err
	}
	all := h.Bytes()
	all = all[:len(all)-len(crlf)]
	return all, checkMode(all, b.Mode)
}
