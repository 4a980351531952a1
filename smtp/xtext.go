package smtp

import (
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// decodeXtext undoes the encoding of a parameter's value (RFC 3461, 4). What
// it returns is printable ASCII: a value that hides CR, LF or NUL is refused.
func decodeXtext(s string) (string, error) {
	decoded, err := decodeXtextUTF8(s)
	if err == nil && !ascii.Is(decoded) {
		return "", errSyntax
	}
	return decoded, err
}

// decodeXtextUTF8 is decodeXtext for a value that may be UTF-8 once decoded.
func decodeXtextUTF8(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		encoded := c == '+'
		if encoded {
			var one [1]byte
			if len(s) < i+3 || strings.ToUpper(s[i+1:i+3]) != s[i+1:i+3] {
				return "", errSyntax
			}
			if _, err := hex.Decode(one[:], []byte(s[i+1:i+3])); err != nil {
				return "", errSyntax
			}
			c = one[0]
			i += 2
		}
		if !isGraphic(c) && !(encoded && c >= utf8.RuneSelf) {
			return "", errSyntax
		}
		b.WriteByte(c)
	}
	if !utf8.ValidString(b.String()) {
		return "", errSyntax
	}
	return b.String(), nil
}

// encodeXtext encodes a parameter's value (RFC 3461, 4). s is printable ASCII.
func encodeXtext(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '+' || c == '=' {
			b.Write([]byte{'+', digits[c>>4], digits[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// decodeUTF8Xtext undoes the encodings utf-8-addr-xtext and
// utf-8-addr-unitext of an internationalized original recipient (RFC 6533, 3):
// \x{HEX} stands for a character.
func decodeUTF8Xtext(s string) (string, error) {
	var b strings.Builder
	for s != "" {
		if rest, ok := strings.CutPrefix(s, `\x{`); ok {
			digits, rest, ok := strings.Cut(rest, "}")
			n, err := strconv.ParseUint(digits, 16, 32)
			if !ok || err != nil || n < ' ' || n == 0x7f || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
				return "", errSyntax
			}
			b.WriteRune(rune(n))
			s = rest
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 || r < ' ' || r == 0x7f || r == '\\' {
			return "", errSyntax
		}
		b.WriteRune(r)
		s = s[size:]
	}
	return b.String(), nil
}
