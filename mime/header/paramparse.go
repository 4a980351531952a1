package header

import (
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime/defect"
)

// ParseParams reads a value with parameters, such as a Content-Type or a Content-Disposition (RFC 2045, 5.1; RFC 2183; RFC
// 2231). The value comes in lower case and without white space and comments, such as "text/plain" or "attachment", and is
// empty if there is none. Where a parameter is given more than once the first counts, but an encoded value (name*) goes before
// a continued one (name*0), and that before a plain one; for a boundary or charset that is a defect, too. Encoded words in
// values are decoded, but for a boundary, and are a defect. A backslash is taken as part of the value if no quote or backslash follows, for there are unquoted Windows paths.
func ParseParams(value string, found *defect.List) (string, Params) {
	p := paramParser{s: value, found: found, last: -1, simple: strings.IndexByte(value, '*') < 0}
	v := p.value()
	for p.i < len(p.s) {
		p.param()
	}
	return v, p.join()
}

// A paramParser walks over the value once.
type paramParser struct {
	s         string
	i         int
	found     *defect.List
	names     []paramName
	sections  []section
	params    Params
	simple    bool // no name can have a star: params takes all
	last      int  // the name of the last parameter, or -1
	noQuote   bool // no quoted string is closed from here on
	noComment bool // no comment is closed from here on
}

// A paramName is a parameter while its sections are gathered.
type paramName struct {
	name            string // in lower case
	plain, extended int    // sections, or -1
	continued       bool   // there are numbered sections
}

// A section is one parameter as it stands; several may make one (RFC 2231, 3).
type section struct {
	value   string
	name    int // of names
	number  int // -1 for none
	encoded bool
}

// value reads what is before the first parameter.
func (p *paramParser) value() string {
	p.skip()
	start := p.i
	if start < len(p.s) && p.s[start] == '"' {
		if text, ok := p.quoted(); ok {
			p.found.Add(QuotedValue, int64(start))
			return ascii.Lower(clean(trimSpace(text), p.found))
		}
	}
	for p.i < len(p.s) && p.s[p.i] != ';' && p.s[p.i] != '(' && !is(p.s[p.i], isSpace) {
		p.i++
	}
	v := p.s[start:p.i]
	if strings.IndexByte(v, '=') > 0 && strings.IndexByte(v, '/') < 0 { // no value, but a parameter
		p.found.Add(EmptyParameter, int64(start))
		p.i = start
		return ""
	}
	for { // "text / plain"
		p.skip()
		if p.i == len(p.s) || p.s[p.i] == ';' || p.startsParam(p.i) {
			break
		}
		from := p.i
		for p.i < len(p.s) && p.s[p.i] != ';' && p.s[p.i] != '(' && !is(p.s[p.i], isSpace) {
			p.i++
		}
		p.i = max(p.i, from+1)
		if word := p.s[from:p.i]; len(v) < foldAt && (word[0] == '/' || strings.HasSuffix(v, "/")) {
			v += word
		} else {
			p.found.Add(StrayText, int64(from))
		}
	}
	return ascii.Lower(clean(v, p.found))
}

// skip skips white space and comments. An opening parenthesis alone stays.
func (p *paramParser) skip() {
	for p.i < len(p.s) {
		switch {
		case is(p.s[p.i], isSpace):
			p.i++
		case p.s[p.i] == '(' && !p.noComment:
			end, closed := skipComment(p.s, p.i)
			if !closed {
				p.noComment = true
				p.found.Add(UnclosedComment, int64(p.i))
				return
			}
			p.i = end
		default:
			return
		}
	}
}

// startsParam reports whether name and equals sign are at i.
func (p *paramParser) startsParam(i int) bool {
	start := i
	for i < len(p.s) && is(p.s[i], isToken) {
		i++
	}
	return i > start && i < len(p.s) && p.s[i] == '='
}

// param reads one parameter, or what stands in its place.
func (p *paramParser) param() {
	p.skip()
	if p.i < len(p.s) && p.s[p.i] == ';' {
		p.i++
		p.skip()
	} else if p.i < len(p.s) {
		p.found.Add(MissingSemicolon, int64(p.i))
	}
	start := p.i
	for p.i < len(p.s) && p.s[p.i] != '=' && p.s[p.i] != ';' && !is(p.s[p.i], isSpace) {
		p.i++
	}
	name := p.s[start:p.i]
	p.skip()
	if p.i == len(p.s) || p.s[p.i] != '=' {
		if name != "" {
			p.found.Add(EmptyParameter, int64(start))
		}
		if p.i < len(p.s) && p.s[p.i] == '(' {
			p.i++
		}
		return
	}
	p.i++
	p.skip()
	at := p.i
	text, quoted := "", false
	if p.i < len(p.s) && p.s[p.i] == '"' {
		text, quoted = p.quoted()
	}
	if !quoted {
		text = p.unquoted()
	}
	if name == "" || text == "" && !quoted {
		p.found.Add(EmptyParameter, int64(at))
		if name == "" {
			return
		}
	}
	p.add(ascii.Lower(clean(name, p.found)), text, start)
}

// quoted reads a quoted string. If it is not closed it moves past the quote and reports false.
func (p *paramParser) quoted() (string, bool) {
	end := -1
	if !p.noQuote {
		end = skipQuoted(p.s, p.i)
	}
	if end < 0 {
		p.noQuote = true
		p.found.Add(UnclosedQuote, int64(p.i))
		p.i++
		return "", false
	}
	text := p.s[p.i+1 : end-1]
	p.i = end
	if !strings.ContainsAny(text, "\\\r\n") {
		return text, true
	}
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\r' || c == '\n':
			continue
		case c == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\'):
			i++
		}
		b = append(b, text[i])
	}
	return string(b), true
}

// unquoted reads a value without quotes: a token, or what programs write that do not know when quotes are needed.
func (p *paramParser) unquoted() string {
	start, end := p.i, p.i
	odd := false
	for p.i < len(p.s) && p.s[p.i] != ';' {
		switch c := p.s[p.i]; {
		case is(c, isSpace):
			p.i = skipSpace(p.s, p.i)
			if p.startsParam(p.i) {
				return p.endUnquoted(start, end, odd)
			}
			continue
		case c == '(' && !p.noComment:
			if p.comment() {
				continue
			}
		case !is(c, isToken):
			p.i++
		default:
			for p.i < len(p.s) && is(p.s[p.i], isToken) {
				p.i++
			}
			odd = odd || end > start && is(p.s[end], isSpace)
			end = p.i
			continue
		}
		odd = true
		end = p.i
	}
	return p.endUnquoted(start, end, odd)
}

// comment skips a comment with nothing but the end of the parameter behind it. Parentheses within a value, such as
// photo(1).jpg, are taken as part of it.
func (p *paramParser) comment() bool {
	end, closed := skipComment(p.s, p.i)
	if !closed {
		p.noComment = true
		p.found.Add(UnclosedComment, int64(p.i))
		p.i++
		return false
	}
	p.i = end
	return end == len(p.s) || p.s[end] == ';' || p.s[end] == '(' || is(p.s[end], isSpace)
}

func (p *paramParser) endUnquoted(start, end int, odd bool) string {
	if odd {
		p.found.Add(UnquotedValue, int64(start))
	}
	return Unfold(p.s[start:end])
}
