package collate

// A Collation says which texts are the same, which come first, and which are part of which. The zero value is
// UnicodeCasemap.
type Collation uint8

// The collations.
const (
	// UnicodeCasemap puts each character into title case, and takes it apart as far as Unicode does (RFC 5051).
	UnicodeCasemap Collation = iota
	// ASCIICasemap takes no account of the case of ASCII letters (RFC 4790, 9.2).
	ASCIICasemap
	// Octet compares octets (RFC 4790, 9.3).
	Octet
)

// Key returns what stands for s: keys compare as octets, and those of texts that are the same are equal. Octets that are
// not UTF-8 stay as they are.
func (c Collation) Key(s string) string {
	if c == Octet || folded(s) {
		return s
	}
	return string(c.AppendKey(make([]byte, 0, len(s)+len(s)/2), s))
}

// AppendKey appends the key of s to dst.
func (c Collation) AppendKey(dst []byte, s string) []byte {
	if c == Octet {
		return append(dst, s...)
	}
	if n := asciiLen([]byte(s)); n == len(s) {
		return appendUpper(dst, []byte(s))
	}
	f := folder{collation: c}
	dst, _ = f.fold(dst, []byte(s), true)
	return dst
}

// folded reports whether s is ASCII without small letters, which is its own key.
func folded(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || 'a' <= s[i] && s[i] <= 'z' {
			return false
		}
	}
	return true
}

// names are those of the registry (RFC 4790, 10).
var names = [...]string{"i;unicode-casemap", "i;ascii-casemap", "i;octet"}

// String is the name of the collation, such as "i;unicode-casemap".
func (c Collation) String() string { return names[c] }

// Named returns the collation of this name (RFC 5255, 4.7). Names are compared as they are.
func Named(name string) (Collation, bool) {
	for i, n := range names {
		if n == name {
			return Collation(i), true
		}
	}
	return 0, false
}
