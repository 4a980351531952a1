package charset

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// Encode returns s in the charset of that label. It reports whether all of s could be written; "?" stands for each
// character that could not, and for octets that are no UTF-8. A charset that is not known, or only read, is written as
// US-ASCII, and for one that is not known Encode always reports false.
func Encode(label, s string) (octets []byte, whole bool) {
	c := lookup(label)
	if c == nil {
		octets, _ = lookup("US-ASCII").encode(s)
		return octets, false
	}
	return c.encode(s)
}

// Choose returns the first of labels whose charset has all characters of s, or "" if none has.
func Choose(s string, labels ...string) string {
	for _, label := range labels {
		if _, whole := Encode(label, s); whole {
			return label
		}
	}
	return ""
}

func (c *charset) encode(s string) ([]byte, bool) {
	switch {
	case c.name == "UTF-8":
		if utf8.ValidString(s) {
			return []byte(s), true
		}
		return []byte(replaceInvalid(s)), false
	case c.writes != nil:
		return c.writes.tables().encode(make([]byte, 0, len(s)), s)
	case c.single != nil:
		return c.single.tables().encode(make([]byte, 0, len(s)), s)
	case c.multi == nil:
		return c.encodeASCII(s)
	}
	if utf8.ValidString(s) {
		if octets, err := c.multi.NewEncoder().Bytes([]byte(s)); err == nil {
			return octets, true
		}
	}
	octets, _ := c.multi.NewEncoder().Bytes([]byte(replaceLacking(c.multi, s)))
	return octets, false
}

// encodeASCII writes what is the same in ASCII and in a charset that is only read.
func (c *charset) encodeASCII(s string) ([]byte, bool) {
	octets, whole := lookup("US-ASCII").encode(s)
	for i, o := range octets {
		if strings.IndexByte(c.shifts, o) >= 0 {
			octets[i], whole = '?', false
		}
	}
	return octets, whole
}

func replaceInvalid(s string) string {
	var b strings.Builder
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// replaceLacking puts "?" for each character that a charset lacks.
func replaceLacking(e encoding.Encoding, s string) string {
	has := map[rune]bool{}
	enc := e.NewEncoder()
	return strings.Map(func(r rune) rune {
		ok, seen := has[r]
		if !seen {
			enc.Reset()
			_, err := enc.String(string(r))
			ok = err == nil
			has[r] = ok
		}
		if !ok {
			return '?'
		}
		return r
	}, replaceInvalid(s))
}
