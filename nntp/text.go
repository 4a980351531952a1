package nntp

import (
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// appendText appends s as one line of UTF-8 without control characters.
func appendText(b []byte, s string) []byte {
	s = s[:min(len(s), maxReplyLine)]
	for i := 0; i < len(s); {
		c, size := rune(s[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case c < ' ' || c == 0x7f:
			b = append(b, ' ')
		case c == utf8.RuneError && size == 1:
			b = append(b, '?')
		default:
			b = append(b, s[i:i+size]...)
		}
		i += size
	}
	return b
}

// cutText shortens b to at most n octets, not within a character.
func cutText(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

// hasPrefixFold is strings.HasPrefix with ASCII letters in either case.
func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && ascii.EqualFold(s[:len(prefix)], prefix)
}

// appendClean appends s as a line of a body: what would end the line becomes a
// space. UTF-8 is not insisted on, since articles have what they have.
func appendClean(b []byte, s string) []byte {
	at := len(b)
	b = append(b, s...)
	for i := at; i < len(b); i++ {
		if b[i] == '\r' || b[i] == '\n' || b[i] == 0 {
			b[i] = ' '
		}
	}
	return b
}
