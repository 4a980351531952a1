package imap4

// A literal is the announcement of one, at the end of a line (RFC 9051, 4.3).
type literal struct {
	size   int64
	sync   bool // the client waits for our word
	binary bool // literal8 (RFC 3516)
	at     int  // where the announcement begins in its line
}

// announced looks for the announcement of a literal at the end of line. A size
// that does not fit is the largest one.
func announced[T string | []byte](line T) (literal, bool) {
	i := len(line) - 1
	if i < 0 || line[i] != '}' {
		return literal{}, false
	}
	lit := literal{sync: true}
	if i--; i >= 0 && line[i] == '+' {
		lit.sync = false
		i--
	}
	end := i
	for i >= 0 && '0' <= line[i] && line[i] <= '9' {
		i--
	}
	if i < 0 || i == end || line[i] != '{' {
		return literal{}, false
	}
	for _, c := range []byte(line[i+1 : end+1]) {
		if lit.size = lit.size*10 + int64(c-'0'); lit.size > maxLiteral {
			lit.size = maxLiteral
		}
	}
	lit.at = i
	if i > 0 && line[i-1] == '~' {
		lit.binary = true
		lit.at--
	}
	return lit, true
}

// maxLiteral is beyond any literal that is ever read.
const maxLiteral = 1 << 58
