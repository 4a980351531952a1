package imap4

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// searchRequest is what a SEARCH command says (RFC 9051, 6.4.4).
type searchRequest struct {
	uid      bool
	extended bool        // RETURN is there
	ret      returnItems // what is to be returned (RFC 4731; RFC 5182)
	window   *window     // of PARTIAL (RFC 9394, 3.1)
	fetch    []fetchItem // of UPDATE (RFC 5465, 7)

	correlated bool // the answer names the mailbox (RFC 7377, 2.1)
	program
}

// A program is a query as it was parsed: the sets in it are to be resolved.
type program struct {
	query  *Query
	sets   []queriedSet
	modSeq bool // MODSEQ is in it (RFC 7162, 3.1.5)
	keys   int

	fuzzy  bool          // FUZZY is in it (RFC 6203)
	scores map[UID]uint8 // of the result, then
}

// A queriedSet is a sequence set in a query.
type queriedSet struct {
	query *Query
	set   sequenceSet
	uid   bool
}

// returnItems are the result options of a search.
type returnItems uint8

const (
	returnMin returnItems = 1 << iota
	returnMax
	returnAll
	returnCount
	returnSave
	returnPartial
	returnUpdate    // RFC 5267, 4.3
	returnRelevancy // RFC 6203, 4
)

// returnNames are the result options by name, PARTIAL apart, which has an
// argument.
var returnNames = map[string]returnItems{
	"MIN": returnMin, "MAX": returnMax, "ALL": returnAll, "COUNT": returnCount, // RFC 4731, 3.1
	"SAVE":      returnSave,      // RFC 5182, 2.1
	"CONTEXT":   0,               // RFC 5267, 4.2: a hint that is not needed
	"RELEVANCY": returnRelevancy, // RFC 6203, 4
}

func searchArgs(p *parser) (r searchRequest) {
	r.uid = p.uid
	p.space()
	if p.is("RETURN") {
		p.space()
		p.returnItems(&r)
		p.space()
	}
	r.program = p.program()
	p.end()
	p.needsFuzzy(r.ret&returnRelevancy != 0, &r.program)
	return r
}

// returnItems takes the list behind RETURN; an empty one is ALL.
func (p *parser) returnItems(r *searchRequest) {
	r.extended = true
	p.list(true, func() {
		word := p.word()
		item, known := returnNames[word]
		switch {
		case known:
			r.ret |= item
			p.saves = p.saves || item == returnSave
		case word == "PARTIAL":
			p.space()
			w := p.window()
			r.ret |= returnPartial
			r.window = &w
		case word == "UPDATE":
			r.ret |= returnUpdate
			if strings.HasPrefix(p.s[p.i:], " (") {
				p.space()
				r.fetch = p.fetchItems()
			}
		default:
			p.fail("result option not known")
		}
	})
	if r.ret&^returnSave == 0 && r.ret&returnSave == 0 {
		r.ret |= returnAll
	}
	if r.ret&returnPartial != 0 && r.ret&returnAll != 0 {
		p.fail("PARTIAL and ALL exclude each other") // RFC 9394, 3.1
	}
}

// program takes a charset and search keys.
func (p *parser) program() (prog program) {
	if p.is("CHARSET") {
		if p.accept {
			p.fail("with UTF8=ACCEPT there is no CHARSET") // RFC 6855, 3
		}
		p.space()
		p.charset(p.astring())
		p.space()
	}
	prog.query = p.keys(&prog)
	return prog
}

// charset checks the name of a charset.
func (p *parser) charset(name string) {
	switch ascii.Upper(name) {
	case "UTF-8", "US-ASCII":
	default:
		if p.err == nil {
			p.refuse(No("BADCHARSET (US-ASCII UTF-8)", "charset not known"))
		}
	}
}

// keys takes one key or several, all of which must match.
func (p *parser) keys(prog *program) *Query {
	all := []*Query{p.key(prog)}
	for p.err == nil && p.skip(' ') {
		all = append(all, p.key(prog))
	}
	if len(all) == 1 {
		return all[0]
	}
	return &Query{Key: And, Sub: all}
}

