package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/internal/ascii"
)

type groupsData struct {
	Lists []manage.MailList
	Pager pager
	Query string
}

func showGroups(v *visit) (any, error) {
	all, err := v.site.Lists.List(v.Context())
	if err != nil {
		return nil, err
	}
	q := v.URL.Query()
	d := &groupsData{Query: q.Get("q")}
	all = slices.DeleteFunc(slices.Clone(all), func(l manage.MailList) bool {
		return !holds(d.Query, append([]string{l.Address, l.Display}, l.Members...)...)
	})
	slices.SortFunc(all, func(a, b manage.MailList) int { return strings.Compare(a.Address, b.Address) })
	d.Lists, d.Pager = turn(all, "/groups", q, true)
	return d, nil
}

// groupData fills the form of a group.
type groupData struct {
	New                                       bool
	Address, Display, Members, Owner, Senders string
	Hidden, Alias                             bool
}

// group finds the one that the page is about; none if it is about a new one.
func (v *visit) group() (l manage.MailList, isNew bool, err error) {
	address := v.URL.Query().Get("address")
	if address == "" {
		return l, true, nil
	}
	all, err := v.site.Lists.List(v.Context())
	if err != nil {
		return l, false, err
	}
	i := slices.IndexFunc(all, func(l manage.MailList) bool { return l.Address == address })
	if i < 0 {
		return l, false, errGone
	}
	return all[i], false, nil
}

func showGroup(v *visit) (any, error) {
	l, isNew, err := v.group()
	if err != nil {
		return nil, err
	}
	d := &groupData{
		New:     isNew,
		Address: v.typed("address", l.Address),
		Display: v.typed("display", l.Display),
		Members: v.typed("members", strings.Join(l.Members, "\n")),
		Owner:   v.typed("owner", l.Owner),
		Senders: v.typed("senders", strings.Join(l.Senders, "\n")),
		Hidden:  l.Hidden, Alias: l.Alias,
	}
	if v.problem != nil && v.PostForm.Get("part") == "set" {
		d.Hidden, d.Alias = v.PostForm.Has("hidden"), v.PostForm.Has("alias")
	}
	return d, nil
}

func setGroup(v *visit) (outcome, error) {
	old, isNew, err := v.group()
	if err != nil {
		return outcome{}, err
	}
	if v.PostForm.Get("part") == "remove" && !isNew {
		return v.removeGroup(old)
	}
	l := manage.MailList{
		Address: strings.TrimSpace(v.PostForm.Get("address")),
		Display: strings.TrimSpace(v.PostForm.Get("display")),
		Members: words(v.PostForm.Get("members")),
		Owner:   strings.TrimSpace(v.PostForm.Get("owner")),
		Senders: words(v.PostForm.Get("senders")),
		Hidden:  v.PostForm.Has("hidden"),
		Alias:   v.PostForm.Has("alias"),
	}
	switch {
	case !isNew:
		l.Address = old.Address
	case l.Address == "":
		return outcome{}, errors.New("there is no address: write the one that people will write to")
	default:
		all, err := v.site.Lists.List(v.Context())
		if err != nil {
			return outcome{}, err
		}
		if slices.ContainsFunc(all, func(o manage.MailList) bool { return ascii.EqualFold(o.Address, l.Address) }) {
			return outcome{}, fmt.Errorf("there is a group %s already: change that one, or choose another address", l.Address)
		}
	}
	if err := v.site.Lists.Set(v.Context(), l); err != nil {
		return outcome{}, err
	}
	done := "was changed"
	if isNew {
		done = "was added"
	}
	return outcome{to: "/groups", notice: fmt.Sprintf("%s %s", l.Address, done)}, nil
}

func (v *visit) removeGroup(l manage.MailList) (outcome, error) {
	if !v.confirmed() {
		return ask(v.self(), "Remove "+l.Address+"?",
			"Mail to it goes to nobody any more and is refused. Its members keep their accounts.", "Remove it", true), nil
	}
	if err := v.site.Lists.Remove(v.Context(), l.Address); err != nil {
		return outcome{}, err
	}
	return outcome{to: "/groups", notice: l.Address + " was removed"}, nil
}
