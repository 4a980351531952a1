package imap4

import "time"

// appendRequest is what an APPEND command says up to its first message (RFC 9051,
// 6.3.12).
type appendRequest struct {
	name  []string
	first messageArgs
}

// messageArgs is what is said of one message before it comes.
type messageArgs struct {
	flags    Flags
	received time.Time
	literal  literal
	utf8     bool // in UTF8 (...), whose end follows the message (RFC 6855, 4)
	pieces   bool // by CATENATE, with its list still to come (RFC 4469)
	rest     string
}

func appendArgs(p *parser) (r appendRequest) {
	p.space()
	r.name = p.mailbox()
	r.first = p.messageArgs()
	return r
}

// messageArgs takes what precedes a message, up to the announcement of its
// literal, which is the end of the line.
func (p *parser) messageArgs() (m messageArgs) {
	p.space()
	if p.peek() == '(' {
		m.flags = p.flagList()
		p.space()
	}
	if p.peek() == '"' {
		m.received = p.dateTime()
		p.space()
	}
	switch {
	case p.is("UTF8"):
		p.space()
		p.need('(')
		m.utf8 = true
		if !p.utf8 {
			p.fail("ENABLE UTF8=ACCEPT first")
		}
	case p.is("CATENATE"):
		p.space()
		p.need('(')
		m.pieces = true
		m.rest = p.s[p.i:]
		p.i = len(p.s)
		return m
	}
	m.literal = p.announcement()
	if m.utf8 && !m.literal.binary {
		p.fail("UTF8 needs a literal8")
	}
	return m
}

// announcement takes the announcement of a literal, which must end the line.
func (p *parser) announcement() literal {
	lit, ok := announced(p.s[p.i:])
	if p.err == nil && (!ok || lit.at != 0) {
		p.fail("a literal is missing")
	}
	p.i = len(p.s)
	return lit
}

// appendStreams reports whether an APPEND has come to its first message.
func appendStreams(p *parser) (bool, Reply) {
	appendArgs(p)
	if p.err != nil {
		return false, p.refusal()
	}
	return true, Reply{}
}
