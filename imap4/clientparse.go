package imap4

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/wirepost/wirepost/internal/ascii"
)

// ErrProtocol is what an error wraps if the server sends what cannot be a
// response, or more of it than ClientLimits allow. The connection is closed
// then: where the next response begins is in doubt.
var ErrProtocol = errors.New("imap4: malformed response")

func clientMalformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrProtocol}, args...)...)
}

// A clientParser reads one response, token by token: the line up to a literal,
// the literal, the line after it. Its error sticks: after one every look at the
// input sees the end of the line, so that loops come to an end.
type clientParser struct {
	w      *clientWire
	limits *ClientLimits
	names  *clientNames

	b   []byte // the line, or what is before and after literals; valid until the next one is read
	i   int
	err error

	// lenient lets what is wrong with one value be passed over: where it was found
	// is kept in flaw.
	lenient bool
	flaw    clientFlaw

	values int // of extensions, in this response
	lines  int // read so far
	depth  int
	size   int   // octets of the response that were kept in memory
	lit    int64 // what is unread of a literal that is handed out as a reader
}

// begin reads the first line of a response.
func (p *clientParser) begin() {
	p.err, p.depth, p.size, p.lit = nil, 0, 0, 0
	p.lenient, p.flaw, p.values = false, clientFlaw{}, 0
	p.next()
}

// next reads a line.
func (p *clientParser) next() {
	b, err := p.w.line(p.limits.Line)
	p.b, p.i = b, 0
	p.lines++
	if p.size += len(b); err == nil && p.size > p.limits.Response {
		err = clientMalformed("a response of more than %d octets", p.limits.Response)
	}
	p.stop(err)
}

// stop notes an error.
func (p *clientParser) stop(err error) {
	if p.err == nil && err != nil {
		p.err = err
		p.b, p.i = nil, 0
	}
}

func (p *clientParser) fail(want string) {
	if p.err == nil {
		p.flawed(clientMalformed("want %s at %q", want, p.b[p.i:min(len(p.b), p.i+40)]))
	}
}

// flawed notes an error of a value, which recover can pass over.
func (p *clientParser) flawed(err error) {
	if p.err == nil && p.lenient {
		p.flaw = clientFlaw{found: true, b: p.b, i: p.i, depth: p.depth}
	}
	p.stop(err)
}

// A clientFlaw is where a value was found to be wrong, for a lenient parser. The
// line is still there, since nothing is read once there is an error.
type clientFlaw struct {
	found    bool
	b        []byte
	i, depth int
}

// A clientMark is where a value begins, with the space before it.
type clientMark struct{ i, lines, depth int }

func (p *clientParser) mark() clientMark { return clientMark{p.i, p.lines, p.depth} }

// recover goes on behind the value that began at start and is wrong, and returns
// what is wrong with it. What cannot be passed over, for the lists in it do not
// end, say, stays the parser's error, and nil is returned.
func (p *clientParser) recover(start clientMark) error {
	err, at := p.err, p.flaw
	if err == nil || !at.found {
		return nil
	}
	p.err, p.lenient, p.flaw = nil, false, clientFlaw{}
	p.b, p.i, p.depth = at.b, at.i, at.depth
	if p.lines == start.lines && len(bytes.Trim(p.b[start.i:p.i], " ")) == 0 {
		p.skip()
	}
	for p.err == nil && p.depth > start.depth {
		for p.take(' ') {
		}
		if p.take(')') {
			p.depth--
		} else {
			p.skip()
		}
	}
	p.word() // the rest of one that has been read in part
	if p.err != nil {
		p.err = err // which tells more than where its end was missed
		return nil
	}
	return err
}

// peek is the next octet, 0 at the end of the line: a line holds no NUL.
func (p *clientParser) peek() byte {
	if p.i < len(p.b) {
		return p.b[p.i]
	}
	return 0
}

