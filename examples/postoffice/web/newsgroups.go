package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

type newsgroupsData struct {
	Groups []manage.Newsgroup
	Pager  pager
	Query  string
}

func showNewsgroups(v *visit) (any, error) {
	all, err := v.site.Groups.List(v.Context())
	if err != nil {
		return nil, err
	}
	q := v.URL.Query()
	d := &newsgroupsData{Query: q.Get("q")}
	all = slices.DeleteFunc(slices.Clone(all), func(g manage.Newsgroup) bool { return !holds(d.Query, g.Name, g.Description) })
	slices.SortFunc(all, func(a, b manage.Newsgroup) int { return strings.Compare(a.Name, b.Name) })
	d.Groups, d.Pager = turn(all, "/newsgroups", q, true)
	return d, nil
}

// newsgroupData fills the form of a newsgroup.
type newsgroupData struct {
	New bool
	manage.Newsgroup
}

// newsgroup finds the one that the page is about; none if it is about a new one.
func (v *visit) newsgroup() (g manage.Newsgroup, isNew bool, err error) {
	name := v.URL.Query().Get("name")
	if name == "" {
		return manage.Newsgroup{Status: "y"}, true, nil
	}
	all, err := v.site.Groups.List(v.Context())
	if err != nil {
		return g, false, err
	}
	i := slices.IndexFunc(all, func(g manage.Newsgroup) bool { return g.Name == name })
	if i < 0 {
		return g, false, errGone
	}
	return all[i], false, nil
}

func showNewsgroup(v *visit) (any, error) {
	g, isNew, err := v.newsgroup()
	if err != nil {
		return nil, err
	}
	g.Name, g.Status = v.typed("name", g.Name), v.typed("status", g.Status)
	g.Description, g.Moderator = v.typed("description", g.Description), v.typed("moderator", g.Moderator)
	return &newsgroupData{isNew, g}, nil
}

func setNewsgroup(v *visit) (outcome, error) {
	old, isNew, err := v.newsgroup()
	if err != nil {
		return outcome{}, err
	}
	if v.PostForm.Get("part") == "remove" && !isNew {
		return v.removeNewsgroup(old)
	}
	f := func(name string) string { return strings.TrimSpace(v.PostForm.Get(name)) }
	g := manage.Newsgroup{Name: f("name"), Status: f("status"), Description: f("description"), Moderator: f("moderator")}
	if !isNew {
		g.Name = old.Name
	}
	if err := g.Check(); err != nil {
		return outcome{}, err
	}
	if isNew {
		all, err := v.site.Groups.List(v.Context())
		if err != nil {
			return outcome{}, err
		}
		if slices.ContainsFunc(all, func(o manage.Newsgroup) bool { return o.Name == g.Name }) {
			return outcome{}, errors.New("there is a newsgroup of that name already: change that one, or choose another name")
		}
	}
	if err := v.site.Groups.Set(v.Context(), g); err != nil {
		return outcome{}, err
	}
	done := "was changed"
	if isNew {
		done = "was added"
	}
	return outcome{to: "/newsgroups", notice: fmt.Sprintf("newsgroup %s %s", g.Name, done)}, nil
}

func (v *visit) removeNewsgroup(g manage.Newsgroup) (outcome, error) {
	if !v.confirmed() {
		return ask(v.self(), "Remove the newsgroup "+g.Name+"?",
			fmt.Sprintf("Its articles (%s) are removed with it, for good.", number(g.Articles)), "Remove it", true), nil
	}
	if err := v.site.Groups.Remove(v.Context(), g.Name); err != nil {
		return outcome{}, err
	}
	return outcome{to: "/newsgroups", notice: fmt.Sprintf("newsgroup %s was removed", g.Name)}, nil
}
