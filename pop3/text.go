package pop3

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What peers are shown is one line of what can be shown, whatever it was made
// of.

// appendText appends s without what could end the line, as much as a line can
// hold: in UTF-8, or in ASCII.
func appendText(b []byte, s string, inUTF8 bool) []byte {
	s = s[:min(len(s), maxReplyLine)]
	if inUTF8 && !isPrintableASCII(s) {
		return append(b, printable(s)...)
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c < ' ' || c == 0x7f:
			c = ' '
		case c > 0x7f:
			c = '?'
		}
		b = append(b, c)
	}
	return b
}

func isPrintableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// printable returns text without what could play tricks on whoever sees it:
// controls become spaces; what is not UTF-8, or has no glyph, question marks.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return '?'
		}
		return r
	}, s)
}

// cutText cuts b to n octets, or some fewer, so that no character is halved.
func cutText(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}
