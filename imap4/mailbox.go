package imap4

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/imap4/internal/name"
)

// separator parts the components of names on the wire.
const separator = '/'

// CheckName reports what is wrong with one component of a mailbox's name, nil if
// it can be one: UTF-8 in normalization form C, 1 to 255 octets, without control
// characters, wildcards and "/", and not "." or "..".
func CheckName(component string) error {
	return name.Check([]string{component}, separator)
}

// mailbox takes the name of a mailbox.
func (p *parser) mailbox() []string { return p.path(p.astring()) }

// path reads the name of a mailbox.
func (p *parser) path(s string) []string {
	if p.err != nil {
		return nil
	}
	if !p.utf8 {
		text, err := name.Decode(s)
		if err != nil {
			p.fail("the mailbox name is not modified UTF-7")
			return nil
		}
		s = text
	}
	path, err := name.Parse(s, separator)
	if err != nil {
		p.refuse(No("CANNOT", strings.TrimPrefix(err.Error(), "name: ")))
	}
	return path
}

// appendName appends the name of a mailbox as a client reads it.
func (c *Conn) appendName(b []byte, path []string) []byte {
	text := name.Join(path, separator)
	if !c.takesUTF8() {
		text = name.Encode(text)
	}
	return appendString(b, text, c.takesUTF8())
}

// find returns the mailbox of a name.
func (c *Conn) find(ctx context.Context, path []string) (Mailbox, error) {
	for box, err := range c.account.Mailboxes(ctx) {
		if err != nil {
			return Mailbox{}, err
		}
		if !box.Missing && slices.Equal(box.Name, path) {
			return box, nil
		}
	}
	return Mailbox{}, ErrNotFound
}

// holder returns the mailbox of a name that messages are read from or put into,
// by somebody with the rights for it (RFC 4314, 4).
func (c *Conn) holder(ctx context.Context, path []string, rights string) (Mailbox, error) {
	box, err := c.find(ctx, path)
	switch {
	case err != nil:
		return box, err
	case box.NoSelect && !hidden(box.Rights):
		return box, notSelectable
	}
	return box, allowed(box.Rights, rights)
}

// allowed reports whether the rights that a user has include those needed.
// Whoever may not even know that a mailbox is there is told that it is not.
func allowed(has, needed string) error {
	if has == "" {
		return nil
	}
	for _, r := range []byte(needed) {
		switch {
		case strings.IndexByte(has, r) >= 0:
		case strings.IndexByte(has, 'l') < 0 && strings.IndexByte(has, 'r') < 0:
			return ErrNotFound
		default:
			return ErrNoPermission
		}
	}
	return nil
}

// target is replyTo for a mailbox that messages are to be put into: what could be
// created is to be told so (RFC 9051, 6.3.12).
func (c *Conn) target(ctx context.Context, err error) Reply {
	if errors.Is(err, ErrNotFound) {
		return tryCreate
	}
	return c.replyTo(ctx, err)
}
