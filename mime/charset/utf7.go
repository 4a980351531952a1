package charset

import (
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// utf7Decoder reads UTF-7 (RFC 2152). It is for text that says it is UTF-7, never for a guess: what looks like plain ASCII
// may be anything in it.
type utf7Decoder struct {
	inside bool   // between "+" and the end of the base64
	fresh  bool   // right after "+"
	bits   uint32 // of base64 that make no unit of UTF-16 yet
	n      int    // how many
	high   rune   // a surrogate that waits for the other one, or 0
}

func newUTF7() transform.Transformer { return &utf7Decoder{} }

// utf7Most is how many octets one octet can make: U+FFFD for a lost surrogate, and a character.
const utf7Most = 3 + utf8.UTFMax

func (d *utf7Decoder) Transform(dst, src []byte, atEOF bool) (wrote, took int, err error) {
	for took < len(src) {
		if len(dst)-wrote < utf7Most {
			return wrote, took, transform.ErrShortDst
		}
		wrote = len(d.octet(dst[:wrote], src[took]))
		took++
	}
	if atEOF && d.high != 0 {
		if len(dst)-wrote < utf7Most {
			return wrote, took, transform.ErrShortDst
		}
		wrote = len(d.lost(dst[:wrote]))
	}
	return wrote, took, nil
}

// octet appends what one octet completes.
func (d *utf7Decoder) octet(dst []byte, c byte) []byte {
	fresh := d.fresh
	d.fresh = false
	switch {
	case !d.inside && c == '+':
		d.inside, d.fresh = true, true
		d.bits, d.n = 0, 0
		return dst
	case d.inside:
		if v := base64Value(c); v >= 0 {
			d.bits = d.bits<<6 | uint32(v)
			if d.n += 6; d.n >= 16 {
				d.n -= 16
				dst = d.unit(dst, rune(d.bits>>d.n&0xffff))
			}
			return dst
		}
		d.inside = false
		dst = d.lost(dst)
		if c == '-' {
			if fresh {
				dst = append(dst, '+')
			}
			return dst
		}
	}
	if c >= utf8.RuneSelf {
		return utf8.AppendRune(dst, utf8.RuneError)
	}
	return append(dst, c)
}

// unit appends a unit of UTF-16.
func (d *utf7Decoder) unit(dst []byte, u rune) []byte {
	if d.high != 0 {
		if r := utf16.DecodeRune(d.high, u); r != utf8.RuneError {
			d.high = 0
			return utf8.AppendRune(dst, r)
		}
		dst = d.lost(dst)
	}
	if 0xd800 <= u && u < 0xdc00 {
		d.high = u
		return dst
	}
	return utf8.AppendRune(dst, u) // U+FFFD for a low surrogate
}

// lost gives up a surrogate that waits.
func (d *utf7Decoder) lost(dst []byte) []byte {
	if d.high == 0 {
		return dst
	}
	d.high = 0
	return utf8.AppendRune(dst, utf8.RuneError)
}

func (d *utf7Decoder) Reset() { *d = utf7Decoder{} }

func base64Value(c byte) int {
	switch {
	case 'A' <= c && c <= 'Z':
		return int(c - 'A')
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 26
	case '0' <= c && c <= '9':
		return int(c-'0') + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return -1
}
