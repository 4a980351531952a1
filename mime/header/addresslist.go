package header

import (
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime/defect"
)

// Defects of address lists.
const (
	UnclosedQuote     defect.Kind = "a quoted string that is not closed"
	UnclosedComment   defect.Kind = "a comment that is not closed"
	MissingAngle      defect.Kind = "an address behind a display name without <"
	UnclosedAngle     defect.Kind = "an address without >"
	StrayOctet        defect.Kind = "an octet that does not belong here"
	EmptyElement      defect.Kind = "an empty element in an address list"
	MissingComma      defect.Kind = "addresses without a comma between"
	SemicolonAsComma  defect.Kind = "addresses with a semicolon between"
	UnclosedGroup     defect.Kind = "a group that is not closed"
	NestedGroup       defect.Kind = "a group within a group"
	GroupDepth        defect.Kind = "groups nested too deeply"
	TooManyAddresses  defect.Kind = "too many addresses"
	NoAddress         defect.Kind = "a display name without an address"
	NoDomain          defect.Kind = "an address without a domain"
	BadAddress        defect.Kind = "an address that is no local part, @ and domain"
	SourceRoute       defect.Kind = "an obsolete source route"
	UnquotedPhrase    defect.Kind = "a display name that needs quotes"
	WordInQuotes      defect.Kind = "an encoded word within quotes"
	ObsoleteAddress   defect.Kind = "white space or comments within an address"
	AddressIsAURL     defect.Kind = "an address that begins with mailto:"
	MultipleAddresses defect.Kind = "more than one address in angle brackets"
)

// MaxAddresses is how many elements [ParseAddresses] returns at most, starts and ends of groups included, but for the
// ends of groups that are still open then.
const MaxAddresses = 50_000

// maxGroupDepth is how deep groups may nest, though RFC 5322, 3.4 does not nest them at all.
const maxGroupDepth = 3

// ParseAddresses reads an address list (RFC 5322, 3.4 and 4.4). It takes one mailbox (Sender, Resent-Sender) as well, and
// parts addresses by semicolons as some programs do. An address that is not one is still returned, as far as it can be
// read: a word alone is a local part, several words or a quoted string are a display name. The angle brackets of the null
// reverse-path give an Address with all fields empty.
func ParseAddresses(value string, found *defect.List) []Address {
	p := addressParser{s: value, found: found, decode: true}
	return p.list()
}

// ParseRawAddresses is [ParseAddresses], but leaves encoded words in names as they are: for an ENVELOPE of IMAP, whose
// clients decode (RFC 9051, 7.5.2).
func ParseRawAddresses(value string, found *defect.List) []Address {
	p := addressParser{s: value, found: found}
	return p.list()
}

// An addressParser walks over a list once to find its elements; each element is read when its end is known.
type addressParser struct {
	s        string
	found    *defect.List
	out      []Address
	decode   bool // encoded words
	depth    int  // of groups
	ignored  int  // groups beyond maxGroupDepth that are open
	noQuote  bool // no quoted string is closed from here on
	eightBit bool // there are octets beyond ASCII
	element
}

// An element is what is known of the element that is being read. Indexes are into s.
type element struct {
	start      int    // of what is not within angle brackets yet
	at         int    // the first @ outside angle brackets, or -1
	angle      int    // behind <, or -1
	angleAt    int    // the @ between angle brackets, if they have dots, octets of atoms and one @ alone; or 0
	angleEnd   int    // the index of > or of what stands in for it
	behind     int    // the index behind it
	second     int    // the first @ behind the angle brackets, or -1
	comment    string // the last comment, without parentheses
	hasComment bool
	noMore     bool // no quoted string of the element is closed from where it is read on
	afterGroup bool // the element follows the semicolon of a group
	plain      bool // no comments, quotes or other octets that need a closer look in what is outside angle brackets
}

func (p *addressParser) begin(i int) {
	p.element = element{start: i, at: -1, angle: -1, second: -1, plain: true}
}

func (p *addressParser) list() []Address {
	p.eightBit = !ascii.Is(p.s)
	if n := strings.Count(p.s, ","); trimSpace(p.s) != "" {
		p.out = make([]Address, 0, min(n+1, 1024))
	}
	p.begin(0)
	i := 0
	for i < len(p.s) && len(p.out) < MaxAddresses {
		i = p.next(i)
	}
	if i < len(p.s) {
		p.found.Add(TooManyAddresses, int64(i))
	} else {
		p.end(i, false)
	}
	if p.depth > 0 {
		p.found.Add(UnclosedGroup, int64(i))
	}
	for ; p.depth > 0; p.depth-- {
		p.out = append(p.out, Address{Mark: GroupEnd})
	}
	if len(p.out) == 0 {
		return nil
	}
	return p.out
}

