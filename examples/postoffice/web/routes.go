package web

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
)

type routesData struct {
	Routes []queue.RouteState
	Totals queueTotals
	Pager  pager
	Query  string
}

// showRoutes lists the ways out, those in trouble first.
func showRoutes(v *visit) (any, error) {
	all, err := v.site.Mail.Routes(v.Context())
	if err != nil {
		return nil, err
	}
	q := v.URL.Query()
	d := &routesData{Totals: total(all), Query: q.Get("q")}
	all = slices.DeleteFunc(slices.Clone(all), func(r queue.RouteState) bool { return !holds(d.Query, r.Route) })
	slices.SortFunc(all, func(a, b queue.RouteState) int {
		return cmp.Or(rank(a)-rank(b), b.Waiting-a.Waiting, strings.Compare(a.Route, b.Route))
	})
	d.Routes, d.Pager = turn(all, "/queues", q, true)
	return d, nil
}

func rank(r queue.RouteState) int {
	if r.Down != "" {
		return 0
	}
	return 1
}

// actRoutes does something to all mail of a route, or of all routes.
func actRoutes(v *visit) (outcome, error) {
	a, err := v.action()
	if err != nil {
		return outcome{}, err
	}
	route, all := v.PostForm.Get("route"), v.PostForm.Get("all") == "yes"
	switch {
	case route == "" && !all:
		return outcome{}, errors.New("nothing was named: use the buttons of a route, or those for all")
	case route != "" && all:
		return outcome{}, errors.New("a route and all routes were named: use the buttons of a route, or those for all")
	}
	of := "of all routes"
	if !all {
		of = "of the route " + route
	}
	if !v.confirmed() && (all || a == manage.Drop || a == manage.Return) {
		return askAction(a, "all mail "+of, v.self()), nil
	}
	n, err := v.site.Mail.Do(v.Context(), a, queue.Filter{Route: route}, v.reason())
	if err != nil {
		return outcome{}, err
	}
	return outcome{to: v.self(), notice: fmt.Sprintf("%s: %s %s", actionDone(a), count(n, "message", "messages"), of)}, nil
}

// action returns what is to be done to mail.
func (v *visit) action() (manage.Action, error) {
	switch a := manage.Action(v.PostForm.Get("action")); a {
	case manage.Hold, manage.Release, manage.Retry, manage.Drop, manage.Return:
		return a, nil
	case "":
		return "", errors.New("no action was chosen: choose one beside the button")
	default:
		return "", fmt.Errorf("there is no action %q for mail: choose one beside the button", a)
	}
}

// reason is why mail is dropped or returned; empty if nothing was said.
func (v *visit) reason() string { return v.PostForm.Get("reason") }

// askAction asks before something is done to a lot of mail, or is not to be undone.
func askAction(a manage.Action, what, back string) outcome {
	switch a {
	case manage.Drop:
		return askWhy(ask(back, "Drop "+what+"?", "It is gone for good, and its senders are not told.", "Drop", true), "for the message tracking log")
	case manage.Return:
		return askWhy(ask(back, "Return "+what+"?", "The senders get it back, with a report that the administrator has returned it.", "Return", true), "for the senders")
	case manage.Hold:
		return ask(back, "Hold "+what+"?", "It is not sent until it is released.", "Hold", false)
	case manage.Release:
		return ask(back, "Release "+what+"?", "What is held, or waits for its host to ask, is sent now.", "Release", false)
	}
	return ask(back, "Retry "+what+"?", "What waits is tried at once.", "Retry", false)
}

func actionDone(a manage.Action) string {
	switch a {
	case manage.Hold:
		return "held"
	case manage.Release:
		return "released"
	case manage.Retry:
		return "to be tried at once"
	case manage.Drop:
		return "dropped"
	}
	return "to be returned"
}
