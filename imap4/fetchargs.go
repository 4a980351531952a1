package imap4

import (
	"math"

	"github.com/wirepost/wirepost/mime"
)

// fetchRequest is what a FETCH command says (RFC 9051, 6.4.5).
type fetchRequest struct {
	set          sequenceSet
	uid          bool
	items        []fetchItem
	changedSince *ModSeq // RFC 7162, 3.1.4.1
	vanished     bool    // RFC 7162, 3.2.6
	partial      *window // RFC 9394, 3.3
}

// A fetchKind is what a data item of FETCH is.
type fetchKind uint8

const (
	fetchUID fetchKind = iota
	fetchFlags
	fetchModSeq
	fetchSize
	fetchDate
	fetchSaveDate
	fetchEmailID
	fetchThreadID
	fetchEnvelope
	fetchBody
	fetchStructure
	fetchPreview
	fetchLazyPreview
	fetchSection // and those that read the message, after it
	fetchRFC822
	fetchHeader
	fetchText
	fetchBinary
	fetchBinarySize
)

// fetchNames are the items without brackets, by name. PREVIEW has an argument.
var fetchNames = map[string]fetchKind{
	"UID": fetchUID, "FLAGS": fetchFlags, "INTERNALDATE": fetchDate, "RFC822.SIZE": fetchSize, // RFC 9051
	"ENVELOPE": fetchEnvelope, "BODY": fetchBody, "BODYSTRUCTURE": fetchStructure, // RFC 9051
	"RFC822": fetchRFC822, "RFC822.HEADER": fetchHeader, "RFC822.TEXT": fetchText, // RFC 3501
	"MODSEQ":   fetchModSeq,                             // RFC 7162
	"SAVEDATE": fetchSaveDate,                           // RFC 8514
	"EMAILID":  fetchEmailID, "THREADID": fetchThreadID, // RFC 8474
	"PREVIEW": fetchPreview, // RFC 8970
}

// fetchMacros stand for several items (RFC 9051, 6.4.5).
var fetchMacros = map[string][]fetchKind{
	"ALL":  {fetchFlags, fetchDate, fetchSize, fetchEnvelope},
	"FAST": {fetchFlags, fetchDate, fetchSize},
	"FULL": {fetchFlags, fetchDate, fetchSize, fetchEnvelope, fetchBody},
}

// A fetchItem is one data item.
type fetchItem struct {
	kind    fetchKind
	section mime.Section
	label   string // what a section is called in the answer: BODY[1.MIME]
	peek    bool   // \Seen is left as it is
	partial bool   // <offset.count>
	offset  int64
	count   int64
}

// fetchArgs takes a set, items, and modifiers.
func fetchArgs(p *parser) (r fetchRequest) {
	r.uid = p.uid
	p.space()
	r.set = p.set()
	p.space()
	if p.peek() == '(' {
		p.list(false, func() { p.fetchItem(&r, false) })
	} else {
		p.fetchItem(&r, true)
	}
	if p.skip(' ') {
		p.list(false, func() { p.fetchModifier(&r) })
	}
	p.end()
	if r.vanished && (!r.uid || r.changedSince == nil) {
		p.fail("VANISHED is for UID FETCH with CHANGEDSINCE") // RFC 7162, 3.2.6
	}
	return r
}

// fetchModifier takes a modifier (RFC 4466, 2.4).
func (p *parser) fetchModifier(r *fetchRequest) {
	switch p.word() {
	case "CHANGEDSINCE":
		p.space()
		since := ModSeq(p.number())
		r.changedSince = &since
	case "VANISHED":
		r.vanished = true
	case "PARTIAL":
		p.space()
		w := p.window()
		r.partial = &w
		if !r.uid {
			p.fail("PARTIAL is for UID FETCH") // RFC 9394, 3.3
		}
	default:
		p.fail("fetch modifier not known")
	}
}

