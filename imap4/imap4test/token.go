package imap4test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A kind is what a node was written as.
type kind uint8

const (
	atom kind = iota // and numbers, flags, NIL
	quoted
	literal
	literal8
	list
)

// A node is one item of a response.
type node struct {
	kind  kind
	text  string // without quotes; of a FETCH item with its section
	list  []node
	glued bool // no space before it: it follows another list
}

// maxNesting is how deep lists may be. MIME parts are the deepest that there
// are, and no server that is sane shows so many.
const maxNesting = 300

// A lexer takes a response apart (RFC 9051, 9): items are parted by one space,
// strings are as they must be, literals as long as they say.
type lexer struct {
	s        string
	at       int
	utf8     bool // UTF-8 in quoted strings (RFC 6855, 3; RFC 9051, 4.3)
	sections bool // an item may be as BODY[HEADER.FIELDS (From To)]<0>
	lenient  bool // any octet may be in a quoted string: it is a pattern
}

func (l *lexer) errorf(format string, args ...any) error {
	return fmt.Errorf("octet %d: %w", l.at, fmt.Errorf(format, args...))
}

// items reads up to the end of the response, or of a list.
func (l *lexer) items(depth int) ([]node, error) {
	if depth > maxNesting {
		return nil, errors.New("lists too deep")
	}
	var nodes []node
	for l.at < len(l.s) && l.s[l.at] != ')' {
		glued := false
		if len(nodes) > 0 {
			last := nodes[len(nodes)-1]
			switch {
			case l.s[l.at] == ' ':
				l.at++
			case l.s[l.at] == '(' && last.kind == list:
				glued = true
			default:
				return nil, l.errorf("%q where a space must be", l.s[l.at])
			}
		}
		n, err := l.item(depth)
		if err != nil {
			return nil, err
		}
		n.glued = glued
		nodes = append(nodes, n)
	}
	return nodes, nil
}

func (l *lexer) item(depth int) (node, error) {
	rest := l.s[l.at:]
	switch {
	case rest == "":
		return node{}, l.errorf("a space at the end")
	case rest[0] == '(':
		l.at++
		nodes, err := l.items(depth + 1)
		if err != nil {
			return node{}, err
		}
		if l.at == len(l.s) {
			return node{}, l.errorf("a list has no end")
		}
		l.at++
		return node{kind: list, list: nodes}, nil
	case rest[0] == '"':
		return l.quoted()
	case rest[0] == '{', strings.HasPrefix(rest, "~{"):
		return l.literal()
	}
	return l.atom()
}

func (l *lexer) quoted() (node, error) {
	var b strings.Builder
	for l.at++; l.at < len(l.s); l.at++ {
		switch c := l.s[l.at]; {
		case c == '"':
			l.at++
			text := b.String()
			if l.utf8 && !l.lenient && !utf8.ValidString(text) {
				return node{}, l.errorf("a quoted string that is not UTF-8")
			}
			return node{kind: quoted, text: text}, nil
		case c == '\\':
			l.at++
			if l.at == len(l.s) || l.s[l.at] != '"' && l.s[l.at] != '\\' {
				return node{}, l.errorf("a backslash in a quoted string that is before neither quote nor backslash")
			}
			b.WriteByte(l.s[l.at])
		case l.lenient:
			b.WriteByte(c)
		case c == 0 || c == '\r' || c == '\n':
			return node{}, l.errorf("%q in a quoted string", c)
		case c >= 0x80 && !l.utf8:
			return node{}, l.errorf("0x%02x in a quoted string, and UTF-8 is not enabled", c)
		default:
			b.WriteByte(c)
		}
	}
	return node{}, l.errorf("a quoted string has no end")
}

func (l *lexer) literal() (node, error) {
	k := literal
	if l.s[l.at] == '~' {
		k = literal8
		l.at++
	}
	size, rest, ok := strings.Cut(l.s[l.at+1:], "}\r\n")
	n, err := strconv.ParseUint(size, 10, 63)
	if !ok || err != nil || !isNumber(size) {
		return node{}, l.errorf("not a literal")
	}
	if n > uint64(len(rest)) {
		return node{}, l.errorf("a literal is shorter than it says")
	}
	text := rest[:n]
	if k == literal && strings.Contains(text, "\x00") {
		return node{}, l.errorf("NUL in a literal that is not binary")
	}
	l.at = len(l.s) - len(rest) + int(n)
	return node{kind: k, text: text}, nil
}

func (l *lexer) atom() (node, error) {
	start := l.at
	for ; l.at < len(l.s); l.at++ {
		c := l.s[l.at]
		if c == '[' && l.sections {
			if err := l.section(); err != nil {
				return node{}, err
			}
			continue
		}
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`(){"`, c) >= 0 {
			break
		}
	}
	if l.at == start {
		return node{}, l.errorf("%q begins nothing", l.s[l.at])
	}
	return node{text: l.s[start:l.at]}, nil
}

// section passes over what is in brackets and leaves l at the last of them.
func (l *lexer) section() error {
	inQuotes := false
	for ; l.at < len(l.s); l.at++ {
		switch c := l.s[l.at]; {
		case c == '"':
			inQuotes = !inQuotes
		case c == '\\' && inQuotes:
			l.at++
		case c == ']' && !inQuotes:
			return nil
		case c < ' ' || c >= 0x7f:
			return l.errorf("%q in a section", c)
		}
	}
	return l.errorf("a section has no end")
}

// lex takes a whole text apart.
func lex(s string, utf8, sections bool) ([]node, error) {
	return (&lexer{s: s, utf8: utf8, sections: sections}).all()
}

func (l *lexer) all() ([]node, error) {
	nodes, err := l.items(0)
	if err != nil {
		return nil, err
	}
	if l.at < len(l.s) {
		return nil, l.errorf("a list ends that never began")
	}
	return nodes, nil
}

func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isAtom: ATOM-CHARs (RFC 9051, 9).
func isAtom(s string) bool { return isAtomString(s) && !strings.Contains(s, "]") }

// isAtomString: ASTRING-CHARs.
func isAtomString(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune(`(){%*"\`, c)
	})
}
