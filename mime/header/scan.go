package header

import "strings"

// Classes of octets, of RFC 5322, 3.2.3 and 2.2, and RFC 2045, 5.1. Octets beyond ASCII are text everywhere (RFC 6532,
// 3.2).
const (
	isSpace   = 1 << iota // white space and what folds it; NUL counts as such
	isAtext               // an octet of an atom
	isDotText             // an octet of an atom, or a dot
	isSpec                // what parts a list of addresses: , : ; < > @ ( ) " [ ] \
	isToken               // an octet of a token (RFC 2045)
	isPlainQ              // an octet that Q needs not encode in a phrase (RFC 2047, 5 (3))
	isPhrase              // an octet of a phrase that needs no closer look; no space
	isAttr                // an octet of attribute-char (RFC 2231, 7)
	isFtext               // an octet of a field name
	isCtl                 // a control octet
)

// classes is read only. It is a table since every octet of a message's addresses passes through it.
var classes = func() (t [256]uint16) {
	mark := func(chars string, class uint16) {
		for i := range len(chars) {
			t[chars[i]] |= class
		}
	}
	const alnum = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	mark(" \t\r\n\x00", isSpace)
	mark(alnum+"!#$%&'*+-/=?^_`{|}~", isAtext)
	mark(".", isDotText)
	mark(",:;<>@()\"[]\\", isSpec)
	mark(alnum+"!#$%&'*+-.^_`{|}~", isToken)
	mark(alnum+"!*+-/", isPlainQ)
	mark(alnum+"!#$&+-.^_`{|}~", isAttr)
	for c := range 256 {
		if t[c]&isAtext != 0 || c >= 0x80 {
			t[c] |= isDotText
		}
		if t[c]&isSpace == 0 && c != '"' && c != '(' && c != '\\' {
			t[c] |= isPhrase
		}
		switch {
		case c < ' ' || c == 0x7f:
			t[c] |= isCtl
		case c < 0x80 && c != ' ' && c != ':':
			t[c] |= isFtext
		case c >= 0x80:
			t[c] |= isAtext
		}
	}
	return t
}()

func is(c byte, class uint16) bool { return classes[c]&class != 0 }

// all reports whether each octet of s is of the class.
func all(s string, class uint16) bool {
	for i := range len(s) {
		if !is(s[i], class) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func trimSpace(s string) string {
	for s != "" && is(s[0], isSpace) {
		s = s[1:]
	}
	for s != "" && is(s[len(s)-1], isSpace) {
		s = s[:len(s)-1]
	}
	return s
}

// skipSpace returns the index of the first octet from i on that is not white space.
func skipSpace(s string, i int) int {
	for i < len(s) && is(s[i], isSpace) {
		i++
	}
	return i
}

// skipComment returns the index behind the comment that opens at i, and whether it is closed. One that is not reaches to
// the end (RFC 5322, 3.2.2).
func skipComment(s string, i int) (end int, closed bool) {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1, true
			}
		case '\\':
			i++
		}
	}
	return len(s), false
}

// skipCFWS skips white space and comments (RFC 5322, 3.2.2).
func skipCFWS(s string, i int) int {
	for i < len(s) {
		switch {
		case is(s[i], isSpace):
			i++
		case s[i] == '(':
			i, _ = skipComment(s, i)
		default:
			return i
		}
	}
	return i
}

// skipQuoted returns the index behind the quoted string that opens at i, or -1 if it is not closed.
func skipQuoted(s string, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return -1
}

// unquote returns what is between the quotes, or parentheses, of s without backslashes and line ends.
func unquote(s string) string {
	if strings.IndexByte(s, '\\') < 0 && strings.IndexByte(s, '\n') < 0 && strings.IndexByte(s, '\r') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\r' || s[i] == '\n':
			continue
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}
