package header

import (
	"cmp"
	"slices"
	"strings"
)

// add keeps one parameter as it stands. name is in lower case, and may end in "*", "*0" or "*0*" (RFC 2231).
func (p *paramParser) add(name, value string, at int) {
	if p.simple {
		p.addSimple(name, value, at)
		return
	}
	s := section{value: value, number: -1}
	base := name
	if star := strings.IndexByte(name, '*'); star > 0 {
		base = name[:star]
		rest := name[star+1:]
		digits, encoded := strings.CutSuffix(rest, "*")
		switch n, ok := sectionNumber(digits); {
		case rest == "":
			s.encoded = true
		case ok:
			s.number, s.encoded = n, encoded
			if len(digits) > 1 && digits[0] == '0' {
				p.found.Add(MissingSection, int64(at))
			}
		default:
			base = name
		}
	}
	if len(p.sections) == maxSections {
		p.found.Add(TooLong, int64(at))
		return
	}
	n := p.lookup(base, at)
	if n < 0 {
		return
	}
	s.name = n
	pn := &p.names[n]
	switch {
	case s.number >= 0:
		pn.continued = true
	case s.encoded && pn.extended < 0:
		pn.extended = len(p.sections)
	case !s.encoded && pn.plain < 0:
		pn.plain = len(p.sections)
	default:
		p.found.Add(DuplicateParameter, int64(at))
		return
	}
	p.sections = append(p.sections, s)
}

// maxSections is how many sections are kept, of all parameters together: enough for lines of 64 octets to make [MaxText].
const maxSections = 1024

// addSimple keeps a parameter without regard to RFC 2231.
func (p *paramParser) addSimple(name, value string, at int) {
	for i := range p.params {
		if p.params[i].Name == name {
			p.found.Add(DuplicateParameter, int64(at))
			return
		}
	}
	if len(p.params) == MaxParams {
		p.found.Add(TooManyParams, int64(at))
		return
	}
	if p.params == nil {
		p.params = make(Params, 0, 2)
	}
	p.params = append(p.params, Param{Name: name, Value: p.short(p.plain(name, value))})
}

// short returns a value without what exceeds the limit.
func (p *paramParser) short(value string) string {
	if len(value) > MaxText {
		p.found.Add(TooLong, -1)
		return cut(value, MaxText)
	}
	return value
}

func sectionNumber(s string) (n int, ok bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	n, end := digits(s, 0)
	return n, end == len(s)
}

// lookup finds or adds a name, -1 if there are too many.
func (p *paramParser) lookup(name string, at int) int {
	if p.last >= 0 && p.names[p.last].name == name {
		return p.last
	}
	for i := range p.names {
		if p.names[i].name == name {
			p.last = i
			return i
		}
	}
	if len(p.names) == MaxParams {
		p.found.Add(TooManyParams, int64(at))
		return -1
	}
	p.names = append(p.names, paramName{name: name, plain: -1, extended: -1})
	p.last = len(p.names) - 1
	return p.last
}

// join makes parameters of the sections.
func (p *paramParser) join() Params {
	if len(p.names) == 0 {
		return p.params
	}
	params := make(Params, len(p.names))
	var parts [][]section
	for i, n := range p.names {
		params[i].Name = n.name
		if (n.name == "boundary" || n.name == "charset") && n.plain >= 0 && (n.extended >= 0 || n.continued) {
			p.found.Add(DuplicateParameter, -1) // of a file name it is usual to give both forms
		}
		switch {
		case n.extended >= 0:
			params[i].Value, params[i].Language = p.extended([]section{p.sections[n.extended]})
		case n.continued:
			if parts == nil {
				parts = p.continued()
			}
			params[i].Value, params[i].Language = p.extended(p.inOrder(parts[i]))
		default:
			params[i].Value = p.plain(n.name, p.sections[n.plain].value)
		}
		params[i].Value = p.short(params[i].Value)
	}
	return params
}

// plain reads a value that is not encoded as RFC 2231 has it, though it may be as RFC 2047 has it, where that is not
// allowed (RFC 2047, 5).
func (p *paramParser) plain(name, value string) string {
	if i := strings.Index(value, "=?"); i >= 0 && strings.Contains(value[i:], "?=") {
		p.found.Add(EncodedValue, -1)
		if name != "boundary" {
			return decodeWords(value, p.found)
		}
	}
	return clean(value, p.found)
}

// continued parts the numbered sections by their names.
func (p *paramParser) continued() [][]section {
	parts := make([][]section, len(p.names))
	for _, s := range p.sections {
		if s.number >= 0 {
			parts[s.name] = append(parts[s.name], s)
		}
	}
	return parts
}

// inOrder sorts sections by their numbers, which are in order as a rule, and drops doubles.
func (p *paramParser) inOrder(sections []section) []section {
	byNumber := func(a, b section) int { return cmp.Compare(a.number, b.number) }
	if !slices.IsSortedFunc(sections, byNumber) {
		slices.SortStableFunc(sections, byNumber)
	}
	total := len(sections)
	sections = slices.CompactFunc(sections, func(a, b section) bool { return a.number == b.number })
	if len(sections) < total || sections[0].number != 0 || sections[len(sections)-1].number != len(sections)-1 {
		p.found.Add(MissingSection, -1)
	}
	return sections
}

// extended joins and decodes sections (RFC 2231, 4 and 4.1).
func (p *paramParser) extended(sections []section) (value, language string) {
	label := ""
	b := make([]byte, 0, len(sections[0].value))
	for i, s := range sections {
		if len(b) > maxEncoded {
			break
		}
		text := s.value
		if i == 0 && s.encoded {
			var ok bool
			if label, language, text, ok = cutCharset(text); !ok {
				p.found.Add(BadExtended, -1)
			}
		}
		if s.encoded {
			b = p.percent(b, text)
		} else {
			b = append(b, text...)
		}
	}
	language = clean(language, p.found)
	if label == "" {
		return clean(string(b), p.found), language
	}
	return clean(decode(label, b, p.found), p.found), language
}

// cutCharset parts charset'language'value.
func cutCharset(s string) (label, language, value string, ok bool) {
	label, rest, ok1 := strings.Cut(s, "'")
	language, value, ok2 := strings.Cut(rest, "'")
	if !ok1 || !ok2 {
		return "", "", s, false
	}
	return label, language, value, true
}

// percent appends text without its percent encoding.
func (p *paramParser) percent(b []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '%' {
			if i+2 < len(text) && hexDigit(text[i+1]) >= 0 && hexDigit(text[i+2]) >= 0 {
				c = byte(hexDigit(text[i+1])<<4 | hexDigit(text[i+2]))
				i += 2
			} else {
				p.found.Add(BadPercent, -1)
			}
		}
		b = append(b, c)
	}
	return b
}
