package report

import (
	"slices"
	"strings"

	"github.com/wirepost/wirepost/mime/defect"
)

// ParseDelivery reads a message/delivery-status or message/global-delivery-status, decoded of its transfer encoding. It
// never fails: what was wrong is told to found, which may be nil. Up to 10,000 recipients are read.
func ParseDelivery(b []byte, found *defect.List) *Delivery {
	d := new(Delivery)
	var to *Recipient
	for f := range scan(b, found) {
		switch {
		case slices.Contains(messageFields, f.name):
			if to != nil {
				f.wrong(MisplacedField)
			}
			d.read(f)
			continue
		case f.first && len(d.Recipients)+len(d.Extensions) > 0, f.first && d.begun(),
			to == nil && slices.Contains(recipientFields, f.name), to != nil && f.name == "final-recipient" && to.Final != Typed{}:
			if !f.first {
				f.wrong(MisplacedField)
			}
			if len(d.Recipients) == maxRecipients {
				f.wrong(TooManyFields)
				d.complete(found)
				return d
			}
			d.Recipients = append(d.Recipients, Recipient{})
			to = &d.Recipients[len(d.Recipients)-1]
		}
		if to == nil {
			extension(f, &d.Extensions)
		} else {
			to.read(f)
		}
	}
	d.complete(found)
	return d
}

// begun tells that a field of the message was there.
func (d *Delivery) begun() bool {
	return d.EnvelopeID != "" || d.ReportingMTA != Typed{} || d.Gateway != Typed{} || d.ReceivedFrom != Typed{} || !d.Arrival.IsZero()
}

// complete tells what is not there.
func (d *Delivery) complete(found *defect.List) {
	if d.ReportingMTA.Value == "" || len(d.Recipients) == 0 {
		found.Add(MissingField, -1)
	}
	for i := range d.Recipients {
		if r := &d.Recipients[i]; r.Final.Value == "" || r.Action == "" || r.Status == (Status{}) {
			found.Add(MissingField, -1)
		}
	}
}

// read takes one of messageFields.
func (d *Delivery) read(f *field) {
	switch f.name {
	case "original-envelope-id":
		set(f, &d.EnvelopeID, f.value)
	case "reporting-mta":
		set(f, &d.ReportingMTA, parseTyped(f))
	case "dsn-gateway":
		set(f, &d.Gateway, parseTyped(f))
	case "received-from-mta":
		set(f, &d.ReceivedFrom, parseTyped(f))
	case "arrival-date":
		setDate(f, &d.Arrival)
	}
}

// read takes any other field.
func (r *Recipient) read(f *field) {
	switch f.name {
	case "original-recipient":
		set(f, &r.Original, parseAddress(f))
	case "final-recipient":
		set(f, &r.Final, parseAddress(f))
	case "action":
		set(f, &r.Action, parseAction(f))
	case "status":
		set(f, &r.Status, parseStatus(f))
	case "remote-mta":
		set(f, &r.Remote, parseTyped(f))
	case "diagnostic-code":
		set(f, &r.Diagnostic, parseTyped(f))
	case "localized-diagnostic":
		language, text, _ := strings.Cut(f.value, ";")
		l := Local{strings.Trim(language, " "), clean(text)}
		if !atom(l.Language) || l.Text == "" {
			f.wrong(BadValue)
			return
		}
		r.Localized = append(r.Localized, l)
	case "last-attempt-date":
		setDate(f, &r.LastAttempt)
	case "final-log-id":
		set(f, &r.FinalLogID, f.value)
	case "will-retry-until":
		setDate(f, &r.RetryUntil)
	default:
		extension(f, &r.Extensions)
	}
}

// parseAction reads an action, behind which a comment may stand.
func parseAction(f *field) Action {
	word, _, _ := strings.Cut(f.value, " ")
	word, _, _ = strings.Cut(lower(word), "(")
	a := Action(word)
	if !slices.Contains([]Action{Failed, Delayed, Delivered, Relayed, Expanded}, a) {
		f.wrong(BadAction)
	}
	if !atom(word) {
		return ""
	}
	return a
}
