package web

import (
	"errors"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// accountData fills the forms of an account.
type accountData struct {
	manage.User
	Display, Given, Surname, Phone string
	AddressLines                   string
	Services                       []service
	Warn, NoSend, NoReceive        string
	Self                           bool // it is the administrator's own
}

func (d *accountData) heading() string { return "Account " + d.Name }

// A service can be switched off for an account.
type service struct {
	Name, Title string
	On          bool
}

func (v *visit) account() (manage.User, error) {
	name := v.URL.Query().Get("name")
	all, err := v.site.Accounts.List(v.Context())
	if _, isIncomplete := errors.AsType[*manage.Incomplete](err); err != nil && !isIncomplete {
		return manage.User{}, err
	}
	i := slices.IndexFunc(all, func(u manage.User) bool { return u.Name == name })
	if i < 0 {
		return manage.User{}, errGone
	}
	return all[i], nil
}

func showAccount(v *visit) (any, error) {
	u, err := v.account()
	if err != nil {
		return nil, err
	}
	d := &accountData{
		User:         u,
		Display:      v.typed("display", u.Profile.Display),
		Given:        v.typed("given", u.Profile.Given),
		Surname:      v.typed("surname", u.Profile.Surname),
		Phone:        v.typed("phone", u.Profile.Phone),
		AddressLines: v.typed("addresses", strings.Join(u.Addresses, "\n")),
		Warn:         v.typed("warn", bound(u.Quota.Warn)),
		NoSend:       v.typed("nosend", bound(u.Quota.NoSend)),
		NoReceive:    v.typed("noreceive", bound(u.Quota.NoReceive)),
		Self:         u.Name == v.session.user,
	}
	for _, name := range manage.Switches {
		on := !slices.Contains(u.Without, name)
		if v.problem != nil && v.PostForm.Get("part") == "services" {
			on = slices.Contains(v.PostForm["service"], name)
		}
		d.Services = append(d.Services, service{name, serviceTitle(name), on})
	}
	return d, nil
}

func serviceTitle(name string) string {
	switch name {
	case "pop3":
		return "POP3: fetch mail"
	case "imap4":
		return "IMAP4: read mail"
	case "nntp":
		return "NNTP: read and post news"
	case "im":
		return "Instant messages"
	case "http":
		return "Mail in the browser (WebDAV)"
	case "ldap":
		return "LDAP: look addresses up"
	case "submission":
		return "Submission: send mail"
	}
	return name
}
