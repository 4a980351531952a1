package report

import (
	"github.com/wirepost/wirepost/mime/header"
)

// subject is "Read: ..." and the like, as most mail programs have it.
func (d *Disposition) subject(_ *Letter, head *original) string {
	word := map[DispositionType]string{Displayed: "Read", Deleted: "Deleted", Dispatched: "Passed on", Processed: "Processed"}[d.Type]
	if word == "" {
		word = "Receipt"
	}
	if subject := head.subject(); subject != "" {
		return word + ": " + subject
	}
	return word
}

// text is the part for people.
func (d *Disposition) text(l *Letter, head *original) *document {
	says := map[DispositionType]string{
		Displayed:  "has been displayed. This does not say that it has been read or understood.",
		Deleted:    "has been deleted. It may have been read before, or not.",
		Dispatched: "has been sent on, printed or the like. It may have been read, or not.",
		Processed:  "has been handled by a program. It may have been read, or not.",
	}[d.Type]
	if says == "" {
		says = "has been received."
	}
	out := new(document)
	out.paragraph(head.about("Your") + " to " + d.Final.address().Value + " " + says)
	for _, text := range d.Errors {
		if clean(text) != "" {
			out.fold("    ", "Something went wrong:")
			out.quote(text)
			out.blank()
		}
	}
	l.enclosed(out)
	return out
}

// subject is that of a message passed on (RFC 5965, 2).
func (f *Feedback) subject(_ *Letter, head *original) string {
	if subject := head.subject(); subject != "" {
		return "FW: " + subject
	}
	return "Report of a message"
}

// text is the part for people.
func (f *Feedback) text(l *Letter, head *original) *document {
	kind := map[string]string{
		Abuse: "an abuse report", Fraud: "a report of fraud", Virus: "a report of a virus", AuthFailure: "a report of failed authentication",
		NotSpam: "a report of a message that was wrongly taken for spam,",
	}[lower(f.Type)]
	if kind == "" {
		kind = "a report"
	}
	s := "This is " + kind + " about " + head.about("a")
	if f.SourceIP.IsValid() {
		s += ", which came from the address " + f.SourceIP.WithZone("").String()
	}
	if year := f.Arrival.Year(); !f.Arrival.IsZero() && 1 <= year && year <= 9999 {
		s += " and was received " + header.FormatDate(f.Arrival)
	}
	out := new(document)
	out.paragraph(s + ".")
	l.enclosed(out)
	return out
}
