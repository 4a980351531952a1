package memory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/imap4"
)

// The rights of RFC 4314, 2.1.
const (
	allRights   = "lrswipkxtea"
	ownerRights = "la" // what an owner cannot lose
	anyone      = "anyone"
)

// rights are those that the user has, in the order of allRights: what is given,
// less what is taken away. The caller has the lock.
func (a *account) rights(m *mailbox) string {
	if a.store.NoACL {
		return "" // all
	}
	has := func(right rune) bool {
		if m.owner == a.user && strings.ContainsRune(ownerRights, right) {
			return true
		}
		given := false
		for _, e := range m.acl {
			name, taken := strings.CutPrefix(e.Identifier, "-")
			if name != a.user.name && name != anyone || !strings.ContainsRune(e.Rights, right) {
				continue
			}
			if taken {
				return false
			}
			given = true
		}
		return given
	}
	return strings.Map(func(right rune) rune {
		if has(right) {
			return right
		}
		return -1
	}, allRights)
}

// sees tells whether the user may see a mailbox. The caller has the lock.
func (a *account) sees(m *mailbox) bool {
	return m.owner == a.user || !a.store.NoACL && strings.Contains(a.rights(m), "l")
}

// acls are a layer.
type acls struct {
	layer
	a *account
}

// ACL implements imap4.ACLStore.
func (l acls) ACL(ctx context.Context, box imap4.MailboxID) ([]imap4.ACLEntry, error) {
	if err := l.a.enter(ctx, "ACL", box); err != nil {
		return nil, err
	}
	l.a.store.mu.Lock()
	defer l.a.store.mu.Unlock()
	m, err := l.a.node(box)
	if err != nil {
		return nil, fmt.Errorf("memory: %w", err)
	}
	return slices.Clone(m.acl), nil
}

// SetACL implements imap4.ACLStore.
func (l acls) SetACL(ctx context.Context, box imap4.MailboxID, e imap4.ACLEntry) error {
	if err := l.a.enter(ctx, "SetACL", box); err != nil {
		return err
	}
	l.a.store.mu.Lock()
	defer l.a.store.mu.Unlock()
	m, err := l.a.node(box)
	if err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	acl := slices.DeleteFunc(slices.Clone(m.acl), func(old imap4.ACLEntry) bool { return old.Identifier == e.Identifier })
	if e.Rights != "" {
		acl = append(acl, e)
	}
	m.acl = acl
	l.a.store.wake(0)
	return nil
}

// GrantableRights implements imap4.ACLStore.
func (l acls) GrantableRights(ctx context.Context, box imap4.MailboxID, identifier string) (string, []string, error) {
	if err := l.a.enter(ctx, "GrantableRights", box); err != nil {
		return "", nil, err
	}
	l.a.store.mu.Lock()
	defer l.a.store.mu.Unlock()
	m, err := l.a.node(box)
	if err != nil {
		return "", nil, fmt.Errorf("memory: %w", err)
	}
	if identifier == m.owner.name {
		return ownerRights, strings.Split(strings.Trim(allRights, ownerRights), ""), nil
	}
	return "", strings.Split(allRights, ""), nil
}
