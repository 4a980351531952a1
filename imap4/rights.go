package imap4

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// What a user may do in a mailbox (RFC 4314, 4). Rights of "" are all of them.

// allRights are the rights of RFC 4314, 2.1.
const allRights = "lrswipkxtea"

// hasAny reports whether one of some rights is there.
func hasAny(has, some string) bool { return has == "" || strings.ContainsAny(has, some) }

// flagRights returns the flags that a user may change (RFC 4314, 4): "s" is for
// \Seen, "t" for \Deleted, "w" for the other ones and for keywords.
func flagRights(rights string) (system SystemFlags, keywords bool) {
	if hasAny(rights, "s") {
		system |= Seen
	}
	if hasAny(rights, "t") {
		system |= Deleted
	}
	if keywords = hasAny(rights, "w"); keywords {
		system |= Answered | Flagged | Draft
	}
	return system, keywords
}

// allSystem are all system flags.
const allSystem = Seen | Answered | Flagged | Deleted | Draft

// permitted is f without the flags that a user has no right to.
func permitted(rights string, f Flags) Flags {
	system, keywords := flagRights(rights)
	f.System &= system
	if !keywords {
		f.Keywords = nil
	}
	return f
}

// isReadOnly reports whether a mailbox is READ-ONLY to whoever has these rights
// (RFC 4314, 5.2).
func isReadOnly(rights string) bool { return !hasAny(rights, "ieswt") }

// hidden reports whether a mailbox is to look as if it were not there
// (RFC 4314, 6).
func hidden(rights string) bool { return !hasAny(rights, "lr") }

// named returns the mailbox of a name, which need not have messages, for
// somebody with the rights.
func (c *Conn) named(ctx context.Context, path []string, rights string) (Mailbox, error) {
	box, err := c.find(ctx, path)
	if err != nil {
		return box, err
	}
	return box, allowed(box.Rights, rights)
}

// setFlags does what STORE says. Where the flags are to be replaced and some may
// not be changed, those are left as they are: STORE does not fail as long as one
// flag may be changed (RFC 4314, 4).
func (c *Conn) setFlags(ctx context.Context, f FlagChange) (changed []Meta, conflict UIDSet, err error) {
	v := c.box
	may, keywords := flagRights(v.rights)
	if f.Mode != ReplaceFlags || may == allSystem {
		return c.account.SetFlags(ctx, v.id, f)
	}
	remove := Flags{System: may &^ f.Flags.System}
	if keywords {
		remove.Keywords = slices.DeleteFunc(slices.Clone(v.keywords), func(k string) bool {
			return slices.ContainsFunc(f.Flags.Keywords, func(kept string) bool { return ascii.EqualFold(kept, k) })
		})
	}
	add := f
	add.Mode, add.Flags = AddFlags, permitted(v.rights, f.Flags)
	if changed, conflict, err = c.account.SetFlags(ctx, v.id, add); err != nil {
		return changed, conflict, err
	}
	rest := FlagChange{UIDs: f.UIDs.without(conflict), Mode: RemoveFlags, Flags: remove}
	more, _, err := c.account.SetFlags(ctx, v.id, rest)
	for _, m := range more {
		changed = slices.DeleteFunc(changed, func(was Meta) bool { return was.UID == m.UID })
	}
	return append(changed, more...), conflict, err
}

// without returns the UIDs of s that are not in other.
func (s UIDSet) without(other UIDSet) (out UIDSet) {
	for _, r := range s {
		for len(other) > 0 && other[0].Last < r.First {
			other = other[1:]
		}
		first, left := r.First, true
		for _, o := range other {
			if o.First > r.Last {
				break
			}
			if o.First > first {
				out = append(out, UIDRange{first, o.First - 1})
			}
			if left = o.Last < r.Last; !left {
				break
			}
			first = o.Last + 1
		}
		if left {
			out = append(out, UIDRange{first, r.Last})
		}
	}
	return out
}

// settle takes from messages that were copied the flags that the user has no
// right to in the mailbox that they are in now (RFC 4314, 4). They had them for a
// moment, as Copy keeps flags.
func (c *Conn) settle(ctx context.Context, to Mailbox, from *view, done *Copied) error {
	may, keywords := flagRights(to.Rights)
	if may == allSystem || len(done.To) == 0 {
		return nil
	}
	remove := Flags{System: allSystem &^ may}
	if !keywords {
		remove.Keywords = from.keywords
	}
	_, _, err := c.account.SetFlags(ctx, to.ID, FlagChange{UIDs: NewUIDSet(done.To...), Mode: RemoveFlags, Flags: remove})
	if errors.Is(err, ErrNotFound) {
		return nil // they are gone, and their flags with them
	}
	return err
}
