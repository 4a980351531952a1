package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
)

type trackingData struct {
	Found                                []step
	Pager                                pager
	Sender, Recipient, Message, From, To string
	Filtered                             bool
}

// A step is an event, as it is shown.
type step struct {
	queue.Event
	Title, Kind string // what happened, and how good that is
	Recipients  []string
	Path        string // where all events of the message are
}

// minute is how a field of the type datetime-local is written (HTML, 2.3.5.5).
const minute = "2006-01-02T15:04"

// trackQuery reads what is searched for.
func trackQuery(q url.Values) (manage.TrackQuery, error) {
	t := manage.TrackQuery{
		Sender:    strings.TrimSpace(q.Get("sender")),
		Recipient: strings.TrimSpace(q.Get("recipient")),
		Message:   strings.TrimSpace(q.Get("message")),
	}
	for _, f := range []struct {
		name string
		to   *time.Time
	}{{"from", &t.From}, {"to", &t.To}} {
		text := q.Get(f.name)
		if text == "" {
			continue
		}
		when, err := time.ParseInLocation(minute, text, time.Local)
		if err != nil || when.Year() < 1970 || when.Year() > 9999 {
			return t, fmt.Errorf("%q is not a time: write it as %s", text, time.Now().Local().Format(minute))
		}
		*f.to = when
	}
	if !t.To.IsZero() {
		t.To = t.To.Add(time.Minute - 1) // the whole minute
		if t.From.After(t.To) {
			return t, fmt.Errorf("the search begins after its end: exchange the two times")
		}
	}
	return t, nil
}

func search(v *visit) (any, error) {
	q := v.URL.Query()
	d := &trackingData{
		Sender: q.Get("sender"), Recipient: q.Get("recipient"), Message: q.Get("message"), From: q.Get("from"), To: q.Get("to"),
		Filtered: len(keep(q, "sender", "recipient", "message", "from", "to")) > 0,
	}
	t, err := trackQuery(q)
	if err != nil {
		return d, unreadable{err}
	}
	list, err := v.site.Tracking.Search(v.Context(), t, wanted(q))
	if err != nil {
		return d, err
	}
	list, d.Pager = turn(list, "/tracking", q, false)
	for _, e := range list {
		d.Found = append(d.Found, newStep(e))
	}
	return d, nil
}

type pathData struct {
	Message string
	Sender  string
	Size    int64
	Steps   []step
	Mail    string // where what still waits of it is; empty without a queue
}

func (d *pathData) heading() string { return "Path of " + d.Message }

// maxSteps bounds the page; nobody reads so far.
const maxSteps = 2000

func showPath(v *visit) (any, error) {
	id := v.URL.Query().Get("message")
	events, err := v.site.Tracking.Path(v.Context(), id)
	if err != nil {
		return nil, err
	}
	if len(events) == 0 {
		return nil, errGone
	}
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b queue.Event) int { return a.Time.Compare(b.Time) })
	d := &pathData{Message: id}
	for _, e := range events[:min(len(events), maxSteps)] {
		if e.Message == id && e.Kind == queue.Received {
			d.Sender, d.Size = sender(e), e.Size
		}
		d.Steps = append(d.Steps, newStep(e))
	}
	if v.site.Mail != nil {
		d.Mail = to("/queues/mail", "message", id)
	}
	return d, nil
}

func sender(e queue.Event) string {
	if e.Sender.IsNull() {
		return "<> (a report)"
	}
	return e.Sender.String()
}

// From is the sender.
func (s step) From() string { return sender(s.Event) }

func newStep(e queue.Event) step {
	s := step{Event: e, Path: to("/tracking/path", "message", e.Message)}
	s.Title, s.Kind = happened(e.Kind)
	for _, r := range e.To {
		s.Recipients = append(s.Recipients, r.Path.String())
	}
	return s
}

// happened puts an event into words.
func happened(k queue.EventKind) (title, kind string) {
	switch k {
	case queue.Received:
		return "Accepted", "info"
	case queue.Transferred:
		return "Passed to another host", "ok"
	case queue.Delivered:
		return "Delivered to the mailbox", "ok"
	case queue.Deferred:
		return "Deferred, to be tried again", "warn"
	case queue.Failed:
		return "Failed for good", "bad"
	case queue.Expanded:
		return "Expanded to the members of a list", "info"
	case queue.Reported:
		return "Reported to the sender", "info"
	case queue.Redirected:
		return "Sent another way", "info"
	case queue.Holding:
		return "Held by an administrator", "warn"
	case queue.Released:
		return "Released", "info"
	case queue.Removed:
		return "Dropped by an administrator", "bad"
	}
	return string(k), "info"
}
