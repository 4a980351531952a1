package nntp

// maxMessageID is the longest message identifier, with its angle brackets (RFC
// 3977, 3.6).
const maxMessageID = 250

// ValidMessageID reports whether id can name an article: "<", 1 to 248
// printable ASCII octets other than "<" and ">", and ">" (RFC 3977, 3.6). It
// does not ask for an "@", which old articles lack.
func ValidMessageID(id string) bool {
	n := len(id)
	if n < 3 || n > maxMessageID || id[0] != '<' || id[n-1] != '>' {
		return false
	}
	for i := 1; i < n-1; i++ {
		if c := id[i]; c <= ' ' || c >= 0x7f || c == '<' || c == '>' {
			return false
		}
	}
	return true
}

// wellFormedID is ValidMessageID for articles that are new here: it wants one
// "@" with something on both sides (RFC 5536, 3.1.3).
func wellFormedID(id string) bool {
	if !ValidMessageID(id) {
		return false
	}
	ats, at := 0, 0
	for i := range len(id) {
		if id[i] == '@' {
			ats++
			at = i
		}
	}
	return ats >= 1 && at > 1 && at < len(id)-2
}
