package web

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

type peopleData struct {
	People   []manage.Person
	Kinds    []tally
	Pager    pager
	Query    string
	Protocol string
}

func people(v *visit) (any, error) {
	all, err := v.site.People.Online(v.Context())
	if err != nil {
		return nil, err
	}
	q := v.URL.Query()
	d := &peopleData{Kinds: byProtocol(all), Query: q.Get("q"), Protocol: q.Get("protocol")}
	all = slices.DeleteFunc(slices.Clone(all), func(p manage.Person) bool {
		return d.Protocol != "" && p.Protocol != d.Protocol || !holds(d.Query, p.User, p.Remote, p.Server)
	})
	slices.SortFunc(all, func(a, b manage.Person) int {
		return cmp.Or(strings.Compare(a.User, b.User), strings.Compare(a.Protocol, b.Protocol), a.Since.Compare(b.Since))
	})
	d.People, d.Pager = turn(all, "/people", q, true)
	return d, nil
}
