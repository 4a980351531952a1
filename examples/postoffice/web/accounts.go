package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

type accountsData struct {
	Accounts []accountLine
	Pager    pager
	Query    string
	Show     string
	Octets   int64 // of all mailboxes
	All      int
	Missing  string // why the list is not complete
}

// An accountLine is an account in the list.
type accountLine struct {
	manage.User
	Edit string
	Full string // how full the mailbox is: "", "warn" or "bad"
}

func showAccounts(v *visit) (any, error) {
	all, err := v.site.Accounts.List(v.Context())
	missing, isIncomplete := errors.AsType[*manage.Incomplete](err)
	if err != nil && !isIncomplete {
		return nil, err
	}
	q := v.URL.Query()
	d := &accountsData{Query: q.Get("q"), Show: q.Get("show"), All: len(all)}
	if isIncomplete {
		d.Missing = sentence(missing.Why)
	}
	var lines []accountLine
	for _, u := range all {
		d.Octets += u.Octets
		line := accountLine{u, to("/accounts/edit", "name", u.Name), fullness(u)}
		fits := d.Show == "" || d.Show == "disabled" && u.Disabled || d.Show == "full" && line.Full != ""
		if fits && holds(d.Query, append([]string{u.Name, u.Profile.Display, u.Profile.Surname}, u.Addresses...)...) {
			lines = append(lines, line)
		}
	}
	slices.SortFunc(lines, func(a, b accountLine) int { return strings.Compare(a.Name, b.Name) })
	d.Accounts, d.Pager = turn(lines, "/accounts", q, true)
	return d, nil
}

// fullness compares a mailbox with its own quota. What the configuration says of those without is not known here.
func fullness(u manage.User) string {
	over := func(limit int64) bool { return limit > 0 && u.Octets >= limit }
	switch {
	case over(u.Quota.NoReceive), over(u.Quota.NoSend):
		return "bad"
	case over(u.Quota.Warn):
		return "warn"
	}
	return ""
}

type newAccountData struct {
	Name, Display, Given, Surname, Phone, Addresses string
}

func showNewAccount(v *visit) (any, error) {
	t := func(field string) string { return v.typed(field, "") }
	return &newAccountData{t("name"), t("display"), t("given"), t("surname"), t("phone"), t("addresses")}, nil
}

func addAccount(v *visit) (outcome, error) {
	password, err := newPassword(v)
	if err != nil {
		return outcome{}, err
	}
	u, err := v.site.Accounts.Add(v.Context(), manage.NewUser{
		Name:      strings.TrimSpace(v.PostForm.Get("name")),
		Addresses: words(v.PostForm.Get("addresses")),
		Profile:   postedProfile(v),
		Password:  password,
	})
	if err != nil {
		return outcome{}, err
	}
	return outcome{to: to("/accounts/edit", "name", u.Name), notice: fmt.Sprintf("account %s was added", u.Name)}, nil
}

// newPassword returns the one that was typed twice.
func newPassword(v *visit) (string, error) {
	password := v.PostForm.Get("password")
	switch {
	case password == "":
		return "", fmt.Errorf("there is no password: type one, twice")
	case password != v.PostForm.Get("again"):
		return "", fmt.Errorf("the two passwords are not the same: type them again")
	}
	return password, nil
}

func postedProfile(v *visit) manage.Profile {
	f := func(name string) string { return strings.TrimSpace(v.PostForm.Get(name)) }
	return manage.Profile{Display: f("display"), Given: f("given"), Surname: f("surname"), Phone: f("phone")}
}
