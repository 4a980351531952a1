package pop3

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// start brings the conversation to where commands can be given.
func (c *Client) start(ctx context.Context) error {
	if err := c.wire.Handshake(ctx, max(0, c.opts.Timeouts.Handshake)); err != nil {
		return c.lose(fmt.Errorf("%w: %w", ErrHandshake, err))
	}
	r, err := c.readReply("")
	switch {
	case err != nil:
		return err
	case !r.OK:
		return c.lose(r)
	}
	if err := c.capa(); err != nil {
		return err
	}
	if err := c.secure(ctx); err != nil {
		return err
	}
	if c.opts.UTF8 && c.offer.has("UTF8") {
		// A server may refuse (RFC 6856, 2.1), and has ASCII for us then.
		if err := c.accepted("UTF8", ""); err != nil && (!isReply(err) || c.broken != nil) {
			return err
		}
	}
	if len(c.opts.Auth) > 0 {
		return c.chooseLogin()
	}
	return nil
}

// findTimestamp returns the timestamp of a greeting, "<...@...>" (RFC 1939, 7),
// or "". It must be what a message-id can be: octets of an attacker's choice
// would let the digest tell of the password (CVE-2007-1558).
func findTimestamp(greeting string) string {
	_, rest, _ := strings.Cut(greeting, "<")
	inner, _, closed := strings.Cut(rest, ">")
	left, right, ok := strings.Cut(inner, "@")
	if !closed || !ok || !isAtoms(left) || !isAtoms(right) {
		return ""
	}
	return "<" + inner + ">"
}

// isAtoms reports whether s is atoms with dots between (RFC 822, 6.1).
func isAtoms(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"[]`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// offers are what a server can do, as CAPA tells it.
type offers struct {
	known bool // CAPA was answered
	args  map[string]string
}

func (o *offers) has(tag string) bool {
	_, ok := o.args[tag]
	return ok
}

// maxCapabilities is more than any server has.
const maxCapabilities = 256

// capa asks what the server can do. One that does not know CAPA can do what RFC
// 1939 makes everybody do, and perhaps more.
func (c *Client) capa() error {
	c.offer = offers{}
	r, err := c.command("CAPA", "")
	if err != nil || !r.OK {
		return err
	}
	args := make(map[string]string)
	err = c.readLines(maxCapabilities, func(line []byte) error {
		tag, arg, _ := strings.Cut(printable(string(line)), " ")
		tag = strings.ToUpper(tag)
		for _, ignored := range c.opts.Ignore {
			if ascii.EqualFold(ignored, tag) {
				return nil
			}
		}
		args[tag] = strings.Trim(arg, " ")
		return nil
	})
	if err == nil {
		c.offer = offers{known: true, args: args}
	}
	return err
}

// Capa asks again what the server offers. After a login that may be something
// else (RFC 2449, 5).
func (c *Client) Capa(ctx context.Context) error { return c.during(ctx, c.capa) }

// Extension tells whether the server offers something, and its arguments: "USER"
// for "UTF8". The tag is in upper case.
func (c *Client) Extension(tag string) (args string, ok bool) {
	args, ok = c.offer.args[tag]
	return args, ok
}

// Extensions returns what the server offers: arguments by tag, in upper case. It
// is empty if the server does not know CAPA.
func (c *Client) Extensions() map[string]string {
	m := make(map[string]string, len(c.offer.args))
	maps.Copy(m, c.offer.args)
	return m
}
