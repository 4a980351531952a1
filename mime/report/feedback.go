package report

import (
	"cmp"
	"errors"
	"net/netip"
	"strconv"
	"time"
)

// The types of feedback that are registered (RFC 5965, 7; RFC 6430; RFC 6591).
const (
	Abuse       = "abuse"        // unsolicited mail, or another abuse
	Fraud       = "fraud"        // phishing and the like
	Virus       = "virus"        // found in the message
	NotSpam     = "not-spam"     // it was marked as spam but is none
	AuthFailure = "auth-failure" // DKIM, SPF or DMARC has failed; the fields of RFC 6591 are Extensions
	Other       = "other"        // anything else
)

// A Feedback is a report of abuse about a message, from who received it to who is responsible for it (RFC 5965). A field
// that is empty is not written.
type Feedback struct {
	Type         string // one of those above, or another keyword; it must be there
	UserAgent    string // the program that made it, and its version; it must be there
	Version      int    // of the format: 1 if it is 0
	EnvelopeID   string
	MailFrom     string   // the reverse path, without angle brackets; "<>" is the null one
	RcptTo       []string // the forward paths, without angle brackets
	Arrival      time.Time
	ReportingMTA Typed
	SourceIP     netip.Addr // where the message came from
	Incidents    int        // how many alike this report stands for: 1 if it is 0
	AuthResults  []string   // values of fields Authentication-Results
	Domains      []string   // to which the message matters
	URIs         []string   // in the message, or otherwise to the point; none of them is safe to visit
	Extensions   []Field
}

// feedbackFields are the names of fields, in lower case.
var feedbackFields = []string{
	"feedback-type", "user-agent", "version", "original-envelope-id", "original-mail-from", "original-rcpt-to", "arrival-date",
	"reporting-mta", "source-ip", "incidents", "authentication-results", "reported-domain", "reported-uri",
}

// write writes the machine-readable part.
func (f *Feedback) write(w *fieldWriter) {
	if !atom(f.Type) || clean(f.UserAgent) == "" {
		w.err = errors.Join(w.err, ErrIncomplete)
	}
	w.text("Feedback-Type", lower(f.Type))
	w.text("User-Agent", f.UserAgent)
	w.text("Version", strconv.Itoa(cmp.Or(max(0, f.Version), 1)))
	w.text("Original-Envelope-Id", f.EnvelopeID)
	w.path("Original-Mail-From", f.MailFrom)
	for _, to := range f.RcptTo {
		w.path("Original-Rcpt-To", to)
	}
	w.date("Arrival-Date", f.Arrival)
	w.typed("Reporting-MTA", f.ReportingMTA, typeDNS)
	if f.SourceIP.IsValid() {
		w.text("Source-IP", f.SourceIP.WithZone("").String())
	}
	if f.Incidents > 1 {
		w.text("Incidents", strconv.Itoa(f.Incidents))
	}
	for _, list := range []struct {
		name   string
		values []string
	}{{"Authentication-Results", f.AuthResults}, {"Reported-Domain", f.Domains}, {"Reported-URI", f.URIs}} {
		for _, value := range list.values {
			w.text(list.name, value)
		}
	}
	w.extensions(f.Extensions, feedbackFields...)
}

// path writes an address in angle brackets.
func (w *fieldWriter) path(name, path string) {
	if path = barePath(path); path == nullPath {
		w.add(name, nullPath)
	} else if path != "" {
		w.add(name, "<"+path+">")
	}
}

// nullPath is the reverse path of reports.
const nullPath = "<>"
