package web

import (
	"errors"
	"fmt"
	"slices"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// changeAccount does what one of the forms of an account says.
func changeAccount(v *visit) (outcome, error) {
	u, err := v.account()
	if err != nil {
		return outcome{}, err
	}
	part := v.PostForm.Get("part")
	if part == "remove" {
		return v.removeAccount(u)
	}
	c, notice, err := v.change(part, u)
	if err != nil {
		return outcome{}, err
	}
	if err := v.site.Accounts.Change(v.Context(), u.Name, c); err != nil {
		return outcome{}, err
	}
	if c.Password != nil || c.Disabled != nil && *c.Disabled {
		v.site.sessions.endUser(u.Name, v.token)
	}
	if c.Administrator == nil {
		notice += " of"
	}
	return outcome{to: v.self(), notice: notice + " " + u.Name}, nil
}

// change reads one of the forms.
func (v *visit) change(part string, u manage.User) (c manage.UserChange, notice string, err error) {
	switch part {
	case "profile":
		profile, addresses := postedProfile(v), words(v.PostForm.Get("addresses"))
		if len(addresses) == 0 {
			return c, "", errors.New("there is no address: an account has one at least")
		}
		c.Profile = &profile
		if !slices.Equal(addresses, u.Addresses) {
			c.Addresses = &addresses
		}
		return c, "changed the profile", nil
	case "services":
		without := []string{}
		for _, name := range manage.Switches {
			if !slices.Contains(v.PostForm["service"], name) {
				without = append(without, name)
			}
		}
		c.Without = &without
		return c, "changed the services", nil
	case "quota":
		c.Quota, err = v.quota()
		return c, "changed the quota", err
	case "administrator", "no-administrator":
		is := part == "administrator"
		if !is && u.Name == v.session.user {
			return c, "", errors.New("this is your own account: have another administrator do that")
		}
		c.Administrator = &is
		if is {
			return c, "made an administrator", nil
		}
		return c, "took the administration from", nil
	case "password":
		password, err := newPassword(v)
		c.Password = &password
		return c, "changed the password", err
	case "disable", "enable":
		off := part == "disable"
		if off && u.Name == v.session.user {
			return c, "", errors.New("this is your own account: have another administrator disable it")
		}
		c.Disabled = &off
		if off {
			return c, "disabled the account", nil
		}
		return c, "enabled the account", nil
	}
	return c, "", fmt.Errorf("there is no form %q: use those of the page", part)
}

func (v *visit) quota() (*manage.Quota, error) {
	var q manage.Quota
	for _, f := range []struct {
		name, what string
		to         *int64
	}{{"warn", "warning", &q.Warn}, {"nosend", "end of sending", &q.NoSend}, {"noreceive", "end of receiving", &q.NoReceive}} {
		n, err := parseBound(v.PostForm.Get(f.name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.what, err)
		}
		*f.to = n
	}
	return &q, nil
}

func (v *visit) removeAccount(u manage.User) (outcome, error) {
	switch {
	case u.Name == v.session.user:
		return outcome{}, errors.New("this is your own account: have another administrator remove it")
	case !v.confirmed():
		return ask(v.self(), "Remove the account "+u.Name+"?",
			fmt.Sprintf("All its mail (%s) is removed with it, for good. To keep the mail, disable the account instead.", octets(u.Octets)),
			"Remove it with all mail", true), nil
	}
	if err := v.site.Accounts.Remove(v.Context(), u.Name); err != nil {
		return outcome{}, err
	}
	v.site.sessions.endUser(u.Name, v.token)
	return outcome{to: "/accounts", notice: fmt.Sprintf("account %s was removed with its mail", u.Name)}, nil
}
