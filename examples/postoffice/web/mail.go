package web

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/queue"
)

type mailData struct {
	Mail                                  []manage.QueuedMail
	Pager                                 pager
	Route, State, Sender, Domain, Message string
	Filtered                              bool
	CanTrack                              bool
}

func (d *mailData) heading() string {
	if d.Route == "" {
		return "Waiting mail"
	}
	return "Mail for " + d.Route
}

// mailFilter reads what part of the mail is wanted.
func mailFilter(q url.Values) (queue.Filter, error) {
	f := queue.Filter{
		Route:   q.Get("route"),
		Sender:  strings.Trim(q.Get("sender"), " <>"),
		Domain:  ascii.Lower(strings.TrimSpace(q.Get("domain"))),
		Message: strings.TrimSpace(q.Get("message")),
	}
	name := q.Get("state")
	if name == "" {
		return f, nil
	}
	for _, state := range []queue.State{queue.Waiting, queue.Leased, queue.Held, queue.Parked} {
		if state.String() == name {
			f.State = &state
			return f, nil
		}
	}
	return f, fmt.Errorf("there is no state %q: choose one of the list", name)
}

func showMail(v *visit) (any, error) {
	q := v.URL.Query()
	d := &mailData{
		Route: q.Get("route"), State: q.Get("state"), Sender: q.Get("sender"), Domain: q.Get("domain"), Message: q.Get("message"),
		CanTrack: v.site.Tracking != nil,
	}
	d.Filtered = d.State+d.Sender+d.Domain+d.Message != ""
	f, err := mailFilter(q)
	if err != nil {
		return d, unreadable{err}
	}
	list, err := v.site.Mail.List(v.Context(), f, wanted(q))
	if err != nil {
		return d, err
	}
	d.Mail, d.Pager = turn(list, "/queues/mail", q, false)
	return d, nil
}

// actMail does something to the messages that were selected, or to all that the list is of.
func actMail(v *visit) (outcome, error) {
	a, err := v.action()
	if err != nil {
		return outcome{}, err
	}
	f, err := mailFilter(v.URL.Query())
	if err != nil {
		return outcome{}, err
	}
	if v.PostForm.Get("scope") == "all" {
		return v.doAll(a, f)
	}
	return v.doSelected(a, v.PostForm["id"], v.self())
}

func (v *visit) doAll(a manage.Action, f queue.Filter) (outcome, error) {
	if !v.confirmed() {
		what := "all waiting mail"
		if len(keep(v.URL.Query(), "route", "state", "sender", "domain", "message")) > 0 {
			what = "all mail of this list, on its other pages too"
		}
		return askAction(a, what, v.self()), nil
	}
	n, err := v.site.Mail.Do(v.Context(), a, f, v.reason())
	if err != nil {
		return outcome{}, err
	}
	return outcome{to: v.self(), notice: actionDone(a) + ": " + count(n, "message", "messages")}, nil
}
