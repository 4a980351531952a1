package imap4

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

func (c *Conn) capability(context.Context, struct{}) Reply {
	c.line(c.capabilityCode())
	return OK("", "capabilities listed")
}

func (c *Conn) noop(context.Context, struct{}) Reply { return OK("", "nothing done") }

func (c *Conn) logout(ctx context.Context, _ struct{}) Reply {
	c.closeAccount(ctx) // before the answer, after which the client may come back
	c.state = Logout
	c.line("BYE " + c.text("see you later"))
	return OK("", "logged out")
}

// idArgs takes what a client says of itself, or NIL (RFC 2971, 3.1).
func idArgs(p *parser) map[string]string {
	p.space()
	if p.is("NIL") {
		p.end()
		return nil
	}
	said := map[string]string{}
	octets := 0
	p.list(true, func() {
		key := p.text()
		p.space()
		value, _ := p.nstring()
		octets += len(key) + len(value)
		if said[ascii.Upper(key)] = value; len(said) > maxIDPairs || octets > maxIDOctets {
			p.fail("more than 30 pairs, or 4096 octets")
		}
	})
	p.end()
	return said
}

// What RFC 2971, 3.3 allows a client at most, but for a sum of its own.
const (
	maxIDPairs  = 30
	maxIDOctets = 4096
)

func (c *Conn) id(context.Context, map[string]string) Reply {
	said := c.srv.ID
	if said == nil {
		said = map[string]string{"name": "wirepost"}
	}
	b := []byte("* ID (")
	for i, key := range slices.Sorted(maps.Keys(said)) {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(appendString(b, key, false), ' ')
		b = appendString(b, said[key], false)
	}
	c.put(append(b, ")\r\n"...))
	return OK("", "pleased to meet you")
}

// enableArgs takes capabilities (RFC 5161, 3.1).
func enableArgs(p *parser) []string {
	var words []string
	for p.err == nil {
		p.space()
		words = append(words, ascii.Upper(p.atom()))
		if p.peek() == 0 && p.i == len(p.s) {
			break
		}
	}
	return words
}

// enablers are what ENABLE can switch on, and what that implies.
var enablers = []struct {
	name string
	on   feature
}{
	{"IMAP4REV2", rev2},              // RFC 9051, 6.3.1
	{"UTF8=ACCEPT", utf8Accept},      // RFC 6855, 3
	{"CONDSTORE", condStore},         // RFC 7162, 3.1.8
	{"QRESYNC", qresync | condStore}, // RFC 7162, 3.2.3
	{"UIDONLY", uidOnly},             // RFC 9586, 3
}

// enable switches on what is known, and passes over what is not.
func (c *Conn) enable(ctx context.Context, words []string) Reply {
	var told strings.Builder
	for _, e := range enablers {
		if slices.Contains(words, e.name) && c.enabled&e.on != e.on {
			c.enabled |= e.on
			told.WriteString(" " + e.name)
		}
	}
	for _, word := range []string{"METADATA", "METADATA-SERVER"} { // RFC 5464, 4.1
		if slices.Contains(words, word) && c.hasMetadata() {
			c.watchMetadata(ctx)
			told.WriteString(" " + word)
		}
	}
	c.line("ENABLED" + strings.ReplaceAll(told.String(), "IMAP4REV2", "IMAP4rev2"))
	return OK("", "enabled")
}
