package webdav

import (
	"errors"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// maxConditions is how many an If header may have.
const maxConditions = 100

// An ifHeader is what If says (RFC 4918, 10.4): true if one of the lists is.
type ifHeader []ifList

// An ifList is true if all of its conditions are, of one resource.
type ifList struct {
	tag        string // URL of the resource; "" for the request's
	conditions []condition
}

// A condition is about a state token or an entity tag.
type condition struct {
	not   bool
	token string // a URI
	etag  string // with its quotes
}

var errIf = errors.New("webdav: the If header cannot be read")

// parseIf reads an If header.
func parseIf(s string) (ifHeader, error) {
	p := ifParser{rest: s}
	var found ifHeader
	for p.space(); p.rest != ""; p.space() {
		tag := ""
		if p.rest[0] == '<' {
			tag = p.enclosed('<', '>')
			if p.space(); tag == "" || p.rest == "" || p.rest[0] != '(' {
				return nil, errIf
			}
		} else if len(found) > 0 {
			tag = found[len(found)-1].tag // which all lists share that follow it
		}
		list, ok := p.list()
		if !ok {
			return nil, errIf
		}
		found = append(found, ifList{tag, list})
	}
	// Either all lists are about resources that are named, or none is.
	if len(found) == 0 || found[0].tag == "" && slices.ContainsFunc(found, func(l ifList) bool { return l.tag != "" }) {
		return nil, errIf
	}
	return found, nil
}

// tokens returns those that are submitted with the header, whatever the conditions are (RFC 4918, 10.4.1).
func (h ifHeader) tokens() (found []string) {
	for _, l := range h {
		for _, c := range l.conditions {
			if c.token != "" && !slices.Contains(found, c.token) {
				found = append(found, c.token)
			}
		}
	}
	return found
}

type ifParser struct {
	rest  string
	count int
}

func (p *ifParser) space() { p.rest = strings.TrimLeft(p.rest, " \t") }

// list reads conditions in parentheses, at least one.
func (p *ifParser) list() (found []condition, ok bool) {
	if p.rest, ok = strings.CutPrefix(p.rest, "("); !ok {
		return nil, false
	}
	for p.space(); p.rest != ""; p.space() {
		if rest, end := strings.CutPrefix(p.rest, ")"); end {
			p.rest = rest
			return found, len(found) > 0
		}
		var c condition
		if len(p.rest) >= 3 && ascii.EqualFold(p.rest[:3], "not") {
			c.not, p.rest = true, p.rest[3:]
			p.space()
		}
		switch {
		case strings.HasPrefix(p.rest, "<"):
			c.token = p.enclosed('<', '>')
		case strings.HasPrefix(p.rest, "["):
			c.etag = p.enclosed('[', ']')
		}
		if p.count++; p.count > maxConditions || c.token == "" && c.etag == "" {
			return nil, false
		}
		found = append(found, c)
	}
	return nil, false
}

// enclosed reads up to the octet that ends it; "" if that is missing, or what is there cannot be sent.
func (p *ifParser) enclosed(begin, end byte) string {
	inner, rest, ok := strings.Cut(p.rest[1:], string(end))
	if !ok || strings.ContainsFunc(inner, func(r rune) bool { return r < ' ' || r == 0x7f || r == rune(begin) }) {
		return ""
	}
	p.rest = rest
	return inner
}
