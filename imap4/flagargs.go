package imap4

import (
	"slices"

	"github.com/wirepost/wirepost/internal/ascii"
)

// flagList takes a list of flags (RFC 9051, 9: flag-list). \Recent cannot be set
// by a client (RFC 3501, 2.3.2).
func (p *parser) flagList() (f Flags) {
	p.list(true, func() { p.flag(&f) })
	return f
}

// flagsOrList takes what STORE allows besides: flags without parentheses.
func (p *parser) flagsOrList() (f Flags) {
	if p.peek() == '(' {
		return p.flagList()
	}
	for p.flag(&f); p.skip(' '); {
		p.flag(&f)
	}
	return f
}

// maxKeywords bounds the keywords in one command.
const maxKeywords = 100

// flag takes one flag.
func (p *parser) flag(f *Flags) {
	if p.skip('\\') {
		word := ascii.Upper(p.atom())
		for i, name := range systemNames {
			if ascii.Upper(name[1:]) == word {
				f.System |= 1 << i
				return
			}
		}
		p.fail("a flag of the system that does not exist, or cannot be set")
		return
	}
	word := p.atom()
	if len(word) > 255 || len(f.Keywords) == maxKeywords {
		p.refuse(tooManyArgs)
		return
	}
	if slices.IndexFunc(f.Keywords, func(k string) bool { return ascii.EqualFold(k, word) }) < 0 {
		f.Keywords = append(f.Keywords, word)
	}
}
