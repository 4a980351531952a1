package office

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// newAddresses are those of a new account: the ones that it is given, or else those that the address rules make.
func newAddresses(ctx context.Context, s store.Store, u manage.NewUser, rules []config.Template) ([]store.Address, error) {
	if len(u.Addresses) > 0 {
		return parseAddresses(u.Addresses)
	}
	domains, err := s.Domains(ctx)
	if err != nil {
		return nil, fmt.Errorf("local domains: %w", err)
	}
	if len(domains) == 0 {
		return nil, errors.New("there is no local domain yet; start the server once")
	}
	name, isAddress := directory.ParseAddress(u.Name)
	domain := domains[0]
	if isAddress && slices.Contains(domains, store.FoldDomain(name.Domain)) {
		domain = name.Domain
	}
	person := config.Person{Alias: name.Local, Given: u.Profile.Given, Surname: u.Profile.Surname, Domain: domain}
	person.Initials = initial(person.Given) + initial(person.Surname)
	var list []store.Address
	for _, rule := range rules {
		a, ok := directory.ParseAddress(rule.Expand(person))
		if !ok {
			continue // of what it needs, nothing is known
		}
		if a, err = free(ctx, s, a, list); err != nil {
			return nil, err
		}
		if a != (store.Address{}) {
			list = append(list, a)
		}
	}
	switch {
	case len(list) > 0:
		return list, nil
	case isAddress:
		return []store.Address{name}, nil
	}
	return []store.Address{{Local: u.Name, Domain: domains[0]}}, nil
}

// initial is the first letter of a name.
func initial(name string) string {
	_, n := utf8.DecodeRuneInString(name)
	return name[:n]
}

// maxNumber is where numbers behind names end.
const maxNumber = 10_000

// free is the address, with a number behind the local part if somebody has it: tim2. It is none if the account itself
// has it already.
func free(ctx context.Context, s store.Store, a store.Address, own []store.Address) (store.Address, error) {
	if holds(own, a) {
		return store.Address{}, nil
	}
	base := a.Local
	for n := 2; n < maxNumber; n++ {
		taken, err := isTaken(ctx, s, a)
		if err != nil || !taken && !holds(own, a) {
			return a, err
		}
		number := strconv.Itoa(n)
		a.Local = base[:min(len(base), store.MaxLocal-len(number))] + number
	}
	return a, fmt.Errorf("address %s@%s: so are too many others; give it another", base, a.Domain)
}

func holds(list []store.Address, a store.Address) bool {
	return slices.ContainsFunc(list, func(b store.Address) bool { return a.Key() == b.Key() })
}

// isTaken tells whether an account or a list has the address; postmaster's is not taken as long as nobody has it himself.
func isTaken(ctx context.Context, s store.Store, a store.Address) (bool, error) {
	account, err := s.Resolve(ctx, a)
	if err == nil && holds(account.Addresses, a) {
		return true, nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	list, err := s.List(ctx, a)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && list.Address.Key() == a.Key(), err
}

func parseAddresses(all []string) (list []store.Address, err error) {
	for _, s := range all {
		a, ok := directory.ParseAddress(s)
		if !ok {
			return nil, fmt.Errorf("%q is not an address; write it as name@domain", s)
		}
		list = append(list, a)
	}
	return list, nil
}

// checkUTF8 refuses what JSON would change on its way.
func checkUTF8(what string, texts ...string) error {
	for _, s := range texts {
		if !utf8.ValidString(s) {
			return fmt.Errorf("%s %q is not UTF-8", what, s)
		}
	}
	return nil
}

// checkChange says what is wrong with a change, whatever the account.
func checkChange(c *manage.UserChange) error {
	if c.Addresses != nil {
		if len(*c.Addresses) == 0 {
			return errors.New("an account has one address at least")
		}
		if err := checkUTF8("address", *c.Addresses...); err != nil {
			return err
		}
	}
	if c.Profile != nil {
		if err := checkProfile(*c.Profile); err != nil {
			return err
		}
	}
	if c.Quota != nil {
		if err := c.Quota.Check(); err != nil {
			return err
		}
	}
	if c.Without == nil {
		return nil
	}
	for _, s := range *c.Without {
		if !slices.Contains(manage.Switches[:], s) {
			return fmt.Errorf("there is no service %q to be switched off, but %s", s, strings.Join(manage.Switches[:], ", "))
		}
	}
	return nil
}

func checkProfile(p manage.Profile) error {
	return checkUTF8("profile:", p.Display, p.Given, p.Surname, p.Phone)
}
