package memory

import (
	"context"
	"fmt"

	"github.com/wirepost/wirepost/imap4"
)

// A need is what something takes of a quota.
type need struct{ mailboxes, messages, octets int64 }

// A resource is one that can have a limit.
type resource struct {
	name string
	used func(need) int64
}

// resources returns the resources that the store knows (RFC 9208, 5).
func resources() []resource {
	return []resource{
		{"STORAGE", func(n need) int64 { return (n.octets + 1023) / 1024 }},
		{"MESSAGE", func(n need) int64 { return n.messages }},
		{"MAILBOX", func(n need) int64 { return n.mailboxes }},
	}
}

// usage is what a user has. The caller has the lock.
func (u *user) usage() (n need) {
	for _, m := range u.boxes {
		if !m.noSelect {
			n.mailboxes++
		}
		n.messages += int64(m.counts.Messages)
		n.octets += m.counts.Size
	}
	return n
}

// room tells whether a user may have so much more. The caller has the lock.
func (s *Store) room(u *user, more need) error {
	if s.NoQuota || len(u.limits) == 0 {
		return nil
	}
	now := u.usage()
	then := need{now.mailboxes + more.mailboxes, now.messages + more.messages, now.octets + more.octets}
	for _, r := range resources() {
		limit, ok := u.limits[r.name]
		if ok && limit >= 0 && r.used(then) > limit && r.used(then) > r.used(now) {
			return imap4.ErrOverQuota
		}
	}
	return nil
}

// quotas are a layer. Each user has one root, which has the user's name.
type quotas struct {
	layer
	a *account
}

// root makes the answer about a user. The caller has the lock.
func (u *user) root() imap4.QuotaRoot {
	root := imap4.QuotaRoot{Name: u.name}
	used := u.usage()
	for _, r := range resources() {
		if limit, ok := u.limits[r.name]; ok && limit >= 0 {
			root.Resources = append(root.Resources, imap4.QuotaResource{Name: r.name, Usage: r.used(used), Limit: limit})
		}
	}
	return root
}

// QuotaRoots implements imap4.QuotaStore.
func (l quotas) QuotaRoots(ctx context.Context, box imap4.MailboxID) ([]imap4.QuotaRoot, error) {
	if err := l.a.enter(ctx, "QuotaRoots", box); err != nil {
		return nil, err
	}
	l.a.store.mu.Lock()
	defer l.a.store.mu.Unlock()
	u := l.a.user
	if box != 0 {
		m, err := l.a.node(box)
		if err != nil {
			return nil, fmt.Errorf("memory: %w", err)
		}
		u = m.owner
	}
	return []imap4.QuotaRoot{u.root()}, nil
}

// SetQuota implements imap4.QuotaStore.
func (l quotas) SetQuota(ctx context.Context, root string, limits []imap4.QuotaLimit) (imap4.QuotaRoot, error) {
	if err := l.a.enter(ctx, "SetQuota", 0); err != nil {
		return imap4.QuotaRoot{}, err
	}
	l.a.store.mu.Lock()
	defer l.a.store.mu.Unlock()
	u := l.a.user
	if root != u.name {
		return imap4.QuotaRoot{}, fmt.Errorf("memory: %w", imap4.ErrNoPermission)
	}
	known := make(map[string]bool)
	for _, r := range resources() {
		known[r.name] = true
	}
	for _, limit := range limits {
		if !known[limit.Name] {
			return imap4.QuotaRoot{}, fmt.Errorf("memory: %w", imap4.ErrCannot)
		}
	}
	clear(u.limits) // RFC 9208, 4.1.3: those that are not named have none
	for _, limit := range limits {
		u.limits[limit.Name] = limit.Limit
	}
	return u.root(), nil
}
