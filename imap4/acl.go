package imap4

import (
	"context"
	"strings"
)

// Access control lists (RFC 4314, 3).

func (c *Conn) hasACL() bool {
	_, ok := as[ACLStore](c.account)
	return ok
}

// setACL changes the rights of an identifier.
func (c *Conn) setACL(ctx context.Context, r aclRequest) Reply {
	return c.changeACL(ctx, r, OK("", "rights changed"))
}

// deleteACL takes an identifier's entry away.
func (c *Conn) deleteACL(ctx context.Context, r aclRequest) Reply {
	return c.changeACL(ctx, r, OK("", "entry removed"))
}

func (c *Conn) changeACL(ctx context.Context, r aclRequest, done Reply) Reply {
	store, _ := as[ACLStore](c.account)
	box, err := c.named(ctx, r.name, "a")
	if err == nil && r.mode != ReplaceFlags {
		var all []ACLEntry
		all, err = store.ACL(ctx, box.ID)
		r.rights = changedRights(all, &r)
	}
	if err == nil {
		err = store.SetACL(ctx, box.ID, ACLEntry{Identifier: r.identifier, Rights: r.rights})
	}
	if err != nil {
		return c.replyTo(ctx, err)
	}
	return done
}

// changedRights are those that an identifier has after some were added or taken
// away.
func changedRights(all []ACLEntry, r *aclRequest) string {
	had := ""
	for _, e := range all {
		if e.Identifier == r.identifier {
			had = e.Rights
		}
	}
	return strings.Map(func(right rune) rune {
		is := strings.ContainsRune(had, right)
		if strings.ContainsRune(r.rights, right) {
			is = r.mode == AddFlags
		}
		if !is {
			return -1
		}
		return right
	}, allRights)
}

// getACL tells who has which rights.
func (c *Conn) getACL(ctx context.Context, path []string) Reply {
	store, _ := as[ACLStore](c.account)
	box, err := c.named(ctx, path, "a")
	var all []ACLEntry
	if err == nil {
		all, err = store.ACL(ctx, box.ID)
	}
	if err != nil {
		return c.replyTo(ctx, err)
	}
	b := c.appendName([]byte("* ACL "), box.Name)
	for _, e := range all {
		b = appendString(append(b, ' '), e.Identifier, c.takesUTF8())
		b = appendRights(append(b, ' '), e.Rights)
	}
	c.put(append(b, "\r\n"...))
	return OK("", "rights listed")
}

// listRights tells which rights an identifier can be given.
func (c *Conn) listRights(ctx context.Context, r aclRequest) Reply {
	store, _ := as[ACLStore](c.account)
	box, err := c.named(ctx, r.name, "a")
	var always string
	var optional []string
	if err == nil {
		always, optional, err = store.GrantableRights(ctx, box.ID, r.identifier)
	}
	if err != nil {
		return c.replyTo(ctx, err)
	}
	groups := append([]string{always}, optional...)
	groups = withObsolete(groups, createRights, "c")
	groups = withObsolete(groups, deleteRights, "d")
	b := c.appendName([]byte("* LISTRIGHTS "), box.Name)
	b = appendString(append(b, ' '), r.identifier, c.takesUTF8())
	for _, g := range groups {
		b = appendString(append(b, ' '), g, false)
	}
	c.put(append(b, "\r\n"...))
	return OK("", "rights listed")
}

// withObsolete adds an obsolete right to rights that are tied together: to those
// that have one of its members tied to another right, else as one of its own
// (RFC 4314, 2.1.1). The first group is what is always there.
func withObsolete(groups []string, members, obsolete string) []string {
	found := false
	for i, g := range groups {
		if !strings.ContainsAny(g, members) {
			continue
		}
		found = true
		if i == 0 || strings.Trim(g, members) != "" {
			groups[i] += obsolete
			return groups
		}
	}
	if found {
		groups = append(groups, obsolete)
	}
	return groups
}

// anyRight is what MYRIGHTS needs one of (RFC 4314, 4).
const anyRight = "lrikxa"

// myRights tells what the user may do in a mailbox.
func (c *Conn) myRights(ctx context.Context, path []string) Reply {
	box, err := c.find(ctx, path)
	if err == nil && !hasAny(box.Rights, anyRight) {
		err = ErrNotFound
	}
	if err != nil {
		return c.replyTo(ctx, err)
	}
	c.tellMyRights(box)
	return OK("", "rights told")
}

func (c *Conn) tellMyRights(box Mailbox) {
	rights := box.Rights
	if rights == "" {
		rights = allRights
	}
	b := c.appendName([]byte("* MYRIGHTS "), box.Name)
	b = appendRights(append(b, ' '), rights)
	c.put(append(b, "\r\n"...))
}

// appendRights appends rights, and the obsolete ones whose members are among
// them. It is quoted, for there may be none.
func appendRights(b []byte, rights string) []byte {
	b = append(b, '"')
	for _, r := range []byte(rights) {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			b = append(b, r)
		}
	}
	for _, o := range []struct{ members, obsolete string }{{createRights, "c"}, {deleteRights, "d"}} {
		if strings.ContainsAny(rights, o.members) && !strings.Contains(rights, o.obsolete) {
			b = append(b, o.obsolete...)
		}
	}
	return append(b, '"')
}

// listMyRights is the return option MYRIGHTS of LIST (RFC 8440). Nothing is told
// of names that do not exist, or that are listed only for what is below them.
func listMyRights(_ context.Context, c *Conn, box *listed, _ *listRequest) error {
	if !box.Missing && box.wanted && box.ID != 0 {
		c.tellMyRights(box.Mailbox)
	}
	return nil
}
