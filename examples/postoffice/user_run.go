package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

func listUsers(ctx context.Context, a manage.Accounts, f *userFlags) error {
	users, err := a.List(ctx)
	missing, isIncomplete := errors.AsType[*manage.Incomplete](err)
	if err != nil && !isIncomplete {
		return err
	}
	if isIncomplete {
		fmt.Fprintln(f.stderr, "postoffice:", manage.Explain(missing))
	}
	if f.json {
		return printJSON(f.stdout, users)
	}
	w := tabwriter.NewWriter(f.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tADDRESSES\tOCTETS\tSTATE")
	for _, u := range users {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", u.Name, strings.Join(u.Addresses, " "), u.Octets, stateOf(&u))
	}
	return w.Flush()
}

func stateOf(u *manage.User) string {
	state := "enabled"
	if u.Disabled {
		state = "disabled"
	}
	if u.Administrator {
		state += ", administrator"
	}
	return state
}

// printJSON prints a value on lines of its own.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(v)
}

// find looks for an account by its name.
func (f *userFlags) find(ctx context.Context, a manage.Accounts) (manage.User, error) {
	users, err := a.List(ctx)
	if _, isIncomplete := errors.AsType[*manage.Incomplete](err); err != nil && !isIncomplete {
		return manage.User{}, err
	}
	for _, u := range users {
		if store.FoldName(u.Name) == store.FoldName(f.name) {
			return u, nil
		}
	}
	return manage.User{}, fmt.Errorf("user %s: %w", f.name, cmp.Or(err, error(store.ErrNotFound)))
}

func showUser(ctx context.Context, a manage.Accounts, f *userFlags) error {
	u, err := f.find(ctx, a)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(f.stdout, u)
	}
	w := tabwriter.NewWriter(f.stdout, 0, 0, 2, ' ', 0)
	row := func(what, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", what, value)
		}
	}
	row("name", u.Name)
	row("display", u.Profile.Display)
	row("given", u.Profile.Given)
	row("surname", u.Profile.Surname)
	row("phone", u.Profile.Phone)
	row("addresses", strings.Join(u.Addresses, " "))
	row("state", stateOf(&u))
	row("without", strings.Join(u.Without, " "))
	row("octets", fmt.Sprint(u.Octets))
	row("warned at", limitText(u.Quota.Warn))
	row("can't send at", limitText(u.Quota.NoSend))
	row("gets no mail at", limitText(u.Quota.NoReceive))
	if u.Foreign {
		row("kept by", "another directory")
	}
	return w.Flush()
}

func limitText(n int64) string {
	switch {
	case n == 0:
		return "default"
	case n < 0:
		return "none"
	}
	return config.Size(n).String()
}

func addUser(ctx context.Context, a manage.Accounts, f *userFlags) error {
	n := manage.NewUser{Name: f.name, Profile: f.profileOf(manage.Profile{}), Password: f.password}
	n.Administrator = f.change.Administrator != nil && *f.change.Administrator
	if f.change.Addresses != nil {
		n.Addresses = *f.change.Addresses
	}
	u, err := a.Add(ctx, n)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(f.stdout, struct {
			manage.User
			Password string `json:"password,omitempty"` // that was made up
		}{u, f.madeUp()})
	}
	fmt.Fprintf(f.stdout, "%s has the address %s", u.Name, strings.Join(u.Addresses, ", "))
	if !f.fromStdin {
		fmt.Fprintf(f.stdout, " and the password %s", f.password)
	}
	fmt.Fprintln(f.stdout)
	return nil
}

// madeUp is the password, unless whoever gave it knows it.
func (f *userFlags) madeUp() string {
	if f.fromStdin {
		return ""
	}
	return f.password
}

func setUser(ctx context.Context, a manage.Accounts, f *userFlags) error {
	if f.isEmpty() {
		return errors.New("user set: nothing is to be changed; name it with a flag, -help lists them")
	}
	if len(f.profile) > 0 {
		u, err := f.find(ctx, a)
		if err != nil {
			return err
		}
		f.change.Profile = new(f.profileOf(u.Profile))
	}
	return f.apply(ctx, a, f.change)
}

// apply changes the account, and prints it if that is asked for.
func (f *userFlags) apply(ctx context.Context, a manage.Accounts, c manage.UserChange) error {
	if err := a.Change(ctx, f.name, c); err != nil || !f.json {
		return err
	}
	u, err := f.find(ctx, a)
	if err != nil {
		return err
	}
	return printJSON(f.stdout, u)
}

func setPassword(ctx context.Context, a manage.Accounts, f *userFlags) error {
	if err := a.Change(ctx, f.name, manage.UserChange{Password: &f.password}); err != nil {
		return err
	}
	switch {
	case f.fromStdin:
		return nil
	case f.json:
		return printJSON(f.stdout, map[string]string{"name": f.name, "password": f.password})
	}
	fmt.Fprintf(f.stdout, "%s has the password %s\n", f.name, f.password)
	return nil
}

func disableUser(ctx context.Context, a manage.Accounts, f *userFlags) error {
	return f.apply(ctx, a, manage.UserChange{Disabled: new(true)})
}

func enableUser(ctx context.Context, a manage.Accounts, f *userFlags) error {
	return f.apply(ctx, a, manage.UserChange{Disabled: new(false)})
}

func removeUser(ctx context.Context, a manage.Accounts, f *userFlags) error {
	return a.Remove(ctx, f.name)
}
