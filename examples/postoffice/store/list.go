package store

import (
	"cmp"
	"fmt"
	"strings"
)

// Limits of lists.
const (
	MaxMembers = 10_000
	MaxSenders = 1000
)

// A List is an address whose mail goes to others.
type List struct {
	Address Address
	Display string // how it is called
	Members []Address
	Owner   Address  // the zero Address is none
	Senders []string // addresses, and domains, that may write to it; none is everybody
	Hidden  bool     // others are not shown that it exists
	Alias   bool     // another name for its members
}

// Check returns an ErrInvalid that says what is wrong with l, or nil. It does not know the local
// domains, and takes a list without members.
func (l List) Check() error {
	if err := cmp.Or(l.Address.Check(), Profile{Display: l.Display}.Check()); err != nil {
		return err
	}
	if len(l.Members) > 0 {
		if err := checkMembers(l.Members); err != nil {
			return err
		}
	}
	if l.Owner != (Address{}) {
		if err := l.Owner.Check(); err != nil {
			return fmt.Errorf("owner: %w", err)
		}
	}
	if len(l.Senders) > MaxSenders {
		return fmt.Errorf("%w: %d senders: want at most %d", ErrInvalid, len(l.Senders), MaxSenders)
	}
	for _, s := range l.Senders {
		local, domain, isAddress := "", s, false
		if i := strings.LastIndexByte(s, '@'); i >= 0 {
			local, domain, isAddress = s[:i], s[i+1:], true
		}
		err := CheckDomain(domain)
		if isAddress {
			err = Address{local, domain}.Check()
		}
		if err != nil {
			return fmt.Errorf("sender: %w", err)
		}
	}
	return nil
}

func checkMembers(all []Address) error {
	if len(all) > MaxMembers {
		return fmt.Errorf("%w: %d members: want at most %d", ErrInvalid, len(all), MaxMembers)
	}
	seen := make(map[string]bool, len(all))
	for _, a := range all {
		if err := a.Check(); err != nil {
			return fmt.Errorf("member: %w", err)
		}
		if seen[a.Key()] {
			return fmt.Errorf("%w: member %q twice", ErrInvalid, a)
		}
		seen[a.Key()] = true
	}
	return nil
}
