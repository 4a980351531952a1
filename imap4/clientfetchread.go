package imap4

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/mime"
)

// readFetch reads what is behind "* n FETCH ", up to the first body of it if
// there is one (RFC 9051, 7.5.2). Whose answer it is then reads the rest.
func (conn *clientConn) readFetch(seq uint32) {
	p := &conn.p
	f := &Fetched{Seq: seq, conn: conn}
	p.enter()
	f.items()
	if p.err != nil {
		return
	}
	if f.whole {
		f.conn = nil // it has no more to read
		conn.offer(f, Update{Kind: UpdateMessage, Message: f})
		return
	}
	conn.open = f
	if conn.opener = conn.taker(f); conn.opener == nil {
		// The error is p.err.
		_ = f.finish()
	}
}

// Sections yields the pieces of the message that were asked for, as they come.
// What the server tells behind one is in f once the next one is yielded, or the
// loop has ended. It can be used once only. An error of the connection ends it,
// and is what Fetch yields next.
func (f *Fetched) Sections() iter.Seq[*FetchedSection] {
	return func(yield func(*FetchedSection) bool) {
		for f.conn != nil && f.conn.open == f && f.section != nil {
			s := f.section
			if !yield(s) {
				return
			}
			f.next()
		}
	}
}

// next leaves the section that is at hand, and goes on to the next one.
func (f *Fetched) next() {
	p := &f.conn.p
	if l, streamed := f.section.Reader.(*clientLiteral); streamed {
		l.p = nil // in case somebody kept it
		p.closeLiteral()
	}
	f.section = nil
	f.items()
}

// finish reads the rest of the response.
func (f *Fetched) finish() error {
	if f.conn == nil || f.conn.open != f {
		return nil
	}
	for !f.whole && f.conn.p.err == nil {
		f.next()
	}
	conn := f.conn
	conn.open, conn.opener, f.conn = nil, nil, nil
	if err := conn.p.err; err != nil {
		return conn.failed(err)
	}
	return nil
}

// items reads items up to a body, or the end.
func (f *Fetched) items() {
	p := &f.conn.p
	for p.err == nil {
		for p.take(' ') {
		}
		if p.take(')') {
			p.depth--
			p.end()
			f.whole = true
			return
		}
		if f.item(p.itemName()); f.section != nil {
			return
		}
	}
	if errors.Is(p.err, ErrProtocol) {
		p.err = f.about("", p.err)
	}
}

// item reads an item. If only its value is wrong that is noted, and the field
// stays zero.
func (f *Fetched) item(name string) {
	p := &f.conn.p
	if p.err != nil {
		return
	}
	start := p.mark()
	p.lenient = true
	f.value(name)
	p.lenient = false
	if p.err == nil && p.peek() != ' ' && p.peek() != ')' && f.section == nil {
		p.lenient = true
		p.fail("the end of a value")
	}
	if p.err == nil {
		return
	}
	if err := p.recover(start); err != nil {
		f.forget(name)
		f.flaws = append(f.flaws, clientItemFlaw{name, err})
	}
}

// A clientItemFlaw is what is wrong with an item.
type clientItemFlaw struct {
	item string
	err  error
}

// Err is what the server told of the message and could not be read: a date that is
// none, say, or an ENVELOPE with a part too few. What it is about is zero in f.
// Nil: there is nothing of that kind, as far as the message has been read. The
// error wraps ErrProtocol and names the item, the sequence number and the UID; the
// conversation goes on all the same.
func (f *Fetched) Err() error {
	var all []error
	for _, flaw := range f.flaws {
		all = append(all, f.about(flaw.item+" of ", flaw.err))
	}
	return errors.Join(all...)
}

// about says which message an error is about.
func (f *Fetched) about(item string, err error) error {
	if f.UID == 0 {
		return fmt.Errorf("%w (%smessage %d)", err, item, f.Seq)
	}
	return fmt.Errorf("%w (%smessage %d, UID %d)", err, item, f.Seq, f.UID)
}

// hasFlaw reports whether an item could not be read.
func (f *Fetched) hasFlaw(item string) bool {
	return slices.ContainsFunc(f.flaws, func(flaw clientItemFlaw) bool { return flaw.item == item })
}

// forget takes back what was read of an item.
func (f *Fetched) forget(name string) {
	switch name {
	case "FLAGS":
		f.HasFlags, f.Flags = false, Flags{}
	case "UID":
		f.UID = 0
	case "MODSEQ":
		f.ModSeq = 0
	case "BODY", "BODYSTRUCTURE":
		f.Structure = nil
	case "ENVELOPE":
		f.Envelope = nil
	case "RFC822.SIZE":
		f.Size = 0
	case "EMAILID":
		f.EmailID = ""
	case "THREADID":
		f.ThreadID = ""
	case "PREVIEW":
		f.Preview = nil
	}
}

