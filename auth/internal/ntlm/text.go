package ntlm

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// encode returns s in UTF-16, low octet first.
func encode(s string) []byte {
	units := utf16.Encode([]rune(s))
	b := make([]byte, 0, 2*len(units))
	for _, u := range units {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// decode reads a string of a message. Of the OEM strings only ASCII is taken,
// because nothing says which code page the client has in mind. Half surrogate
// pairs are refused: two names must not become the same.
func decode(b []byte, f Flags) (string, error) {
	if !f.has(flagUnicode) {
		if slices.ContainsFunc(b, func(c byte) bool { return c >= utf8.RuneSelf }) {
			return "", fmt.Errorf("%w: a name in an unknown code page: use Unicode", ErrMalformed)
		}
		return string(b), nil
	}
	if len(b)%2 != 0 {
		return "", fmt.Errorf("%w: UTF-16 of odd length", ErrMalformed)
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	s := utf16.Decode(units)
	if slices.Contains(s, utf8.RuneError) {
		return "", fmt.Errorf("%w: not UTF-16", ErrMalformed)
	}
	return string(s), nil
}

// encodeFor is encode, or for an OEM peer the string itself.
func encodeFor(s string, f Flags) []byte {
	if f.has(flagUnicode) {
		return encode(s)
	}
	return []byte(s)
}

// upper is Windows's upper case: one character for one, in no language.
func upper(s string) string { return strings.ToUpper(s) }
