package report

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// escapeOpen begins a character that is written in ASCII, "\x{E9}" (RFC 6533, 3).
const escapeOpen = `\x{`

// escape writes a UTF-8 address in printable ASCII, as utf-8-addr-xtext (RFC 6533, 3). What fits no line is cut.
func escape(s string) string {
	return escapeThose(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`\+=`, r) })
}

// escapeBackslash writes a UTF-8 address as it is, but for what would be taken for an escape. This is
// utf-8-addr-unitext, which may stand wherever utf-8-address may.
func escapeBackslash(s string) string {
	return escapeThose(s, func(r rune) bool { return r == '\\' })
}

func escapeThose(s string, special func(rune) bool) string {
	var b strings.Builder
	for _, r := range s {
		const longest = len(escapeOpen) + 6 + 1
		switch {
		case b.Len() > maxWord-longest:
			return b.String()
		case special(r):
			escapeRune(&b, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func escapeRune(b *strings.Builder, r rune) {
	hex := strings.ToUpper(strconv.FormatInt(int64(r), 16))
	b.WriteString(escapeOpen)
	if len(hex) == 1 { // HEXPOINT has two digits or more
		b.WriteByte('0')
	}
	b.WriteString(hex)
	b.WriteByte('}')
}

// unescape reads any of the three forms of a UTF-8 address. An escape that is none stays as it is (RFC 6533, 3) and makes
// it report false.
func unescape(s string) (string, bool) {
	ok := true
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, escapeOpen)
		b.WriteString(before)
		if !found {
			return b.String(), ok
		}
		hex, after, _ := strings.Cut(rest[:min(len(rest), 7)], "}")
		n, err := strconv.ParseUint(hex, 16, 32)
		if closed := len(hex) < min(len(rest), 7); err != nil || !closed || len(hex) < 2 || n == 0 || !utf8.ValidRune(rune(n)) {
			b.WriteString(escapeOpen)
			s, ok = rest, false
			continue
		}
		b.WriteRune(rune(n))
		s = after + rest[min(len(rest), 7):]
	}
}
