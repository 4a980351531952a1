package rvp

import (
	"crypto/rand"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A Session names a conversation: "{8-4-4-4-12}" digits in upper case hex. "" is none.
type Session string

// NewSession names a new conversation, which nobody can guess.
func NewSession() Session {
	var b [16]byte
	_, _ = rand.Read(b[:])  // it does not fail
	b[6] = b[6]&0x0f | 0x40 // RFC 9562, 5.4: random
	b[8] = b[8]&0x3f | 0x80 // RFC 9562, 4.1
	s := make([]byte, 0, 38)
	s = append(s, '{')
	for i, c := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			s = append(s, '-')
		}
		s = append(s, upperHex[c>>4], upperHex[c&15])
	}
	return Session(append(s, '}'))
}

const upperHex = "0123456789ABCDEF"

// ParseSession reads a Session-Id in letters of any case (RVP-137), and reports whether
// it is one.
func ParseSession(s string) (Session, bool) {
	const pattern = "{hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh}"
	if len(s) != len(pattern) {
		return "", false
	}
	for i := range len(s) {
		if pattern[i] == 'h' && !isHex(s[i]) || pattern[i] != 'h' && pattern[i] != s[i] {
			return "", false
		}
	}
	return Session(strings.Clone(ascii.Upper(s))), true
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
