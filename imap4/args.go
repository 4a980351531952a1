package imap4

import (
	"errors"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// The parsers of arguments are pure: a text in, values out. The text is the whole
// command behind its verb, literals included as they were sent: "{3}", CRLF and
// three octets. The first error sticks, and all that is read after it is empty,
// so that a parser need not look at each step.

// A parser reads the arguments of one command.
type parser struct {
	s      string
	i      int
	err    error
	utf8   bool // what is quoted may be UTF-8
	accept bool // UTF8=ACCEPT is enabled
	uid    bool // the command begins with UID
	limits *Limits
	depth  int  // of what is nested, see nest
	texts  int  // to look for, see searchText
	saves  bool // the result of a search goes to "$"
}

// errArgs is why arguments do not parse: a Reply, or this with a reason.
type argsError string

func (e argsError) Error() string { return string(e) }

func (p *parser) fail(why string) {
	if p.err == nil {
		p.err = argsError(why)
	}
	p.i = len(p.s)
}

// refuse is fail with an answer of its own.
func (p *parser) refuse(r Reply) {
	if p.err == nil {
		p.err = r
	}
	p.i = len(p.s)
}

// refusal is the answer to what did not parse.
func (p *parser) refusal() Reply {
	if r, ok := errors.AsType[Reply](p.err); ok {
		return r
	}
	if why, ok := errors.AsType[argsError](p.err); ok {
		return bad("syntax error: " + string(why))
	}
	return badSyntax
}

// peek returns the next octet, 0 at the end.
func (p *parser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

// skip passes c, if it comes next.
func (p *parser) skip(c byte) bool {
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

// need passes c, which must come next.
func (p *parser) need(c byte) {
	if !p.skip(c) {
		if c == ' ' {
			p.fail("a space is missing")
		} else {
			p.fail(string(rune(c)) + " is missing")
		}
	}
}

func (p *parser) space() { p.need(' ') }

// end is where nothing more may come.
func (p *parser) end() {
	if p.err == nil && p.i < len(p.s) {
		p.fail("something follows the last argument")
	}
}

// nothing takes no arguments.
func nothing(p *parser) struct{} {
	p.end()
	return struct{}{}
}

// Octets by what they may be part of (RFC 9051, 9).
const (
	inAtom    = 1 << iota // ATOM-CHAR
	inAstring             // ASTRING-CHAR
	inList                // list-char
	inTag                 // tag
	inWord                // a keyword of the protocol: BODY.PEEK, HEADER.FIELDS
)

var octets = func() (t [256]uint8) {
	for c := byte('!'); c < 0x7f; c++ {
		if strings.IndexByte(`(){%*"\]`, c) < 0 {
			t[c] |= inAtom | inAstring | inList
			if c != '+' {
				t[c] |= inTag
			}
		}
		switch {
		case c == ']':
			t[c] |= inAstring | inList | inTag
		case c == '%' || c == '*':
			t[c] |= inList
		}
		if 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || strings.IndexByte(".-=_", c) >= 0 {
			t[c] |= inWord
		}
	}
	return t
}()

// run takes octets of a class, perhaps none.
func (p *parser) run(class uint8) string {
	start := p.i
	for p.i < len(p.s) && octets[p.s[p.i]]&class != 0 {
		p.i++
	}
	return p.s[start:p.i]
}

// atom takes an atom.
func (p *parser) atom() string {
	s := p.run(inAtom)
	if s == "" {
		p.fail("an atom is missing")
	}
	return s
}

// word takes a word of the protocol, in upper case.
func (p *parser) word() string {
	s := p.run(inWord)
	if s == "" {
		p.fail("a word is missing")
	}
	return ascii.Upper(s)
}

// is passes a word of the protocol and what follows it, if they come next: "NIL",
// or "BINARY[".
func (p *parser) is(upper string) bool {
	if len(p.s)-p.i < len(upper) || !ascii.EqualFold(p.s[p.i:p.i+len(upper)], upper) {
		return false
	}
	next := p.i + len(upper)
	if next < len(p.s) && octets[upper[len(upper)-1]]&inWord != 0 && octets[p.s[next]]&inWord != 0 {
		return false
	}
	p.i = next
	return true
}

// astring takes an atom or a string.
func (p *parser) astring() string {
	if c := p.peek(); c == '"' || c == '{' {
		return p.text()
	}
	s := p.run(inAstring)
	if s == "" {
		p.fail("a string is missing")
	}
	return s
}

// text takes a string: quoted, or a literal.
func (p *parser) text() string {
	switch p.peek() {
	case '"':
		return p.quoted()
	case '{':
		s := p.literal()
		if strings.IndexByte(s, 0) >= 0 {
			p.fail("a NUL")
		}
		return s
	}
	p.fail("a string is missing")
	return ""
}

// nstring takes a string or NIL, which is not ok.
func (p *parser) nstring() (s string, ok bool) {
	if p.is("NIL") {
		return "", false
	}
	return p.text(), true
}

func (p *parser) quoted() string {
	p.i++
	start := p.i
	for ; p.i < len(p.s); p.i++ {
		switch c := p.s[p.i]; {
		case c == '"':
			p.i++
			return p.unquoted(p.s[start : p.i-1])
		case c == '\\':
			if p.i++; p.peek() != '"' && p.peek() != '\\' {
				p.fail("only quotes and backslashes are quoted by a backslash")
				return ""
			}
		case c == '\r' || c == '\n' || c == 0:
			p.fail("a quoted string is not closed")
			return ""
		}
	}
	p.fail("a quoted string is not closed")
	return ""
}

// unquoted takes the backslashes out of what was between quotes.
func (p *parser) unquoted(s string) string {
	if !p.utf8 && !ascii.Is(s) {
		p.fail("octets beyond ASCII in quotes")
		return ""
	}
	if p.utf8 && !utf8.ValidString(s) {
		p.fail("octets that are not UTF-8 in quotes")
		return ""
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}

// literal takes a literal with its announcement.
func (p *parser) literal() string {
	i := strings.IndexByte(p.s[p.i:], '\n')
	if i < 0 {
		p.fail("a literal is missing")
		return ""
	}
	lit, ok := announced(strings.TrimSuffix(p.s[p.i:p.i+i], "\r"))
	p.i += i + 1
	if !ok || lit.size > int64(len(p.s)-p.i) || lit.at != 0 {
		p.fail("a literal is missing")
		return ""
	}
	s := p.s[p.i : p.i+int(lit.size)]
	p.i += int(lit.size)
	return s
}

// number takes a number of up to 63 bits. RFC 9051, 9: number64.
func (p *parser) number() int64 {
	start := p.i
	n := int64(0)
	for p.i < len(p.s) && '0' <= p.s[p.i] && p.s[p.i] <= '9' {
		d := int64(p.s[p.i] - '0')
		if n > (math.MaxInt64-d)/10 {
			p.fail("a number is too large")
			return 0
		}
		n = n*10 + d
		p.i++
	}
	if p.i == start {
		p.fail("a number is missing")
	}
	return n
}

// number32 takes a number of up to 32 bits.
func (p *parser) number32() uint32 {
	n := p.number()
	if n > math.MaxUint32 {
		p.fail("a number is too large")
		return 0
	}
	return uint32(n)
}

// nz takes a number that is not 0.
func (p *parser) nz() uint32 {
	n := p.number32()
	if n == 0 {
		p.fail("a number must not be 0")
	}
	return n
}

// list takes what is in parentheses, parted by single spaces: one item at least
// unless empty says otherwise.
func (p *parser) list(empty bool, item func()) {
	p.need('(')
	if empty && p.skip(')') {
		return
	}
	for p.err == nil {
		item()
		if p.skip(')') {
			return
		}
		p.space()
	}
}

// nest is called where something begins that may hold its own kind.
func (p *parser) nest() {
	if p.depth++; p.depth > p.limits.Nesting {
		p.fail("nested too deep")
	}
}
