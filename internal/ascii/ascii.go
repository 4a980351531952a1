// Package ascii compares and folds text by the letters of ASCII alone, as the
// protocols do. Package strings would take U+017F for an S and U+212A for a K.
// Octets that are not ASCII stay as they are, whether they are UTF-8 or not.
package ascii

// EqualFold reports whether a and b are the same but for the case of letters.
func EqualFold[A, B string | []byte](a A, b B) bool {
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

// Lower returns s with its letters in lower case.
func Lower(s string) string { return fold(s, 'A') }

// Upper returns s with its letters in upper case.
func Upper(s string) string { return fold(s, 'a') }

// fold changes the case of the 26 letters from first on. Most text needs no
// change, and then no copy is made.
func fold(s string, first byte) string {
	for i := range len(s) {
		if s[i]-first >= 26 {
			continue
		}
		b := []byte(s)
		for ; i < len(b); i++ {
			if b[i]-first < 26 {
				b[i] ^= 0x20
			}
		}
		return string(b)
	}
	return s
}

// IsAlnum reports whether c is a letter or a digit.
func IsAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// Is reports whether there is nothing but ASCII in s.
func Is[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
