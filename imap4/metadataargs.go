package imap4

import (
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A metadataRequest is what a command about annotations says (RFC 5464, 4).
type metadataRequest struct {
	name    []string // nil for the server
	names   []string
	depth   int   // of what is below the names; negative: no limit
	maxSize int64 // of the values that are told; negative: no limit
	entries []MetadataEntry
}

// maxEntries bounds the entries in one command.
const maxEntries = 200

// getMetadataArgs takes options, a mailbox, and names. The options come before
// the mailbox in the grammar of RFC 5464, 5, and behind it in its examples.
func getMetadataArgs(p *parser) (r metadataRequest) {
	r.maxSize = -1
	p.space()
	before := p.peek() == '('
	if before {
		p.metadataOptions(&r)
		p.space()
	}
	r.name = p.metadataMailbox()
	p.space()
	if !before && p.peek() == '(' && p.i+1 < len(p.s) && octets[p.s[p.i+1]]&inWord != 0 {
		p.metadataOptions(&r)
		p.space()
	}
	r.names = p.entryNames()
	p.end()
	return r
}

// entryNames takes the name of an entry, or a list of them.
func (p *parser) entryNames() (names []string) {
	one := func() {
		if name := p.entryName(1); !slices.Contains(names, name) {
			names = append(names, name)
		}
		if len(names) > maxEntries {
			p.refuse(tooManyArgs)
		}
	}
	if p.peek() == '(' {
		p.list(false, one)
	} else {
		one()
	}
	return names
}

// metadataMailbox takes the name of a mailbox, or the empty string, which is the
// server.
func (p *parser) metadataMailbox() []string {
	s := p.astring()
	if s == "" {
		return nil
	}
	return p.path(s)
}

// metadataOptions takes the options of GETMETADATA (RFC 5464, 4.2).
func (p *parser) metadataOptions(r *metadataRequest) {
	p.list(false, func() {
		switch p.word() {
		case "MAXSIZE":
			p.space()
			r.maxSize = p.number()
		case "DEPTH":
			p.space()
			switch p.word() {
			case "0":
				r.depth = 0
			case "1":
				r.depth = 1
			case "INFINITY":
				r.depth = -1
			default:
				p.fail("DEPTH is 0, 1 or infinity")
			}
		default:
			p.fail("option not known")
		}
	})
}

// maxEntryName bounds the name of an entry, in octets.
const maxEntryName = 1000

// entryName takes the name of an entry (RFC 5464, 3.2), with so many components
// at least, of which "private" or "shared" is the first. Case does not matter.
func (p *parser) entryName(least int) string {
	name := ascii.Lower(p.astring())
	if p.err != nil {
		return ""
	}
	parts := strings.Split(name, "/")[1:]
	switch {
	case !strings.HasPrefix(name, "/private/") && !strings.HasPrefix(name, "/shared/") && name != "/private" && name != "/shared":
		p.fail("an entry begins with /private/ or /shared/")
	case len(name) > maxEntryName:
		p.refuse(tooManyArgs)
	case slices.Contains(parts, ""):
		p.fail("a component of an entry's name is empty")
	case strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '*' || r == '%' }):
		p.fail("an octet that no entry has in its name")
	case len(parts) < least, least > 1 && parts[1] == "vendor" && len(parts) < 4:
		p.fail("the name of an entry is too short")
	}
	return name
}

// setMetadataArgs takes a mailbox, and names with their values (RFC 5464, 4.3).
func setMetadataArgs(p *parser) (r metadataRequest) {
	p.space()
	r.name = p.metadataMailbox()
	p.space()
	p.list(false, func() {
		e := MetadataEntry{Name: p.entryName(2)}
		p.space()
		if e.Value = p.entryValue(); len(e.Value) > p.limits.Literal {
			p.refuse(tooLongEntry(p))
		}
		if slices.ContainsFunc(r.entries, func(other MetadataEntry) bool { return other.Name == e.Name }) {
			p.fail("an entry is there twice")
		}
		if r.entries = append(r.entries, e); len(r.entries) > maxEntries {
			p.refuse(tooManyArgs)
		}
	})
	p.end()
	return r
}

// entryValue takes a string, which may be a literal8 of any octets, or NIL.
func (p *parser) entryValue() []byte {
	if p.skip('~') {
		return append([]byte{}, p.literal()...)
	}
	quotes := p.utf8
	p.utf8 = true
	s, ok := p.nstring()
	p.utf8 = quotes
	if !ok {
		return nil
	}
	return append([]byte{}, s...)
}

// tooLongEntry tells how long a value may be (RFC 5464, 4.3).
func tooLongEntry(p *parser) Reply {
	return No(string(appendNumber([]byte("METADATA MAXSIZE "), p.limits.Literal)), "value too long")
}

// setMetadataStreams is for a value that is too long to be taken: nothing
// streams.
func setMetadataStreams(p *parser) (bool, Reply) { return false, tooLongEntry(p) }
