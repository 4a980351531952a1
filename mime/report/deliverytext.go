package report

import (
	"strings"

	"github.com/wirepost/wirepost/mime/header"
)

// A verdict is what people are told of an action: of the first that the text has and of those behind it.
type verdict struct {
	action  Action
	subject string
	says    string // behind "Your message ..."
}

// verdicts are the actions in the order in which people want to know of them.
var verdicts = []verdict{
	{Failed, "Mail could not be delivered", "could not be delivered to the address below. It will not be tried again."},
	{
		Delayed, "Mail is delayed",
		"has not been delivered to the address below yet. It is still being tried, so there is no need to send it again.",
	},
	{Delivered, "Mail was delivered", "was delivered to the address below. This does not say that it has been read."},
	{
		Relayed, "Mail was passed on",
		"was passed on for the address below, to a mail system that does not report deliveries. You will hear more only if it fails.",
	},
	{
		Expanded, "Mail was passed on",
		"arrived at the address below, which stands for several others, and was sent on to them. You may hear more of some of them.",
	},
}

// other is for actions that are none of those.
var other = verdict{"", "Mail delivery report", "has news of its delivery to the address below."}

func (v verdict) holds(r *Recipient) bool {
	a := r.action()
	if v.action != "" {
		return a == v.action
	}
	for _, known := range verdicts {
		if a == known.action {
			return false
		}
	}
	return true
}

// sections are the recipients by what became of them.
func (d *Delivery) sections() (all []verdict, lists [][]*Recipient) {
	for _, v := range append(verdicts[:len(verdicts):len(verdicts)], other) {
		var list []*Recipient
		for i := range d.Recipients {
			if v.holds(&d.Recipients[i]) {
				list = append(list, &d.Recipients[i])
			}
		}
		if len(list) > 0 {
			all, lists = append(all, v), append(lists, list)
		}
	}
	return all, lists
}

// subject is the subject of the report: the worst news.
func (d *Delivery) subject(l *Letter, _ *original) string {
	subject := other.subject
	if all, _ := d.sections(); len(all) > 0 {
		subject = all[0].subject
	}
	if l.CopyOf != "" {
		return "Copy: " + subject
	}
	return subject
}

// text is the part for people.
func (d *Delivery) text(l *Letter, head *original) *document {
	out := new(document)
	out.paragraph("This is the mail system of " + d.ReportingMTA.Value + ".")
	about := head.about("Your")
	switch l.CopyOf {
	case "":
	case nullPath:
		out.paragraph("This is for administrators. Nobody else is told: the message below has no return address, or is itself a report.")
		about = head.about("The")
	default:
		out.paragraph("This is a copy, for administrators, of what the sender of the message below, " + l.CopyOf + ", is told.")
		about = head.about("The")
	}
	all, lists := d.sections()
	for i, v := range all {
		says := v.says
		if len(lists[i]) > 1 {
			says = strings.Replace(says, "the address below, which stands for several others,", "the addresses below, which stand for others,", 1)
			says = strings.Replace(says, "the address below", "the addresses below", 1)
		}
		out.paragraph(about + " " + says)
		for _, r := range lists[i] {
			r.text(out)
		}
		about = "The same message"
	}
	if contact := clean(l.From.Spec()); l.CopyOf == "" && contact != "" {
		out.paragraph("If you need help, please write to " + contact + " and enclose this report.")
	}
	l.enclosed(out)
	return out
}

// text tells of one recipient.
func (r *Recipient) text(out *document) {
	out.fold("    ", "<"+r.Final.address().Value+">")
	if o := r.Original.address(); o.Value != "" && o.Value != r.Final.address().Value {
		out.fold("    ", "(you wrote to <"+o.Value+">)")
	}
	action := r.action()
	if action != Failed && action != Delayed {
		out.blank()
		return
	}
	if s := advice(r.status()); s != "" {
		out.fold("    ", s)
	}
	if action == Delayed && !r.RetryUntil.IsZero() && r.RetryUntil.Year() <= 9999 {
		out.fold("    ", "It will be tried until "+header.FormatDate(r.RetryUntil)+".")
	}
	if said := clean(r.Diagnostic.Value); said != "" {
		if remote := clean(r.Remote.Value); remote != "" {
			out.fold("    ", "The host "+remote+" has answered:")
		} else {
			out.fold("    ", "The reason is:")
		}
		out.quote(said)
	}
	out.blank()
}
