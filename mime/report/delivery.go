package report

import (
	"cmp"
	"errors"
	"time"
)

// An Action is what a Delivery says of a recipient (RFC 3464, 2.3.3).
type Action string

// The actions.
const (
	Failed    Action = "failed"    // it is given up
	Delayed   Action = "delayed"   // it is tried again
	Delivered Action = "delivered" // it is in the mailbox, or with a mailing list
	Relayed   Action = "relayed"   // it is with a system that makes no reports of success
	Expanded  Action = "expanded"  // it is on its way to those for whom the address stands
)

// A Delivery is a delivery status notification: what became of one message for some of its recipients (RFC 3464). A field
// that is empty is not written.
type Delivery struct {
	EnvelopeID   string // what the sender called the transaction (RFC 3461, 4.4), and only that
	ReportingMTA Typed  // the host that tried; it must be there
	Gateway      Typed  // who has translated the report from another mail system
	ReceivedFrom Typed  // the host that the message came from
	Arrival      time.Time
	Extensions   []Field
	Recipients   []Recipient // at least one
}

// A Recipient is what became of the message for one recipient.
type Recipient struct {
	Original    Typed     // as the sender wrote it (RFC 3461, 4.2), and only that
	Final       Typed     // as the host that reports was given it; it must be there
	Action      Action    // if empty, what Status says
	Status      Status    // if it is not of RFC 3463, what Action says
	Remote      Typed     // the host that gave Diagnostic; none if it is the one that reports
	Diagnostic  Typed     // the reply, with its code
	Localized   []Local   // Diagnostic in other languages (RFC 6533, 4.1)
	LastAttempt time.Time // of delivery
	FinalLogID  string    // what the final host calls it in its log
	RetryUntil  time.Time // when it will be given up; for Delayed
	Extensions  []Field
}

// A Local is a text in a language.
type Local struct {
	Language string // a tag such as "de" or "pt-BR"
	Text     string
}

// ErrIncomplete is a report without a value that it must have.
var ErrIncomplete = errors.New("report: what must be in every report is missing")

// The names of fields, in lower case.
var (
	messageFields = []string{
		"original-envelope-id", "reporting-mta", "dsn-gateway", "received-from-mta", "arrival-date",
	}
	recipientFields = []string{
		"original-recipient", "final-recipient", "action", "status", "remote-mta", "diagnostic-code", "localized-diagnostic",
		"last-attempt-date", "final-log-id", "will-retry-until",
	}
	deliveryFields = append(messageFields[:len(messageFields):len(messageFields)], recipientFields...)
)

// write writes the machine-readable part.
func (d *Delivery) write(w *fieldWriter) {
	w.text("Original-Envelope-Id", d.EnvelopeID)
	w.typed("Reporting-MTA", d.ReportingMTA, typeDNS)
	w.typed("DSN-Gateway", d.Gateway, typeDNS)
	w.typed("Received-From-MTA", d.ReceivedFrom, typeDNS)
	w.date("Arrival-Date", d.Arrival)
	w.extensions(d.Extensions, deliveryFields...)
	for i := range d.Recipients {
		w.blank()
		d.Recipients[i].write(w)
	}
	if clean(d.ReportingMTA.Value) == "" || len(d.Recipients) == 0 {
		w.err = errors.Join(w.err, ErrIncomplete)
	}
}

func (r *Recipient) write(w *fieldWriter) {
	if r.Final.address().Value == "" {
		w.err = errors.Join(w.err, ErrIncomplete)
	}
	action := r.action()
	w.address("Original-Recipient", r.Original)
	w.address("Final-Recipient", r.Final)
	w.text("Action", string(action))
	w.text("Status", r.status().String())
	w.typed("Remote-MTA", r.Remote, typeDNS)
	w.typed("Diagnostic-Code", r.Diagnostic, typeSMTP)
	for _, l := range r.Localized {
		if text := clean(l.Text); atom(l.Language) && text != "" {
			w.add("Localized-Diagnostic", l.Language+"; "+text)
		}
	}
	w.date("Last-Attempt-Date", r.LastAttempt)
	w.text("Final-Log-ID", r.FinalLogID)
	if action == Delayed { // RFC 3464, 2.3.9
		w.date("Will-Retry-Until", r.RetryUntil)
	}
	w.extensions(r.Extensions, deliveryFields...)
}

// action is the Action, or what the status says.
func (r *Recipient) action() Action {
	if a := lower(string(r.Action)); atom(a) {
		return Action(a)
	}
	switch r.Status[0] {
	case 2:
		return Delivered
	case 4:
		return Delayed
	}
	return Failed
}

// status is the Status, or what the action says (RFC 3461, 6.3, g).
func (r *Recipient) status() Status {
	if r.Status.valid() {
		return r.Status
	}
	class := map[Action]uint16{Delivered: 2, Relayed: 2, Expanded: 2, Delayed: 4}[r.action()]
	return Status{cmp.Or(class, 5)}
}
