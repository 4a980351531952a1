package header

import (
	"strings"

	"github.com/wirepost/wirepost/mime/defect"
)

// maxWordLen is how long an encoded word may be (RFC 2047, 2). Longer ones are read all the same.
const maxWordLen = 75

// An encodedWord is an encoded word taken apart (RFC 2047, 2).
type encodedWord struct {
	charset  string // without the language (RFC 2231, 5)
	text     string
	encoding byte // 'q' or 'b'
}

// cutWord reads the encoded word at i, where "=?" is. If there is none, end is where to look on: each octet is looked at
// once, whatever the text is.
func cutWord(s string, i int, found *defect.List) (w encodedWord, end int, ok bool) {
	j := i + 2
	for j < len(s) && is(s[j], isToken) {
		j++
	}
	if j == i+2 || j+2 >= len(s) || s[j] != '?' || s[j+2] != '?' {
		return w, j, false
	}
	w.charset, _, _ = strings.Cut(s[i+2:j], "*")
	w.encoding = s[j+1] | 0x20
	if w.encoding != 'q' && w.encoding != 'b' {
		found.Add(BrokenWord, int64(i))
		return w, j + 2, false
	}
	start, space := j+3, false
	for j = start; j+1 < len(s); j++ {
		switch c := s[j]; {
		case c == '?' && s[j+1] == '=':
			if space {
				found.Add(SpaceInWord, int64(i))
			}
			w.text = s[start:j]
			return w, j + 2, true
		case c == '=' && s[j+1] == '?' && (j+2 >= len(s) || s[j+2] != '='):
			found.Add(BrokenWord, int64(i))
			return w, j, false
		case is(c, isSpace):
			space = true
		}
	}
	found.Add(BrokenWord, int64(i))
	return w, len(s), false
}

// decode appends the octets of the word to b.
func (w encodedWord) decode(b []byte, found *defect.List) []byte {
	if w.encoding == 'q' {
		return w.q(b, found)
	}
	return w.base64(b, found)
}

// q decodes Q (RFC 2047, 4.2).
func (w encodedWord) q(b []byte, found *defect.List) []byte {
	for i := 0; i < len(w.text); i++ {
		c := w.text[i]
		switch {
		case c == '_':
			c = ' '
		case c == '=' && i+2 < len(w.text) && hexDigit(w.text[i+1]) >= 0 && hexDigit(w.text[i+2]) >= 0:
			c = byte(hexDigit(w.text[i+1])<<4 | hexDigit(w.text[i+2]))
			i += 2
		case c == '=':
			found.Add(BrokenWord, -1)
		}
		b = append(b, c)
	}
	return b
}

func hexDigit(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// base64 decodes B (RFC 2047, 4.1): what is not of its alphabet is skipped, padding may be missing or within.
func (w encodedWord) base64(b []byte, found *defect.List) []byte {
	var bits uint32
	n, junk := 0, false
	for i := range len(w.text) {
		v := sextet(w.text[i])
		if v < 0 {
			junk = junk || w.text[i] != '='
			if w.text[i] == '=' {
				n = 0
			}
			continue
		}
		bits = bits<<6 | uint32(v)
		n += 6
		if n >= 8 {
			n -= 8
			b = append(b, byte(bits>>n))
		}
	}
	if junk {
		found.Add(BrokenWord, -1)
	}
	return b
}

func sextet(c byte) int {
	switch {
	case 'A' <= c && c <= 'Z':
		return int(c - 'A')
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 26
	case isDigit(c):
		return int(c-'0') + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return -1
}
