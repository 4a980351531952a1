package nntp

import (
	"context"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Capabilities are what a server says it can do (RFC 3977, 3.3): arguments by
// label. It is empty if the server is too old to say. Labels and arguments are in
// upper case, as RFC 3977, 9.5 has them, whatever the server wrote.
type Capabilities map[string][]string

// Has reports whether there is the label with that argument, or with any if
// argument is empty.
func (caps Capabilities) Has(label, argument string) bool {
	args, ok := caps[label]
	return ok && (argument == "" || slices.Contains(args, argument))
}

// clientParseCapability adds one line; the label of a line that is none is "".
func clientParseCapability(line string) (label string, args []string) {
	words := strings.FieldsFunc(ascii.Upper(line), func(r rune) bool { return r == ' ' || r == '\t' })
	if len(words) == 0 || !clientIsLabel(words[0]) {
		return "", nil
	}
	return words[0], words[1:]
}

// clientIsLabel tells a label: letters, digits, dots and hyphens (RFC 3977, 9.5).
func clientIsLabel(s string) bool {
	for i := range len(s) {
		if c := s[i]; !ascii.IsAlnum(c) && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// clientMaxCapabilities bounds the lines of one list.
const clientMaxCapabilities = 1000

// learn asks what the server can do. Old servers do not know the command; that
// is no error.
func (c *Client) learn() error {
	c.caps = Capabilities{}
	r, err := c.command("CAPABILITIES", "")
	switch {
	case err != nil:
		return err
	case r.Code == 101:
		return c.eachLine(clientMaxCapabilities, func(line []byte) error {
			if label, args := clientParseCapability(string(line)); label != "" {
				c.caps[label] = args
			}
			return nil
		}, nil)
	case r.refuses():
		return nil
	}
	return c.odd(r)
}

// Capabilities returns what the server said last that it can do. The map is not
// to be changed.
func (c *Client) Capabilities() Capabilities { return c.caps }

// AskCapabilities asks what the server can do now. The client does so by itself
// at the beginning and where it can have changed: after STARTTLS, after a login,
// after MODE READER, and when compression begins.
func (c *Client) AskCapabilities(ctx context.Context) error {
	return c.during(ctx, c.learn)
}

// CanPost reports whether the server said that it takes posts: by its
// capabilities, or if it has none, by its greeting.
func (c *Client) CanPost() bool {
	if len(c.caps) > 0 {
		return c.caps.Has("POST", "")
	}
	return c.greeting.Code == 200
}

// becomeReader says MODE READER where that makes a difference: to servers that
// say so, and to those that say nothing (RFC 3977, 5.3). Later reports that an old
// server wants a login first.
func (c *Client) becomeReader() (later bool, err error) {
	if c.opts.Feed || len(c.caps) > 0 && !c.caps.Has("MODE-READER", "") {
		return false, nil
	}
	r, err := c.command("MODE", "READER")
	switch {
	case err != nil:
		return false, err
	case r.Code == 200 || r.Code == 201:
		c.greeting = r
	case r.Code == 500 || r.Code == 501:
		return false, nil // the server has no modes
	case r.Code == 480:
		return len(c.caps) == 0, nil
	case r.Code == 502:
		return false, c.lose(r) // and the server hangs up
	default:
		return false, c.odd(r)
	}
	if len(c.caps) == 0 {
		return false, nil
	}
	return false, c.learn()
}

// ModeStream asks whether the server takes CHECK and TAKETHIS (RFC 4644, 2.3): it
// does if there is no error. Old servers have no other way to say so; they refuse
// by 500 or 501.
func (c *Client) ModeStream(ctx context.Context) error {
	_, err := c.method(ctx, 203, "MODE", "STREAM")
	return err
}
