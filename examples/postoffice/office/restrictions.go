package office

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// senders are a list of Connector.AcceptFrom or RejectFrom.
type senders struct {
	all       bool
	addresses map[string]bool // store.Address.Key
	domains   map[string]bool // as store.FoldDomain has them
	below     map[string]bool // domains of which those below are meant
	groups    []string
}

func parseSenders(list []string) (senders, error) {
	s := senders{addresses: make(map[string]bool), domains: make(map[string]bool), below: make(map[string]bool)}
	for _, one := range list {
		group, isGroup := strings.CutPrefix(one, "group:")
		address, isAddress := directory.ParseAddress(one)
		domain, below := strings.CutPrefix(one, "*.")
		folded := store.FoldDomain(directory.NewAddress("", domain).Domain)
		switch {
		case isGroup && group != "":
			s.groups = append(s.groups, group)
		case one == "*":
			s.all = true
		case isAddress && address.Check() == nil:
			s.addresses[address.Key()] = true
		case isGroup || isAddress || !isDomain(folded):
			return s, fmt.Errorf("connector: sender %q: write user@example.org, example.org, *.example.org, * or group:Name", one)
		case below:
			s.below[folded] = true
		default:
			s.domains[folded] = true
		}
	}
	return s, nil
}

func (s *senders) empty() bool {
	return !s.all && len(s.addresses)+len(s.domains)+len(s.below)+len(s.groups) == 0
}

// hold tells whether one of the addresses is among them.
func (s *senders) hold(ctx context.Context, lists store.Lists, addresses []store.Address) (bool, error) {
	if s.all || slices.ContainsFunc(addresses, s.holdsAddress) {
		return true, nil
	}
	if len(s.groups) == 0 || len(addresses) == 0 {
		return false, nil
	}
	members, err := membersOf(ctx, lists, s.groups)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(addresses, func(a store.Address) bool { return members[a.Key()] }), nil
}

func (s *senders) holdsAddress(a store.Address) bool {
	domain := store.FoldDomain(a.Domain)
	if s.addresses[a.Key()] || s.domains[domain] {
		return true
	}
	for len(s.below) > 0 {
		_, above, more := strings.Cut(domain, ".")
		if !more {
			break
		}
		if s.below[above] {
			return true
		}
		domain = above
	}
	return false
}

// membersOf returns by their Keys the addresses of who is in the groups, also through groups within them. Lists are looked
// at as they are now.
func membersOf(ctx context.Context, lists store.Lists, groups []string) (map[string]bool, error) {
	known := make(map[string][]store.Address)
	var todo []store.Address
	for l, err := range lists.ListLists(ctx) {
		if err != nil {
			return nil, fmt.Errorf("groups: %w", err)
		}
		known[l.Address.Key()] = l.Members
		if slices.ContainsFunc(groups, func(name string) bool { return isCalled(&l, name) }) {
			todo = append(todo, l.Address)
		}
	}
	all := make(map[string]bool)
	for len(todo) > 0 {
		a := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if key := a.Key(); !all[key] { // also where lists are in a circle
			all[key] = true
			todo = append(todo, known[key]...)
		}
	}
	return all, nil
}

// isCalled tells whether a list is meant by a name.
func isCalled(l *store.List, name string) bool {
	if a, ok := directory.ParseAddress(name); ok {
		return a.Key() == l.Address.Key()
	}
	return ascii.EqualFold(l.Display, name) || store.FoldName(l.Address.Local) == store.FoldName(name)
}

// mayNotLeave is said to a sender whose mail is not to leave.
var mayNotLeave = smtp.R(550, smtp.Enhanced{5, 7, 1}, "you may not send to other domains; ask the administrator")

// mayLeave refuses what is to leave while nothing does, and a sender whose mail is not to leave: by the address that he gives,
// and by all that he has if he has logged in, or if the one he gives is of an account.
func (g *gateway) mayLeave(ctx context.Context, user string, from smtp.Path) error {
	if !g.takesForOthers() {
		return queue.NotQueuing
	}
	r := g.rules.Load()
	if r.accept.empty() && r.reject.empty() {
		return nil
	}
	addresses, err := g.addressesOf(ctx, user, from)
	if err != nil {
		return err
	}
	rejected, err := r.reject.hold(ctx, g.store, addresses)
	if err == nil && !rejected && !r.accept.empty() {
		var accepted bool
		accepted, err = r.accept.hold(ctx, g.store, addresses)
		rejected = !accepted
	}
	if err == nil && rejected {
		return mayNotLeave
	}
	return err
}

// addressesOf are all addresses of a sender; there are none for the null path of somebody who has not logged in.
func (g *gateway) addressesOf(ctx context.Context, user string, from smtp.Path) (all []store.Address, err error) {
	var own store.Account
	if !from.IsNull() {
		given := directory.NewAddress(from.Local, from.Domain)
		all = append(all, given)
		own, err = g.store.Resolve(ctx, given)
	}
	if user != "" && (err == nil || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrInvalid)) {
		own, err = g.store.Account(ctx, user)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrInvalid) {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err == nil {
		all = append(all, own.Addresses...)
	}
	return all, nil
}
