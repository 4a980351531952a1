package imap4

import (
	"context"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/imap4/internal/name"
)

// A listed is a mailbox as LIST looks at it.
type listed struct {
	Mailbox
	text     string // its name
	children bool
	wanted   bool // by the selection options
	matches  bool // a pattern
	below    bool // a mailbox below it is wanted, and not told itself
	anyBelow bool // a mailbox below it is wanted
}

// list tells the mailboxes that match.
func (c *Conn) list(ctx context.Context, r listRequest) Reply {
	if !r.extended && r.patterns[0] == "" {
		c.line(`LIST (\Noselect) "/" ""`) // RFC 9051, 6.3.9
		return OK("", "hierarchy separator listed")
	}
	for _, item := range r.returned {
		if !item.offered(c) {
			return bad("return option not offered here")
		}
	}
	all, err := c.matching(ctx, &r)
	if err != nil {
		return c.replyTo(ctx, err)
	}
	for i := range all {
		box := &all[i]
		if !box.matches || !box.wanted && !box.below {
			continue
		}
		err := c.tellListed(ctx, box, &r)
		for _, item := range r.returned {
			if err == nil {
				err = item.tell(ctx, c, box, &r)
			}
		}
		if err != nil {
			return c.replyTo(ctx, err)
		}
	}
	return OK("", "mailboxes listed")
}

// matching returns the mailboxes, and what LIST needs to know of each.
func (c *Conn) matching(ctx context.Context, r *listRequest) ([]listed, error) {
	patterns := make([]*name.Pattern, len(r.patterns))
	for i, p := range r.patterns {
		patterns[i] = name.Compile(r.reference+p, separator)
	}
	var all []listed
	at := map[string]int{}
	for box, err := range c.account.Mailboxes(ctx) {
		if err != nil {
			return nil, err
		}
		if allowed(box.Rights, "l") != nil {
			if !box.Subscribed {
				continue
			}
			// A subscription is the user's own, and stays (RFC 4314, 4).
			box = Mailbox{Name: box.Name, Subscribed: true, Missing: true}
		}
		text := name.Join(box.Name, separator)
		at[text] = len(all)
		all = append(all, listed{Mailbox: box, text: text})
	}
	for i := 0; i < len(all); i++ { // it grows
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		box := &all[i]
		box.matches = slices.ContainsFunc(patterns, func(p *name.Pattern) bool { return p.Match(box.text) })
		box.wanted = (!r.subscribed || box.Subscribed) && (!r.specialUse || len(box.SpecialUse) > 0) &&
			(r.subscribed || !box.Missing)
		if box.ID == 0 && !box.Missing {
			box.wanted = false
		}
		all = above(all, at, i, r)
	}
	return all, nil
}

// above tells the mailboxes above a mailbox that it is there. One that is wanted
// may be below a name that does not exist, which is told too if the client asks
// for that.
func above(all []listed, at map[string]int, i int, r *listRequest) []listed {
	text, wanted, told := all[i].text, all[i].wanted, all[i].matches && all[i].wanted
	exists := !all[i].Missing
	for depth := len(all[i].Name) - 1; depth > 0; depth-- {
		text = text[:strings.LastIndexByte(text, separator)]
		j, found := at[text]
		if !found {
			if !r.recursive || !wanted {
				continue
			}
			j = len(all)
			at[text] = j
			all = append(all, listed{Mailbox: Mailbox{Name: all[i].Name[:depth], Missing: true}, text: text})
		}
		all[j].children = all[j].children || exists
		all[j].anyBelow = all[j].anyBelow || wanted
		all[j].below = all[j].below || r.recursive && wanted && !told
	}
	return all
}

// tellListed tells one mailbox.
func (c *Conn) tellListed(ctx context.Context, box *listed, r *listRequest) error {
	b := append([]byte("* LIST ("), attributes(box, r)...)
	b = append(b, `) "/" `...)
	b = c.appendName(b, box.Name)
	if r.recursive && box.anyBelow { // RFC 5258, 3.5
		b = append(b, ` (CHILDINFO (`...)
		if r.subscribed {
			b = append(b, `"SUBSCRIBED"`...)
		}
		if r.subscribed && r.specialUse {
			b = append(b, ' ')
		}
		if r.specialUse {
			b = append(b, `"SPECIAL-USE"`...)
		}
		b = append(b, `))`...)
	}
	c.put(append(b, "\r\n"...))
	if r.withStatus && !box.NoSelect && !box.Missing && allowed(box.Rights, "r") == nil {
		// One that has just been deleted has none, and does not keep the others from
		// being told.
		if err := c.tellStatus(ctx, box.Mailbox, r.items); !isGone(err) {
			return err
		}
	}
	return nil
}

// attributes are what LIST tells of a mailbox (RFC 9051, 7.3.1).
func attributes(box *listed, r *listRequest) string {
	var words []string
	switch {
	case box.Missing:
		words = append(words, `\NonExistent`)
	case box.NoSelect:
		words = append(words, `\Noselect`)
	}
	switch {
	case box.NoInferiors:
		words = append(words, `\NoInferiors`)
	case box.children:
		words = append(words, `\HasChildren`)
	case !box.Missing:
		words = append(words, `\HasNoChildren`)
	}
	if r.withSubscribed && box.Subscribed {
		words = append(words, `\Subscribed`)
	}
	for _, use := range box.SpecialUse {
		if isFlag(use) {
			words = append(words, use)
		}
	}
	return strings.Join(words, " ")
}

// isFlag reports whether s is a backslash and an atom, so that it can be told as
// it is.
func isFlag(s string) bool {
	if len(s) < 2 || s[0] != '\\' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if octets[s[i]]&inAtom == 0 {
			return false
		}
	}
	return true
}

// lsub tells the names that are subscribed. With "%" a name that is not, but
// has one below it that is, is told as \Noselect (RFC 3501, 6.3.9).
func (c *Conn) lsub(ctx context.Context, r listRequest) Reply {
	r.subscribed = true
	r.recursive = strings.HasSuffix(r.patterns[0], "%")
	all, err := c.matching(ctx, &r)
	if err != nil {
		return c.replyTo(ctx, err)
	}
	for i := range all {
		box := &all[i]
		if !box.matches || !box.wanted && !box.below {
			continue
		}
		b := []byte("* LSUB (")
		if !box.wanted || box.NoSelect {
			b = append(b, `\Noselect`...)
		}
		b = append(b, `) "/" `...)
		b = c.appendName(b, box.Name)
		c.put(append(b, "\r\n"...))
	}
	return OK("", "subscriptions listed")
}
