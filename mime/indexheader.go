package mime

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/mime/header"
)

// A partHeader is what the index knows of the header that it is in.
//
// Where a header ends is decided after RFC 7103, 7.2, without looking ahead more than a line: a line that is no field
// belongs to the field before it, but two such lines in a row, or one that is the last, are the start of a body that no
// blank line parts from its header. So is a first line that is no field, if a blank line follows.
type partHeader struct {
	kept    []byte // the fields that describe the part
	keeping bool   // the field that came last is one of them
	any     bool   // there was a field
	over    bool   // the limit was told
	looked  int    // how often opensBody looked
	odd     *line  // the last line, if it was no field
	eol     int    // before odd
}

func (h *partHeader) reset() { *h = partHeader{kept: h.kept[:0]} }

// header takes a line of a header.
func (x *Indexer) header(l line) {
	h := &x.head
	blank := len(l.text) == 0 && l.whole()
	name := fieldName(l.text[:min(len(l.text), maxLine)])
	folded := !blank && name == 0 && isBlank(l.text[0])
	switch {
	case h.odd != nil && (blank && !h.any || !blank && name == 0):
		x.bodyAtOdd()
		x.take(l)
		return
	case h.odd != nil:
		x.found(NotAField, h.odd.start)
		h.odd = nil
	}
	switch {
	case blank:
		x.pass(l)
		x.body(x.at)
	case name == 0 && (!folded || !h.any):
		x.oddLine(l)
	default:
		if folded && len(bytes.TrimLeft(l.text, " \t")) == 0 {
			x.found(BlankFold, l.start)
		}
		x.keep(l, name)
		x.pass(l)
	}
}

// oddLine takes a line of a header that is no field.
func (x *Indexer) oddLine(l line) {
	h := &x.head
	if !h.any && x.stack[len(x.stack)-1].part.number == 0 && isMailboxLine(l.text) {
		x.found(MailboxLine, l.start)
		x.count(l)
		x.pass(l)
		return
	}
	odd := l
	odd.text = bytes.Clone(l.text[:min(len(l.text), maxLine)])
	h.odd, h.eol = &odd, x.eol
	if x.opensBody(odd.text) {
		x.bodyAtOdd()
		return
	}
	x.count(l)
	x.pass(l)
}

// opensBody reports whether a line in a header is a delimiter of the multipart that the header describes: then the blank
// line is missing. Only the first lines that may be one are looked at, so that the header is not read again and again.
func (x *Indexer) opensBody(text []byte) bool {
	h := &x.head
	boundary, ok := bytes.CutPrefix(bytes.TrimRight(text, " \t"), []byte("--"))
	if !ok || len(boundary) == 0 || h.looked == 2 {
		return false
	}
	h.looked++
	fields := ParseHeader(h.kept)
	kind, params := header.ParseParams(fields.Get("Content-Type"), nil)
	return strings.HasPrefix(kind, "multipart/") && params.Get("boundary") == string(boundary)
}

// bodyAtOdd ends the header before the odd line, and takes that again as what follows.
func (x *Indexer) bodyAtOdd() {
	odd, eol := *x.head.odd, x.head.eol
	x.found(NoBlankLine, odd.start)
	if x.at > odd.start && odd.eol > 0 {
		x.lines--
	}
	x.at, x.eol = odd.start, eol
	x.body(odd.start)
	x.take(odd)
}

// keep notes a line of a field. A name of length 0 is that of a line that continues one.
func (x *Indexer) keep(l line, name int) {
	h := &x.head
	h.any = true
	if name > 0 {
		x.fields++
		if l.text[name] != ':' {
			x.found(OddField, l.start)
		}
		h.keeping = name > len(contentPrefix) && equalFold(l.text[:len(contentPrefix)], contentPrefix)
	}
	if !x.count(l) {
		h.keeping = false
	}
	if h.keeping {
		h.kept = append(append(h.kept, l.text...), "\r\n"...)
	}
	if !x.msg.UTF8Header && !isASCII(l.text) {
		if utf8.Valid(l.text) {
			x.msg.UTF8Header = true
		} else {
			x.found(EightBitHeader, l.start)
		}
	}
}

const contentPrefix = "Content-"

// count counts a line of a header, and reports whether that is within the limits.
func (x *Indexer) count(l line) bool {
	x.headBytes += l.size
	over := x.headBytes > x.limits.HeaderBytes || x.fields > x.limits.HeaderFields || !l.whole()
	if over && !x.head.over {
		x.head.over = true
		x.found(HeaderLimit, l.start)
	}
	return !over
}

// isMailboxLine reports whether a line is that which mailbox files put before each message (RFC 4155).
func isMailboxLine(b []byte) bool {
	return bytes.HasPrefix(b, []byte("From ")) || bytes.HasPrefix(b, []byte(">From "))
}

// endHeaders ends the header at the end of a part, where there was no blank line. An odd line may turn out to be a body
// that is a message, with a header of its own.
func (x *Indexer) endHeaders(at int64) {
	for x.inHeader {
		if x.head.odd != nil {
			x.bodyAtOdd()
			continue
		}
		if p := x.stack[len(x.stack)-1].part; p.parent != nil || x.written > 0 {
			x.found(HeaderCut, p.Start)
		}
		x.body(at)
	}
}

// body starts the body of the part whose header has ended.
func (x *Indexer) body(at int64) {
	c := &x.stack[len(x.stack)-1]
	c.part.BodyStart = at
	c.lines = x.lines
	x.inHeader = false
	x.describe(c.part)
}
