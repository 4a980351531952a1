package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

func listLists(ctx context.Context, l manage.Lists, f *listFlags) error {
	all, err := f.all(ctx, l)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(f.stdout, append([]manage.MailList{}, all...))
	}
	w := tabwriter.NewWriter(f.stdout, 0, 0, 2, ' ', 0)
	if f.kind.alias {
		fmt.Fprintln(w, "ADDRESS\tSTANDS FOR")
	} else {
		fmt.Fprintln(w, "ADDRESS\tMEMBERS\tOWNER\tDISPLAY")
	}
	for _, m := range all {
		if f.kind.alias {
			fmt.Fprintf(w, "%s\t%s\n", m.Address, strings.Join(m.Members, " "))
			continue
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", m.Address, len(m.Members), m.Owner, m.Display)
	}
	return w.Flush()
}

func showList(ctx context.Context, l manage.Lists, f *listFlags) error {
	m, err := f.find(ctx, l)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(f.stdout, m)
	}
	w := tabwriter.NewWriter(f.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "address\t%s\n", m.Address)
	if m.Display != "" {
		fmt.Fprintf(w, "display\t%s\n", m.Display)
	}
	if m.Owner != "" {
		fmt.Fprintf(w, "owner\t%s\n", m.Owner)
	}
	if len(m.Senders) > 0 {
		fmt.Fprintf(w, "senders\t%s\n", strings.Join(m.Senders, " "))
	}
	if m.Hidden {
		fmt.Fprintln(w, "hidden\tyes")
	}
	for _, a := range m.Members {
		fmt.Fprintf(w, "member\t%s\n", a)
	}
	return w.Flush()
}

// setList makes a list, or changes what was named of one that there is.
func setList(ctx context.Context, l manage.Lists, f *listFlags) error {
	m, err := f.find(ctx, l)
	if errors.Is(err, store.ErrNotFound) {
		m, err = manage.MailList{Address: f.address, Alias: f.kind.alias}, nil
	}
	if err != nil {
		return err
	}
	if len(f.members) > 0 {
		m.Members = f.members
	}
	for _, change := range f.change {
		change(&m)
	}
	return f.set(ctx, l, m)
}

// set writes the list, and prints it as it is then if that is asked for.
func (f *listFlags) set(ctx context.Context, l manage.Lists, m manage.MailList) error {
	m.Force = f.force
	if err := l.Set(ctx, m); err != nil || !f.json {
		return err
	}
	m, err := f.find(ctx, l)
	if err != nil {
		return err
	}
	return printJSON(f.stdout, m)
}

func addMembers(ctx context.Context, l manage.Lists, f *listFlags) error {
	m, err := f.find(ctx, l)
	if err != nil {
		return err
	}
	m.Members = append(m.Members, f.members...)
	return f.set(ctx, l, m)
}

func removeMembers(ctx context.Context, l manage.Lists, f *listFlags) error {
	m, err := f.find(ctx, l)
	if err != nil {
		return err
	}
	for _, gone := range f.members {
		n := len(m.Members)
		m.Members = slices.DeleteFunc(m.Members, func(a string) bool { return sameAddress(a, gone) })
		if len(m.Members) == n {
			return fmt.Errorf("%s is no member of %s", gone, m.Address)
		}
	}
	return f.set(ctx, l, m)
}

func removeList(ctx context.Context, l manage.Lists, f *listFlags) error {
	m, err := f.find(ctx, l)
	if err != nil {
		return err
	}
	return l.Remove(ctx, m.Address)
}