func (p *clientParser) take(c byte) bool {
	if p.i < len(p.b) && p.b[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *clientParser) expect(c byte) {
	if !p.take(c) {
		p.fail(fmt.Sprintf("%q", c))
	}
}

// space reads the space between two values. More than one is let pass:
// Exchange sends two between some.
func (p *clientParser) space() {
	p.expect(' ')
	for p.take(' ') {
	}
}

// end is the end of the response. Spaces before it are let pass, as several
// servers (Domino, older Exchange) leave one behind a list.
func (p *clientParser) end() {
	for p.take(' ') {
	}
	if p.i < len(p.b) {
		p.fail("the end of the line")
	}
}

// rest is what is left of the line.
func (p *clientParser) rest() []byte {
	b := p.b[p.i:]
	p.i = len(p.b)
	return b
}

// isClientAtom tells the octets of an atom, and "]" and "\", which ASTRING-CHAR
// and flags have.
func isClientAtom(c byte) bool {
	switch c {
	case '(', ')', '{', ' ', '%', '*', '"', 0x7f:
		return false
	}
	return c > ' '
}

// word reads an atom, perhaps an empty one. It is valid until the next line.
func (p *clientParser) word() []byte {
	start := p.i
	for p.i < len(p.b) && isClientAtom(p.b[p.i]) {
		p.i++
	}
	return p.b[start:p.i]
}

func (p *clientParser) atom() string {
	b := p.word()
	if len(b) == 0 {
		p.fail("an atom")
	}
	return string(b)
}

// number reads a number of up to 63 bits.
func (p *clientParser) number() uint64 {
	n, start := uint64(0), p.i
	for p.i < len(p.b) && p.b[p.i]-'0' <= 9 {
		d := uint64(p.b[p.i] - '0')
		if n > (math.MaxInt64-d)/10 {
			p.fail("a number of 63 bits")
			return 0
		}
		n = n*10 + d
		p.i++
	}
	if p.i == start {
		p.fail("a number")
	}
	return n
}

func (p *clientParser) number32() uint32 {
	n := p.number()
	if n > math.MaxUint32 {
		p.fail("a number of 32 bits")
		return 0
	}
	return uint32(n)
}

// uid reads a UID, which is not 0.
func (p *clientParser) uid() UID {
	n := p.number32()
	if n == 0 {
		p.fail("a UID")
	}
	return UID(n)
}

// isNil reads NIL, if it is there.
func (p *clientParser) isNil() bool {
	if p.peek()|0x20 != 'n' {
		return false
	}
	start := p.i
	if ascii.EqualFold(p.word(), "NIL") {
		return true
	}
	p.i = start
	return false
}

// list reads a list in parentheses, each element with f.
func (p *clientParser) list(f func()) {
	p.enter()
	p.take(' ') // Exchange has one there at times
	for p.err == nil && !p.take(')') {
		before, lines := p.i, p.lines
		f()
		if p.err == nil && p.i == before && p.lines == lines {
			p.fail("a value")
		}
		for p.take(' ') { // one is enough, but see space; none is (NIL)(NIL), as body parts have
		}
	}
	p.depth--
}

func (p *clientParser) enter() {
	if p.depth >= p.limits.Nesting {
		p.stop(clientMalformed("lists nested deeper than %d", p.limits.Nesting))
	}
	p.expect('(')
	p.depth++
}

// maybeList reads a list, or NIL.
func (p *clientParser) maybeList(f func()) {
	if p.isNil() {
		return
	}
	p.list(f)
}

// skip passes over one value of any kind.
func (p *clientParser) skip() {
	switch p.peek() {
	case '(':
		p.list(p.skip)
	case '"':
		p.quoted()
	case '{', '~':
		p.lit = p.literal()
		p.closeLiteral()
	default:
		if start := p.i; len(p.word()) == 0 && !p.take('*') && !p.take('%') && p.i == start {
			p.fail("a value")
		}
	}
}

// skipRest passes over the rest of a response of a kind that is not known: any
// text, with literals where a line ends in the announcement of one.
func (p *clientParser) skipRest() {
	for p.err == nil {
		open := bytes.LastIndexByte(p.b, '{')
		if open < p.i || !bytes.HasSuffix(p.b, []byte("}")) {
			p.i = len(p.b)
			return
		}
		p.i = open
		if p.lit = p.literal(); p.err == nil {
			p.closeLiteral()
		}
	}
}
