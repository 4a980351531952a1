package office

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/smtp"
)

// An expander makes of lists and aliases those who are to get their mail.
type expander struct {
	store   store.Store
	people  accounts
	domains *domains
}

// maxExpanded is how many a list may come to, with those within it.
const maxExpanded = 20_000

// The refusals that lists have (RFC 3463, 3.3 and 3.8).
var (
	emptyList    = smtp.R(550, smtp.Enhanced{5, 2, 4}, "nobody is on this list")
	largeList    = smtp.R(550, smtp.Enhanced{5, 2, 4}, fmt.Sprintf("more than %d are on this list", maxExpanded))
	listIsClosed = smtp.R(550, smtp.Enhanced{5, 7, 2}, "you may not write to this list")
	listNeedsLog = smtp.R(550, smtp.Enhanced{5, 7, 2}, "log in to write to this list")
)

// find returns the list that has a local address, if one has.
func (x *expander) find(ctx context.Context, p smtp.Path) (l store.List, found bool, err error) {
	l, err = x.store.List(ctx, directory.NewAddress(p.Local, p.Domain))
	if errors.Is(err, store.ErrNotFound) && isPostmaster(p.Local) {
		return x.postmaster(ctx, p)
	}
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrInvalid) {
		return l, false, nil
	}
	return l, err == nil, err
}

// mayWrite tells whether mail from the address may go to the list. Whoever claims to be one of our own users has to have
// logged in: senders are easily made up.
func (x *expander) mayWrite(l *store.List, from smtp.Path, user string) error {
	if len(l.Senders) == 0 {
		return nil
	}
	address := directory.NewAddress(from.Local, from.Domain)
	switch {
	case from.IsNull() || !slices.ContainsFunc(l.Senders, func(s string) bool { return isSender(s, address) }):
		return listIsClosed
	case user == "" && x.domains.has(from.Domain):
		return listNeedsLog
	}
	return nil
}

// isSender tells whether an address is the one that List.Senders has, or in the domain.
func isSender(s string, a store.Address) bool {
	if named, ok := directory.ParseAddress(s); ok {
		return named.Key() == a.Key()
	}
	return store.FoldDomain(s) == store.FoldDomain(a.Domain)
}

// check refuses what cannot be delivered to anybody: an empty list, and another name for somebody who gets no mail.
func (x *expander) check(ctx context.Context, l store.List, size int64) error {
	for seen := make(map[string]bool); l.Alias && len(l.Members) == 1; {
		p := x.path(l.Members[0])
		if !x.domains.has(p.Domain) {
			return nil
		}
		if seen[l.Address.Key()] {
			return emptyList // round and round
		}
		seen[l.Address.Key()] = true
		next, found, err := x.find(ctx, p)
		if err == nil && !found {
			_, err = findAccount(ctx, x.people, p, size)
		}
		if err != nil || !found {
			return err
		}
		l = next
	}
	if len(l.Members) == 0 && !isPostmaster(l.Address.Local) {
		return emptyList
	}
	return nil
}

// path is a member's address in the form in which routes know it.
func (x *expander) path(a store.Address) smtp.Path {
	return x.domains.canonical(smtp.Path{Local: a.Local, Domain: a.Domain})
}

// A share is what is sent on by one reverse path.
type share struct {
	from    smtp.Path
	list    bool // a list's owner sends it on; otherwise its sender still does
	here    []recipient
	away    []smtp.Path // elsewhere, or here and to be refused: the sender is told
	refused int         // of away
}

// A recipient is one of our own.
type recipient struct {
	path  smtp.Path
	inbox store.FolderID
}

// An expansion is in the making.
type expansion struct {
	*expander
	gets   func(key string) bool // tells whether somebody gets the message already, and that he does now
	size   int64                 // of the message
	seen   map[string]bool       // lists
	shares []*share
	count  int
}

// expand returns who is to get a message, once each, without those who get it already. Lists within the list count by
// their members, and loops end. Reports about the members of a list that has an owner go to that one (RFC 5321, 3.9.2),
// those of an alias to the sender.
func (x *expander) expand(ctx context.Context, l store.List, from smtp.Path, size int64, gets func(key string) bool) ([]*share, error) {
	e := &expansion{expander: x, gets: gets, size: size, seen: map[string]bool{l.Address.Key(): true}}
	type step struct {
		list store.List
		by   sentBy
	}
	for todo := []step{{l, sentBy{from, false}}}; len(todo) > 0; {
		one := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if one.list.Owner != (store.Address{}) && !one.list.Alias && !from.IsNull() { // a report makes no reports
			one.by = sentBy{x.path(one.list.Owner), true}
		}
		for _, member := range one.list.Members {
			inner, found, err := e.add(ctx, x.path(member), one.by)
			if err != nil {
				return nil, err
			}
			if found {
				todo = append(todo, step{inner, one.by})
			}
		}
	}
	return e.shares, nil
}

// add adds a member. If it is a list that was not met yet, it is returned instead.
func (e *expansion) add(ctx context.Context, p smtp.Path, by sentBy) (inner store.List, isList bool, err error) {
	if !e.domains.has(p.Domain) {
		if !e.gets(awayKey(p)) {
			s := e.share(by)
			s.away = append(s.away, p)
		}
		return inner, false, e.counted()
	}
	inner, isList, err = e.find(ctx, p)
	if err != nil || isList {
		again := e.seen[inner.Address.Key()]
		e.seen[inner.Address.Key()] = true
		return inner, isList && !again, err
	}
	account, err := findAccount(ctx, e.people, p, e.size)
	_, refused := asReply(err)
	switch {
	case refused && e.gets(awayKey(p)):
	case refused:
		s := e.share(by)
		s.away = append(s.away, p)
		s.refused++
	case err != nil:
		return inner, false, err
	case !e.gets(accountKey(account.ID)):
		s := e.share(by)
		s.here = append(s.here, recipient{p, account.Inbox})
	}
	return inner, false, e.counted()
}

func (e *expansion) counted() error {
	if e.count++; e.count > maxExpanded {
		return largeList
	}
	return nil
}

// sentBy is who sends a message on.
type sentBy struct {
	from smtp.Path
	list bool
}

// share is the one that is sent by somebody.
func (e *expansion) share(by sentBy) *share {
	for _, s := range e.shares {
		if s.from == by.from && s.list == by.list {
			return s
		}
	}
	s := &share{from: by.from, list: by.list}
	e.shares = append(e.shares, s)
	return s
}

// Keys of who gets a message.
func awayKey(p smtp.Path) string           { return p.Local + "@" + foldDomain(p.Domain) }
func accountKey(id store.AccountID) string { return fmt.Sprintf("#%d", id) }
