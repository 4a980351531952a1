package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of values. A line of a header has 998 octets at most (RFC 5322, 2.1.1).
const (
	maxValue = 8 << 10 // octets of a value; what is beyond is cut
	maxWord  = 800     // octets without a space; longer ones get spaces
	maxName  = 76      // octets of the name of an extension field
)

// clean makes text from outside fit to stand in a field or a line: valid UTF-8 without controls and characters that turn
// the direction of a line, neither longer nor in longer words than a field can have. What is clean stays as it is.
func clean(s string) string {
	if len(s) > maxValue {
		s = s[:maxValue]
		for !utf8.FullRuneInString(s[max(0, len(s)-utf8.UTFMax):]) {
			s = s[:len(s)-1]
		}
	}
	if !plain(s) {
		s = strings.Map(harmless, strings.ToValidUTF8(s, "?"))
	}
	s = strings.Trim(s, " ")
	if s = spaced(s); len(s) > maxValue {
		return clean(s)
	}
	return s
}

// plain tells that s is printable ASCII.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// harmless makes spaces of what moves or turns a line.
func harmless(r rune) rune {
	if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
		return ' '
	}
	return r
}

// spaced puts spaces into words that no line can hold.
func spaced(s string) string {
	if len(s) <= maxWord {
		return s
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		size := utf8.RuneLen(r)
		if r == ' ' {
			n = -size
		} else if n+size > maxWord {
			b.WriteByte(' ')
			n = 0
		}
		n += size
		b.WriteRune(r)
	}
	return b.String()
}

// ascii tells that s has no octet above 127.
func ascii[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// lower folds ASCII letters alone.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// atom tells that s can be a type or a keyword (RFC 5321, 4.1.2).
func atom(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0:
		default:
			return false
		}
	}
	return true
}
