package web

import (
	"cmp"
	"log/slog"
	"slices"

	"github.com/wirepost/wirepost/examples/postoffice/logs"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
)

// overviewData sums up what the other pages show. A part that failed says why, and the others are there all the same.
type overviewData struct {
	HasServers, HasMail, HasPeople, HasLogs bool

	Servers      []manage.Server
	Running      int
	ServersError string

	Queue      queueTotals
	Down       []queue.RouteState
	QueueError string

	People      []tally
	Online      int
	PeopleError string

	Errors []logs.Record
}

// queueTotals are the sums over all routes.
type queueTotals struct {
	Routes, Waiting, Active, Held, Parked int
	Octets                                int64
	Oldest                                queue.RouteState // the one with the oldest message
}

// A tally is how many there are of a kind.
type tally struct {
	Name string
	N    int
}

func overview(v *visit) (any, error) {
	s, d := v.site, &overviewData{}
	d.HasServers, d.HasMail, d.HasPeople, d.HasLogs = s.Servers != nil, s.Mail != nil, s.People != nil, s.Logs != nil
	if d.HasServers {
		list, err := s.Servers.List(v.Context())
		d.Servers, d.ServersError = list, problem(err)
		for _, one := range list {
			if one.State == manage.Running {
				d.Running++
			}
		}
	}
	if d.HasMail {
		routes, err := s.Mail.Routes(v.Context())
		d.Queue, d.QueueError = total(routes), problem(err)
		for _, r := range routes {
			if r.Down != "" && len(d.Down) < 5 {
				d.Down = append(d.Down, r)
			}
		}
	}
	if d.HasPeople {
		list, err := s.People.Online(v.Context())
		d.People, d.Online, d.PeopleError = byProtocol(list), len(list), problem(err)
	}
	if d.HasLogs {
		d.Errors = s.Logs.Records(logs.Filter{Min: slog.LevelError, Max: 6})
	}
	return d, nil
}

func problem(err error) string {
	if err == nil {
		return ""
	}
	return sentence(err.Error())
}

func total(routes []queue.RouteState) queueTotals {
	t := queueTotals{Routes: len(routes)}
	for _, r := range routes {
		t.Waiting += r.Waiting
		t.Active += r.Leased
		t.Held += r.Held
		t.Parked += r.Parked
		t.Octets += r.Octets
		if !r.Oldest.IsZero() && (t.Oldest.Oldest.IsZero() || r.Oldest.Before(t.Oldest.Oldest)) {
			t.Oldest = r
		}
	}
	return t
}

// byProtocol counts people, the most first.
func byProtocol(list []manage.Person) []tally {
	n := make(map[string]int)
	for _, p := range list {
		n[p.Protocol]++
	}
	var all []tally
	for name, n := range n {
		all = append(all, tally{name, n})
	}
	slices.SortFunc(all, func(a, b tally) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Name, b.Name)) })
	return all
}
