package auth

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// saslprep puts a password in the form of which SCRAM makes its keys: SASLprep
// (RFC 4013), which RFC 5802, 5.1, asks of both sides. It maps more than
// PreparePassword does, so that those who type a ligature or a full-width letter
// get the same key on every client. What it does not allow, and other clients
// take as it is, stays as it is; code points that Unicode 3.2 had not assigned
// are allowed.
func saslprep(password string) string {
	if printableASCII(password) {
		return password
	}
	mapped := norm.NFKC.String(strings.Map(saslMap, password))
	if mapped == "" || strings.ContainsFunc(mapped, saslProhibited) || !saslDirection(mapped) {
		return password
	}
	return mapped
}

// saslMap is RFC 4013, 2.1.
func saslMap(r rune) rune {
	switch {
	case r == 0x00a0, r == 0x1680, 0x2000 <= r && r <= 0x200b, r == 0x202f, r == 0x205f, r == 0x3000: // RFC 3454, C.1.2
		return ' '
	case r == 0x00ad, r == 0x034f, r == 0x1806, 0x180b <= r && r <= 0x180d, r == 0x200c, r == 0x200d, r == 0x2060,
		0xfe00 <= r && r <= 0xfe0f, r == 0xfeff: // RFC 3454, B.1
		return -1
	}
	return r
}

// saslProhibited is RFC 4013, 2.3, what saslMap leaves of it: tables C.2 to C.9
// of RFC 3454.
func saslProhibited(r rune) bool {
	return unicode.Is(traceProhibited, r) || r&0xfffe == 0xfffe || 0x2ff0 <= r && r <= 0x2ffb || r == utf8Replacement
}

// utf8Replacement is in table C.6.
const utf8Replacement = unicode.ReplacementChar

// saslDirection checks RFC 3454, 6: text with right-to-left characters has no
// others, and begins and ends with one.
func saslDirection(s string) bool {
	var first, last, left, right bool
	for i, r := range s {
		p, _ := bidi.LookupRune(r)
		last = p.Class() == bidi.R || p.Class() == bidi.AL
		left = left || p.Class() == bidi.L
		right = right || last
		first = first || i == 0 && last
	}
	return !right || first && last && !left
}
