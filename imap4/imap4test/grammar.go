package imap4test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A response is one that a server sent, taken apart and found to be as the
// formal syntax wants it.
type response struct {
	raw    string
	tag    string // "*", "+", or that of a command; "" if the server hung up
	number int    // of EXISTS, FETCH and their like
	name   string // in upper case: OK, FETCH, LIST, ...
	code   []node // of a status response: what is in brackets
	text   string // of a status response or a request to go on
	args   []node // of the others: what is behind the name
}

func (r *response) hungUp() bool   { return r.tag == "" }
func (r *response) isStatus() bool { return isStatus(r.name) }

func (r *response) String() string {
	if r.hungUp() {
		return "(hung up)"
	}
	return strconv.Quote(r.raw)
}

// codeName is the name of the response code, or "".
func (r *response) codeName() string {
	if len(r.code) == 0 {
		return ""
	}
	return ascii.Upper(r.code[0].text)
}

func isStatus(name string) bool {
	switch name {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
		return true
	}
	return false
}

// parseResponse takes a response apart and checks its syntax (RFC 9051, 9; RFC
// 3501, 9, and the extensions'). raw has literals as they come, and no CRLF at
// the end.
func parseResponse(raw string, utf8 bool) (*response, error) {
	r := &response{raw: raw}
	tag, rest, ok := strings.Cut(raw, " ")
	r.tag = tag
	switch {
	case tag == "+" && ok:
		return r, r.parseStatus(rest)
	case tag == "+":
		return nil, errors.New("no space behind +")
	case !ok:
		return nil, errors.New("no space behind the tag")
	case tag != "*" && (!isAtomString(tag) || strings.Contains(tag, "+")):
		return nil, errors.New("not a tag")
	}
	word, args, more := strings.Cut(rest, " ")
	r.name = ascii.Upper(word)
	if isStatus(r.name) {
		if tag != "*" && (r.name == "BYE" || r.name == "PREAUTH") {
			return nil, fmt.Errorf("%s with a tag", r.name)
		}
		if !more {
			return nil, errors.New("no space behind the condition")
		}
		return r, r.parseStatus(args)
	}
	if tag != "*" {
		return nil, errors.New("not a condition behind the tag")
	}
	if isNumber(word) {
		n, err := strconv.ParseUint(word, 10, 32)
		if err != nil || len(word) > 1 && word[0] == '0' {
			return nil, fmt.Errorf("the number %s", word)
		}
		r.number = int(n)
		word, args, more = strings.Cut(args, " ")
		r.name = ascii.Upper(word)
		if _, ok := numbered[r.name]; !ok {
			return nil, fmt.Errorf("no response is %q", word)
		}
	}
	var err error
	if more {
		if args == "" {
			return nil, errors.New("a space at the end")
		}
		if r.args, err = lex(args, utf8, strings.HasSuffix(r.name, "FETCH")); err != nil {
			return nil, err
		}
	}
	check := checks[r.name]
	if c, ok := numbered[r.name]; ok {
		check = c
	} else if r.number != 0 || isNumber(strings.Split(rest, " ")[0]) {
		check = nil
	}
	if check == nil {
		return nil, fmt.Errorf("no response is %q", word)
	}
	p := &parser{nodes: r.args}
	if err := check(p, r); err != nil {
		return nil, fmt.Errorf("%s: %w", r.name, err)
	}
	return r, p.end(r.name)
}

// parseStatus reads resp-text.
func (r *response) parseStatus(s string) error {
	r.text = s
	for i := range len(s) {
		if s[i] == 0 || s[i] == '\r' || s[i] == '\n' {
			return fmt.Errorf("%q in a text", s[i])
		}
	}
	if !strings.HasPrefix(s, "[") || r.tag == "+" {
		return nil
	}
	l := lexer{s: s}
	if err := l.section(); err != nil {
		return err
	}
	inside, text := s[1:l.at], s[l.at+1:]
	if text != "" && text[0] != ' ' {
		return errors.New("no space behind the response code")
	}
	r.text = strings.TrimPrefix(text, " ")
	name, args, more := strings.Cut(inside, " ")
	if !isAtom(name) {
		return fmt.Errorf("the response code %q", name)
	}
	r.code = []node{{text: name}}
	check, known := codes[ascii.Upper(name)]
	if !known {
		if more {
			r.code = append(r.code, node{text: args})
		}
		return nil
	}
	if more {
		nodes, err := lex(args, false, false)
		if err != nil {
			return fmt.Errorf("[%s]: %w", name, err)
		}
		r.code = append(r.code, nodes...)
	}
	p := &parser{nodes: r.code[1:]}
	if err := check(p, r); err != nil {
		return fmt.Errorf("[%s]: %w", name, err)
	}
	return p.end(name)
}

