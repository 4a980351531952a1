package tracklog

import (
	"strings"
	"unicode/utf8"
)

// maxField is how many octets of a field are kept. Only replies come near, and
// those of ill-behaved hosts; it bounds a line, and with it what a reader needs.
const maxField = 2000

const hexDigits = "0123456789ABCDEF"

// appendField appends s as a field: on one line, without tabs, and printable.
// What is not UTF-8 survives as well.
func appendField(b []byte, s string) []byte {
	s = cut(s)
	if isPlain(s) {
		return append(b, s...)
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\\':
			b = append(b, `\\`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == utf8.RuneError && size == 1, isControl(r):
			for _, c := range []byte(s[i : i+size]) {
				b = append(b, '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
			}
		default:
			b = append(b, s[i:i+size]...)
		}
		i += size
	}
	return b
}

// cut shortens s to maxField octets, or a little less, lest it part a letter.
func cut(s string) string {
	if len(s) <= maxField {
		return s
	}
	n := maxField
	for n > maxField-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// isPlain reports whether s is printable ASCII without backslashes, as nearly
// all fields are.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '\\' {
			return false
		}
	}
	return true
}

// isControl reports whether a terminal, or a program that reads lines, could
// take r for more than a letter.
func isControl(r rune) bool {
	return r < ' ' || 0x7f <= r && r < 0xa0 || r == '\u2028' || r == '\u2029'
}

// unescape is the reverse of appendField. It reports whether s is a field.
func unescape(s string) (string, bool) {
	at := strings.IndexByte(s, '\\')
	if at < 0 {
		return s, true
	}
	var b strings.Builder
	for ; at >= 0; at = strings.IndexByte(s, '\\') {
		b.WriteString(s[:at])
		s = s[at+1:]
		if s == "" {
			return "", false
		}
		used := 1
		switch s[0] {
		case '\\':
			b.WriteByte('\\')
		case 't':
			b.WriteByte('\t')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 'x':
			if used = 3; len(s) < used {
				return "", false
			}
			high, low := strings.IndexByte(hexDigits, s[1]), strings.IndexByte(hexDigits, s[2])
			if high < 0 || low < 0 {
				return "", false
			}
			b.WriteByte(byte(high<<4 | low))
		default:
			return "", false
		}
		s = s[used:]
	}
	b.WriteString(s)
	return b.String(), true
}
