package rvp

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// isXML reports whether r is a character that XML can hold (XML 1.0, 2.2).
func isXML(r rune) bool {
	return (r >= ' ' || r == '\t' || r == '\n' || r == '\r') && (r < 0xd800 || r > 0xdfff) && r != 0xfffe && r != 0xffff && r <= utf8.MaxRune
}

// badByte returns where the first character is that XML cannot hold, or -1. It
// looks at octets, since texts are long: U+FFFE and U+FFFF are EF BF BE and EF BF BF,
// and surrogates are no UTF-8.
func badByte[T string | []byte](s T) int {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ':
			if c != '\t' && c != '\n' && c != '\r' {
				return i
			}
		case c == 0xef:
			if i+2 < len(s) && s[i+1] == 0xbf && s[i+2]&0xfe == 0xbe {
				return i
			}
		}
	}
	return -1
}

// checkText checks the characters of a text and its references.
func checkText(s string) error {
	if !ascii.Is(s) && !utf8.ValidString(s) {
		return badXML("octets that are no UTF-8")
	}
	if i := badByte(s); i >= 0 {
		return badXML("the control character %q", s[i])
	}
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			return nil
		}
		_, n := reference(s[i:])
		if n == 0 {
			return badXML("%.12q is no reference: write &amp; for an ampersand", s[i:])
		}
		s = s[i+n:]
	}
}

// maxReference is the longest one: &#x0010ffff; and some more zeros.
const maxReference = 16

// reference reads what s begins with, &amp; or &#38; or the like, and returns
// how long it is; 0 if it is none that XML knows.
func reference(s string) (r rune, n int) {
	end := strings.IndexByte(s[:min(len(s), maxReference)], ';')
	if end < 0 {
		return 0, 0
	}
	name := s[1:end]
	if number, ok := strings.CutPrefix(name, "#"); ok {
		base := 10
		if hex, ok := strings.CutPrefix(number, "x"); ok {
			number, base = hex, 16
		}
		v, err := strconv.ParseUint(number, base, 32)
		if err != nil || v > utf8.MaxRune || !isXML(rune(v)) {
			return 0, 0
		}
		return rune(v), end + 1
	}
	switch name {
	case "amp":
		return '&', end + 1
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "quot":
		return '"', end + 1
	case "apos":
		return '\'', end + 1
	}
	return 0, 0
}

// appendUnescaped appends text that checkText has let through.
func appendUnescaped(dst []byte, s string, lines bool) []byte {
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			return appendPlain(dst, s, lines)
		}
		dst = appendPlain(dst, s[:i], lines)
		r, n := reference(s[i:])
		dst = utf8.AppendRune(dst, r)
		s = s[i+n:]
	}
}

// appendPlain appends text, with LF for CRLF and CR if lines is set.
func appendPlain(dst []byte, s string, lines bool) []byte {
	for lines {
		i := strings.IndexByte(s, '\r')
		if i < 0 {
			break
		}
		dst = append(append(dst, s[:i]...), '\n')
		s = strings.TrimPrefix(s[i+1:], "\n")
	}
	return append(dst, s...)
}

// appendEscaped appends text such that any parser reads it as it was. What XML
// cannot hold becomes U+FFFD.
func appendEscaped[T string | []byte](dst []byte, s T) []byte {
	text := string(s)
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		switch {
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case r == '"':
			dst = append(dst, "&quot;"...)
		case r == '\r':
			dst = append(dst, "&#13;"...)
		case !isXML(r) || r == utf8.RuneError && n == 1:
			dst = append(dst, "\ufffd"...)
		default:
			dst = append(dst, text[i:i+n]...)
		}
		i += n
	}
	return dst
}

// appendCDATA appends octets as they are, but for characters that XML cannot
// hold, which become U+FFFD. "]]>" is parted in two (RVP-105).
func appendCDATA(dst, b []byte) []byte {
	dst = append(dst, "<![CDATA["...)
	for {
		i := bytes.Index(b, []byte("]]>"))
		if i < 0 {
			break
		}
		dst = append(appendHeld(dst, b[:i+2]), "]]><![CDATA["...)
		b = b[i+2:]
	}
	return append(appendHeld(dst, b), "]]>"...)
}

func appendHeld(dst, b []byte) []byte {
	for {
		i := badByte(b)
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(append(dst, b[:i]...), "\ufffd"...)
		_, n := utf8.DecodeRune(b[i:])
		b = b[i+n:]
	}
}