// key takes one search key.
func (p *parser) key(prog *program) *Query {
	if prog.keys++; prog.keys > p.limits.SearchKeys {
		p.refuse(tooManyArgs)
	}
	p.nest()
	defer func() { p.depth-- }()
	switch {
	case p.err != nil:
	case p.skip('('):
		q := p.keys(prog)
		p.need(')')
		return q
	case p.isSet():
		return p.inSet(prog, false)
	default:
		word := p.word()
		if parse := searchKey(word); parse != nil {
			return parse(p, prog)
		}
		p.fail("search key not known")
	}
	return &Query{}
}

// inSet takes a sequence set.
func (p *parser) inSet(prog *program, uid bool) *Query {
	q := &Query{Key: InSet}
	prog.sets = append(prog.sets, queriedSet{q, p.set(), uid})
	return q
}

// flagKey is for a key that asks for a flag, or for its absence.
func flagKey(flag string, set bool) func(*parser, *program) *Query {
	return func(*parser, *program) *Query {
		q := &Query{Key: HasFlag, Flag: flag}
		if !set {
			q = not(q)
		}
		return q
	}
}

func not(q *Query) *Query { return &Query{Key: Not, Sub: []*Query{q}} }

// keywordIs is for a keyword.
func keywordIs(set bool) func(*parser, *program) *Query {
	return func(p *parser, _ *program) *Query {
		p.space()
		return flagKey(p.atom(), set)(p, nil)
	}
}

// textKey is for a key that looks for a text.
func textKey(key QueryKey) func(*parser, *program) *Query {
	return func(p *parser, _ *program) *Query {
		p.space()
		return &Query{Key: key, Text: p.searchText()}
	}
}

// fieldKey is for a key that looks for a text in a certain field.
func fieldKey(field string) func(*parser, *program) *Query {
	return func(p *parser, _ *program) *Query {
		p.space()
		return &Query{Key: HeaderText, Field: field, Text: p.searchText()}
	}
}

// maxTexts bounds the texts to look for in one command: each takes buffers while it is
// looked for, some 50 KiB.
const maxTexts = 200

// searchText takes a text to look for, which is UTF-8.
func (p *parser) searchText() string {
	if p.texts++; p.texts > maxTexts {
		p.refuse(tooManyArgs)
	}
	quotes := p.utf8
	p.utf8 = true // CHARSET says what it is, and US-ASCII is a part of UTF-8
	s := p.astring()
	p.utf8 = quotes
	if !utf8.ValidString(s) {
		p.refuse(No("BADCHARSET (US-ASCII UTF-8)", "the text is not UTF-8"))
	}
	return s
}

// dateKey is for a key that compares a date.
func dateKey(key QueryKey) func(*parser, *program) *Query {
	return func(p *parser, _ *program) *Query {
		p.space()
		return &Query{Key: key, Date: p.date()}
	}
}

// sizeKey is for a key that compares a number.
func sizeKey(key QueryKey) func(*parser, *program) *Query {
	return func(p *parser, _ *program) *Query {
		p.space()
		q := &Query{Key: key, Size: p.number()}
		if key == Older || key == Younger {
			if q.Size == 0 {
				p.fail("a number must not be 0") // RFC 5032, 4
			}
			q.Size = min(q.Size, math.MaxInt64/int64(1e9))
		}
		return q
	}
}

// idKey is for a key that compares an object's ID (RFC 8474, 6).
func idKey(key QueryKey) func(*parser, *program) *Query {
	return func(p *parser, _ *program) *Query {
		p.space()
		return &Query{Key: key, ID: p.astring()}
	}
}

// modSeqKey takes a mod-sequence, before which there may be the name of a flag
// and whose it is, which make no difference (RFC 7162, 3.1.5).
func modSeqKey(p *parser, prog *program) *Query {
	p.space()
	if p.peek() == '"' {
		p.text()
		p.space()
		switch p.word() {
		case "PRIV", "SHARED", "ALL":
		default:
			p.fail("PRIV, SHARED or ALL is missing")
		}
		p.space()
	}
	prog.modSeq = true
	return &Query{Key: ModSince, Mod: ModSeq(p.number())}
}

// A window is a part of a list of results: the from-th to the to-th, counted from
// the last one if they are negative (RFC 9394, 3.1).
type window struct{ from, to int64 }

// window takes such a part.
func (p *parser) window() (w window) {
	negative := p.peek() == '-'
	w.from = p.offset(negative)
	p.need(':')
	w.to = p.offset(negative)
	return w
}

func (p *parser) offset(negative bool) int64 {
	if negative {
		p.need('-')
		return -int64(p.nz())
	}
	return int64(p.nz())
}
