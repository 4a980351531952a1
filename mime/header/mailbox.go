package header

import (
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// end reads the element that ends at i. listed says that a comma follows.
func (p *addressParser) end(i int, listed bool) {
	if p.angle >= 0 {
		p.endAngle()
		if p.second >= 0 && p.second < i { // <a@b> c@d
			p.found.Add(MissingComma, int64(p.behind))
			p.plain, p.hasComment = false, false
			p.bare(trimSpace(p.s[p.behind:i]), p.behind)
		} else if skipCFWS(p.s[:i], p.behind) < i {
			p.found.Add(StrayOctet, int64(p.behind))
		}
		return
	}
	start := p.start
	for start < i && is(p.s[start], isSpace) {
		start++
	}
	text := trimSpace(p.s[start:i])
	switch {
	case text == "":
		if listed && !p.afterGroup {
			p.found.Add(EmptyElement, int64(i))
		}
	case p.at < 0:
		p.noAt(text, start)
	default:
		p.bare(text, start)
	}
}

// endAngle reads a mailbox with angle brackets: name-addr.
func (p *addressParser) endAngle() {
	var a Address
	before := p.s[p.start:p.angleStart()]
	if p.at >= 0 && p.at < p.angle {
		p.found.Add(UnquotedPhrase, int64(p.at))
	}
	a.Name = p.name(before, p.start)
	if a.Name == "" && p.hasComment {
		a.Name = p.commentName()
	}
	if p.angleAt > 0 {
		if local, domain := p.s[p.angle:p.angleAt], p.s[p.angleAt+1:p.angleEnd]; dotsPart(local) && dotsPart(domain) {
			a.Local, a.Domain = p.clean(local), p.clean(domain)
			p.out = append(p.out, a)
			return
		}
	}
	inside := trimSpace(p.s[p.angle:p.angleEnd])
	if scheme := "mailto:"; len(inside) > len(scheme) && ascii.EqualFold(inside[:len(scheme)], scheme) {
		p.found.Add(AddressIsAURL, int64(p.angle))
		inside = inside[len(scheme):]
	}
	var rest string
	a.Route, rest = p.route(inside)
	if rest == "" && a.Name == "" {
		p.out = append(p.out, a)
		return
	}
	spec, _, end := p.addrSpec(rest, p.angle, true)
	if end < len(rest) {
		p.found.Add(MultipleAddresses, int64(p.angle))
	}
	a.Local, a.Domain = spec.Local, spec.Domain
	p.out = append(p.out, a)
}

// clean returns s, which has no controls, as UTF-8.
func (p *addressParser) clean(s string) string {
	if !p.eightBit {
		return s
	}
	return clean(s, p.found)
}

// angleStart is the index of the first of the angle brackets.
func (p *addressParser) angleStart() int {
	i := p.angle - 1
	for j := i; j > p.start && (p.s[j-1] == '<' || is(p.s[j-1], isSpace)); j-- {
		if p.s[j-1] == '<' {
			i = j - 1
		}
	}
	return i
}

// route cuts the obsolete source route from an addr-spec (RFC 5322, 4.4).
func (p *addressParser) route(s string) (route, rest string) {
	if s == "" || s[0] != '@' && s[0] != ',' {
		return "", s
	}
	colon := strings.IndexByte(s, ':')
	if colon < 0 {
		return "", s
	}
	p.found.Add(SourceRoute, int64(p.angle))
	var b strings.Builder
	for i := 0; i < colon; {
		switch {
		case is(s[i], isSpace):
			i++
		case s[i] == '(':
			i, _ = skipComment(s[:colon], i)
		default:
			b.WriteByte(s[i])
			i++
		}
	}
	return clean(b.String(), p.found), trimSpace(s[colon+1:])
}

// noAt reads an element without an at sign.
func (p *addressParser) noAt(text string, start int) {
	a := Address{}
	if !p.plain && skipCFWS(text, 0) == len(text) { // comments alone
		if p.depth == 0 && !p.afterGroup {
			p.found.Add(EmptyElement, int64(start))
		}
		return
	}
	word, from, _ := p.words(text, start, false)
	if from == skipCFWS(text, 0) && text[from] != '"' && !strings.Contains(text, "=?") {
		a.Local = clean(string(word), p.found)
		if p.hasComment {
			a.Name = p.commentName()
		}
		p.found.Add(NoDomain, int64(start))
	} else {
		a.Name = p.name(text, start)
		p.found.Add(NoAddress, int64(start))
	}
	p.out = append(p.out, a)
}

// bare reads an addr-spec without angle brackets, or several that no comma parts.
func (p *addressParser) bare(text string, start int) {
	at := p.at - start
	if p.plain && isDotAtom(text[:at]) && isDotAtom(text[at+1:]) {
		p.out = append(p.out, Address{Local: p.clean(text[:at]), Domain: p.clean(text[at+1:])})
		return
	}
	for first := true; text != "" && len(p.out) < MaxAddresses; first = false {
		if !first && strings.IndexByte(text, '@') < 0 {
			p.found.Add(StrayOctet, int64(start))
			if last := &p.out[len(p.out)-1]; last.Name == "" {
				last.Name = p.name(text, start)
			}
			return
		}
		if !first {
			p.found.Add(MissingComma, int64(start))
		}
		a, from, end := p.addrSpec(text, start, false)
		if from > 0 {
			if a.Name = p.name(text[:from], start); a.Name != "" {
				p.found.Add(MissingAngle, int64(start))
			}
		}
		if end < len(text) && text[end] == ':' { // a port
			p.found.Add(StrayOctet, int64(start+end))
			for end < len(text) && !is(text[end], isSpace) {
				end++
			}
		}
		for end < len(text) && (is(text[end], isSpace) || strings.IndexByte(">)]\\", text[end]) >= 0) {
			end++
		}
		if a.Name == "" && p.hasComment && end == len(text) {
			a.Name = p.commentName()
		}
		p.out = append(p.out, a)
		start += end
		text = text[end:]
	}
}

// addrSpec reads local part, at sign and domain, and returns where they end; at least one octet is taken. The local part
// begins at from: words before it do not belong to it, unless they are within angle brackets.
func (p *addressParser) addrSpec(s string, offset int, angle bool) (a Address, from, end int) {
	local, from, end := p.words(s, offset, angle)
	for end < len(s) {
		a.Domain, end = p.domain(s, end+1, offset)
		if end == len(s) || s[end] != '@' {
			break
		}
		p.found.Add(BadAddress, int64(offset+end)) // "a@b"@c without its quotes
		local = append(append(local, '@'), a.Domain...)
		a.Domain = ""
	}
	switch {
	case len(local) > 0 && a.Domain == "" && strings.IndexByte(s, '@') < 0:
		p.found.Add(NoDomain, int64(offset))
	case len(local) == 0 || a.Domain == "":
		p.found.Add(BadAddress, int64(offset))
	}
	a.Local, a.Domain = clean(string(local), p.found), clean(a.Domain, p.found)
	return a, from, end
}
