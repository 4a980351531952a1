package memory

import (
	"context"
	"fmt"
	"slices"

	"github.com/wirepost/wirepost/imap4"
)

// Change implements imap4.Account.
func (a *account) Change(ctx context.Context, c imap4.MailboxChange) (imap4.Mailbox, error) {
	if err := a.enter(ctx, "Change", c.ID); err != nil {
		return imap4.Mailbox{}, err
	}
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.change(c)
	if err != nil {
		return imap4.Mailbox{}, fmt.Errorf("memory: %w", err)
	}
	a.store.wake(0)
	return m, nil
}

// change does what Change does. The caller has the lock.
func (a *account) change(c imap4.MailboxChange) (imap4.Mailbox, error) {
	switch c.Op {
	case imap4.CreateMailbox:
		return a.create(c.Name, c.SpecialUse)
	case imap4.DeleteMailbox:
		return a.remove(c.ID)
	case imap4.RenameMailbox:
		return a.rename(c.ID, c.Name)
	case imap4.Subscribe:
		a.user.subscribed[key(c.Name)] = slices.Clone(c.Name)
		return a.look(c.Name), nil
	case imap4.Unsubscribe:
		delete(a.user.subscribed, key(c.Name))
		return a.look(c.Name), nil
	}
	return imap4.Mailbox{}, imap4.ErrCannot
}

// look returns the mailbox of a name, which need not exist.
func (a *account) look(name []string) imap4.Mailbox {
	if u, path, err := a.named(name); err == nil {
		if m, ok := u.boxes[key(path)]; ok && a.sees(m) {
			return a.line(m)
		}
	}
	_, subscribed := a.user.subscribed[key(name)]
	return imap4.Mailbox{Name: slices.Clone(name), Missing: true, Subscribed: subscribed}
}

func (a *account) create(name, specialUse []string) (imap4.Mailbox, error) {
	u, path, err := a.named(name)
	if err != nil {
		return imap4.Mailbox{}, err
	}
	m, exists := u.boxes[key(path)]
	if exists && (!m.noSelect || !a.sees(m)) {
		return imap4.Mailbox{}, imap4.ErrExists
	}
	if exists {
		if err := a.store.room(u, need{mailboxes: 1}); err != nil {
			return imap4.Mailbox{}, err
		}
		a.store.open(m)
	} else if m, err = a.grow(u, path); err != nil {
		return imap4.Mailbox{}, err
	}
	m.specialUse = slices.Clone(specialUse)
	return a.line(m), nil
}

// grow makes a mailbox and what is missing above it, each with the access control
// list of the one above.
func (a *account) grow(u *user, path []string) (*mailbox, error) {
	there := len(path) - 1
	for there > 0 && u.boxes[key(path[:there])] == nil {
		there--
	}
	m := u.boxes[key(path[:there])]
	if u != a.user && (m == nil || !a.sees(m)) {
		return nil, imap4.ErrNoPermission
	}
	if err := a.store.room(u, need{mailboxes: int64(len(path) - there)}); err != nil {
		return nil, err
	}
	for n := there + 1; n <= len(path); n++ {
		var acl []imap4.ACLEntry
		if m != nil {
			acl = m.acl
		}
		m = a.store.add(u, path[:n], acl)
	}
	return m, nil
}

// remove deletes a mailbox. If others are below, a mailbox of that name stays,
// but it is another one, so that whoever has this one open finds it gone.
func (a *account) remove(id imap4.MailboxID) (imap4.Mailbox, error) {
	m, err := a.node(id)
	if err != nil {
		return imap4.Mailbox{}, err
	}
	parent := len(a.store.below(m)) > 0
	switch {
	case len(m.path) == 1 && m.path[0] == "INBOX":
		return imap4.Mailbox{}, imap4.ErrCannot
	case parent && m.noSelect:
		return imap4.Mailbox{}, imap4.ErrHasChildren
	}
	for _, msg := range m.messages {
		a.store.release(msg)
	}
	a.store.dropAnnotations(m.id)
	delete(a.store.boxes, m.id)
	delete(m.owner.boxes, key(m.path))
	a.store.wake(m.id)
	if parent {
		name := a.store.add(m.owner, m.path, m.acl)
		name.noSelect = true
	}
	return a.look(a.name(m)), nil
}

func (a *account) rename(id imap4.MailboxID, name []string) (imap4.Mailbox, error) {
	m, err := a.node(id)
	if err != nil {
		return imap4.Mailbox{}, err
	}
	u, path, err := a.named(name)
	if err != nil {
		return imap4.Mailbox{}, err
	}
	switch _, exists := u.boxes[key(path)]; {
	case len(m.path) == 1 && m.path[0] == "INBOX", u != m.owner, isBelow(path, m.path):
		return imap4.Mailbox{}, imap4.ErrCannot
	case exists:
		return imap4.Mailbox{}, imap4.ErrExists
	}
	if len(path) > 1 && u.boxes[key(path[:len(path)-1])] == nil {
		if _, err := a.grow(u, path[:len(path)-1]); err != nil {
			return imap4.Mailbox{}, err
		}
	}
	was := len(m.path)
	for _, each := range append(a.store.below(m), m) {
		delete(u.boxes, key(each.path))
		each.path = slices.Concat(path, each.path[was:])
		u.boxes[key(each.path)] = each
	}
	return a.line(m), nil
}

// below returns all mailboxes below another. The caller has the lock.
func (s *Store) below(m *mailbox) (list []*mailbox) {
	for _, each := range m.owner.boxes {
		if isBelow(each.path, m.path) {
			list = append(list, each)
		}
	}
	return list
}

func isBelow(path, top []string) bool {
	return len(path) > len(top) && slices.Equal(path[:len(top)], top)
}

// release is called for each message that is gone. The caller has the lock.
func (s *Store) release(msg *message) {
	if msg.blob.messages--; msg.blob.messages == 0 {
		delete(s.blobs, msg.EmailID)
	}
}
