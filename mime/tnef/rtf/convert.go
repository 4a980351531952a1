package rtf

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/tnef/internal/codepage"
)

// Source says what a document was made of.
type Source int

// The sources that MS-OXRTFEX, 2.2.3.1 tells apart.
const (
	SourceNative Source = iota // rich text from the start
	SourceText                 // \fromtext: plain text
	SourceHTML                 // \fromhtml1: HTML, which can be had back exactly
)

// headTokens is how far the mark of encapsulation may be from the start (MS-OXRTFEX, 2.2.3.1).
const headTokens = 10

// SourceOf says what a document was made of.
func SourceOf(rtf []byte) Source {
	s := scanner{b: rtf}
	for range headTokens {
		switch t := s.next(); {
		case t.kind == word && string(t.name) == "fromhtml" && t.param == 1:
			return SourceHTML
		case t.kind == word && string(t.name) == "fromtext":
			return SourceText
		case t.kind != word && t.kind != groupStart:
			return SourceNative
		}
	}
	return SourceNative
}

// Text returns what a reader of the document sees, as UTF-8 with CRLF line ends and without NUL. Of a document made of
// plain text, that is this text.
func Text(rtf []byte, defects *defect.List) string {
	return convert(rtf, false, defects)
}

// HTML returns the HTML that a document was made of, as UTF-8 whatever character set it names; the empty string if it
// was not made of HTML. It is as dangerous as its writer wanted it to be.
func HTML(rtf []byte, defects *defect.List) string {
	if SourceOf(rtf) != SourceHTML {
		return ""
	}
	return convert(rtf, true, defects)
}

// maxDepth bounds the groups whose state is kept. The content of deeper ones is left out.
const maxDepth = 1000

// A state is what a group inherits and its end undoes.
type state struct {
	skip    bool // within a destination that is not shown
	fonts   bool // within the font table
	tag     bool // within \htmltag
	htmlrtf bool // within \htmlrtf: not part of the HTML
	font    int
	uc      int // how many characters after \u are for readers that don't know it
}

type converter struct {
	scanner
	toHTML  bool
	state   state
	stack   []state
	beyond  int // groups open below maxDepth
	starred bool
	page    int
	deff    int
	defined int // the font that the font table is about to describe
	fonts   map[int]int
	run     []byte // octets not yet decoded
	runPage int
	high    rune // the first half of a surrogate pair, 0 for none
	ignore  int  // characters still to ignore after \u
	out     []byte
}

func convert(rtf []byte, toHTML bool, defects *defect.List) string {
	c := converter{
		scanner: scanner{b: rtf, defects: defects}, toHTML: toHTML,
		page: codepage.Western, fonts: map[int]int{}, state: state{uc: 1},
	}
	first := scanner{b: rtf}
	if first.next().kind != groupStart || string(first.next().name) != "rtf" {
		defects.Add(NotRTF, 0)
	}
	for {
		t := c.next()
		if t.kind == endOfInput {
			break
		}
		c.take(t)
	}
	c.flush()
	if len(c.stack)+c.beyond > 0 {
		defects.Add(UnclosedGroup, int64(len(rtf)))
	}
	return string(c.out)
}

func (c *converter) take(t token) {
	if t.kind != symbol && t.kind != word {
		c.starred = false
	}
	switch t.kind {
	case groupStart:
		c.flush()
		c.ignore = 0
		if len(c.stack) == maxDepth {
			if c.beyond == 0 {
				c.defects.Add(DeepGroups, int64(c.pos))
			}
			c.beyond++
			return
		}
		c.stack = append(c.stack, c.state)
	case groupEnd:
		c.flush()
		c.ignore = 0
		c.close()
	case text:
		n := min(c.ignore, len(t.text))
		c.ignore -= n
		c.octets(t.text[n:])
	case hexChar:
		if !c.ignored() {
			c.octets([]byte{t.char})
		}
	case symbol:
		c.symbol(t.char)
	case word:
		c.word(t)
	}
}

func (c *converter) close() {
	switch {
	case c.beyond > 0:
		c.beyond--
	case len(c.stack) == 0:
		c.defects.Add(ExtraBrace, int64(c.pos-1))
	default:
		c.state = c.stack[len(c.stack)-1]
		c.stack = c.stack[:len(c.stack)-1]
	}
}

// ignored counts off one of the characters that follow a \u for older readers.
func (c *converter) ignored() bool {
	if c.ignore > 0 {
		c.ignore--
		return true
	}
	return false
}

// shown reports whether output is wanted here.
func (c *converter) shown() bool {
	s := &c.state
	return !s.skip && !s.fonts && c.beyond == 0 && (!c.toHTML || !s.htmlrtf)
}

// octets adds characters of the current code page. They are decoded together, since one may be of several octets.
func (c *converter) octets(b []byte) {
	if len(b) == 0 || !c.shown() {
		return
	}
	c.halfPair()
	if page := c.pageNow(); page != c.runPage {
		c.flush()
		c.runPage = page
	}
	c.run = append(c.run, b...)
}

// write adds decoded text, without NUL.
func (c *converter) write(s string) {
	if !c.shown() {
		return
	}
	c.flush()
	c.emit(s)
}

func (c *converter) emit(s string) {
	for i := range len(s) {
		if s[i] == 0 {
			c.out = append(c.out, "\uFFFD"...)
		} else {
			c.out = append(c.out, s[i])
		}
	}
}

// flush writes what is pending.
func (c *converter) flush() {
	c.halfPair()
	if len(c.run) == 0 {
		return
	}
	s, known := codepage.Decode(c.runPage, c.run)
	if !known {
		c.defects.Add(UnknownCharset, int64(c.pos))
	}
	c.emit(s)
	c.run = c.run[:0]
}

func (c *converter) halfPair() {
	if c.high != 0 {
		c.defects.Add(LoneSurrogate, int64(c.pos))
		c.high = 0
		c.emit(string(utf8.RuneError))
	}
}

// unicode takes \uN, a signed 16-bit unit of UTF-16.
func (c *converter) unicode(n int) {
	c.ignore = c.state.uc
	if !c.shown() {
		return
	}
	r := rune(uint16(n))
	if high := c.high; high != 0 {
		if pair := utf16.DecodeRune(high, r); pair != utf8.RuneError {
			c.high = 0
			c.emit(string(pair))
			return
		}
	}
	c.flush()
	switch {
	case r >= 0xd800 && r < 0xdc00:
		c.high = r
	case utf16.IsSurrogate(r):
		c.defects.Add(LoneSurrogate, int64(c.pos))
		c.emit(string(utf8.RuneError))
	default:
		c.emit(string(r))
	}
}
