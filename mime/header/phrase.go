package header

import (
	"strings"

	"github.com/wirepost/wirepost/mime/defect"
)

// name reads a display name: phrase (RFC 5322, 3.2.5 and 4.1), begun at start.
func (p *addressParser) name(text string, start int) string {
	text = readPhrase(text, p.found, int64(start))
	if p.decode && strings.Contains(text, "=?") {
		return decodeWords(text, p.found)
	}
	return clean(text, p.found)
}

// commentName reads the last comment as a name, the older way to give one.
func (p *addressParser) commentName() string {
	text := trimSpace(unquote(p.comment))
	if p.decode && strings.Contains(text, "=?") {
		return decodeWords(text, p.found)
	}
	return clean(text, p.found)
}

// readPhrase returns the words of a phrase without quotes and comments, and one space for each white space between them.
func readPhrase(s string, found *defect.List, start int64) string {
	s = trimSpace(s)
	i := 0
	for i < len(s) && (is(s[i], isPhrase) || s[i] == ' ' && s[i+1] != ' ') { // s does not end in a space
		i++
	}
	if i == len(s) {
		return s
	}
	if inner, ok := onlyQuoted(s); ok {
		inQuotes(inner, found, start)
		return inner
	}
	return joinPhrase(s, found, start)
}

// onlyQuoted returns what is in the quotes of s, if s is one quoted string without backslashes and folds.
func onlyQuoted(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return "", false
	}
	s = s[1 : len(s)-1]
	return s, !strings.ContainsAny(s, "\"\\\r\n")
}

func inQuotes(s string, found *defect.List, start int64) {
	if i := strings.Index(s, "=?"); i >= 0 && strings.Contains(s[i:], "?=") {
		found.Add(WordInQuotes, start)
	}
}

func joinPhrase(s string, found *defect.List, start int64) string {
	b := make([]byte, 0, len(s))
	gap, noQuote := false, false
	for i := 0; i < len(s); {
		c := s[i]
		end := i + 1
		switch {
		case is(c, isSpace):
			gap = true
		case c == '(':
			end, _ = skipComment(s, i)
			gap = true
		default:
			if gap && len(b) > 0 {
				b = append(b, ' ')
			}
			gap = false
			if c != '"' {
				b = append(b, c)
				break
			}
			if q := -1; !noQuote {
				if q = skipQuoted(s, i); q >= 0 {
					inner := unquote(s[i+1 : q-1])
					inQuotes(inner, found, start+int64(i))
					b = append(b, inner...)
					end = q
				} else {
					noQuote = true
				}
			}
		}
		i = end
	}
	return string(b)
}

// words reads a local part up to an at sign outside quotes: words and dots without what is between them (RFC 5322, 3.4.1
// and 4.4). Words that no dot joins are a name before an address, of which from is the start; within angle brackets,
// where no name can be, they are all of the local part.
func (p *addressParser) words(s string, offset int, angle bool) (local []byte, from, end int) {
	b := make([]byte, 0, 64)
	gap, last := false, byte('.')
	end = skipCFWS(s, 0)
	from = end
	for end < len(s) && s[end] != '@' {
		c := s[end]
		if is(c, isSpace) || c == '(' {
			end, gap = skipCFWS(s, end), true
			continue
		}
		if gap && (c == '.' || last == '.') {
			p.found.Add(ObsoleteAddress, int64(offset+end))
		} else if gap && angle {
			p.found.Add(BadAddress, int64(offset+end))
			b = append(b, ' ')
		} else if gap {
			b, from = b[:0], end
		}
		gap, last = false, c
		next := end + 1
		switch {
		case c == '"' && p.noMore:
		case c == '"':
			if q := skipQuoted(s, end); q >= 0 {
				b = append(b, unquote(s[end+1:q-1])...)
				next = q
			} else {
				p.noMore = true
			}
		default:
			if is(c, isSpec) {
				p.found.Add(StrayOctet, int64(offset+end))
			}
			b = append(b, c)
		}
		end = next
	}
	return b, from, end
}

// domain reads a domain from i on: atoms and dots without what is between them, or a literal.
func (p *addressParser) domain(s string, i, offset int) (domain string, end int) {
	i = skipCFWS(s, i)
	if i < len(s) && s[i] == '[' {
		if end = skipLiteral(s, i); end > i+1 {
			return literal(s[i:end]), skipCFWS(s, end)
		}
	}
	b := make([]byte, 0, 64)
	gap, last := false, byte('.')
	for i < len(s) {
		c := s[i]
		if is(c, isSpace) || c == '(' {
			i, gap = skipCFWS(s, i), true
			continue
		}
		dotted := c == '.' || last == '.'
		if is(c, isSpec) || gap && !dotted {
			break
		}
		if gap && len(b) > 0 {
			p.found.Add(ObsoleteAddress, int64(offset+i))
		}
		b = append(b, c)
		gap, last = false, c
		i++
	}
	return string(b), i
}

// literal is a domain literal without white space and backslashes.
func literal(s string) string {
	if strings.ContainsAny(s, " \t\r\n\x00\\") {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(" \t\r\n\x00\\", r) {
				return -1
			}
			return r
		}, s)
	}
	return s
}