// next takes what is at i, and returns what follows.
func (p *addressParser) next(i int) int {
	s := p.s
	for i < len(s) && !is(s[i], isSpec) {
		i++
	}
	if i == len(s) {
		return i
	}
	switch s[i] {
	case ',':
		p.end(i, true)
		p.begin(i + 1)
	case ';':
		p.semicolon(i)
	case ':':
		p.colon(i)
	case '<':
		if p.angle >= 0 {
			p.found.Add(MissingComma, int64(i))
			next := p.behind
			p.end(next, false)
			p.begin(next)
		}
		return p.openAngle(i)
	case '@':
		if p.angle >= 0 && p.second < 0 {
			p.second = i
		} else if p.at < 0 {
			p.at = i
		}
	case '(':
		return p.takeComment(i)
	case '"':
		p.plain = false
		if !p.noQuote {
			if end := skipQuoted(s, i); end >= 0 {
				return end
			}
			p.noQuote = true
			p.found.Add(UnclosedQuote, int64(i))
		}
	case '[':
		p.plain = false
		return skipLiteral(s, i)
	case '>', ')':
		p.plain = false
		p.found.Add(StrayOctet, int64(i))
	default: // ] \
		p.plain = false
	}
	return i + 1
}

// skipLiteral returns the index behind the domain literal that opens at i; behind [ if there is none (RFC 5322, 3.4.1).
func skipLiteral(s string, i int) int {
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case ']':
			return j + 1
		case '[', ',', ';', '<', '>', '"', '(', '@':
			return i + 1
		}
	}
	return i + 1
}

// takeComment skips a comment and keeps what may be the name.
func (p *addressParser) takeComment(i int) int {
	end, closed := skipComment(p.s, i)
	p.hasComment = true
	if p.angle < 0 {
		p.plain = false
	}
	if !closed {
		p.found.Add(UnclosedComment, int64(i))
		p.comment = p.s[i+1 : end]
		return end
	}
	p.comment = p.s[i+1 : end-1]
	return end
}

// openAngle takes what is between angle brackets.
func (p *addressParser) openAngle(i int) int {
	s := p.s
	p.angle = i + 1
	at := skipDotText(s, i+1)
	if at < len(s) && s[at] == '@' {
		if end := skipDotText(s, at+1); end < len(s) && s[end] == '>' {
			p.angleAt, p.angleEnd, p.behind = at, end, end+1
			return end + 1
		}
	}
	route := skipCFWS(s, i+1)
	inRoute := route < len(s) && s[route] == '@'
	for j := i + 1; j < len(s); {
		switch s[j] {
		case '>':
			p.angleEnd, p.behind = j, j+1
			return j + 1
		case ':':
			inRoute = false
			j++
		case ',', ';', '<':
			switch {
			case s[j] == '<' && trimSpace(s[p.angle:j]) == "":
				p.found.Add(StrayOctet, int64(j))
				j++
				p.angle = j
			case s[j] == ',' && inRoute:
				j++
			default:
				p.found.Add(UnclosedAngle, int64(i))
				p.angleEnd, p.behind = j, j
				return j
			}
		case '"':
			j = p.quoted(j)
		case '(':
			j, _ = skipComment(s, j)
		case '[':
			j = skipLiteral(s, j)
		default:
			j++
		}
	}
	p.found.Add(UnclosedAngle, int64(i))
	p.angleEnd, p.behind = len(s), len(s)
	return len(s)
}

func skipDotText(s string, i int) int {
	for i < len(s) && is(s[i], isDotText) {
		i++
	}
	return i
}

// quoted skips a quoted string, or a quote alone.
func (p *addressParser) quoted(i int) int {
	if !p.noQuote {
		if end := skipQuoted(p.s, i); end >= 0 {
			return end
		}
		p.noQuote = true
		p.found.Add(UnclosedQuote, int64(i))
	}
	return i + 1
}

// semicolon ends a group, or an address in a list that is parted by semicolons.
func (p *addressParser) semicolon(i int) {
	p.end(i, false)
	p.begin(i + 1)
	switch {
	case p.ignored > 0:
		p.ignored--
	case p.depth > 0:
		p.depth--
		p.out = append(p.out, Address{Mark: GroupEnd})
		p.afterGroup = true
	default:
		p.found.Add(SemicolonAsComma, int64(i))
	}
}

// colon begins a group.
func (p *addressParser) colon(i int) {
	name := p.s[p.start:i]
	switch {
	case p.at >= 0 || p.angle >= 0: // no display name: an octet like others
		p.plain = false
		return
	case ascii.EqualFold(trimSpace(name), "mailto"):
		p.found.Add(AddressIsAURL, int64(p.start))
	case p.depth == maxGroupDepth:
		p.found.Add(GroupDepth, int64(i))
		p.ignored++
	default:
		if p.depth > 0 {
			p.found.Add(NestedGroup, int64(i))
		}
		p.depth++
		p.out = append(p.out, Address{Name: p.name(name, p.start), Mark: GroupStart})
	}
	p.begin(i + 1)
}
