package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/report"
	"github.com/wirepost/wirepost/smtp"
)

// Reports is the Reporter of mail as the Internet knows it: it writes delivery status notifications (RFC 3464) as the
// sender has asked for them (RFC 3461), in UTF-8 where the sender's address needs that (RFC 6533), and sends copies to
// administrators. Its fields are not changed once it is in use.
//
// Nobody is told of a message with a null reverse path, or of one that is itself a report, but the administrators that
// Copies names for ClassDoubleBounce.
type Reports struct {
	// Hostname is the fully qualified name of this host, which reports name as theirs.
	Hostname string

	// From is whom people may answer, as in a header; if empty or not an address, "Mail Delivery System" and postmaster at
	// Hostname.
	From string

	// MaxReturn is how many octets a message may have that is returned in full, if it has failed and RET=HDRS does not
	// forbid it; of larger ones the header is. 0 is 1 MiB, and below 0 nothing is returned in full.
	MaxReturn int64

	// SevenBit keeps reports to ASCII, for ways back without 8BITMIME: of messages that are not ASCII the header is
	// returned. A sender whose address is not ASCII is told in UTF-8 all the same.
	SevenBit bool

	// Copies says who else is told of what. NOTIFY=NEVER is respected for them too.
	Copies []ReportCopy
}

// A ReportCopy says which failures an administrator is told of, with the headers of the messages.
type ReportCopy struct {
	To      smtp.Path
	Classes ReportClass
}

// defaultMaxReturn is the default of Reports.MaxReturn.
const defaultMaxReturn = 1 << 20

// Report implements Reporter.
func (p *Reports) Report(_ context.Context, r *Report) ([]Letter, error) {
	sender := r.Message.From.Path
	original := report.Original{Message: r.Body, Size: r.Body.Size(), Return: report.ReturnHeaders}
	if original.Size == 0 { // the store has lost it
		original = report.Original{}
	}
	isReport, err := original.IsReport()
	if err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	nobody := sender.IsNull() || isReport
	copyOf := sender.String()
	if nobody {
		copyOf = "<>"
	}
	var letters []Letter
	if !nobody {
		full := original
		full.Return = p.returns(r)
		l, err := p.write(r, r.Recipients, sender, report.Letter{Original: full})
		if err != nil {
			return nil, err
		}
		letters = append(letters, l)
	}
	for _, c := range p.Copies {
		to := slices.DeleteFunc(slices.Clone(r.Recipients), func(to ReportRecipient) bool {
			return classOf(&to, nobody)&c.Classes == 0
		})
		if len(to) == 0 || c.To.IsNull() {
			continue
		}
		l, err := p.write(r, to, c.To, report.Letter{Original: original, CopyOf: copyOf})
		if err != nil {
			return nil, err
		}
		l.To[0].Notify = smtp.NotifyNever // nobody is told if a copy fails
		letters = append(letters, l)
	}
	return letters, nil
}

// returns is how much of the message the sender gets back (RFC 3461, 6.2; RFC 8689, 5).
func (p *Reports) returns(r *Report) report.Return {
	from, most := &r.Message.From, p.MaxReturn
	if most == 0 {
		most = defaultMaxReturn
	}
	failed := slices.ContainsFunc(r.Recipients, func(to ReportRecipient) bool { return to.Action == ActionFailed })
	if !failed || from.Return == smtp.ReturnHeaders || from.RequireTLS || r.Body.Size() > most {
		return report.ReturnHeaders
	}
	return report.ReturnFull
}

// write writes a report about some of the recipients.
func (p *Reports) write(r *Report, about []ReportRecipient, to smtp.Path, l report.Letter) (Letter, error) {
	l.From = p.from()
	l.To = []header.Address{{Local: to.Local, Domain: cmp.Or(to.Domain, l.From.Domain)}}
	l.Date = r.Made
	l.Way = report.EightBit
	switch {
	case !to.IsASCII():
		l.Way = report.UTF8
	case p.SevenBit:
		l.Way = report.SevenBit
	}
	status := p.status(r, about)
	m, err := l.Delivery(status)
	if errors.Is(err, header.ErrAddress) { // a path that no header can hold
		l.To = []header.Address{{Name: "undisclosed-recipients", Mark: header.GroupStart}, {Mark: header.GroupEnd}}
		m, err = l.Delivery(status)
	}
	if err != nil {
		return Letter{}, fmt.Errorf("queue: %w", err)
	}
	kind := smtp.Body7Bit
	if m.Needs > report.SevenBit {
		kind = smtp.Body8Bit
	}
	return Letter{
		To:   []smtp.RcptParams{{Path: to}},
		Body: m,
		Size: m.Size,
		Kind: kind,
		UTF8: m.Needs == report.UTF8 || !to.IsASCII(),

		RequireTLS: r.Message.From.RequireTLS,
	}, nil
}

// host is what this host calls itself.
func (p *Reports) host() string { return cmp.Or(p.Hostname, "localhost") }

// from is whom people may answer.
func (p *Reports) from() header.Address {
	for _, a := range header.ParseAddresses(p.From, nil) {
		if a.Mark != header.Mailbox || a.Domain == "" {
			continue
		}
		if _, err := header.FormatAddresses([]header.Address{a}, header.ASCII); err == nil {
			return a
		}
	}
	return header.Address{Name: "Mail Delivery System", Local: "postmaster", Domain: p.host()}
}

// status is the part for programs (RFC 3461, 6.3).
func (p *Reports) status(r *Report, about []ReportRecipient) *report.Delivery {
	d := &report.Delivery{
		EnvelopeID:   r.Message.From.EnvelopeID,
		ReportingMTA: report.Typed{Value: p.host()},
		Arrival:      r.Arrived,
	}
	if !strings.Contains(p.host(), ".") {
		d.ReportingMTA.Type = "x-local-hostname"
	}
	for i := range about {
		d.Recipients = append(d.Recipients, recipientStatus(r, &about[i]))
	}
	return d
}

func recipientStatus(r *Report, to *ReportRecipient) report.Recipient {
	out := report.Recipient{
		Original: report.Typed{Type: to.Original.Type, Value: to.Original.Address},
		Final:    report.Typed{Value: to.Path.String()},
		Action:   report.Action(to.Action.String()),
		Status:   statusOf(to.Reply),
		Remote:   report.Typed{Value: to.Remote},
	}
	if to.Remote != "" { // it has just spoken; otherwise this may be about an earlier try
		out.LastAttempt = r.Made
	}
	if to.Reply.Code != 0 {
		out.Diagnostic.Value = diagnostic(to.Reply)
	}
	if to.Action == ActionDelayed {
		out.RetryUntil = r.Expires
	}
	return out
}

// statusOf is the enhanced code of a reply, or the one that stands for its code.
func statusOf(reply smtp.Reply) report.Status {
	if reply.Enhanced != (smtp.Enhanced{}) {
		return report.Status(reply.Enhanced)
	}
	return report.Status{uint16(reply.Code / 100)}
}

// diagnostic is a reply on one line (RFC 3461, 9.2).
func diagnostic(reply smtp.Reply) string {
	words := []string{strconv.Itoa(reply.Code)}
	if reply.Enhanced != (smtp.Enhanced{}) {
		words = append(words, reply.Enhanced.String())
	}
	return strings.Join(append(words, strings.Fields(reply.Text)...), " ")
}
