package imap4

import (
	"context"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/imap4/internal/name"
)

// listRequest is what a LIST or LSUB command says (RFC 9051, 6.3.9).
type listRequest struct {
	reference string
	patterns  []string
	extended  bool // options are given, or several patterns

	subscribed, specialUse, recursive bool // which mailboxes: selection options

	withSubscribed, withStatus bool // what of each: return options
	items                      []statusItem
	returned                   []*listItem // of extensions
	entries                    []string    // of METADATA
}

// A listItem is what an extension adds to the return options of LIST.
type listItem struct {
	name    string
	offered func(*Conn) bool
	parse   func(*parser, *listRequest)                               // what follows the name; nil: nothing
	tell    func(context.Context, *Conn, *listed, *listRequest) error // what is told behind a mailbox
}

// listItems are the return options besides those of the core.
var listItems = []listItem{
	{"MYRIGHTS", (*Conn).hasACL, nil, listMyRights},                   // RFC 8440, 3
	{"METADATA", (*Conn).hasMetadata, listMetadataArgs, listMetadata}, // RFC 9590, 3
}

// listArgs takes selection options, a reference, patterns, and return options.
func listArgs(p *parser) (r listRequest) {
	p.space()
	if p.peek() == '(' {
		r.extended = true
		p.list(true, func() { p.selection(&r) })
		p.space()
		if r.recursive && !r.subscribed && !r.specialUse {
			p.fail("RECURSIVEMATCH needs another selection option") // RFC 5258, 3.1
		}
	}
	r.reference = p.pattern(p.astring())
	p.space()
	if p.peek() == '(' {
		r.extended = true
		p.list(false, func() { r.patterns = append(r.patterns, p.listMailbox()) })
	} else {
		r.patterns = []string{p.listMailbox()}
	}
	if len(r.patterns) > p.limits.Patterns {
		p.refuse(tooManyArgs)
	}
	if p.skip(' ') {
		r.extended = true
		if !p.is("RETURN") {
			p.fail("RETURN is missing")
		}
		p.space()
		p.list(true, func() { p.returnOption(&r) })
	}
	p.end()
	return r
}

// selection takes a selection option (RFC 5258, 3.1; RFC 6154, 2).
func (p *parser) selection(r *listRequest) {
	switch word := p.word(); word {
	case "SUBSCRIBED":
		r.subscribed, r.withSubscribed = true, true
	case "REMOTE": // there are no remote mailboxes
	case "RECURSIVEMATCH":
		r.recursive = true
	case "SPECIAL-USE":
		r.specialUse = true
	default:
		p.fail("selection option not known")
	}
}

// returnOption takes a return option (RFC 5258, 3.2; RFC 5819, 2; RFC 6154, 2).
func (p *parser) returnOption(r *listRequest) {
	switch word := p.word(); word {
	case "SUBSCRIBED":
		r.withSubscribed = true
	case "CHILDREN", "SPECIAL-USE": // always told
	case "STATUS":
		r.withStatus = true
		p.space()
		r.items = p.statusItems()
	default:
		for i := range listItems {
			if listItems[i].name == word {
				if listItems[i].parse != nil {
					listItems[i].parse(p, r)
				}
				if !slices.Contains(r.returned, &listItems[i]) {
					r.returned = append(r.returned, &listItems[i])
				}
				return
			}
		}
		p.fail("return option not known")
	}
}

// lsubArgs takes a reference and a pattern.
func lsubArgs(p *parser) (r listRequest) {
	p.space()
	r.reference = p.pattern(p.astring())
	p.space()
	r.patterns = []string{p.listMailbox()}
	p.end()
	return r
}

// listMailbox takes a pattern: a string, or an atom in which there may be
// wildcards.
func (p *parser) listMailbox() string {
	if c := p.peek(); c == '"' || c == '{' {
		return p.pattern(p.text())
	}
	s := p.run(inList)
	if s == "" {
		p.fail("a pattern is missing")
	}
	return p.pattern(s)
}

// maxPattern is more than any name has octets.
const maxPattern = 2000

// pattern reads a pattern.
func (p *parser) pattern(s string) string {
	if len(s) > maxPattern {
		p.refuse(tooManyArgs)
	}
	if p.utf8 {
		return s
	}
	text, err := name.Decode(s)
	if err != nil {
		// What is no name matches none, but for its wildcards.
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return text
}
