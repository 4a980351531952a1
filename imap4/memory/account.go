package memory

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/wirepost/wirepost/imap4"
)

// An account is what one session of a user has. Its methods are those of
// imap4.Account; the further ones are in layers around it.
type account struct {
	store *Store
	user  *user
}

// enter is the first thing that each method does.
func (a *account) enter(ctx context.Context, method string, box imap4.MailboxID) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	if a.store.Fail == nil {
		return nil
	}
	if err := a.store.Fail(ctx, method, box); err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	return nil
}

// box finds a mailbox that has messages. What the user may not see does not
// exist. The caller has the lock.
func (a *account) box(id imap4.MailboxID) (*mailbox, error) {
	m, err := a.node(id)
	if err == nil && m.noSelect {
		return nil, imap4.ErrNotFound
	}
	return m, err
}

// node finds a mailbox that may be only a name. The caller has the lock.
func (a *account) node(id imap4.MailboxID) (*mailbox, error) {
	m, ok := a.store.boxes[id]
	if !ok || !a.sees(m) {
		return nil, imap4.ErrNotFound
	}
	return m, nil
}

// named finds the owner and the path of a mailbox, which need not exist. The
// caller has the lock.
func (a *account) named(name []string) (*user, []string, error) {
	if a.store.NoACL || name[0] != OtherUsers {
		return a.user, name, nil
	}
	if len(name) < 3 || name[1] == a.user.name {
		return nil, nil, imap4.ErrNoPermission
	}
	u, ok := a.store.users[name[1]]
	if !ok {
		return nil, nil, imap4.ErrNoPermission
	}
	return u, name[2:], nil
}

// name is a mailbox's name as this user sees it.
func (a *account) name(m *mailbox) []string {
	if m.owner == a.user {
		return slices.Clone(m.path)
	}
	return append([]string{OtherUsers, m.owner.name}, m.path...)
}

// Mailboxes implements imap4.Account.
func (a *account) Mailboxes(ctx context.Context) iter.Seq2[imap4.Mailbox, error] {
	return func(yield func(imap4.Mailbox, error) bool) {
		if err := a.enter(ctx, "Mailboxes", 0); err != nil {
			yield(imap4.Mailbox{}, err)
			return
		}
		for _, m := range a.list() {
			if !yield(m, nil) {
				return
			}
		}
	}
}

// list is what Mailboxes yields.
func (a *account) list() []imap4.Mailbox {
	s := a.store
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[string]imap4.Mailbox)
	for _, m := range s.boxes {
		if !a.sees(m) {
			continue
		}
		l := a.line(m)
		all[key(l.Name)] = l
		if m.owner != a.user {
			a.above(all, m)
		}
	}
	for k, name := range a.user.subscribed {
		if l, ok := all[k]; ok {
			l.Subscribed = true
			all[k] = l
		} else {
			all[k] = imap4.Mailbox{Name: slices.Clone(name), Subscribed: true, Missing: true}
		}
	}
	return slices.SortedFunc(maps.Values(all), func(x, y imap4.Mailbox) int { return slices.Compare(x.Name, y.Name) })
}

// above adds the names above another user's mailbox, which this user may not
// see otherwise. The caller has the lock.
func (a *account) above(all map[string]imap4.Mailbox, m *mailbox) {
	name := a.name(m)
	for n := 1; n < len(name); n++ {
		id := a.store.others
		switch {
		case n == 2:
			id = m.owner.node
		case n > 2:
			id = m.owner.boxes[key(name[2:n])].id
		}
		if k := key(name[:n]); all[k].ID == 0 {
			all[k] = imap4.Mailbox{ID: id, Name: name[:n:n], NoSelect: true, Rights: "l"}
		}
	}
}

// line is what Mailboxes yields of one, but for its subscription. The caller has
// the lock.
func (a *account) line(m *mailbox) imap4.Mailbox {
	l := imap4.Mailbox{
		ID: m.id, Name: a.name(m), NoSelect: m.noSelect, SpecialUse: slices.Clone(m.specialUse), Rights: a.rights(m),
	}
	_, l.Subscribed = a.user.subscribed[key(l.Name)]
	if !m.noSelect {
		state, counts := m.state, m.counts
		l.State, l.Counts = &state, &counts
	}
	return l
}

// Close implements imap4.Account.
func (a *account) Close() error { return nil }
