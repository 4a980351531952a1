package main

import (
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// parseProfile has the flags that say what an account is like: those of add, and more for set.
func (f *userFlags) parseProfile(set *flag.FlagSet, command string) {
	if command != "add" && command != "set" {
		return
	}
	f.profile = make(map[string]string)
	for _, field := range [][2]string{
		{"display", "what the user is called, one `line`"},
		{"given", "given `name`"},
		{"surname", "family `name`"},
		{"phone", "telephone `number`"},
	} {
		set.Func(field[0], field[1], func(s string) error {
			f.profile[field[0]] = s
			return nil
		})
	}
	help := "mail `address`, may be repeated; the first is what the user writes from (default: by the rules of the configuration)"
	if command == "set" {
		help = "mail `address`, may be repeated; all there are from now on, the first is what the user writes from"
	}
	set.Func("address", help, func(s string) error {
		if f.change.Addresses == nil {
			f.change.Addresses = new([]string)
		}
		*f.change.Addresses = append(*f.change.Addresses, s)
		return nil
	})
	set.BoolFunc("administrator", "the user looks after the server: web administration, public folders, postmaster's mail (=false: no longer)", func(s string) error {
		is, err := strconv.ParseBool(s)
		f.change.Administrator = &is
		return err
	})
	if command == "add" {
		return
	}
	set.Func("without", "`services` that the user may not use, of "+strings.Join(manage.Switches[:], ",")+"; \"\" is none", func(s string) error {
		without := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
		f.change.Without = &without
		return nil
	})
	set.Func("quota", "`sizes` of the mailbox at which the user is warned, can't send, gets no mail: 90MB,95MB,100MB; one is the last; also default, and none", func(s string) error {
		q, err := parseQuota(s)
		f.change.Quota = &q
		return err
	})
}

// parseQuota reads one size, which is the last, or three.
func parseQuota(s string) (q manage.Quota, err error) {
	sizes := strings.Split(s, ",")
	fields := []*int64{&q.Warn, &q.NoSend, &q.NoReceive}
	switch {
	case len(sizes) == 1 && (s == "default" || s == "none"):
		sizes = []string{s, s, s}
	case len(sizes) == 1:
		fields = fields[2:]
	case len(sizes) != len(fields):
		return q, fmt.Errorf("%q: write one size, or three", s)
	}
	for i, size := range sizes {
		switch size {
		case "default":
			*fields[i] = 0
		case "none":
			*fields[i] = -1
		default:
			var n config.Size
			if err := n.UnmarshalText([]byte(size)); err != nil {
				return q, err
			}
			if n == 0 {
				return q, fmt.Errorf("%q: write default, none, or a size such as 100MB", size)
			}
			*fields[i] = int64(n)
		}
	}
	return q, nil
}

// profileOf is p with the fields that are set.
func (f *userFlags) profileOf(p manage.Profile) manage.Profile {
	for name, value := range f.profile {
		*map[string]*string{"display": &p.Display, "given": &p.Given, "surname": &p.Surname, "phone": &p.Phone}[name] = value
	}
	return p
}

// isEmpty tells whether nothing is to be changed.
func (f *userFlags) isEmpty() bool { return len(f.profile) == 0 && f.change == (manage.UserChange{}) }