// itemName reads the name of an item, up to a space or bracket, in upper case.
func (p *clientParser) itemName() string {
	start := p.i
	for p.i < len(p.b) {
		c := p.b[p.i]
		if c <= ' ' || c == '[' || c == '(' || c == ')' || c == '<' {
			break
		}
		if 'a' <= c && c <= 'z' {
			p.b[p.i] = c - ('a' - 'A')
		}
		p.i++
	}
	if p.i == start {
		p.fail("an item")
		return ""
	}
	switch name := p.b[start:p.i]; { // the common ones without memory
	case string(name) == "FLAGS":
		return "FLAGS"
	case string(name) == "UID":
		return "UID"
	case string(name) == "MODSEQ":
		return "MODSEQ"
	default:
		return p.names.keep(name)
	}
}

// value reads the value of an item, and the space before it.
func (f *Fetched) value(name string) {
	p := &f.conn.p
	switch name {
	case "FLAGS":
		p.space()
		f.HasFlags, f.Flags = true, p.flags()
		return
	case "UID":
		p.space()
		f.UID = p.uid()
		return
	case "MODSEQ":
		p.space()
		p.list(func() { f.ModSeq = ModSeq(p.number()) })
		return
	}
	f.more = true
	switch {
	case p.peek() == '[':
		f.bracket(name)
		return
	case name == "BODY" || name == "BODYSTRUCTURE":
		p.space()
		f.Structure = p.structure()
		return
	}
	p.space()
	switch name {
	case "ENVELOPE":
		f.Envelope = p.envelope()
	case "RFC822.SIZE":
		f.Size = int64(p.number())
	case "INTERNALDATE":
		f.Received = p.dateTime()
	case "SAVEDATE":
		f.Saved = p.dateTime()
	case "EMAILID":
		p.list(func() { f.EmailID = p.atom() })
	case "THREADID":
		p.maybeList(func() { f.ThreadID = p.atom() })
	case "PREVIEW":
		f.Preview = p.nstring()
	default:
		if !f.conn.wanted(name) {
			p.skip()
			return
		}
		v := p.anyValue()
		if p.err == nil {
			if f.Extra == nil {
				f.Extra = make(map[string]Value)
			}
			f.Extra[name] = v
		}
	}
}

// bracket reads BODY[...], BINARY[...] or BINARY.SIZE[...].
func (f *Fetched) bracket(name string) {
	p := &f.conn.p
	s := &FetchedSection{FetchSection: FetchSection{Binary: name == "BINARY"}}
	text := p.bracketed()
	if p.err != nil {
		return
	}
	var err error
	if s.Section, err = mime.ParseSection(text); err != nil {
		f.flaws = append(f.flaws, clientItemFlaw{name, clientMalformed("the section %q", text)})
		name = "" // to be passed over
	}
	if p.take('<') {
		s.Offset = int64(p.number())
		p.expect('>')
	}
	p.space()
	switch name {
	case "BINARY.SIZE":
		if f.BinarySizes == nil {
			f.BinarySizes = make(map[string]int64)
		}
		f.BinarySizes[text] = int64(p.number())
		return
	case "BODY", "BINARY":
	default:
		p.skip()
		return
	}
	switch p.peek() {
	case '{', '~':
		s.Size = p.literal()
		p.lit, s.Reader = s.Size, &clientLiteral{p}
	default:
		text := p.nstring()
		s.Missing = text == nil
		if s.Missing {
			text = new(string)
		}
		s.Size, s.Reader = int64(len(*text)), strings.NewReader(*text)
	}
	if p.err == nil {
		f.section = s
	}
}

// bracketed reads "[...]"; a bracket in a quoted field name is part of it.
func (p *clientParser) bracketed() string {
	p.expect('[')
	rest, quoted := p.b[p.i:], false
	for i, c := range rest {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ']' && !quoted:
			p.i += i + 1
			return string(rest[:i])
		}
	}
	p.fail(`"]"`)
	return ""
}

// dateTime reads a date-time, or NIL (RFC 9051, 9). Days without the space that
// pads them are let pass, as several servers send them.
func (p *clientParser) dateTime() time.Time {
	s := p.nstring()
	if s == nil || p.err != nil {
		return time.Time{}
	}
	t, err := time.Parse("2-Jan-2006 15:04:05 -0700", strings.TrimLeft(*s, " "))
	if err != nil {
		p.flawed(clientMalformed("the date %q", *s))
	}
	return t
}

// A clientLiteral reads a literal where it stands.
type clientLiteral struct{ p *clientParser }

// Read implements io.Reader.
func (l *clientLiteral) Read(b []byte) (int, error) {
	if l.p == nil {
		return 0, io.ErrClosedPipe
	}
	return l.p.Read(b)
}