// A checkFunc checks what is behind a response's name.
type checkFunc func(p *parser, r *response) error

// A parser looks at items one after the other. The first error stays.
type parser struct {
	nodes []node
	err   error
}

// next takes an item.
func (p *parser) next(what string) node {
	if len(p.nodes) == 0 {
		p.fail("no %s", what)
		return node{}
	}
	n := p.nodes[0]
	p.nodes = p.nodes[1:]
	return n
}

func (p *parser) more() bool { return p.err == nil && len(p.nodes) > 0 }

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
	p.nodes = nil
}

func (p *parser) end(what string) error {
	if p.err == nil && len(p.nodes) > 0 {
		p.fail("%d more items than %s has", len(p.nodes), what)
	}
	return p.err
}

// inside returns a parser of a list's items; check gets it.
func (p *parser) inside(what string, check func(*parser)) {
	n := p.next(what)
	if p.err != nil {
		return
	}
	if n.kind != list {
		p.fail("%s is not a list", what)
		return
	}
	in := &parser{nodes: n.list}
	check(in)
	if err := in.end(what); err != nil {
		p.fail("%s: %w", what, err)
	}
}

func (p *parser) atom(what string) string {
	n := p.next(what)
	if p.err == nil && (n.kind != atom || !isAtom(n.text) || n.glued) {
		p.fail("%s is not an atom: %q", what, n.text)
	}
	return ascii.Upper(n.text)
}

func (p *parser) number(what string, least, most uint64) uint64 {
	n := p.next(what)
	v, err := strconv.ParseUint(n.text, 10, 64)
	if p.err == nil && (n.kind != atom || err != nil || !isNumber(n.text) || v < least || v > most || len(n.text) > 1 && n.text[0] == '0') {
		p.fail("%s is not a number from %d to %d: %q", what, least, most, n.text)
	}
	return v
}

const (
	max32 = 1<<32 - 1
	max63 = 1<<63 - 1
)

func (n node) isNil() bool { return n.kind == atom && ascii.Upper(n.text) == "NIL" }

func (n node) isString() bool { return n.kind == quoted || n.kind == literal }

func (p *parser) string(what string) string {
	n := p.next(what)
	if p.err == nil && !n.isString() {
		p.fail("%s is not a string: %q", what, n.text)
	}
	return n.text
}

func (p *parser) nstring(what string) {
	n := p.next(what)
	if p.err == nil && !n.isString() && !n.isNil() {
		p.fail("%s is neither a string nor NIL: %q", what, n.text)
	}
}

func (p *parser) astring(what string) string {
	n := p.next(what)
	if p.err == nil && !n.isString() && (n.kind != atom || !isAtomString(n.text)) {
		p.fail("%s is neither a string nor an atom: %q", what, n.text)
	}
	return n.text
}

// delimiter: one character or NIL.
func (p *parser) delimiter() {
	n := p.next("delimiter")
	if p.err == nil && !n.isNil() && (n.kind != quoted || len(n.text) != 1) {
		p.fail("a delimiter %q", n.text)
	}
}

// set: a sequence-set, without "*".
func (p *parser) set(what string) {
	n := p.next(what)
	if p.err != nil {
		return
	}
	if n.kind != atom {
		p.fail("%s is not a set", what)
		return
	}
	if _, err := parseSet(n.text); err != nil {
		p.fail("%s: %w", what, err)
	}
}

// A span is a range of numbers.
type span struct{ first, last uint64 }

func parseSet(s string) ([]span, error) {
	var spans []span
	for part := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(part, ":")
		if !isRange {
			last = first
		}
		a, err := strconv.ParseUint(first, 10, 32)
		b, err2 := strconv.ParseUint(last, 10, 32)
		if err != nil || err2 != nil || a == 0 || b == 0 || !isNumber(first+last) {
			return nil, fmt.Errorf("not a set: %q", s)
		}
		spans = append(spans, span{min(a, b), max(a, b)})
	}
	return spans, nil
}

func (p *parser) flags(what string, more ...string) {
	p.inside(what, func(in *parser) {
		for in.more() {
			n := in.next("flag")
			name := strings.TrimPrefix(n.text, `\`)
			if n.kind != atom || n.glued || !isAtom(name) && !(n.text == `\*` && len(more) > 0) {
				in.fail("a flag %q", n.text)
			}
			if ascii.Upper(n.text) == `\RECENT` && what == "FLAGS" {
				in.fail(`\Recent among the flags of a mailbox`)
			}
		}
	})
}
