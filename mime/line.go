package mime

import (
	"encoding/binary"
	"strings"
)

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// fieldName returns the length of the field name that a line starts with, 0 if it starts no field (RFC 5322, 2.2). White
// space before the colon is obsolete (RFC 5322, 4.5), and no reason to refuse a field (RFC 7103, 7.4).
func fieldName(line []byte) int {
	n := 0
	for n < len(line) && n < maxName && ' ' < line[n] && line[n] < 0x7f && line[n] != ':' {
		n++
	}
	for i := n; i < len(line) && i < maxName; i++ {
		if line[i] == ':' {
			return n
		}
		if !isBlank(line[i]) {
			break
		}
	}
	return 0
}

// maxName is how far from the start of a line the colon of a field may be: a line has at most 998 octets (RFC 5322,
// 2.1.1).
const maxName = 998

// trimEOL is a line without CRLF or LF.
func trimEOL(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
		if n > 1 && line[n-2] == '\r' {
			line = line[:n-2]
		}
	}
	return line
}

// isASCII looks at eight octets at a time.
func isASCII(b []byte) bool {
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// lower is s with ASCII letters in lower case.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// equalFold compares without regard to the case of ASCII letters.
func equalFold[A, B string | []byte](a A, b B) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		c, d := a[i], b[i]
		if c != d && (c^d != 0x20 || c|0x20 < 'a' || 'z' < c|0x20) {
			return false
		}
	}
	return true
}