// fetchItem takes an item, or the only one, which may be a macro. The same one
// twice is told once.
func (p *parser) fetchItem(r *fetchRequest, only bool) {
	word := p.word()
	item := fetchItem{peek: true}
	kind, known := fetchNames[word]
	switch {
	case p.skip('['):
		item = p.sectionItem(word)
	case only && fetchMacros[word] != nil:
		for _, kind := range fetchMacros[word] {
			r.items = append(r.items, fetchItem{kind: kind, peek: true})
		}
		return
	case !known:
		p.fail("data item not known")
	case kind == fetchPreview:
		if item.kind = kind; p.is(" (LAZY)") {
			item.kind = fetchLazyPreview
		}
	default:
		item.kind = kind
		item.peek = kind != fetchRFC822 && kind != fetchText
		item.label = word
	}
	switch kind {
	case fetchRFC822:
	case fetchHeader:
		item.section.Specifier = mime.HeaderPart
	case fetchText:
		item.section.Specifier = mime.TextPart
	}
	for i := range r.items {
		if r.items[i].same(&item) {
			r.items[i].peek = r.items[i].peek && item.peek
			return
		}
	}
	if r.items = append(r.items, item); len(r.items) > p.limits.FetchItems {
		p.refuse(tooManyArgs)
	}
}

// same reports whether two items have the same answer.
func (f *fetchItem) same(g *fetchItem) bool {
	return f.kind == g.kind && f.label == g.label && f.partial == g.partial && f.offset == g.offset && f.count == g.count
}

// sectionItem takes a section and what follows it, from its opening bracket on.
func (p *parser) sectionItem(word string) fetchItem {
	item := fetchItem{kind: fetchSection}
	switch word {
	case "BODY":
	case "BODY.PEEK":
		item.peek = true
	case "BINARY":
		item.kind = fetchBinary
	case "BINARY.PEEK":
		item.kind, item.peek = fetchBinary, true
	case "BINARY.SIZE":
		item.kind, item.peek = fetchBinarySize, true
	default:
		p.fail("data item not known")
		return item
	}
	item.section = p.section()
	name := "BODY["
	if item.kind != fetchSection {
		name = "BINARY["
		if item.kind == fetchBinarySize {
			name = "BINARY.SIZE["
		}
		if item.section.Specifier != mime.WholePart {
			p.fail("BINARY takes the number of a part") // RFC 3516, 4.1
		}
	}
	item.label = name + item.section.String() + "]"
	if item.kind != fetchBinarySize && p.skip('<') {
		item.partial = true
		item.offset = p.number()
		p.need('.')
		if item.count = p.number(); item.count == 0 {
			p.fail("a part of no octets")
		}
		p.need('>')
		item.count = min(item.count, math.MaxInt64-item.offset)
	}
	return item
}

// section takes a section up to its closing bracket (RFC 9051, 6.4.5.1).
func (p *parser) section() (s mime.Section) {
	for c := p.peek(); '0' <= c && c <= '9'; c = p.peek() {
		n := p.nz()
		if n > math.MaxInt32 || len(s.Path) == maxPath {
			p.fail("the number of a part that no message has")
			return s
		}
		s.Path = append(s.Path, int(n))
		if !p.skip('.') {
			p.need(']')
			return s
		}
		if p.peek() == ']' {
			p.fail("a section ends in a dot")
		}
	}
	if s.Path == nil && p.skip(']') {
		return s
	}
	switch p.word() {
	case "HEADER":
		s.Specifier = mime.HeaderPart
	case "TEXT":
		s.Specifier = mime.TextPart
	case "MIME":
		if s.Specifier = mime.MIMEPart; s.Path == nil {
			p.fail("MIME needs the number of a part")
		}
	case "HEADER.FIELDS":
		s.Specifier, s.Fields = mime.FieldsPart, p.headerNames()
	case "HEADER.FIELDS.NOT":
		s.Specifier, s.Fields = mime.FieldsNotPart, p.headerNames()
	default:
		p.fail("section not known")
	}
	p.need(']')
	return s
}

// maxPath is deeper than parts are nested that a message is taken apart into.
const maxPath = 200

// headerNames takes a list of names of fields.
func (p *parser) headerNames() (names []string) {
	p.space()
	p.list(false, func() {
		name := p.astring()
		for i := range len(name) {
			if name[i] <= ' ' || name[i] >= 0x7f || name[i] == ':' {
				p.fail("not the name of a field") // RFC 5322, 2.2
				return
			}
		}
		if names = append(names, name); len(names) > p.limits.HeaderNames {
			p.refuse(tooManyArgs)
		}
	})
	return names
}
