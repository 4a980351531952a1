package summary

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxQuoted is the longest string that is quoted. There are clients that read longer ones into a buffer that is too small.
const maxQuoted = 1000

// AppendNil appends NIL.
func AppendNil(b []byte) []byte { return append(b, "NIL"...) }

// AppendString appends a string: quoted, or as a literal if it is long or has octets that cannot be quoted, which are CR, LF
// and, unless utf8 is set, all beyond ASCII (RFC 3501, 4.3; RFC 9051, 4.3). A NUL cannot be in any string, and becomes a
// space.
func AppendString(b []byte, s string, utf8 bool) []byte {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", " ")
	}
	if len(s) > maxQuoted || !quotable(s, utf8) {
		return append(AppendLiteral(b, int64(len(s))), s...)
	}
	b = append(b, '"')
	for strings.ContainsAny(s, `"\`) {
		i := strings.IndexAny(s, `"\`)
		b = append(append(b, s[:i]...), '\\', s[i])
		s = s[i+1:]
	}
	return append(append(b, s...), '"')
}

// quotable reports whether s can be quoted.
func quotable(s string, wide bool) bool {
	ascii := true
	for i := range len(s) {
		if s[i] == '\r' || s[i] == '\n' {
			return false
		}
		if s[i] >= utf8.RuneSelf {
			ascii = false
		}
	}
	return ascii || wide && utf8.ValidString(s)
}

// AppendLiteral appends the start of a literal of n octets, which are to follow and have no NUL.
func AppendLiteral(b []byte, n int64) []byte {
	b = strconv.AppendInt(append(b, '{'), n, 10)
	return append(b, "}\r\n"...)
}

// AppendLiteral8 appends the start of a literal of n octets of any kind (RFC 3516, 4.2.3; RFC 9051, 9).
func AppendLiteral8(b []byte, n int64) []byte {
	return AppendLiteral(append(b, '~'), n)
}

// cutText is the start of s, so many octets at most, without a character that would be cut.
func cutText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for i := range utf8.UTFMax {
		if utf8.RuneStart(s[most-i]) {
			return s[:most-i]
		}
	}
	return s[:most]
}
