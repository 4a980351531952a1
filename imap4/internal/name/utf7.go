package name

import (
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ErrEncoding is a name that is not modified UTF-7 as RFC 3501, 5.1.3 wants it: each name has one spelling only.
var ErrEncoding = errors.New("name: the mailbox name is not modified UTF-7")

// maxWire bounds an encoded name, in octets: no character of a name within maxName takes more than two and a half times as
// many octets as it does in UTF-8. Patterns may be longer than names.
const maxWire = 4096

// digits are those of base64, but for "/", which would be a separator.
const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,"

// Decode reads modified UTF-7, up to 4,096 octets: a name or a pattern. What it accepts is what Encode writes of the result.
// Its error is [ErrEncoding].
func Decode(wire string) (string, error) {
	if len(wire) > maxWire {
		return "", ErrEncoding
	}
	if plain(wire) {
		return wire, nil
	}
	var b strings.Builder
	b.Grow(len(wire))
	shifted := false // what came last was a shift that ended
	for i := 0; i < len(wire); {
		switch c := wire[i]; {
		case c < ' ' || c > '~':
			return "", ErrEncoding
		case c != '&':
			b.WriteByte(c)
			i++
			shifted = false
		case strings.HasPrefix(wire[i:], "&-"):
			b.WriteByte('&')
			i += 2
			shifted = false
		default:
			end := strings.IndexByte(wire[i:], '-')
			if end < 0 || shifted || !decodeShift(&b, wire[i+1:i+end]) {
				return "", ErrEncoding
			}
			i += end + 1
			shifted = true
		}
	}
	return b.String(), nil
}

// plain reports whether s stands for itself.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == '&' {
			return false
		}
	}
	return true
}

// decodeShift reads base64 of UTF-16. It refuses what could have been written otherwise: printable ASCII, bits left over,
// halves of surrogate pairs.
func decodeShift(b *strings.Builder, s string) bool {
	bits, have := uint32(0), 0
	high := rune(0) // the first half of a surrogate pair
	for i := range len(s) {
		d := strings.IndexByte(digits, s[i])
		if d < 0 {
			return false
		}
		bits, have = bits<<6|uint32(d), have+6
		if have < 16 {
			continue
		}
		have -= 16
		unit := rune(bits >> have & 0xffff)
		switch {
		case high != 0:
			r := utf16.DecodeRune(high, unit)
			if r == utf8.RuneError {
				return false
			}
			b.WriteRune(r)
			high = 0
		case 0xd800 <= unit && unit < 0xdc00:
			high = unit
		case utf16.IsSurrogate(unit) || ' ' <= unit && unit <= '~':
			return false
		default:
			b.WriteRune(unit)
		}
	}
	return s != "" && high == 0 && have < 6 && bits&(1<<have-1) == 0
}

// Encode writes modified UTF-7. U+FFFD stands for octets that are not UTF-8.
func Encode(text string) string {
	if plain(text) {
		return text
	}
	b := make([]byte, 0, 2*len(text))
	bits, have, in := uint32(0), 0, false
	unit := func(u uint16) {
		bits, have = bits<<16|uint32(u), have+16
		for ; have >= 6; have -= 6 {
			b = append(b, digits[bits>>(have-6)&63])
		}
	}
	out := func() {
		if have > 0 {
			b = append(b, digits[bits<<(6-have)&63])
		}
		if in {
			b = append(b, '-')
		}
		bits, have, in = 0, 0, false
	}
	for _, r := range text {
		switch {
		case r == '&':
			out()
			b = append(b, "&-"...)
		case ' ' <= r && r <= '~':
			out()
			b = append(b, byte(r))
		default:
			if !in {
				b = append(b, '&')
				in = true
			}
			if r < 0x10000 {
				unit(uint16(r))
				continue
			}
			high, low := utf16.EncodeRune(r)
			unit(uint16(high))
			unit(uint16(low))
		}
	}
	out()
	return string(b)
}
